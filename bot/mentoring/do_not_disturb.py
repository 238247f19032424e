""" "Do not disturb", as a platform tells it of its people: nothing unasked reaches a member while it lasts. Adapters
keep it true (`to_ask`, `learn`); whoever composes a message asks `held_until`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, func, literal_column, or_, union
from sqlmodel import SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Clocks
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant
from bot.model.progress import PlannedAction

DO_NOT_DISTURB = "do not disturb"
"""The name of the reason in the ledger."""
AHEAD = timedelta(hours=1)
"""So long before something may go to a member, the platform is asked about them;"""
FRESH = timedelta(hours=2)
"""and what it said is relied on for so long."""

_MEMBERS = SQLModel.metadata.tables["member"]
# Written into the statement, not bound: only so does SQLite see that the partial index fits.
_PENDING = col(Delivery.state) == literal_column("'pending'")


@dataclass(frozen=True, slots=True)
class Window:
    """The "do not disturb" that runs now, or comes next: instants of the calendar."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A member about whom the platform is to be asked."""

    member_id: int
    tenant: str
    """The workspace's own id on its platform, and"""
    user: str
    """the person's."""


def held_until(member: Member, now: datetime) -> datetime | None:
    """Until when nothing unasked may come, as far as is known at `now` of the calendar; None when it may."""
    begins, ends = member.dnd_from, member.dnd_until
    return ends if begins and ends and begins <= now < ends else None


async def to_ask(
    session: AsyncSession, platform: str, clocks: Clocks, *, each: int, but: Collection[str] = ()
) -> Sequence[Asked]:
    """At most `each` members of every workspace (none of those named in `but`) to whom something may go soon, and of
    whom nothing fresh is known. They count as asked from now on, so that no other process asks too; see `unasked`.
    """
    machine = clocks.machine.now()
    asked_at = col(Member.dnd_asked_at)
    stale = or_(asked_at.is_(None), asked_at < machine - FRESH, asked_at > machine + FRESH)
    place = func.row_number().over(partition_by=col(Member.tenant_id), order_by=col(Member.id)).label("place")
    people = (
        select(col(Member.id), col(Tenant.external_id), col(Member.user_id), place)
        .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
        .where(Tenant.platform == platform, col(Tenant.external_id).not_in(but))
        .where(col(Member.deactivated_at).is_(None), stale, col(Member.id).in_(_soon(clocks.calendar.now())))
        .subquery()
    )
    rows = (await session.exec(select(*people.c).where(people.c.place <= each))).all()
    found = {number: Asked(number, tenant, user) for number, tenant, user, _ in rows}
    taken = _MEMBERS.update().where(_MEMBERS.c.id.in_(found), stale).values(dnd_asked_at=machine)
    mine = await session.exec(taken.returning(_MEMBERS.c.id))
    return [found[number] for (number,) in mine.all()]


def _soon(now: datetime) -> CompoundSelect[Any]:
    soon = now + AHEAD
    return union(
        select(CoachingPlan.member_id).where(col(CoachingPlan.next_due_at) <= soon),
        select(PlannedAction.member_id).where(col(PlannedAction.planned_at).is_(None), PlannedAction.due_at <= soon),
        select(Delivery.member_id).where(_PENDING, Delivery.due_at <= soon),
    )


async def unasked(session: AsyncSession, asked: Collection[Asked]) -> None:
    """The platform did not say: these may be asked about again."""
    if asked:
        mine = col(Member.id).in_([each.member_id for each in asked])
        await session.exec(update(Member).where(mine).values(dnd_asked_at=None))


async def learn(session: AsyncSession, told: Mapping[int, Window | None], clocks: Clocks) -> None:
    """Keep what the platform says of members: their window, or None for none. What was held for an old one follows."""
    now = clocks.calendar.now()
    for member_id, window in sorted(told.items()):
        begins, ends = (window.begins, window.ends) if window and window.ends > now else (None, None)
        mine = update(Member).where(col(Member.id) == member_id)
        await session.exec(mine.values(dnd_from=begins, dnd_until=ends, dnd_asked_at=clocks.machine.now()))
        free_at = ends if begins and ends and begins <= now else now
        held = update(Delivery).where(col(Delivery.member_id) == member_id, col(Delivery.state) == State.PENDING)
        await session.exec(held.where(col(Delivery.reason) == DO_NOT_DISTURB).values(due_at=free_at))
