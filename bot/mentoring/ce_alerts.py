"""A member's CE alerts: on and off, at which hour, and on which days they come. A choice of its own, which silence
towards weekly notes never touches. Called by the `ce` command's parts, by whatever moves a member's hour or zone, and
by the CE alert.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import instant_of, local_day
from bot.mentoring.ce_ladder import Due, Told, due_on, upcoming
from bot.mentoring.ce_records import Kept, load
from bot.mentoring.ce_words import day_words, left_words
from bot.mentoring.days import clock_time
from bot.mentoring.showing import sentence
from bot.message import Button, Buttons, Message
from bot.model.coaching import CoachingPlan
from bot.model.credentials import AlertPlan
from bot.model.deliveries import RESTORED, Delivery, State
from bot.model.people import Member
from bot.visit import Visit, zone_or_guess
from bot.visitors import insert_new
from content.pack import Pack
from content.wording import Wording

KIND = "ce-alert"
"""The kind of a CE alert in the ledger."""
UNUSED = 3
"""Alerts without any use of the mentor, after which only the most important ones come."""
NOON = 12 * 60
ALERTS = "alerts"
"""In a row's content: what it was about."""


async def alerts(visit: Visit, words: str) -> Message:
    """`alerts on`, `alerts off`, `alerts 9:00`; alone it says how it stands."""
    said = words.strip().lower()
    plan = await visit.session.get(AlertPlan, visit.member_id)
    at = clock_time(said) if said not in ("", "on", "off") else None
    if said == "off":
        return await _off(visit, plan)
    if said == "on" or at is not None:
        return await _on(visit, at)
    return await _state(visit, plan)


async def _on(visit: Visit, at: time | None) -> Message:
    plan = await locked(visit.session, visit.member_id)
    plan.is_on, plan.opted_in_at = True, plan.opted_in_at if plan.is_on else visit.now
    if at is not None:
        plan.minute = at.hour * 60 + at.minute
    await follow_records(visit)
    return await _state(visit, plan)


async def _off(visit: Visit, plan: AlertPlan | None) -> Message:
    if plan is not None and plan.is_on:
        turn_off(await locked(visit.session, visit.member_id))
    on = Button(visit.say("ce.button.alerts-on"), "ce alerts on")
    return Message(visit.say("ce.alerts.off.title"), (sentence(visit, "ce.alerts.off"), Buttons((on,))))


async def stop_alerts(visit: Visit) -> bool:
    """For `stop`, which turns off all that comes unasked; tells whether they were on."""
    plan = await visit.session.get(AlertPlan, visit.member_id)
    was_on = plan is not None and plan.is_on
    if was_on:
        turn_off(await locked(visit.session, visit.member_id))
    return was_on


def turn_off(plan: AlertPlan) -> None:
    plan.is_on, plan.days, plan.next_due_at = False, [], None


async def _state(visit: Visit, plan: AlertPlan | None) -> Message:
    if plan is None or not plan.is_on:
        on = Button(visit.say("ce.button.alerts-on"), "ce alerts on", style="primary")
        return Message(visit.say("ce.alerts.are-off.title"), (sentence(visit, "ce.alerts.are-off"), Buttons((on,))))
    hour = await _hour(visit.session, plan)
    key = "ce.alerts.next" if plan.days else "ce.alerts.none"
    day = day_words(visit.say, date.fromisoformat(plan.days[0][0])) if plan.days else ""
    ways = (Button(visit.say("ce.button.alerts-off"), "ce alerts off"), Button(visit.say("ce.button.all"), "ce"))
    said = (sentence(visit, "ce.alerts.are-on", at=f"{hour:%H:%M}"), sentence(visit, key, day=day))
    return Message(visit.say("ce.alerts.are-on.title"), (*said, Buttons(ways)))


async def follow_records(visit: Visit) -> None:
    """What the member holds has changed: find the coming days anew."""
    await visit.session.flush()
    plan = await visit.session.get(AlertPlan, visit.member_id)
    if plan is None or not plan.is_on:
        return
    plan = await locked(visit.session, visit.member_id)
    today = local_day(visit.now, visit.zone)
    record = await load(visit.session, visit.member_id, visit.pack.credentials, today)
    schedule(plan, record.kept, await _hour(visit.session, plan), visit.zone, visit.now)


def schedule(plan: AlertPlan, record: Sequence[Kept], hour: time, zone: ZoneInfo, now: datetime) -> None:
    """The coming days, none of which was planned before, and the first one's instant."""
    today = local_day(now, zone)
    first = today if instant_of(today, hour, zone) > now else today + timedelta(days=1)
    if plan.last_day is not None:
        first = max(first, plan.last_day + timedelta(days=1))
    plan.days = [[day.isoformat(), over.isoformat()] for day, over in upcoming(record, first)]
    plan.next_due_at = instant_of(date.fromisoformat(plan.days[0][0]), hour, zone) if plan.days else None


async def follow_hour(session: AsyncSession, member: Member) -> None:
    """The member's zone or hour is another: the same local days, at the hour there."""
    assert member.id is not None
    plan = await session.get(AlertPlan, member.id)
    if plan is not None and plan.is_on and plan.days:
        plan = await locked(session, member.id)
        hour, zone = await _hour(session, plan), zone_or_guess(member.zone)
        plan.next_due_at = instant_of(date.fromisoformat(plan.days[0][0]), hour, zone) if plan.days else None


def hour_of(plan_minute: int | None, weekly_minute: int | None) -> time:
    """The member's hour of alerts: chosen for them, that of the weekly note, or noon."""
    first = (each for each in (plan_minute, weekly_minute, NOON) if each is not None)
    return time(*divmod(next(first), 60))


async def _hour(session: AsyncSession, plan: AlertPlan) -> time:
    weekly = await session.get(CoachingPlan, plan.member_id)
    return hour_of(plan.minute, weekly.minute if weekly else None)


async def locked(session: AsyncSession, member_id: int) -> AlertPlan:
    """The member's choice as it stands now, kept from a planner at work elsewhere; made when there is none."""
    await session.flush()
    found = await session.get(AlertPlan, member_id, with_for_update=True, populate_existing=True)
    if found is None:
        await insert_new(session, AlertPlan, **AlertPlan(member_id=member_id).model_dump())
        found = await session.get_one(AlertPlan, member_id, with_for_update=True)
    return found


async def alert_plans(session: AsyncSession, members: Collection[int]) -> Mapping[int, AlertPlan]:
    """The choices of those members who made one."""
    mine = select(AlertPlan).where(col(AlertPlan.member_id).in_(members))
    return {plan.member_id: plan for plan in (await session.exec(mine)).all()}


async def told_of(session: AsyncSession, member_id: int) -> Sequence[Delivery]:
    """What may have reached the member: alerts, and weekly notes that carried one, newest first."""
    came = col(Delivery.state).in_((State.SENT, State.UNSURE))
    mine = select(Delivery).where(Delivery.member_id == member_id, came, col(Delivery.reason) != RESTORED)
    rows = (await session.exec(mine.order_by(col(Delivery.due_at).desc()).limit(120))).all()
    return [row for row in rows if ALERTS in row.content]


async def due_now(
    session: AsyncSession, member: Member, pack: Pack, slot: date, now: datetime
) -> tuple[list[Due], int]:
    """What the alert of a local day has to say at this moment, and how many alerts went unused before it."""
    assert member.id is not None
    today = local_day(now, zone_or_guess(member.zone))
    record = await load(session, member.id, pack.credentials, today)
    earlier = await told_of(session, member.id)
    since = member.last_active_at or member.created_at
    unused = sum(row.kind == KIND and (row.sent_at or row.due_at) > since for row in earlier)
    told: set[Told] = {(each[0], each[1], each[2]) for row in earlier for each in row.content[ALERTS]}
    return due_on(record.kept, slot, told, quiet=unused >= UNUSED), unused


async def line_for_note(
    session: AsyncSession, member: Member, pack: Pack, say: Wording, now: datetime
) -> tuple[str, list[Told]] | None:
    """The CE line of a weekly note that goes on the local day of an alert; None where there is nothing to say, or the
    alert has set off by itself.
    """
    today = local_day(now, zone_or_guess(member.zone))
    mine = select(Delivery).where(
        Delivery.member_id == member.id, Delivery.kind == KIND, Delivery.slot == today.isoformat()
    )
    row = (await session.exec(mine)).first()
    if row is not None and (row.state not in (State.PENDING, State.SENDING) or ALERTS in row.content):
        return None  # a claimed one that says nothing yet is being asked right now, and waits for this note
    due, _ = await due_now(session, member, pack, today, now)
    return (due_line(say, due), [each.told for each in due]) if due else None


def due_line(say: Wording, due: Sequence[Due]) -> str:
    """At most 14 words."""
    more = len({each.kept.rule.id for each in due}) - 1
    first = say("ce.alert.short", name=due[0].kept.rule.short, what=left_words(say, due[0].kept))
    return f"{first} {say('ce.alert.more', number=more)}" if more else first
