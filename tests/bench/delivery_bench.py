"""What a delivery costs: the embedded courier against a loop that sends one by one, in the same run. Called by
`python -m tests.bench`, or by itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database, open_database
from bot.model.deliveries import State
from jobs import claims, ledger
from jobs.claims import Due, Lease
from jobs.compose import compose
from jobs.ledger import Outcome
from jobs.planner import plan_due
from jobs.post_office import PostOffice
from jobs.tick import tick
from tests.fakes.toy_post import NOON, TOY, Platform, post_office, settle_in

MESSAGES, WORKSPACES, LATENCY = 2000, 20, 0.02
ONE_BY_ONE = 100
"""The slow loop gets fewer messages; the figures are for each message."""


def run() -> list[str]:
    """One line for each way to deliver, and their ratio."""
    return asyncio.run(_compare())


async def _compare() -> list[str]:
    slow_rate, slow_cpu = await _measured(ONE_BY_ONE, _one_by_one)
    rate, cpu = await _measured(MESSAGES, _tick)
    fast = f"{rate:.0f} a second, {cpu:.2f} ms CPU each"
    slow = f"{slow_rate:.0f} a second, {slow_cpu:.2f} ms CPU each"
    return [
        f"deliveries, embedded courier on SQLite, {MESSAGES} messages, {LATENCY * 1000:.0f} ms latency: {fast}",
        f"deliveries, one by one, {ONE_BY_ONE} messages: {slow}",
        f"deliveries, ratio: {rate / slow_rate:.1f} times as many a second, {cpu / slow_cpu:.2f} of the CPU",
    ]


async def _measured(messages: int, deliver: Callable[[PostOffice], Awaitable[None]]) -> tuple[float, float]:
    """Deliveries a second, and CPU milliseconds for each, planning left out."""
    with TemporaryDirectory() as folder:
        database = await _filled(Path(folder) / "bench.db", messages)
        platform = Platform(latency=LATENCY)
        clocks = Clocks(calendar=FixedClock(NOON), machine=MachineClock())
        office = post_office(database, clocks, {"slack": platform})
        wall, cpu = time.perf_counter(), time.process_time()
        await deliver(office)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        await database.close()
    if len(set(platform.accepted)) != messages or len(platform.accepted) != messages:
        raise AssertionError(f"{len(platform.accepted)} messages instead of {messages}")
    return messages / wall, cpu * 1000 / messages


async def _filled(path: Path, messages: int) -> Database:
    database = open_database(f"sqlite:///{path}")
    await database.upgrade()
    await settle_in(database, members=messages // WORKSPACES, tenants=WORKSPACES)
    await plan_due(database, [TOY], NOON)
    return database


async def _tick(office: PostOffice) -> None:
    await tick(office)


async def _one_by_one(office: PostOffice) -> None:
    """As safe as the courier (claim, commit, send, record), but one message at a time."""
    due = Due(NOON, NOON, ["slack"], ["toy"])
    messenger = office.messengers["slack"]
    while True:
        async with office.database.work() as session:
            waiting = await claims.waiting(session, due, {})
            wanted = {each.tenant_id: 1 for each in waiting[:1]}
            claimed = await claims.claim(session, wanted, due, Lease("loop", NOON + timedelta(minutes=2)), {})
            parcels = (await compose(office, session, claimed, due)).parcels
        for parcel in parcels:
            receipt = await messenger.send(parcel.address, parcel.message, key=parcel.key)
            outcome = Outcome(parcel.delivery_id, State.SENT, receipt=receipt.reference, sent_at=NOON)
            async with office.database.work() as session:
                await ledger.record(session, [outcome], by="loop", machine_now=NOON)
        if not parcels:
            return


if __name__ == "__main__":
    print("\n".join(run()))
