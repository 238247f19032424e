"""The operator's desk for the tests: a ledger with the rows they name, and `preceptor deliveries` typed at it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from click.testing import CliRunner, Result
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.cli.main import preceptor
from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import open_database
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, SendBatch, State
from bot.model.people import Member, Tenant
from jobs.tick import tick
from tests.fakes.toy_post import NOON, Platform, post_office

T = TypeVar("T")
MINUTE = timedelta(minutes=1)


class Desk:
    """Every instant is relative to the machine's own clock, which the command goes by."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now: datetime = MachineClock().now()

    def settle(self, *, members: int, tenants: int = 1, first: int = 1) -> None:
        """Sample members, opted in, in Slack workspaces T1 …, whose ids are 1 …; user n of workspace t is Tt-Un."""

        async def add(session: AsyncSession) -> None:
            for t in range(first, first + tenants):
                tenant = Tenant(platform="slack", external_id=f"T{t}", name=f"Sample {t}", created_at=NOON)
                session.add(tenant)
                await session.flush()
                assert tenant.id
                names = [f"T{t}-U{n}" for n in range(1, members + 1)]
                people = [Member(tenant_id=tenant.id, user_id=name, created_at=NOON) for name in names]
                session.add_all(people)
                await session.flush()
                session.add_all(CoachingPlan(member_id=person.id or 0, is_on=True) for person in people)

        self.work(add)

    def put(self, *rows: dict[str, Any], tenant: int = 1) -> list[int]:
        """Deliveries, one for each member of a workspace in turn; returns their ids."""

        async def add(session: AsyncSession) -> list[int]:
            mine = select(Member).where(Member.tenant_id == tenant).order_by(col(Member.id)).limit(len(rows))
            people = (await session.exec(mine)).all()
            assert len(people) == len(rows)
            new = [
                Delivery(**{**self._plain(), **row, "tenant_id": tenant, "member_id": person.id})
                for row, person in zip(rows, people, strict=True)
            ]
            session.add_all(new)
            await session.flush()
            return [each.id or 0 for each in new]

        return self.work(add)

    def _plain(self) -> dict[str, Any]:
        due = self.now - MINUTE
        return {"kind": "weekly", "slot": "2026-W48", "due_at": due, "expires_at": due + timedelta(hours=48)}

    def row(self, number: int) -> Delivery:
        async def get(session: AsyncSession) -> Delivery:
            return await session.get_one(Delivery, number)

        return self.work(get)

    def states(self) -> list[State]:
        async def get(session: AsyncSession) -> Sequence[str]:
            return (await session.exec(select(Delivery.state).order_by(col(Delivery.id)))).all()

        return [State(each) for each in self.work(get)]

    def batches(self) -> Sequence[SendBatch]:
        async def get(session: AsyncSession) -> Sequence[SendBatch]:
            return (await session.exec(select(SendBatch).order_by(col(SendBatch.id)))).all()

        return self.work(get)

    def work(self, job: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """One unit of work, in a loop of its own, as each command has one."""

        async def opened() -> T:
            database = open_database(self.url)
            try:
                async with database.work() as session:
                    return await job(session)
            finally:
                await database.close()

        return asyncio.run(opened())

    def deliver(self, platform: Platform, *, after: timedelta = 2 * MINUTE) -> int:
        """One tick so much later, of toy nudges; how many were sent."""

        async def look() -> int:
            database = open_database(self.url)
            clock = FixedClock(self.now + after)
            try:
                return (await tick(post_office(database, Clocks(clock, clock), {"slack": platform}))).sent
            finally:
                await database.close()

        return asyncio.run(look())

    def type(self, line: str, **environment: str) -> Result:
        """`preceptor deliveries <line>`."""
        given = {"DATABASE_URL": self.url, **environment}
        return CliRunner(env=given).invoke(preceptor, ["deliveries", *line.split()])
