"""The server's own clock erases what is left of workspaces that removed the mentor: nobody has to remember it."""

import asyncio

from sqlmodel import col, select, update

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database
from bot.mentoring.leaving import KEPT
from bot.model.people import Member, Tenant
from jobs.engines import engine_beside_planning
from jobs.service import run_jobs
from tests.fakes.toy_post import NOON, Platform, post_office, settle_in

A_WHILE = 30.0
"""Seconds after which a test gives up; nothing here is measured."""


async def test_a_server_erases_what_is_two_weeks_old(database: Database) -> None:
    await settle_in(database, members=3)
    async with database.work() as session:
        await session.exec(update(Tenant).where(col(Tenant.left_at).is_(None)).values(left_at=NOON))
    platform = Platform()
    office = post_office(database, Clocks(FixedClock(NOON + KEPT), MachineClock()), {"slack": platform})
    stop = asyncio.Event()
    running = asyncio.create_task(run_jobs(office, engine_beside_planning(office), stop))
    async with asyncio.timeout(A_WHILE):
        while True:
            if not await _known(database):
                break
            await asyncio.sleep(0.02)
        stop.set()
        await running
    assert platform.asked == []


async def _known(database: Database) -> bool:
    async with database.reading() as session:
        members, tenants = (await session.exec(select(Member.id))).all(), (await session.exec(select(Tenant.id))).all()
    return bool(members or tenants)
