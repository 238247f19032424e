"""What comes next and when it truly comes: the member's slot, moved by closed days and quiet hours as the weekly nudge
will move it. Asked by `coach`, `home`, and whoever previews the weeks ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week, local_day
from bot.mentoring.closed_days import closures_of
from bot.mentoring.coaching import WEEKLY, due_instant, grace_ends, week_after, zone_of
from bot.mentoring.open_hours import QUIET_HOURS, Cause, OpenHours, hours_of
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.visit import Visit

LOOK_AHEAD = 60
"""Weeks: longer than any leave or closure may last."""
_PENDING = (
    select(Delivery)
    .where(Delivery.member_id == bindparam("member"), Delivery.kind == WEEKLY, col(Delivery.state) == State.PENDING)
    .order_by(col(Delivery.due_at))
)


@dataclass(frozen=True, slots=True)
class Coming:
    """A weekly note that is to come."""

    week: Week
    at: datetime
    """When it comes; where that is not after now, with the next delivery."""
    due: datetime
    """Its own hour, by the member's rhythm."""
    cause: Cause | None = None
    """What moves it from its own hour."""
    left_out: tuple[date, Cause] | None = None
    """The local day and the reason of the first note before it that cannot go in time, and is left out."""


async def coming_note(visit: Visit, plan: CoachingPlan) -> Coming | None:
    """The next weekly note of the member who is here; None when none is to come."""
    if not plan.is_on:
        return None
    tenant, now = visit.tenant, visit.now
    closures = await visit.recalled(("closures", now.date()), lambda: closures_of(visit.session, tenant, now))
    hours = hours_of(tenant, plan, zone_of(visit.member), closures)
    row = await visit.recalled("pending note", lambda: _pending(visit.session, plan.member_id))
    return _waiting(row, plan, hours, now) or next(forecast(plan, hours, now), None)


async def _pending(session: AsyncSession, member_id: int) -> Delivery | None:
    return (await session.exec(_PENDING, params={"member": member_id})).first()


def _waiting(row: Delivery | None, plan: CoachingPlan, hours: OpenHours, now: datetime) -> Coming | None:
    """The note that is planned and not yet sent; None when there is none, or it will not go in time."""
    if row is None:
        return None
    week = Week.parse(row.slot)
    due = due_instant(plan, week, hours.zone)
    at, cause = _opening(hours, due, max(now, row.due_at))
    if at > row.expires_at:
        return None
    return Coming(week, at, due, cause or (hours.quiet if row.reason == QUIET_HOURS else None))


def forecast(plan: CoachingPlan, hours: OpenHours, now: datetime) -> Iterator[Coming]:
    """The notes that are not planned yet, in order, as things stand now. Those that cannot go in time are left out."""
    left_out: tuple[date, Cause] | None = None
    for week, following in islice(_weeks(plan, hours), LOOK_AHEAD):
        due = due_instant(plan, week, hours.zone)
        at, cause = _opening(hours, due, now)
        if at <= grace_ends(due, due_instant(plan, following, hours.zone)):
            yield Coming(week, at, due, cause, left_out)
            left_out = None
        elif cause and due > now:
            left_out = left_out or (local_day(due, hours.zone), cause)


def _weeks(plan: CoachingPlan, hours: OpenHours) -> Iterator[tuple[Week, Week]]:
    """The coming weeks with a slot, each with the one after it."""
    if plan.next_slot is None:
        return
    week = Week.parse(plan.next_slot)
    while True:
        following = week_after(plan, week, hours.zone)
        yield week, following
        week = following


def _opening(hours: OpenHours, due: datetime, now: datetime) -> tuple[datetime, Cause | None]:
    """When a note goes that nobody sends before now, and what moved it from its own hour."""
    earliest = max(due, now)
    wait = hours.wait(due, earliest)
    if wait:
        return wait.until, wait.cause
    return earliest, hours.first_open(due).cause
