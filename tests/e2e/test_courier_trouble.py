"""The courier when its own side breaks: the database fails for a moment, the process is killed while sending."""

import asyncio
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database
from bot.model.deliveries import State
from jobs import ledger
from jobs.courier import Courier
from jobs.planner import plan_due
from jobs.post_office import Limits
from jobs.tick import tick
from tests.fakes.toy_post import NOON, TOY, Platform, post_office, rows, settle_in

FIXED = Clocks(calendar=FixedClock(NOON), machine=FixedClock(NOON))
KILLED = """
import asyncio, sys
from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import open_database
from jobs.tick import tick
from tests.fakes.toy_post import NOON, Platform, post_office

class Endless(Platform):
    async def send(self, address, message, *, key):
        print(key, flush=True)          # the platform has taken it ...
        await asyncio.Event().wait()    # ... and the process dies before it is recorded

clocks = Clocks(calendar=FixedClock(NOON), machine=MachineClock())
asyncio.run(tick(post_office(open_database(sys.argv[1]), clocks, {"slack": Endless()})))
"""


async def test_what_came_back_while_the_database_failed_is_recorded_later(database: Database) -> None:
    await _planned(database)
    platform, stop = Platform(), asyncio.Event()
    courier = Courier(post_office(database, FIXED, {"slack": platform}, limits=Limits(idle=timedelta(0))), by="courier")
    failures = _fail(database, "receipt", times=1)
    running = asyncio.create_task(courier.run(stop))
    while {row.state for row in await rows(database)} != {State.SENT}:
        pass
    stop.set()
    await running
    assert failures() == 1
    assert len(platform.accepted) == len(set(platform.accepted)) == 3


async def test_a_tick_that_meets_a_broken_database_records_what_it_sent_and_then_says_so(database: Database) -> None:
    await _planned(database)
    platform = Platform()
    _fail(database, "receipt", times=1)
    with pytest.raises(OperationalError):
        await tick(post_office(database, FIXED, {"slack": platform}))
    assert {row.state for row in await rows(database)} == {State.SENT}
    assert len(platform.accepted) == 3


async def test_a_tick_cancelled_while_sending_leaves_unsure_what_nobody_recorded(database: Database) -> None:
    await _planned(database)
    platform = Platform()
    platform.is_open.clear()
    office = post_office(database, FIXED, {"slack": platform})
    ticking = asyncio.create_task(tick(office))
    await platform.someone_waits.wait()
    ticking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ticking
    platform.is_open.set()
    async with database.work() as session:
        await ledger.recover(session, NOON + timedelta(minutes=1), timedelta(0), everything=False)
    assert {(row.state, row.reason) for row in await rows(database)} == {
        (State.UNSURE, "the process ended while sending")
    }
    assert platform.accepted == []


async def test_a_process_killed_while_sending_leaves_unsure_what_may_have_arrived(
    sqlite: Database, sqlite_url: str
) -> None:
    await _planned(sqlite)
    taken = await _kill_while_sending(sqlite_url)
    assert len(taken) == 3
    platform = Platform()
    platform.accepted = sorted(taken)[:2]  # one of the three never arrived
    clocks = Clocks(calendar=FixedClock(NOON), machine=MachineClock())
    limits = Limits(first_look=timedelta(seconds=0.1), second_look=timedelta(seconds=0.15))
    report = await tick(post_office(sqlite, clocks, {"slack": platform}, limits=limits))
    assert (report.holder, report.sent, report.waiting, report.unsure) == (None, 3, 0, {})
    assert {row.state for row in await rows(sqlite)} == {State.SENT}
    assert set(platform.accepted) == taken
    assert platform.asked == sorted(taken)[2:]


async def _kill_while_sending(url: str) -> set[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, url, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout
    taken = {(await process.stdout.readline()).decode().strip() for _ in range(3)}
    process.send_signal(signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL
    return taken - {""}


async def _planned(database: Database) -> None:
    await settle_in(database, members=3)
    await plan_due(database, [TOY], NOON)


def _fail(database: Database, word: str, *, times: int) -> Callable[[], int]:
    """Let the database fail at the next statements that hold a word, when several rows are written at once."""
    failures = 0

    def fail(*execution: Any) -> None:
        nonlocal failures
        _, _, statement, _, _, executemany = execution
        if failures < times and executemany and statement.startswith("UPDATE") and word in statement:
            failures += 1
            raise OperationalError(statement, {}, ValueError("sample failure"))

    event.listen(database.engine.sync_engine, "before_cursor_execute", fail)
    return lambda: failures
