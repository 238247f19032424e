"""`DATABASE_URL` decides who delivers: on SQLite whoever plans, on PostgreSQL the workers for whom it makes jobs."""

import asyncio

from sqlalchemy import text

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database
from bot.model.deliveries import State
from jobs.engines import engine_beside_planning
from jobs.service import run_jobs
from tests.fakes.toy_post import NOON, Platform, post_office, rows, settle_in

A_WHILE = 30.0
"""Seconds after which a test gives up; nothing here is measured."""


async def test_who_plans_on_sqlite_delivers_too(sqlite: Database) -> None:
    assert await _planned(sqlite) == [State.SENT] * 3


async def test_who_plans_on_postgresql_gives_jobs_and_sends_nothing(postgresql: Database) -> None:
    assert await _planned(postgresql) == [State.PENDING] * 3
    async with postgresql.engine.connect() as connection:
        jobs = await connection.execute(text("SELECT args ->> 'delivery_id' FROM procrastinate_jobs"))
        assert sorted(int(each) for each in jobs.scalars()) == [row.id for row in await rows(postgresql)]


async def _planned(database: Database) -> list[State]:
    """What has become of three deliveries that fell due beside a server, once each is sent or has a job."""
    await settle_in(database, members=3)
    office = post_office(database, Clocks(FixedClock(NOON), MachineClock()), {"slack": Platform()})
    stop = asyncio.Event()
    running = asyncio.create_task(run_jobs(office, engine_beside_planning(office), stop))
    async with asyncio.timeout(A_WHILE):
        while True:
            ledger = await rows(database)
            if ledger and all(row.state == State.SENT or row.queued_until for row in ledger):
                break
            await asyncio.sleep(0.02)
        stop.set()
        await running
    return [State(row.state) for row in await rows(database)]
