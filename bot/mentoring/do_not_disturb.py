""" "Do not disturb", as a platform tells it of its people: nothing unasked reaches a member while it lasts. Adapters
keep it true (`to_ask`, `take`, `learn`); whoever composes a message asks `held_until`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, literal_column, or_
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
    session: AsyncSession, platform: str, clocks: Clocks, *, most: int, but: Collection[str] = ()
) -> Sequence[Asked]:
    """At most so many members to whom something may go soon, and of whom nothing fresh is known; nobody of the
    workspaces named in `but`. Writes nothing; see `take`.
    """
    soon = clocks.calendar.now() + AHEAD
    people = (
        select(col(Member.id), col(Tenant.external_id), col(Member.user_id))
        .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
        .where(Tenant.platform == platform, col(Tenant.external_id).not_in(but))
        .where(col(Member.deactivated_at).is_(None), _is_stale(clocks.machine.now()))
        .limit(most)
    )
    ways = (
        people.join(CoachingPlan, col(CoachingPlan.member_id) == col(Member.id)).where(
            col(CoachingPlan.next_due_at) <= soon
        ),
        people.join(PlannedAction, col(PlannedAction.member_id) == col(Member.id)).where(
            col(PlannedAction.planned_at).is_(None), PlannedAction.due_at <= soon
        ),
        people.join(Delivery, col(Delivery.member_id) == col(Member.id)).where(_PENDING, Delivery.due_at <= soon),
    )
    found: dict[int, Asked] = {}
    for way in ways:
        found |= {row[0] or 0: Asked(row[0] or 0, *row[1:]) for row in (await session.exec(way)).all()}
    return list(found.values())[:most]


async def take(session: AsyncSession, found: Sequence[Asked], clocks: Clocks) -> Sequence[Asked]:
    """Those of them of whom still nothing fresh is known. They count as asked from now on, so that no other process
    asks too; see `unasked`.
    """
    machine = clocks.machine.now()
    mine = _MEMBERS.c.id.in_([each.member_id for each in found])
    taken = _MEMBERS.update().where(mine, _is_stale(machine)).values(dnd_asked_at=machine).returning(_MEMBERS.c.id)
    ours = set((await session.exec(taken)).scalars())
    return [each for each in found if each.member_id in ours]


def _is_stale(machine: datetime) -> ColumnElement[bool]:
    asked_at = col(Member.dnd_asked_at)
    return or_(asked_at.is_(None), asked_at < machine - FRESH, asked_at > machine + FRESH)


async def unasked(session: AsyncSession, asked: Collection[Asked]) -> None:
    """The platform did not say: these may be asked about again."""
    if asked:
        mine = col(Member.id).in_([each.member_id for each in asked])
        await session.exec(update(Member).where(mine).values(dnd_asked_at=None))


async def learn(session: AsyncSession, told: Mapping[int, Window | None], clocks: Clocks) -> None:
    """Keep what the platform says of members: their window, or None for none. What was held for an old one follows."""
    now = clocks.calendar.now()
    lasting = {each: window for each, window in told.items() if window and window.ends > now}
    free = sorted(told.keys() - lasting.keys())
    await session.exec(update(Member).where(col(Member.id).in_(sorted(told))).values(dnd_asked_at=clocks.machine.now()))
    has_window = or_(col(Member.dnd_from).is_not(None), col(Member.dnd_until).is_not(None))
    nothing: dict[str, None] = {"dnd_from": None, "dnd_until": None}
    await session.exec(update(Member).where(col(Member.id).in_(free), has_window).values(**nothing))
    await _release(session, free, now)
    for member_id, window in sorted(lasting.items()):
        mine = update(Member).where(col(Member.id) == member_id)
        await session.exec(mine.values(dnd_from=window.begins, dnd_until=window.ends))
        await _release(session, [member_id], window.ends if window.begins <= now else now)


async def _release(session: AsyncSession, members: Sequence[int], free_at: datetime) -> None:
    held = update(Delivery).where(col(Delivery.member_id).in_(members), col(Delivery.state) == State.PENDING)
    await session.exec(held.where(col(Delivery.reason) == DO_NOT_DISTURB).values(due_at=free_at))
