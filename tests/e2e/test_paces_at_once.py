"""Two workers at once in the paces of the same workspaces, on PostgreSQL, where neither may wait for the other."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from bot.database import Database
from jobs import pacing
from jobs.pacing import SEND
from tests.fakes.toy_post import NOON, settle_in

HELD = NOON + timedelta(minutes=1)


async def test_workers_that_hear_from_two_throttled_workspaces_do_not_wait_for_each_other(postgresql: Database) -> None:
    await settle_in(postgresql, members=1, tenants=2)
    async with postgresql.work() as session:
        await pacing.standings(session, [1, 2], SEND)
    async with postgresql.work() as one, postgresql.work() as other:
        for session in (one, other):
            await (await session.connection()).execute(text("SET LOCAL lock_timeout = '2s'"))
        await pacing.hold(one, [(1, SEND, HELD)])
        await pacing.hold(other, [(2, SEND, HELD)])
        found = await asyncio.gather(*(pacing.standings(each, [1, 2], SEND) for each in (one, other)))
    assert [sorted(each) for each in found] == [[1], [2]]
