"""What a restore means for what is sent unasked: what lay between the backup and now may have gone, so it never goes
again. Called by `jobs.moving` on the copy that a restore is about to put in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.counters import leap
from bot.database import Database
from bot.model.deliveries import RESTORED, Delivery, State
from bot.model.inbound import InboundEvent
from jobs.ledger import MISSED
from jobs.nudges import Nudge, Plan
from jobs.planner import BATCH

LEAP = 1_000_000
"""Ids left out: those given since the backup are unknown, and name messages that people may still hold."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What was found whose fate nobody knows."""

    unsure: int
    """Deliveries that may have gone since the backup."""
    unanswered: int
    """Stored events of a platform that may have been answered since the backup."""


async def mark_restored(database: Database, nudges: Sequence[Nudge], now: datetime) -> Marked:
    """Leave nothing to be sent or answered that may have been since the backup was taken. Nobody else may be at work.

    What is to come after `now` (both clocks) stays as it was planned.
    """
    async with database.work() as session:
        last = (await session.exec(select(func.max(Delivery.id)))).one() or 0
    for plan in (nudge.plan for nudge in nudges if nudge.plan):
        while await _plan(database, plan, now):
            pass
    async with database.work() as session:
        marked = Marked(await _mark_deliveries(session, last, now), await _end_events(session, now))
        connection = await session.connection()
        await connection.run_sync(leap, LEAP)
    return marked


async def _plan(database: Database, plan: Plan, now: datetime) -> int:
    """A row for each slot that was planned since the backup, or would have been: so that it is never planned again."""
    async with database.work() as session:
        return await plan(session, now, BATCH)


async def _mark_deliveries(session: AsyncSession, last: int, now: datetime) -> int:
    statement = update(Delivery).where(or_(_may_have_gone(now), _planned_only_now(last, now)))
    marks = {
        "state": State.UNSURE,
        "reason": RESTORED,
        "recorded_at": now,
        "settle_at": None,
        "looks": 0,
        "retry_at": None,
        "lease_until": None,
        "claimed_by": "",
        "queued_until": None,
    }
    return int((await session.exec(statement.values(marks))).rowcount)


def _may_have_gone(now: datetime) -> ColumnElement[bool]:
    """Was due; or on its way; or unsure, and somebody would look and perhaps send it once more."""
    state = col(Delivery.state)
    return or_(
        and_(state == State.PENDING, col(Delivery.due_at) <= now),
        state == State.SENDING,
        and_(state == State.UNSURE, col(Delivery.settle_at).is_not(None)),
    )


def _planned_only_now(last: int, now: datetime) -> ColumnElement[bool]:
    """The planner names as missed what it comes to too late; but the process that ran then was not late."""
    is_missed = and_(col(Delivery.state) == State.SKIPPED, col(Delivery.reason) == MISSED)
    return and_(col(Delivery.id) > last, col(Delivery.due_at) <= now, is_missed)


async def _end_events(session: AsyncSession, now: datetime) -> int:
    """Every stored event is older than the backup, and is answered within seconds where the mentor runs: so it has been
    answered. Its id stays, so that a platform that repeats it is still recognized."""
    unworked = update(InboundEvent).where(col(InboundEvent.worked_at).is_(None))
    return int((await session.exec(unworked.values(worked_at=now, words="", lease_until=None))).rowcount)
