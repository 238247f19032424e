"""The weekly coaching note: who is due in which local week, and the one small thing it says. Found by the planner and
the courier through `NUDGE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week
from bot.mentoring.coaching import WEEKLY, due_instant, is_paused, offers_in, pace, plan_of, told, zone_of
from bot.mentoring.progress import load
from bot.mentoring.samples import PLACED
from bot.mentoring.weekly_note import ASK, SLOWER, Situation, weekly_note
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member
from bot.visit import zone_or_guess
from bot.words import Example
from jobs.ledger import MISSED, insert
from jobs.nudges import Composed, Letter, Nudge, Skip

GRACE = timedelta(hours=48)
"""A note that could not go on its hour goes late for so long,"""
APART = timedelta(days=3)
"""but never with less than this before the next one."""
REST = ASK + 1
"""After so many notes without any use of the mentor, the last of them a question, nothing more comes."""

_COLUMNS = ("weekday", "minute", "every_weeks", "next_slot")


@dataclass(frozen=True, slots=True)
class _Planned:
    """One member's slot: the ledger's row, if there is to be one now, and the plan's columns afterwards."""

    row: Delivery | None
    plan: Mapping[str, Any]


async def plan(session: AsyncSession, now: datetime, limit: int) -> int:
    """Plan at most `limit` due members, in five statements however many they are."""
    due = await _due(session, now, limit)
    if not due:
        return 0
    unused = await _unused(session, [row.member_id for row in due])
    planned = [_planned(row, unused.get(row.member_id, 0), now) for row in due]
    await insert(session, [each.row for each in planned if each.row])
    await session.exec(update(CoachingPlan), params=[dict(each.plan) for each in planned])
    return len(due)


async def _due(session: AsyncSession, now: datetime, limit: int) -> list[Row[Any]]:
    wanted = (
        select(CoachingPlan.__table__, col(Member.tenant_id), col(Member.zone))  # type: ignore[attr-defined]
        .join(Member, col(Member.id) == col(CoachingPlan.member_id))
        .where(col(CoachingPlan.next_due_at) <= now)
        .order_by(col(CoachingPlan.next_due_at), col(CoachingPlan.member_id))
        .limit(limit)
        .with_for_update(of=CoachingPlan, skip_locked=True)
    )
    return cast("list[Row[Any]]", (await session.exec(wanted)).all())


async def _unused(session: AsyncSession, members: list[int]) -> dict[int, int]:
    """Member → weekly notes since they last used the mentor; those without any are left out."""
    since = func.coalesce(Member.last_active_at, Member.created_at)
    counted = (
        select(Delivery.member_id, func.count())
        .join(Member, col(Member.id) == col(Delivery.member_id))
        .where(
            col(Delivery.member_id).in_(members),
            col(Delivery.kind) == WEEKLY,
            col(Delivery.state).in_((State.SENT, State.UNSURE)),
            func.coalesce(Delivery.sent_at, Delivery.due_at) > since,
        )
        .group_by(col(Delivery.member_id))
    )
    return dict((await session.exec(counted)).all())


def _planned(due: Row[Any], unused: int, now: datetime) -> _Planned:
    zone = zone_or_guess(due.zone)
    after = CoachingPlan(
        member_id=due.member_id, is_on=True, backoff=_backoff(unused), **{name: due._mapping[name] for name in _COLUMNS}
    )
    if unused >= REST:
        return _Planned(None, _columns(after, last_slot=due.last_slot, next_slot=None, next_due_at=None))
    slot = Week.parse(due.next_slot)
    due_at = due_instant(after, slot, zone)  # asked again: the platform may have told the member's zone since
    if due_at > now:
        return _Planned(None, _columns(after, last_slot=due.last_slot, next_slot=due.next_slot, next_due_at=due_at))
    week = slot.plus(pace(after))
    upcoming = due_instant(after, week, zone)
    expires_at = min(due_at + GRACE, upcoming - APART)
    is_missed = now > expires_at
    row = Delivery(
        tenant_id=due.tenant_id,
        member_id=due.member_id,
        kind=WEEKLY,
        slot=due.next_slot,
        due_at=due_at,
        expires_at=expires_at,
        state=State.SKIPPED if is_missed else State.PENDING,
        reason=MISSED if is_missed else "",
    )
    return _Planned(row, _columns(after, last_slot=due.next_slot, next_slot=str(week), next_due_at=upcoming))


def _columns(plan: CoachingPlan, **slots: Any) -> dict[str, Any]:
    return {"member_id": plan.member_id, "backoff": plan.backoff, **slots}


def _backoff(unused: int) -> str:
    if unused >= REST:
        return "silent"
    if unused >= ASK:
        return "asked"
    return "fortnightly" if unused >= SLOWER else "none"


async def compose(letter: Letter) -> Composed | Skip:
    """The note, true at this moment; or the name of the reason why there is none."""
    member_id = letter.delivery.member_id
    plan = await plan_of(letter.session, member_id)
    if plan is None or not plan.is_on:
        return Skip("opted out")
    if is_paused(plan, zone_of(letter.member), letter.now):
        return Skip(f"paused until {plan.paused_until}")
    earlier = [row for row in await told(letter.session, member_id) if row.id != letter.delivery.id]
    situation = Situation(
        week=Week.parse(letter.delivery.slot),
        plan=plan,
        progress=await load(letter.session, member_id, letter.pack),
        history=offers_in(earlier),
        unused=sum(_is_unused(row, letter.member) for row in earlier),
        was_slower=bool(earlier) and "backoff" in earlier[0].content,
    )
    note = weekly_note(letter.say, letter.pack, situation)
    return Composed(note.message, note.content) if note else Skip("nothing to say")


def _is_unused(row: Delivery, member: Member) -> bool:
    """The same as `_unused` asks the database for everybody at once."""
    since = member.last_active_at or member.created_at
    return row.state in (State.SENT, State.UNSURE) and (row.sent_at or row.due_at) > since


NUDGE = Nudge(
    kind=WEEKLY,
    plan=plan,
    compose=compose,
    examples=(
        Example("coach on", after=(PLACED,)),
        Example("coach on"),
        Example("coach settings topics networking", after=(PLACED, "coach on")),
    ),
)
