"""A member's weekly coaching: opting in and out, the rhythm, pauses, and when the next note falls due. Called by the
`coach` and `stop` commands, by `bot.conversation` on every use (`wake`), and by the weekly nudge.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week, first_slot, instant_of, local_day, slot_instant
from bot.mentoring.open_hours import Timing, leave_of
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member
from bot.model.progress import PlannedAction
from bot.visit import zone_or_guess
from bot.visitors import insert_new

WEEKLY = "weekly"
"""The kind of the weekly note in the ledger."""
TOPICS = ("step", "networking")
GRACE = timedelta(hours=48)
"""A note that could not go on its hour goes late for so long,"""
APART = timedelta(days=3)
"""but never with less than this before the next one."""


class Rhythm(TypedDict, total=False):
    """What a member may choose; what is left out stays as it is."""

    weekday: int
    """Monday is 0."""
    minute: int
    """Local minutes after midnight."""
    every_weeks: int
    topics: list[str]


def zone_of(member: Member) -> ZoneInfo:
    """The member's zone, or the one that is guessed until it is known."""
    return zone_or_guess(member.zone)


def time_of(plan: Timing) -> time:
    """The local time of day at which notes come."""
    return time(*divmod(plan.minute, 60))


def pace(plan: Timing) -> int:
    """Weeks from one note to the next, as they really come: the member's own, or slower after notes went unused."""
    return plan.every_weeks if plan.backoff == "none" else max(2, plan.every_weeks)


def due_instant(plan: Timing, week: Week, zone: ZoneInfo) -> datetime:
    """When the plan's slot of a week falls due, in UTC."""
    return slot_instant(week, plan.weekday, time_of(plan), zone)


def week_after(plan: Timing, week: Week, zone: ZoneInfo) -> Week:
    """The week of the note that follows the one of `week`: at the plan's pace, and past any leave."""
    return _past_leave(plan, week.plus(pace(plan)), zone)


def grace_ends(due_at: datetime, upcoming: datetime) -> datetime:
    """After this instant a note that fell due at `due_at` no longer goes; `upcoming` is when the next one does."""
    return min(due_at + GRACE, upcoming - APART)


def is_paused(plan: CoachingPlan, zone: ZoneInfo, now: datetime) -> bool:
    """A pause ends by itself when its day begins; a leave ahead is not one yet."""
    leave = leave_of(plan)
    return leave is not None and leave.holds(local_day(now, zone))


def is_leaving(plan: CoachingPlan, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a leave lies ahead."""
    return plan.paused_until is not None and plan.paused_from is not None and local_day(now, zone) < plan.paused_from


def reschedule(plan: CoachingPlan, zone: ZoneInfo, now: datetime) -> None:
    """Find the next slot anew: after now, outside any leave, and at the plan's pace after the last week planned.

    Never names a local week that was planned before, whatever the zone or rhythm was then.
    """
    if not plan.is_on or plan.backoff == "silent":
        plan.next_slot = plan.next_due_at = None
        return
    soonest = Week.parse(plan.last_slot).plus(pace(plan)) if plan.last_slot else None
    first = first_slot(plan.weekday, time_of(plan), zone, after=now, not_before=soonest)
    week = _past_leave(plan, first, zone)
    plan.next_slot, plan.next_due_at = str(week), due_instant(plan, week, zone)


def _past_leave(plan: Timing, week: Week, zone: ZoneInfo) -> Week:
    leave = leave_of(plan)
    if leave is None or not leave.holds(local_day(due_instant(plan, week, zone), zone)):
        return week
    before = instant_of(leave.ends, time.min, zone) - timedelta(microseconds=1)
    return first_slot(plan.weekday, time_of(plan), zone, after=before, not_before=week)


def follow_zone(plan: CoachingPlan, zone: ZoneInfo) -> None:
    """The member is in another zone: the same local week, at the hour there, even when that hour has just passed."""
    if plan.next_slot:
        plan.next_due_at = due_instant(plan, Week.parse(plan.next_slot), zone)


async def plan_of(session: AsyncSession, member_id: int) -> CoachingPlan | None:
    """The member's plan; None when they never opted in nor chose a rhythm."""
    return await session.get(CoachingPlan, member_id)


async def plans_of(session: AsyncSession, members: Collection[int]) -> Mapping[int, CoachingPlan]:
    """The plans of those members who have one."""
    mine = select(CoachingPlan).where(col(CoachingPlan.member_id).in_(members))
    return {plan.member_id: plan for plan in (await session.exec(mine)).all()}


async def wake(session: AsyncSession, member: Member, plan: CoachingPlan | None, now: datetime) -> None:
    """Any use counts as being alive: a plan in back-off returns to the member's own rhythm, in the zone known now."""
    if is_news(member, plan, now):
        member.last_active_at = now
    if plan is None or is_awake(member, plan):
        return
    plan = await locked_plan(session, member)
    follow_zone(plan, zone_of(member))
    if plan.backoff != "none":
        plan.backoff = "none"
        reschedule(plan, zone_of(member), now)


def is_awake(member: Member, plan: CoachingPlan | None) -> bool:
    """Whether a use leaves the plan as it is."""
    if plan is None or not plan.is_on:
        return True
    return plan.backoff == "none" and _is_timed_right(plan, zone_of(member))


def is_news(member: Member, plan: CoachingPlan | None, now: datetime) -> bool:
    """Whether a use now is to be noted: to the minute where no note counts the uses after it, because each write costs
    the answer time.
    """
    seen, exactly = member.last_active_at, plan is not None and plan.is_on
    return exactly or seen is None or not timedelta(0) <= now - seen < timedelta(minutes=1)


async def opt_in(session: AsyncSession, member: Member, now: datetime) -> tuple[CoachingPlan, bool]:
    """Turn weekly coaching on, with the rhythm chosen before or the default; tells whether that changed anything."""
    plan = await locked_plan(session, member)
    if plan.is_on:
        return plan, False
    plan.is_on, plan.opted_in_at, plan.backoff = True, now, "none"
    plan.paused_from = plan.paused_until = None
    reschedule(plan, zone_of(member), now)
    return plan, True


async def opt_out(session: AsyncSession, member: Member) -> bool:
    """Turn weekly coaching off; tells whether it was on. The rhythm stays for another time."""
    plan = await plan_of(session, _id(member))
    if plan is None or not plan.is_on:
        return False
    plan = await locked_plan(session, member)
    plan.is_on = False
    plan.paused_from = plan.paused_until = None
    plan.next_slot = plan.next_due_at = None
    return True


async def pause(
    session: AsyncSession, member: Member, until: date, now: datetime, *, begins: date | None = None
) -> CoachingPlan:
    """No note from the local day `begins` on (None: from now on) and before the local day `until`; notes come again by
    themselves from that day on. Takes the place of any other pause.
    """
    plan = await locked_plan(session, member)
    is_ahead = begins is not None and begins > local_day(now, zone_of(member))
    plan.paused_from, plan.paused_until = begins if is_ahead else None, until
    reschedule(plan, zone_of(member), now)
    return plan


async def resume(session: AsyncSession, member: Member, now: datetime) -> CoachingPlan:
    """End a pause now, or take back a leave."""
    plan = await locked_plan(session, member)
    plan.paused_from = plan.paused_until = None
    reschedule(plan, zone_of(member), now)
    await _judge_anew(session, plan, zone_of(member))
    return plan


async def set_rhythm(session: AsyncSession, member: Member, now: datetime, **chosen: Unpack[Rhythm]) -> CoachingPlan:
    """Change day, hour, pace or topics. A week whose note was planned already gets no second one."""
    plan = await locked_plan(session, member)
    before = (plan.weekday, plan.minute, plan.every_weeks)
    for name, value in chosen.items():
        setattr(plan, name, value)
    if before != (plan.weekday, plan.minute, plan.every_weeks):
        reschedule(plan, zone_of(member), now)
        await _judge_anew(session, plan, zone_of(member))
    return plan


async def set_zone(session: AsyncSession, member: Member, name: str, *, own: bool = False) -> None:
    """Where the member is, as they (`own`) or their platform say; `name` is an IANA name that exists. What is planned
    in local time follows: the next note, and reminders that are not under way.
    """
    member.zone, member.zone_is_own = name, own
    session.add(member)
    if await plan_of(session, _id(member)):
        plan = await locked_plan(session, member)
        follow_zone(plan, zone_of(member))
        await _judge_anew(session, plan, zone_of(member))
    waiting = select(PlannedAction).where(PlannedAction.member_id == member.id, col(PlannedAction.planned_at).is_(None))
    for planned in await session.exec(waiting):
        local = datetime.fromisoformat(planned.local)
        planned.due_at = instant_of(local.date(), local.time(), zone_of(member))


async def _judge_anew(session: AsyncSession, plan: CoachingPlan, zone: ZoneInfo) -> None:
    """A planned note that waits for another day falls due on its own hour again: the nudge then asks what holds now."""
    mine = (Delivery.member_id == plan.member_id, Delivery.kind == WEEKLY, col(Delivery.state) == State.PENDING)
    for row in await session.exec(select(Delivery).where(*mine).with_for_update(skip_locked=True)):
        row.due_at = due_instant(plan, Week.parse(row.slot), zone)


async def drop_reminders(session: AsyncSession, member_id: int) -> int:
    """Forget every reminder that was not sent yet; tells how many there were."""
    waiting = select(PlannedAction).where(PlannedAction.member_id == member_id)
    found = (await session.exec(waiting)).all()
    for row in found:
        await session.delete(row)
    return sum(row.planned_at is None for row in found)


def _is_timed_right(plan: CoachingPlan, zone: ZoneInfo) -> bool:
    return plan.next_slot is None or plan.next_due_at == due_instant(plan, Week.parse(plan.next_slot), zone)


async def locked_plan(session: AsyncSession, member: Member) -> CoachingPlan:
    """The member's plan as it stands now, kept from a planner at work elsewhere; made when there is none."""
    await session.flush()
    found = await session.get(CoachingPlan, _id(member), with_for_update=True, populate_existing=True)
    if found is None:
        await insert_new(session, CoachingPlan, **CoachingPlan(member_id=_id(member)).model_dump())
        found = await session.get_one(CoachingPlan, _id(member), with_for_update=True)
    return found


def _id(member: Member) -> int:
    assert member.id is not None
    return member.id
