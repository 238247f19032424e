"""One workspace that answers slowly, beside others, in a worker of the distributed engine."""

import asyncio
from datetime import datetime, timedelta

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database
from bot.message import Message
from bot.ports import Address, Receipt
from jobs.distributed import DistributedEngine, Worker
from jobs.pacing import Rate
from jobs.planner import plan_due
from jobs.post_office import Limits
from tests.fakes.toy_post import NOON, TOY, Platform, post_office, settle_in

A_WHILE = 30.0
"""Seconds after which the test gives up."""
LIMITS = Limits(
    in_flight=4,
    timeout=timedelta(seconds=A_WHILE),
    lease=timedelta(seconds=3 * A_WHILE),
    rates={"slack": Rate(1200)},
)


class SilentToOne:
    """Workspace T1 gets no answer; the others do."""

    def __init__(self, silent: Platform, quick: Platform) -> None:
        self.silent, self.quick = silent, quick

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        return await (self.silent if address.tenant == "T1" else self.quick).send(address, message, key=key)

    async def look_up(self, address: Address, *, key: str, since: datetime) -> Receipt | None:
        return await self.quick.look_up(address, key=key, since=since)


async def test_a_slow_workspace_does_not_keep_others_jobs_from_coming(postgresql: Database) -> None:
    await settle_in(postgresql, members=30, tenants=2)
    silent, quick = Platform(), Platform(expects=30)
    silent.is_open.clear()
    clocks = Clocks(calendar=FixedClock(NOON), machine=MachineClock())
    office = post_office(postgresql, clocks, {"slack": SilentToOne(silent, quick)}, limits=LIMITS)
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    stop = asyncio.Event()
    working = asyncio.create_task(Worker(office).run(stop))
    try:
        async with asyncio.timeout(A_WHILE):
            await quick.has_all.wait()
        assert len(silent.asked) == 2
    finally:
        silent.is_open.set()
        stop.set()
        await working
