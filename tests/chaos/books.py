"""The ledger as a run sees it from outside: seeding sample members whose notes are due, watching rows, and reading all
of it at the end. Used by `tests.chaos.run` and `tests.chaos.killer`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, insert, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import MachineClock
from bot.database import Database, open_database
from bot.mentoring.coaching import opt_out
from bot.mentoring.progress import Kind
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant
from bot.model.progress import PlannedAction, ProgressEvent
from bot.samples import Sample, seed
from content.library import load_library

PATIENCE = 60
"""Seconds for which a database that went away is asked again."""
Row = Sequence[Any]
Result = TypeVar("Result")
Tell = Callable[[Mapping[str, str]], Awaitable[None]]
"""Takes user id → workspace."""


@dataclass(slots=True)
class Expected:
    """What the ledger must hold in the end."""

    keys: set[str] = field(default_factory=set)
    opted_out: set[str] = field(default_factory=set)
    """Keys of members who opted out after planning and before any try: these must never arrive."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger."""

    id: int
    key: str
    state: str
    reason: str
    attempts: int
    is_looked_for: bool


class Books:
    """The database under test, read and seeded from the run's own process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.expected = Expected()
        pack = load_library().pack("en")
        self._action = next(action.id for step in pack.steps for action in step.actions)

    async def ask(self, statement: Executable | str, **values: Any) -> list[Row]:
        """Read, waiting for nobody who writes; a database that was just stopped is asked again."""
        question = text(statement) if isinstance(statement, str) else statement
        for _ in range(PATIENCE * 2):
            try:
                async with self.database.engine.connect() as connection:
                    await connection.execution_options(preceptor_reads=True)
                    return list((await connection.execute(question, values)).all())
            except (DBAPIError, OSError):
                await asyncio.sleep(0.5)
        raise TimeoutError("the database did not come back")

    async def write(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """One unit of work; once more when the database is stopped in the middle of it."""
        for _ in range(PATIENCE * 2):
            try:
                async with self.database.work() as session:
                    return await work(session)
            except (DBAPIError, OSError):
                await asyncio.sleep(0.5)
        raise TimeoutError("the database did not come back")

    async def add(self, members: int, workspaces: int, reminders: int, tell: Tell) -> None:
        """Members whose weekly note is due now, the first few with a reminder too. `tell` hears of them beforehand."""

        async def seeded(session: AsyncSession) -> set[str]:
            newest = select(col(Member.id)).order_by(col(Member.id).desc()).limit(1)
            since = (await session.exec(newest)).first() or 0
            await seed(session, Sample(members, workspaces, "slack", due_now=True), MachineClock().now())
            reminded = await self._plan_reminders(session, since, reminders)
            new = select(Member.id, Member.user_id, Tenant.external_id, CoachingPlan.next_slot)
            new = new.join(Tenant, col(Tenant.id) == col(Member.tenant_id)).where(col(Member.id) > since)
            rows = (await session.exec(new.join(CoachingPlan, col(CoachingPlan.member_id) == col(Member.id)))).all()
            await tell({user: workspace for _, user, workspace, _ in rows})
            return reminded | {f"{member_id}:weekly:{slot}" for member_id, _, _, slot in rows}

        self.expected.keys |= await self.write(seeded)

    async def _plan_reminders(self, session: AsyncSession, since: int, number: int) -> set[str]:
        now = MachineClock().now().replace(second=0, microsecond=0)
        wanted = select(Member.id, Member.zone).where(col(Member.id) > since).order_by(col(Member.id)).limit(number)
        members = (await session.exec(wanted)).all()
        if not members:
            return set()
        said = {"at": now - timedelta(minutes=1), "kind": Kind.PLANNED.value, "subject": self._action, "detail": {}}
        await session.exec(insert(ProgressEvent), params=[{"member_id": each, **said} for each, _ in members])
        plan = {"action_id": self._action, "due_at": now, "place": "break room"}
        rows = insert(PlannedAction).returning(col(PlannedAction.id), col(PlannedAction.member_id))
        local = {each: f"{now.astimezone(ZoneInfo(str(zone))):%Y-%m-%dT%H:%M}" for each, zone in members}
        plans = [{"member_id": each, "local": at, **plan} for each, at in local.items()]
        made = (await session.exec(rows, params=plans)).all()
        return {f"{member_id}:plan-reminder:plan:{number}" for number, member_id in made}

    async def opt_some_out(self, number: int) -> None:
        """Members whose weekly note is planned, and was never tried, want none after all."""

        async def opted_out(session: AsyncSession) -> set[str]:
            untried = select(Delivery).where(
                Delivery.state == State.PENDING, Delivery.kind == "weekly", col(Delivery.tried_at).is_(None)
            )
            last = untried.order_by(col(Delivery.id).desc()).limit(number).with_for_update(skip_locked=True)
            found = (await session.exec(last)).all()
            for delivery in found:
                await opt_out(session, await session.get_one(Member, delivery.member_id))
            return {f"{delivery.member_id}:{delivery.kind}:{delivery.slot}" for delivery in found}

        self.expected.opted_out |= await self.write(opted_out)

    async def states(self) -> Counter[str]:
        """How many rows are in each state; an unsure one that is still looked for counts as "settling"."""
        rows = await self.ask(
            "SELECT CASE WHEN state = 'unsure' AND settle_at IS NOT NULL THEN 'settling' ELSE state END, count(*)"
            " FROM delivery GROUP BY 1"
        )
        return Counter({str(row[0]): int(row[1]) for row in rows})

    async def is_settled(self) -> bool:
        """Whether every row has ended."""
        states = await self.states()
        return not any(states[each] for each in ("pending", "sending", "settling"))

    async def sending_by(self, pid: int) -> dict[int, str]:
        """What one process was sending: id → key."""
        rows = await self.ask(
            "SELECT id, member_id, kind, slot FROM delivery WHERE state = 'sending' AND claimed_by LIKE :whose",
            whose=f"process {pid} on %",
        )
        return {row_id: f"{member_id}:{kind}:{slot}" for row_id, member_id, kind, slot in rows}

    async def still_sending(self, ids: Collection[int], pids: Collection[int]) -> set[int]:
        """Those of the rows that still stand as these processes left them."""
        rows = await self.ask("SELECT id, claimed_by FROM delivery WHERE state = 'sending'")
        dead = tuple(f"process {pid} on " for pid in pids)
        return {row_id for row_id, by in rows if row_id in ids and by.startswith(dead)}

    async def settling(self) -> set[str]:
        """Keys of the unsure rows that are being looked for."""
        rows = await self.ask("SELECT member_id, kind, slot FROM delivery WHERE settle_at IS NOT NULL")
        return {f"{member_id}:{kind}:{slot}" for member_id, kind, slot in rows}

    async def open_rows(self) -> list[str]:
        """What has not ended, with everything that says why; a few of them."""
        rows = await self.ask(
            "SELECT id, member_id, kind, state, reason, attempts, looks, tried_at, lease_until, retry_at, settle_at,"
            " queued_until, recorded_at, claimed_by FROM delivery"
            " WHERE state IN ('pending', 'sending') OR settle_at IS NOT NULL ORDER BY id LIMIT 10"
        )
        return [f"  not ended: {dict(getattr(row, '_mapping', row))}" for row in rows]

    async def entries(self) -> list[Entry]:
        """The whole ledger."""
        rows = await self.ask(
            "SELECT id, member_id, kind, slot, state, reason, attempts, settle_at IS NOT NULL FROM delivery"
        )
        return [
            Entry(number, f"{member_id}:{kind}:{slot}", state, reason, attempts, bool(looked_for))
            for number, member_id, kind, slot, state, reason, attempts, looked_for in rows
        ]


@asynccontextmanager
async def open_books(url: str) -> AsyncIterator[Books]:
    """The ledger behind a DATABASE_URL, its tables brought up to date."""
    database = open_database(url)
    try:
        await database.upgrade()
        yield Books(database)
    finally:
        await database.close()
