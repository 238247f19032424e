"""The CE alert: a certificate's date comes near, or the pace grows. Found by the planner and the courier through
`NUDGE`. One message for each of the member's local days, whatever falls due on it; in the weekly note where both fall
on one day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week, instant_of, local_day
from bot.mentoring.ce_alerts import ALERTS, KIND, UNUSED, alert_plans, due_now, hour_of
from bot.mentoring.ce_cycles import Basis
from bot.mentoring.ce_ladder import PACE, Due
from bot.mentoring.ce_words import brief
from bot.mentoring.closed_days import know_closures
from bot.mentoring.coaching import WEEKLY, plans_of
from bot.mentoring.open_hours import Closure, OpenHours, quiet_of
from bot.message import Block, Bold, Button, Buttons, Message, Paragraph, Text, text
from bot.model.coaching import CoachingPlan
from bot.model.credentials import AlertPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member
from bot.visit import zone_or_guess
from bot.words import Example
from content.wording import Wording
from jobs.ledger import MISSED, NOW, NewDelivery, insert
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip

REPEATED = 14
"""Days before the end from which an alert that may not have arrived goes once more."""
SHOWN = 2
WITH_NOTE = "goes with the weekly note"
IN_NOTE = "in the weekly note"
_PATIENCE = timedelta(minutes=5)
_THEIRS = col(Member.id) == col(AlertPlan.member_id)
_IS_DUE = (col(AlertPlan.next_due_at) <= NOW, col(Member.deactivated_at).is_(None))
_LATEST = timedelta(hours=2)
"""So long after the weekly note's hour its alert waits for it."""


async def plan(session: AsyncSession, now: datetime, limit: int) -> int:
    """Plan at most `limit` members' next alert, in three statements however many they are."""
    due = await _due(session, now, limit)
    if not due:
        return 0
    planned = [_planned(row, now) for row in due]
    await insert(session, [row for row, _ in planned if row])
    await session.exec(update(AlertPlan), params=[dict(after) for _, after in planned])
    return len(due)


async def _due(session: AsyncSession, now: datetime, limit: int) -> list[Row[Any]]:
    wanted: Any = (
        select(
            AlertPlan.__table__,  # type: ignore[attr-defined]
            col(Member.tenant_id),
            col(Member.zone),
            col(CoachingPlan.minute).label("weekly_minute"),
        )
        .join(Member, _THEIRS)
        .join(CoachingPlan, col(CoachingPlan.member_id) == col(AlertPlan.member_id), isouter=True)
        .where(*_IS_DUE)
        .order_by(col(AlertPlan.next_due_at))
        .limit(limit)
        .with_for_update(of=AlertPlan, skip_locked=True)
    )
    return cast("list[Row[Any]]", (await session.exec(wanted, params={NOW.key: now})).all())


def _planned(due: Row[Any], now: datetime) -> tuple[NewDelivery | None, Mapping[str, Any]]:
    """The ledger's row for the first of the coming days, if its hour has come, and the plan's columns afterwards."""
    zone, hour = zone_or_guess(due.zone), hour_of(due.minute, due.weekly_minute)
    days = [(date.fromisoformat(day), date.fromisoformat(over)) for day, over in due.days]
    if not days:
        return None, {"member_id": due.member_id, "next_due_at": None}
    (day, over), left = days[0], due.days[1:]
    due_at = instant_of(day, hour, zone)
    if due_at > now:  # the hour or the zone is another since
        return None, {"member_id": due.member_id, "next_due_at": due_at}
    expires_at = instant_of(over, hour, zone) - timedelta(minutes=1)
    is_missed = now > expires_at
    row = NewDelivery(
        tenant_id=due.tenant_id,
        member_id=due.member_id,
        kind=KIND,
        slot=day.isoformat(),
        due_at=due_at,
        expires_at=expires_at,
        state=State.SKIPPED if is_missed else State.PENDING,
        reason=MISSED if is_missed else "",
    )
    following = instant_of(date.fromisoformat(left[0][0]), hour, zone) if left else None
    return row, {"member_id": due.member_id, "days": left, "last_day": day, "next_due_at": following}


@dataclass(frozen=True, slots=True)
class _Known:
    """What decides whether an alert may go now."""

    alerts: AlertPlan | None
    coaching: CoachingPlan | None
    notes: Sequence[Delivery] = ()
    """The member's weekly notes of these days."""
    closures: Sequence[Closure] = field(default=())


async def gather(session: AsyncSession, rows: Sequence[Delivery], now: datetime) -> Mapping[int, _Known]:
    """Four statements, however many alerts are composed together."""
    members = [row.member_id for row in rows]
    plans = await alert_plans(session, members)
    coaching = await plans_of(session, members)
    closures = await know_closures(session, {row.tenant_id for row in rows}, now)
    recent = (col(Delivery.member_id).in_(members), Delivery.kind == WEEKLY)
    wanted = select(Delivery).where(*recent, col(Delivery.expires_at) > now - timedelta(days=7))
    notes: dict[int, list[Delivery]] = {}
    for each in (await session.exec(wanted)).all():
        notes.setdefault(each.member_id, []).append(each)
    return {
        row.member_id: _Known(
            plans.get(row.member_id),
            coaching.get(row.member_id),
            notes.get(row.member_id, ()),
            closures[row.tenant_id],
        )
        for row in rows
    }


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """The alert, true at this moment; or until when it waits, or why there is none."""
    known: _Known = letter.known
    if known.alerts is None or not known.alerts.is_on:
        return Skip("opted out")
    slot = date.fromisoformat(letter.delivery.slot)
    due, unused = await due_now(letter.session, letter.member, letter.pack, slot, letter.now)
    if not due:
        return Skip("complete")
    if wait := _closed(letter, known) or _with_note(letter, known, slot, due):
        return wait
    return Composed(alert(letter.say, due, unused=unused), _content(due))


def _content(due: Sequence[Due]) -> dict[str, Any]:
    days = min(each.kept.standing.days_left or 0 for each in due)
    return {ALERTS: [list(each.told) for each in due], "days": days}


def _closed(letter: Letter, known: _Known) -> Hold | None:
    """Closed days and quiet hours hold it, unless it would then come too late; a pause of weekly notes never does."""
    assert known.alerts is not None
    zone = zone_or_guess(letter.member.zone)
    weekly = known.coaching.minute if known.coaching else None
    hours = OpenHours(zone, hour_of(known.alerts.minute, weekly), tuple(known.closures), quiet_of(letter.tenant))
    opening = hours.first_open(letter.now)
    if opening.at <= letter.now or opening.at > letter.delivery.expires_at or opening.cause is None:
        return None
    wait = hours.wait(letter.now, letter.now)
    return Hold(wait.until, wait.reason) if wait else None


def _with_note(letter: Letter, known: _Known, slot: date, due: Sequence[Due]) -> Hold | Skip | None:
    """Where the weekly note of the same local day carries it, or is about to."""
    zone = zone_or_guess(letter.member.zone)
    today = local_day(letter.now, zone)
    for note in known.notes:
        if ALERTS in note.content and {tuple(each) for each in note.content[ALERTS]} >= {each.told for each in due}:
            if note.state == State.SENT or (note.state == State.UNSURE and not _is_near(due)):
                return Skip(IN_NOTE)
            if note.state == State.SENDING:
                return Hold(letter.now + _PATIENCE, WITH_NOTE)
    at = _note_due(known, slot)
    if at is None or today != slot or local_day(at, zone) != today or letter.now >= at + _LATEST:
        return None
    return Hold(max(at + timedelta(minutes=1), letter.now + _PATIENCE), WITH_NOTE) if _is_to_come(known, at) else None


def _is_near(due: Sequence[Due]) -> bool:
    return any((each.kept.standing.days_left or 0) <= REPEATED for each in due)


def _note_due(known: _Known, slot: date) -> datetime | None:
    """When the weekly note of the slot's week is due, if notes come at all."""
    plan = known.coaching
    if plan is None or not plan.is_on:
        return None
    week = Week.of(slot)
    pending = next((note for note in known.notes if note.state == State.PENDING and note.slot == str(week)), None)
    if pending is not None:
        return pending.due_at
    return plan.next_due_at if plan.next_slot == str(week) else None


def _is_to_come(known: _Known, at: datetime) -> bool:
    """Neither sent nor skipped yet."""
    assert known.coaching is not None
    return known.coaching.next_due_at == at or any(
        note.state == State.PENDING and note.due_at == at for note in known.notes
    )


def alert(say: Wording, due: Sequence[Due], *, unused: int) -> Message:
    """At most 60 words."""
    blocks: list[Block] = []
    for each in due[:SHOWN]:
        blocks.append(Paragraph((Bold(each.kept.rule.short), Text(f": {brief(say, each.kept)}."))))
        if each.rung == PACE:
            blocks.append(Paragraph(text(say("ce.alert.pace"))))
    first = due[0].kept.standing.cycle
    if len(due) > SHOWN:
        blocks.append(Paragraph(text(say("ce.alert.more", number=len(due) - SHOWN))))
    elif first is not None and first.basis is not Basis.PRINTED and len(due) == 1:
        blocks.append(Paragraph(text(say("ce.alert.check"))))
    blocks.append(Paragraph(text(say("ce.alert.fewer" if unused == UNUSED - 1 else "ce.alert.why")), quiet=True))
    buttons = (
        Button(say("ce.button.log"), "ce log", style="primary", opens=True),
        Button(say("ce.button.all"), "ce"),
        Button(say("ce.button.alerts-off"), "ce alerts off"),
    )
    return Message(say("ce.alert.title"), (*blocks, Buttons(buttons)), discreet=say("ce.alert.discreet"))


def _repeats(delivery: Delivery) -> bool:
    days = delivery.content.get("days")
    return isinstance(days, int) and days <= REPEATED


_CMM = "ce add cmm earned 2025-12-20 expires 2026-12-07"

NUDGE = Nudge(
    kind=KIND,
    plan=plan,
    due=select(col(AlertPlan.member_id)).join(Member, _THEIRS).where(*_IS_DUE),
    gather=gather,
    compose=compose,
    repeats=_repeats,
    examples=(
        Example("ce alerts on", after=(_CMM, 'ce log 8 "Law for leads" 2026-05-04')),
        Example("ce alerts on", after=("ce add cmpe expires 2026-11-30",)),
    ),
)
