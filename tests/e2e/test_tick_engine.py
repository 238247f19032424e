"""The embedded engine beside a server: planned by the clockwork, delivered by its courier, stopped without loss."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database
from bot.model.deliveries import State
from jobs import claims
from jobs.claims import Due, Lease
from jobs.clockwork import Clockwork
from jobs.engine import EmbeddedEngine
from jobs.planner import plan_due
from jobs.post_office import Limits
from jobs.service import run_jobs
from jobs.sole_sender import sole_sender
from tests.fakes.toy_post import NOON, TOY, Platform, post_office, rows, settle_in

A_WHILE = 20.0
"""Seconds after which a test gives up; nothing here is measured."""


async def test_what_is_due_is_planned_and_delivered_without_a_person(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=5, tenants=2)
    platform, stop = Platform(expects=10), asyncio.Event()
    office = post_office(database, clocks, {"slack": platform})
    running = asyncio.create_task(run_jobs(office, EmbeddedEngine(office), stop))
    async with asyncio.timeout(A_WHILE):
        await platform.has_all.wait()
        stop.set()
        await running
    assert {row.state for row in await rows(database)} == {State.SENT}
    assert len(set(platform.accepted)) == len(platform.accepted) == 10


async def test_new_deliveries_wake_the_courier_when_they_are_committed(database: Database, clocks: Clocks) -> None:
    """With an hour between looks, only waking can bring the message."""
    platform, stop = Platform(), asyncio.Event()
    office = post_office(database, clocks, {"slack": platform}, limits=Limits(idle=timedelta(hours=1)))
    engine = EmbeddedEngine(office)
    running = asyncio.create_task(engine.run(stop))
    async with asyncio.timeout(A_WHILE):
        while not engine.delivers:
            await rows(database)
        await settle_in(database, members=1)
        await plan_due(database, [TOY], NOON, enqueue=engine.enqueue)
        await platform.has_all.wait()
        stop.set()
        await running
    assert [row.state for row in await rows(database)] == [State.SENT]


async def test_settling_returns_when_everything_due_is_recorded(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=5)
    platform, stop = Platform(), asyncio.Event()
    engine = EmbeddedEngine(post_office(database, clocks, {"slack": platform}))
    running = asyncio.create_task(engine.run(stop))
    async with asyncio.timeout(A_WHILE):
        while not engine.delivers:
            await rows(database)
        await plan_due(database, [TOY], NOON)
        while not platform.accepted:
            await engine.settle()
        assert {row.state for row in await rows(database)} == {State.SENT}
        stop.set()
        await running


async def test_an_engine_without_the_right_waits_and_delivers_nothing(sqlite: Database, clocks: Clocks) -> None:
    await settle_in(sqlite, members=1)
    await plan_due(sqlite, [TOY], NOON)
    platform, stop = Platform(), asyncio.Event()
    engine = EmbeddedEngine(post_office(sqlite, clocks, {"slack": platform}))
    async with asyncio.timeout(A_WHILE):
        with sole_sender(sqlite):
            running = asyncio.create_task(engine.run(stop))
            await engine.settle()
            stop.set()
            await running
    assert platform.asked == []


async def test_what_was_being_sent_by_a_process_that_ended_is_unsure_at_the_start(
    database: Database, clocks: Clocks
) -> None:
    await settle_in(database, members=1)
    await plan_due(database, [TOY], NOON)
    async with database.work() as session:
        await claims.claim(
            session, {1: 1}, Due(NOON, NOON, ["slack"], ["toy"]), Lease("ended", NOON + timedelta(days=1)), {}
        )
    platform, stop = Platform(), asyncio.Event()
    running = asyncio.create_task(EmbeddedEngine(post_office(database, clocks, {"slack": platform})).run(stop))
    async with asyncio.timeout(A_WHILE):
        while [row.state for row in await rows(database)] != [State.UNSURE]:
            pass
        stop.set()
        await running
    assert platform.asked == []


async def test_a_timed_job_that_raises_is_logged_and_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    runs, twice = 0, asyncio.Event()

    async def job() -> None:
        nonlocal runs
        runs += 1
        if runs == 2:
            twice.set()
        raise ZeroDivisionError

    clockwork = Clockwork()
    clockwork.every(timedelta(milliseconds=10), "sample", job)
    clockwork.start()
    async with asyncio.timeout(A_WHILE):
        await twice.wait()
        await clockwork.stop()
    assert {each.__dict__["job"] for each in caplog.records if getattr(each, "event", "") == "job_undone"} == {"sample"}


async def test_stopping_waits_for_a_timed_job_under_way() -> None:
    begun, may_end, done = asyncio.Event(), asyncio.Event(), []

    async def job() -> None:
        begun.set()
        await may_end.wait()
        done.append("done")

    clockwork = Clockwork()
    clockwork.every(timedelta(hours=1), "sample", job)
    clockwork.start()
    async with asyncio.timeout(A_WHILE):
        await begun.wait()
        stopping = asyncio.create_task(clockwork.stop())
        await asyncio.sleep(0)
        assert not stopping.done()
        may_end.set()
        await stopping
    assert done == ["done"]


async def test_a_clock_that_is_set_back_does_not_stop_the_looking() -> None:
    """For the scheduler the first look lies a day ahead, as it does when the clock loses a day."""
    looked = asyncio.Event()

    async def job() -> None:
        looked.set()

    clockwork = Clockwork(FixedClock(MachineClock().now() + timedelta(days=1)))
    clockwork.every(timedelta(milliseconds=10), "sample", job)
    clockwork.start()
    async with asyncio.timeout(A_WHILE):
        await looked.wait()
        await clockwork.stop()
