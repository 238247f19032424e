"""Keeps each workspace's pace, in the database, so that it holds over all processes that send. The courier asks before
it claims; the distributed engine books times by the same rates.

The generic cell rate algorithm, with its state in one row for each workspace and act. No rate-limit library keeps its
state in our database, in the transaction that claims; see DECISIONS.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import Pace

SEND, LOOK = "send", "look"
BURST = 10
LONGEST_HOLD = timedelta(days=1)
"""A platform that asks for more than this is asked again all the same; no real one has been seen to."""
SKEW = timedelta(minutes=1)
"""How far the clocks of two machines may differ."""
MANY = 1_000_000
"""What may go at once where there is no rate."""

_TABLE = SQLModel.metadata.tables["pace"]


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `number` calls within any stretch of the length `per`, a few of them at once, the rest evenly spread."""

    number: int
    per: timedelta = timedelta(minutes=1)

    @property
    def burst(self) -> int:
        """How many may go at once after a rest."""
        return max(1, min(BURST, self.number // 12))

    @property
    def gap(self) -> timedelta:
        """From one call to the next in an even stream. The burst is taken off, so that no stretch has too many."""
        return self.per / (self.number - self.burst) if self.burst > 1 else self.per / self.number

    @property
    def tolerance(self) -> timedelta:
        """How far ahead of the clock an even stream may be, and one more call still go."""
        return (self.burst - 1) * self.gap

    @property
    def farthest(self) -> timedelta:
        """Further ahead than this nobody gets; what is, was written before somebody set the clock back."""
        return self.burst * self.gap + SKEW


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one workspace has gone with one act."""

    next_at: datetime | None = None
    """When an even stream of all calls so far would make its next one."""
    held_until: datetime | None = None

    def hold(self, now: datetime) -> datetime | None:
        """The end of the wait that the platform asked for, if it is still to come."""
        return self.held_until if self.held_until and now < self.held_until <= now + LONGEST_HOLD else None

    def allowance(self, rate: Rate | None, now: datetime) -> int:
        """How many calls may go now."""
        if self.hold(now):
            return 0
        if rate is None:
            return MANY
        ahead = self._begun(rate, now) - now
        return max(0, rate.burst - -(-ahead // rate.gap))

    def free_at(self, rate: Rate | None, now: datetime) -> datetime:
        """When the next call may go: now, or later."""
        wait = self.hold(now) or now
        return wait if rate is None else max(wait, self._begun(rate, now) - rate.tolerance)

    def after(self, number: int, rate: Rate, now: datetime) -> datetime:
        """`next_at`, once so many more have gone."""
        return self._begun(rate, now) + number * rate.gap

    def _begun(self, rate: Rate, now: datetime) -> datetime:
        """When the even stream goes on: now, for one that has rested."""
        if self.next_at is None or not now < self.next_at <= now + rate.farthest:
            return now
        return self.next_at


async def standings(session: AsyncSession, tenants: Collection[int], act: str) -> dict[int, Standing]:
    """Where these workspaces stand, locked for this transaction; one that another process holds is left out."""
    found = await _locked(session, tenants, act)
    if new := await _without_row(session, set(tenants) - found.keys(), act):
        rows = [{"tenant_id": each, "act": act} for each in new]
        await session.exec(_insert(session).on_conflict_do_nothing(), params=rows)
        found |= await _locked(session, new, act)
    return found


async def _without_row(session: AsyncSession, tenants: Collection[int], act: str) -> list[int]:
    """Those that never had a pace. An insert for one that another process is changing would wait for that process, and
    two that hear from two workspaces at once would wait for each other."""
    if not tenants:
        return []
    there = select(Pace.tenant_id).where(col(Pace.tenant_id).in_(tenants), col(Pace.act) == act)
    return sorted(set(tenants) - set((await session.exec(there)).all()))


async def _locked(session: AsyncSession, tenants: Collection[int], act: str) -> dict[int, Standing]:
    mine = select(Pace.tenant_id, Pace.next_at, Pace.held_until)
    mine = mine.where(col(Pace.tenant_id).in_(tenants), col(Pace.act) == act).order_by(col(Pace.tenant_id))
    rows = await session.exec(mine.with_for_update(skip_locked=True))
    return {tenant_id: Standing(next_at, held_until) for tenant_id, next_at, held_until in rows.all()}


async def went(session: AsyncSession, ahead: Mapping[int, datetime], act: str) -> None:
    """Write how far each workspace has gone (`Standing.after`); their rows are locked by `standings`."""
    if ahead:
        rows = [{"tenant_id": each, "act": act, "next_at": at} for each, at in ahead.items()]
        await _upsert(session, rows, "next_at")


async def hold(session: AsyncSession, waits: Sequence[tuple[int, str, datetime]]) -> None:
    """The platform asked for no call of that act to that workspace before an instant; a longer wait stands."""
    longest: dict[tuple[int, str], datetime] = {}
    for tenant_id, act, until in waits:
        longest[tenant_id, act] = max(until, longest.get((tenant_id, act), until))
    rows = [{"tenant_id": each, "act": act, "held_until": until} for (each, act), until in sorted(longest.items())]
    if rows:
        await _upsert(session, rows, "held_until")


def _insert(session: AsyncSession) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(_TABLE) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(_TABLE)


async def _upsert(session: AsyncSession, rows: Sequence[Mapping[str, object]], column: str) -> None:
    statement = _insert(session)
    new = statement.excluded[column]
    largest = func.max if session.get_bind().dialect.name == "sqlite" else func.greatest
    value = largest(func.coalesce(_TABLE.c[column], new), new) if column == "held_until" else new
    await session.exec(
        statement.on_conflict_do_update(index_elements=["tenant_id", "act"], set_={column: value}), params=rows
    )
