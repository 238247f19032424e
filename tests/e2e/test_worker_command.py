"""`preceptor worker` as an operator runs it: a process of its own, told to end, or killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from click.testing import CliRunner
from sqlmodel import func, select

from adapters.cli.main import preceptor
from bot.clock import MachineClock
from bot.database import Database
from bot.model.deliveries import Delivery, State
from bot.model.demo import DemoMessage
from bot.samples import Sample, seed
from jobs.nudges import find_nudges
from jobs.planner import plan_due
from tests.fakes.warm_program import Running, WarmProgram

A_WHILE = 60.0
"""Seconds after which a test gives up; nothing here is measured."""


def environment(url: str) -> dict[str, str]:
    return {**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, "DATABASE_URL": url}


@asynccontextmanager
async def worker(program: WarmProgram, url: str, folder: Path, *options: str) -> AsyncIterator[Running]:
    """A worker in a process of its own, killed at the end of the block if it is still there."""
    with closing(program.start("worker", *options, environment=environment(url), folder=folder)) as process:
        async with asyncio.timeout(A_WHILE):
            yield process


async def plan(database: Database, members: int) -> None:
    """Sample members whose weekly note is due, and a ledger that holds it. Nobody has made a job."""
    now = MachineClock().now()
    async with database.work() as session:
        await seed(session, Sample(members, 1, "demo", due_now=True), now)
    await plan_due(database, find_nudges(), now)


async def sent(database: Database) -> int:
    async with database.work() as session:
        return (await session.exec(select(func.count()).where(Delivery.state == State.SENT))).one()


async def test_workers_deliver_what_is_due_and_end_when_told(
    postgresql: Database, postgres_url: str, program: WarmProgram, tmp_path: Path
) -> None:
    await plan(postgresql, 12)
    alive = [tmp_path / name for name in ("one", "other")]
    async with (
        worker(program, postgres_url, tmp_path, "--alive", str(alive[0])) as one,
        worker(program, postgres_url, tmp_path, "--alive", str(alive[1])) as other,
    ):
        while await sent(postgresql) < 12 or not all(file.exists() for file in alive):
            assert (one.poll(), other.poll()) == (None, None)
            await asyncio.sleep(0.1)
        for process in (one, other):
            process.send_signal(signal.SIGTERM)
        ends = [await asyncio.to_thread(process.communicate) for process in (one, other)]
        assert [process.returncode for process in (one, other)] == [0, 0]
    assert all("This process works on deliveries" in said for _, said in ends)
    assert all("Traceback" not in said for _, said in ends)
    async with postgresql.work() as session:
        assert (await session.exec(select(func.count()).select_from(DemoMessage))).one() == 12


def test_a_worker_on_sqlite_says_who_delivers_there(program: WarmProgram, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/preceptor.db"
    done = program.run("worker", environment=environment(url), folder=tmp_path)
    assert done.returncode == 2
    assert "postgresql://user:password@host/name" in done.stderr
    assert "preceptor serve" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_touched_is_told_at_once(tmp_path: Path) -> None:
    file = str(tmp_path / "missing" / "alive")
    done = CliRunner().invoke(preceptor, ["worker", "--alive", file], env={"DATABASE_URL": "postgresql://nobody@/no"})
    assert done.exit_code == 2
    assert f"--alive: the folder {tmp_path}/missing is missing" in done.output
