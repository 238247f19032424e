"""The weekly coaching note: who is due in which local week, and the one small thing it says. Found by the planner and
the courier through `NUDGE`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Row, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week, local_day
from bot.mentoring.ce_alerts import ALERTS, alert_plans, line_for_note
from bot.mentoring.ce_ladder import Told as ToldOfCe
from bot.mentoring.closed_days import know_closures
from bot.mentoring.coaching import (
    WEEKLY,
    due_instant,
    grace_ends,
    plans_of,
    week_after,
    zone_of,
)
from bot.mentoring.do_not_disturb import DO_NOT_DISTURB
from bot.mentoring.history import Told, offers_in, told
from bot.mentoring.ledger_words import MOVED
from bot.mentoring.open_hours import ON_TIME, QUIET_HOURS, Closure, OpenHours, hours_of, name_of
from bot.mentoring.progress import Past, fold, pasts_of
from bot.mentoring.samples import PLACED
from bot.mentoring.weekly_note import ASK, SLOWER, Note, Situation, weekly_note
from bot.model.coaching import CoachingPlan
from bot.model.credentials import AlertPlan
from bot.model.deliveries import RESTORED, Delivery, State
from bot.model.people import Member
from bot.visit import zone_or_guess
from bot.words import Example
from jobs.ledger import MISSED, NOW, NewDelivery, insert
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip

REST = ASK + 1
"""After so many notes without any use of the mentor, the last of them a question, nothing more comes."""

_IS_DUE = col(CoachingPlan.next_due_at) <= NOW
_COLUMNS = ("weekday", "minute", "every_weeks", "paused_from", "paused_until")


@dataclass(frozen=True, slots=True)
class _Planned:
    """One member's slot: the ledger's row, if there is to be one now, and the plan's columns afterwards."""

    row: NewDelivery | None
    plan: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Timing:
    """A plan as it will be, of which only the time of its notes matters here."""

    backoff: str
    weekday: int
    minute: int
    every_weeks: int
    paused_from: date | None
    paused_until: date | None


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
        .where(_IS_DUE)
        .order_by(col(CoachingPlan.next_due_at))  # no further, or all who are due at one instant are read each time
        .limit(limit)
        .with_for_update(of=CoachingPlan, skip_locked=True)
    )
    return cast("list[Row[Any]]", (await session.exec(wanted, params={NOW.key: now})).all())


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
            col(Delivery.reason) != RESTORED,  # what the member did then is lost as well
            func.coalesce(Delivery.sent_at, Delivery.due_at) > since,
        )
        .group_by(col(Delivery.member_id))
    )
    return dict((await session.exec(counted)).all())


def _planned(due: Row[Any], unused: int, now: datetime) -> _Planned:
    zone = zone_or_guess(due.zone)
    columns = {"member_id": due.member_id, "backoff": _backoff(unused)}
    if unused >= REST:
        return _Planned(None, columns | {"last_slot": due.last_slot, "next_slot": None, "next_due_at": None})
    after = _Timing(_backoff(unused), *(due._mapping[name] for name in _COLUMNS))
    slot = Week.parse(due.next_slot)
    due_at = due_instant(after, slot, zone)  # asked again: the platform may have told the member's zone since
    if due_at > now:
        same = {"last_slot": due.last_slot, "next_slot": due.next_slot, "next_due_at": due_at}
        return _Planned(None, columns | same)
    week = week_after(after, slot, zone)
    upcoming = due_instant(after, week, zone)
    expires_at = grace_ends(due_at, upcoming)
    is_missed = now > expires_at
    row = NewDelivery(
        tenant_id=due.tenant_id,
        member_id=due.member_id,
        kind=WEEKLY,
        slot=due.next_slot,
        due_at=due_at,
        expires_at=expires_at,
        state=State.SKIPPED if is_missed else State.PENDING,
        reason=MISSED if is_missed else "",
    )
    return _Planned(row, columns | {"last_slot": due.next_slot, "next_slot": str(week), "next_due_at": upcoming})


def _backoff(unused: int) -> str:
    if unused >= REST:
        return "silent"
    if unused >= ASK:
        return "asked"
    return "fortnightly" if unused >= SLOWER else "none"


@dataclass(frozen=True, slots=True)
class _Known:
    """What a member's note is made of."""

    plan: CoachingPlan | None
    pasts: Sequence[Past]
    told: Sequence[Told]
    closures: Sequence[Closure]
    alerts: AlertPlan | None


async def gather(session: AsyncSession, rows: Sequence[Delivery], now: datetime) -> Mapping[int, _Known]:
    """Five statements, however many notes are composed together."""
    members = [row.member_id for row in rows]
    plans, pasts = await plans_of(session, members), await pasts_of(session, members)
    notes, closures = await told(session, members), await know_closures(session, {row.tenant_id for row in rows}, now)
    alerts = await alert_plans(session, members)
    return {
        row.member_id: _Known(
            plans.get(row.member_id),
            pasts[row.member_id],
            notes[row.member_id],
            closures[row.tenant_id],
            alerts.get(row.member_id),
        )
        for row in rows
    }


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """The note, true at this moment; or until when it waits, or why there is none."""
    known: _Known = letter.known
    plan = known.plan
    if plan is None or not plan.is_on:
        return Skip("opted out")
    hours = hours_of(letter.tenant, plan, zone_of(letter.member), known.closures)
    slot = due_instant(plan, Week.parse(letter.delivery.slot), hours.zone)
    if slot > letter.delivery.expires_at:  # the member has chosen another day since: too late for this week's note
        slot = letter.now
    if wait := hours.wait(slot, letter.now):
        return Hold(wait.until, wait.reason)
    ce = await _ce_line(letter, known)
    if (note := _note(letter, plan, known, ce=ce[0] if ce else "")) is None:
        return Skip("nothing to say")
    carried = {ALERTS: ce[1]} if ce and note.carries_ce else {}
    return Composed(note.message, {**note.content, **carried, **_moved(hours, slot, letter)})


async def _ce_line(letter: Letter, known: _Known) -> tuple[str, list[ToldOfCe]] | None:
    """A CE alert that falls on the same local day goes with the note."""
    today = local_day(letter.now, zone_of(letter.member))
    alerts = known.alerts
    if alerts is None or not alerts.is_on:
        return None
    if alerts.last_day != today and alerts.days[:1] and alerts.days[0][0] != today.isoformat():
        return None
    return await line_for_note(letter.session, letter.member, letter.pack, letter.say, letter.now)


def _moved(hours: OpenHours, slot: datetime, letter: Letter) -> dict[str, str]:
    """What made the note come later than on its hour, where the calendar did."""
    if letter.now < slot + ON_TIME:
        return {}
    if cause := hours.first_open(slot).cause:
        return {MOVED: name_of(cause)}
    held_by = letter.delivery.reason
    return {MOVED: held_by} if held_by in (QUIET_HOURS, DO_NOT_DISTURB) else {}


def _note(letter: Letter, plan: CoachingPlan, known: _Known, *, ce: str = "") -> Note | None:
    earlier = [row for row in known.told if row.id != letter.delivery.id]
    situation = Situation(
        week=Week.parse(letter.delivery.slot),
        plan=plan,
        progress=fold(known.pasts, letter.pack),
        history=offers_in(earlier),
        unused=sum(_is_unused(row, letter.member) for row in earlier),
        ce=ce,
        was_slower=bool(earlier) and "backoff" in earlier[0].content,
    )
    return weekly_note(letter.say, letter.pack, situation)


def _is_unused(row: Told, member: Member) -> bool:
    """The same as `_unused` asks the database for everybody at once."""
    since = member.last_active_at or member.created_at
    is_told = row.state in (State.SENT, State.UNSURE) and row.reason != RESTORED
    return is_told and (row.sent_at or row.due_at) > since


NUDGE = Nudge(
    kind=WEEKLY,
    plan=plan,
    due=select(col(CoachingPlan.member_id)).where(_IS_DUE),
    gather=gather,
    compose=compose,
    examples=(
        Example("coach on", after=(PLACED,)),
        Example("coach on"),
        Example("coach settings topics networking", after=(PLACED, "coach on")),
    ),
)
