"""Delivering on PostgreSQL: jobs are made in the transaction that plans, and any number of workers do them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database, open_database
from bot.errors import TryLater, Unsure
from bot.model.deliveries import State
from jobs import refill
from jobs.distributed import DistributedEngine, Worker
from jobs.pacing import Rate
from jobs.planner import plan_due
from jobs.post_office import Limits, PostOffice
from tests.fakes.toy_post import NOON, TOY, Platform, Trouble, post_office, rows, settle_in

A_WHILE = 30.0
"""Seconds after which a test gives up; nothing here is measured."""


@pytest.fixture
def clocks() -> Clocks:
    """Jobs are begun by the database's clock, so the machine's is a real one."""
    return Clocks(calendar=FixedClock(NOON), machine=MachineClock())


@asynccontextmanager
async def working(*offices: PostOffice, beat: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """A worker for each office, told to stop at the end of the block."""
    stop = asyncio.Event()
    workers = [asyncio.create_task(Worker(office, beat=beat).run(stop)) for office in offices]
    try:
        async with asyncio.timeout(A_WHILE):
            yield
    finally:
        stop.set()
        async with asyncio.timeout(A_WHILE):
            await asyncio.gather(*workers)


async def jobs(database: Database) -> Sequence[Any]:
    async with database.engine.connect() as connection:
        found = await connection.execute(text("SELECT * FROM procrastinate_jobs ORDER BY id"))
        return found.all()


async def until(database: Database, *states: State) -> None:
    """Wait until every delivery is in one of these states."""
    while {row.state for row in await rows(database)} - set(states):  # noqa: ASYNC110 - the database does not tell
        await asyncio.sleep(0.02)


async def change(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def test_planning_that_is_undone_leaves_no_job(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=3)
    engine = DistributedEngine(post_office(postgresql, clocks, {"slack": Platform()}))
    given = []

    async def give_and_fail(session: Any, new: Sequence[int]) -> None:
        await engine.enqueue(session, new)
        connection = await session.connection()
        given.extend((await connection.execute(text("SELECT id FROM procrastinate_jobs"))).all())
        raise ZeroDivisionError

    counts = await plan_due(postgresql, [TOY], NOON, enqueue=give_and_fail)

    assert counts.broken == ["toy"]
    assert len(given) == 3
    assert (await rows(postgresql), await jobs(postgresql)) == ([], [])


async def test_planning_gives_each_delivery_one_job_that_holds_its_id_and_nothing_else(
    postgresql: Database, clocks: Clocks
) -> None:
    await settle_in(postgresql, members=3, tenants=2)
    engine = DistributedEngine(post_office(postgresql, clocks, {"slack": Platform()}))

    await plan_due(postgresql, [TOY], NOON, enqueue=engine.enqueue)
    await engine.refill()

    planned = await rows(postgresql)
    assert len(planned) == 6
    assert sorted(job.args["delivery_id"] for job in await jobs(postgresql)) == [row.id for row in planned]
    assert {tuple(job.args) for job in await jobs(postgresql)} == {("delivery_id",)}
    assert all(row.queued_until and row.queued_until > clocks.machine.now() for row in planned)


async def test_two_planners_and_two_workers_at_once_send_everything_once(
    postgresql: Database, postgres_url: str, clocks: Clocks
) -> None:
    await settle_in(postgresql, members=20, tenants=3)
    other, platform = open_database(postgres_url), Platform(expects=60, latency=0.01)
    offices = [post_office(each, clocks, {"slack": platform}) for each in (postgresql, other)]
    async with working(*offices):
        planning = (
            plan_due(office.database, [TOY], NOON, batch=7, enqueue=DistributedEngine(office).enqueue)
            for office in offices
        )
        await asyncio.gather(*planning)
        await until(postgresql, State.SENT)
    await other.close()
    assert len(platform.accepted) == len(set(platform.accepted)) == 60
    assert await jobs(postgresql) == []


async def test_a_delivery_without_a_job_gets_one(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=2)
    await plan_due(postgresql, [TOY], NOON)
    platform = Platform()
    async with working(post_office(postgresql, clocks, {"slack": platform})):
        await until(postgresql, State.SENT)
    assert len(platform.accepted) == 2


async def test_a_delivery_whose_job_was_lost_gets_another(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=2)
    engine = DistributedEngine(post_office(postgresql, clocks, {"slack": Platform()}))
    await plan_due(postgresql, [TOY], NOON, enqueue=engine.enqueue)

    await change(postgresql, "DELETE FROM procrastinate_jobs")
    await engine.refill()
    assert await jobs(postgresql) == []  # it is not late yet, so nobody has asked
    await change(postgresql, "UPDATE delivery SET queued_until = now() - interval '1 second'")
    await engine.refill()

    assert len(await jobs(postgresql)) == 2


async def test_a_job_that_waits_for_a_worker_is_not_made_again(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=2)
    engine = DistributedEngine(post_office(postgresql, clocks, {"slack": Platform()}))
    await plan_due(postgresql, [TOY], NOON, enqueue=engine.enqueue)
    before = await jobs(postgresql)

    await change(postgresql, "UPDATE delivery SET queued_until = now() - interval '1 second'")
    await asyncio.gather(*(engine.refill() for _ in range(5)))

    assert await jobs(postgresql) == before


async def test_the_queue_holds_what_may_go_soon_at_the_workspaces_pace(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=100, tenants=2)
    limits = Limits(rates={"slack": Rate(60)})
    engine = DistributedEngine(post_office(postgresql, clocks, {"slack": Platform()}, limits=limits))

    await plan_due(postgresql, [TOY], NOON, enqueue=engine.enqueue)
    await engine.refill()

    waiting = await jobs(postgresql)
    assert len({row.tenant_id for row in await rows(postgresql) if row.queued_until}) == 2
    assert 2 * 12 <= len(waiting) <= 2 * 18  # a second apart for 15 seconds, after the first few
    times = sorted(job.scheduled_at for job in waiting if job.scheduled_at)
    assert timedelta(seconds=10) < times[-1] - times[0] <= refill.HORIZON


async def test_a_dead_workers_job_is_done_by_another(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=1)
    platform = Platform()
    office = post_office(postgresql, clocks, {"slack": platform})
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    await _take_a_job_and_die(postgresql)

    async with working(office):
        await until(postgresql, State.SENT)

    assert len(platform.accepted) == 1
    assert await jobs(postgresql) == []


async def _take_a_job_and_die(database: Database) -> None:
    """What a worker leaves that was killed after it had begun a job, a minute ago."""
    await change(
        database,
        "SELECT procrastinate_fetch_job_v2(ARRAY['deliveries'], worker_id) FROM procrastinate_register_worker_v1()",
    )
    await change(database, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    assert [job.status for job in await jobs(database)] == ["doing"]


async def test_a_workspace_that_asks_to_wait_delays_no_other(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=30, tenants=2)
    platform = Platform()
    for number in range(1, 31):
        platform.troubles[f"T1-U{number}"] = [Trouble(TryLater(timedelta(hours=1)))] * 9
    office = post_office(postgresql, clocks, {"slack": platform}, limits=Limits(in_flight=2))
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    async with working(office):
        while sum(row.state == State.SENT for row in await rows(postgresql)) < 30:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert {row.tenant_id for row in await rows(postgresql) if row.state == State.SENT} == {2}
    assert len([key for key in platform.asked if key not in platform.accepted]) < 10


async def test_what_was_put_off_goes_when_its_time_comes(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=1)
    platform = Platform()
    platform.troubles["T1-U1"] = [Trouble(TryLater(timedelta(milliseconds=50)))]
    office = post_office(postgresql, clocks, {"slack": platform}, limits=Limits(idle=timedelta(milliseconds=50)))
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    async with working(office):
        await until(postgresql, State.SENT)
    assert len(platform.asked) == 2


async def test_a_worker_that_is_told_to_stop_finishes_what_it_sends(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=3)
    platform = Platform()
    platform.is_open.clear()
    office = post_office(postgresql, clocks, {"slack": platform}, limits=Limits(in_flight=2))
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    async with working(office):
        await platform.someone_waits.wait()
        asyncio.get_running_loop().call_later(0.2, platform.is_open.set)

    left = [row.state for row in await rows(postgresql)]
    assert left.count(State.SENT) == len(platform.accepted) >= 1
    assert left.count(State.SENDING) == left.count(State.UNSURE) == 0


async def test_a_worker_says_that_it_lives(postgresql: Database, clocks: Clocks) -> None:
    heard = asyncio.Event()
    async with working(post_office(postgresql, clocks, {"slack": Platform()}), beat=heard.set):
        await heard.wait()


QUICK = Limits(
    idle=timedelta(milliseconds=50), first_look=timedelta(milliseconds=50), second_look=timedelta(milliseconds=100)
)


async def test_what_may_have_arrived_is_looked_for(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=2)
    platform = Platform()
    platform.troubles["T1-U1"] = [Trouble(Unsure(), accepted=True)]
    platform.troubles["T1-U2"] = [Trouble(Unsure())]
    office = post_office(postgresql, clocks, {"slack": platform}, limits=QUICK)
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    async with working(office):
        await until(postgresql, State.SENT)
    assert len(platform.looked) == 3  # once for the one that is there, twice for the one that is not
    assert len(platform.asked) == 3
    assert len(platform.accepted) == len(set(platform.accepted)) == 2


async def test_what_a_dead_worker_was_sending_is_looked_for_and_sent(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=1)
    platform = Platform()
    office = post_office(postgresql, clocks, {"slack": platform}, limits=QUICK)
    await plan_due(postgresql, [TOY], NOON)
    lease_over = "lease_until = now() - interval '1 second', tried_at = now() - interval '20 seconds'"
    await change(postgresql, f"UPDATE delivery SET state = 'sending', claimed_by = 'gone', {lease_over}")
    async with working(office):
        await until(postgresql, State.SENT)
    assert (len(platform.looked), len(platform.accepted)) == (2, 1)


async def test_a_worker_whose_connections_break_goes_on(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=60)
    platform = Platform(latency=0.02, expects=20)
    office = post_office(postgresql, clocks, {"slack": platform}, limits=Limits(in_flight=4, idle=timedelta(seconds=1)))
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    async with working(office):
        await platform.has_all.wait()
        await change(
            postgresql,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'preceptor worker' AND datname = current_database()",
        )
        assert len(platform.accepted) < 60
        await until(postgresql, State.SENT)
    assert len(platform.accepted) == len(set(platform.accepted)) == 60


async def test_a_job_of_a_delivery_that_needs_none_is_done_with(postgresql: Database, clocks: Clocks) -> None:
    await settle_in(postgresql, members=1)
    platform = Platform()
    office = post_office(postgresql, clocks, {"slack": platform})
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    await change(postgresql, "UPDATE delivery SET state = 'skipped'")
    async with working(office):
        while await jobs(postgresql):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert platform.asked == []
