"""The heartbeat and the alarm in the log: both tell once what goes wrong and once that it is over, and never raise."""

import asyncio
import logging
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from adapters.heartbeat import WebHeartbeat
from bot.clock import Clocks, FixedClock
from bot.database import Database, open_database
from bot.model.deliveries import Delivery, State
from jobs.engine import EmbeddedEngine
from jobs.planner import PlanCounts
from jobs.service import run_jobs
from jobs.watch import Watch
from tests.fakes.observed import MINUTE, fall_behind, listener
from tests.fakes.toy_post import Platform, post_office

GOOD, BROKEN = PlanCounts(planned=Counter({"weekly": 1})), PlanCounts(broken=["weekly"])


async def test_the_jobs_beat_while_all_is_well(database: Database, clocks: Clocks) -> None:
    async with listener() as ears:
        watch = Watch(database, clocks.machine, WebHeartbeat(ears.url))
        office = post_office(database, clocks, {"slack": Platform()})
        stop = asyncio.Event()
        running = asyncio.create_task(run_jobs(office, EmbeddedEngine(office), stop, watch))
        await ears.hears_one.wait()
        stop.set()
        await running

    assert ears.heard == ["GET /ping/a-secret-name/?from=us"]
    assert watch.planning_works


async def _look(watch: Watch, clocks: Clocks, counts: PlanCounts | None = GOOD) -> None:
    """A minute passes, planning is done, and the watch looks."""
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(MINUTE)
    if counts:
        watch.planned(counts)
    await watch.look()


async def test_it_is_silent_while_something_is_overdue(
    database: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with listener() as ears:
        watch = Watch(database, clocks.machine, WebHeartbeat(ears.url))
        await _look(watch, clocks)
        await fall_behind(database)
        for _ in range(3):
            await _look(watch, clocks)
        heard = len(ears.heard)
        await _finish_all(database)
        await _look(watch, clocks)

    assert (heard, len(ears.heard)) == (1, 2)
    told = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "jobs.watch"]
    assert told == [
        ("ERROR", "2 messages are overdue, one of them for 22 minutes; see `preceptor deliveries`"),
        ("INFO", "Nothing is overdue any more"),
    ]


async def _finish_all(database: Database) -> None:
    async with database.work() as session:
        for row in (await session.exec(select(Delivery))).all():
            row.state = State.SENT


async def test_it_is_silent_while_planning_does_not_work(sqlite: Database, clocks: Clocks) -> None:
    async with listener() as ears:
        watch = Watch(sqlite, clocks.machine, WebHeartbeat(ears.url))
        await _look(watch, clocks, None)
        await _look(watch, clocks, BROKEN)
        silent = len(ears.heard)
        await _look(watch, clocks, GOOD)
        for _ in range(7):
            await _look(watch, clocks, None)

    assert (silent, len(ears.heard)) == (0, 6)  # five minutes after the last planning it does not count as working


async def test_it_is_silent_while_the_database_is_out_of_reach(clocks: Clocks) -> None:
    nowhere = open_database("postgresql://nobody@127.0.0.1:1/nothing")
    async with listener() as ears:
        await _look(Watch(nowhere, clocks.machine, WebHeartbeat(ears.url)), clocks)
    await nowhere.close()

    assert ears.heard == []


async def test_a_heartbeat_that_is_not_heard_is_told_once(
    sqlite: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with listener() as ears:
        watch = Watch(sqlite, clocks.machine, WebHeartbeat(ears.url))
        ears.status = 503
        for _ in range(3):
            await _look(watch, clocks)
        ears.status = 200
        await _look(watch, clocks)

    told = [record.getMessage() for record in caplog.records if record.name == "jobs.watch"]
    assert told == ["The heartbeat is not heard: the answer was 503", "The heartbeat is heard again"]
    assert (watch.beats[True], watch.beats[False]) == (1, 3)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/ping", "http://no-such-host.invalid/ping", "https://127.0.0.1:1/"])
async def test_an_address_where_nobody_is_does_no_harm(sqlite: Database, clocks: Clocks, url: str) -> None:
    watch = Watch(sqlite, clocks.machine, WebHeartbeat(url))
    await _look(watch, clocks)

    assert watch.beats == {False: 1}


async def test_without_an_address_nobody_is_told(sqlite: Database, clocks: Clocks) -> None:
    watch = Watch(sqlite, clocks.machine)
    await _look(watch, clocks)

    assert watch.beats.total() == 0


async def test_a_clock_that_was_set_back_does_not_keep_old_numbers(sqlite: Database, clocks: Clocks) -> None:
    watch = Watch(sqlite, clocks.machine)
    assert (await watch.health()).overdue == 0
    await fall_behind(sqlite, minutes=600)
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(-timedelta(hours=1))

    assert (await watch.health()).overdue == 2
