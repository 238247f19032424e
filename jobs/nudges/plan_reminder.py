"""The one reminder of an action that a member planned ("Thursday 12:30, break room"). Found by the planner and the
courier through `NUDGE`. It is an appointment of the member's own making, so no closed day, leave or quiet hour moves
it.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import instant_of
from bot.mentoring.coaching import zone_of
from bot.mentoring.coaching_replies import button
from bot.mentoring.progress import Kind, events_of, find_thing, fold
from bot.mentoring.samples import PLACED
from bot.mentoring.weekly_note import action_blocks
from bot.message import Buttons, Message, Paragraph, text
from bot.model.deliveries import State
from bot.model.people import Member
from bot.model.progress import PlannedAction
from bot.words import Example
from content.pack import Action
from content.wording import Wording
from jobs.ledger import MISSED, NOW, NewDelivery, insert
from jobs.nudges import Composed, Letter, Nudge, Skip

KIND = "plan-reminder"
GRACE = timedelta(hours=2)
"""A reminder later than this helps nobody."""
_SLOT = "plan:"
_THEIRS = col(Member.id) == col(PlannedAction.member_id)
_IS_DUE = (
    col(PlannedAction.planned_at).is_(None),
    col(PlannedAction.due_at) <= NOW,
    col(Member.deactivated_at).is_(None),
)


async def plan(session: AsyncSession, now: datetime, limit: int) -> int:
    """Put at most `limit` due plans into the ledger, in three statements however many they are."""
    wanted = (
        select(PlannedAction, Member.tenant_id)
        .join(Member, _THEIRS)
        .where(*_IS_DUE)
        .order_by(col(PlannedAction.due_at), col(PlannedAction.id))
        .limit(limit)
        .with_for_update(of=PlannedAction, skip_locked=True)
    )
    due = (await session.exec(wanted, params={NOW.key: now})).all()
    if not due:
        return 0
    await insert(session, [_row(planned, tenant_id, now) for planned, tenant_id in due])
    done = update(PlannedAction).where(col(PlannedAction.id).in_([planned.id for planned, _ in due]))
    await session.exec(done.values(planned_at=now))
    return len(due)


def _row(planned: PlannedAction, tenant_id: int, now: datetime) -> NewDelivery:
    expires_at = planned.due_at + GRACE
    is_missed = now > expires_at
    return NewDelivery(
        tenant_id=tenant_id,
        member_id=planned.member_id,
        kind=KIND,
        slot=f"{_SLOT}{planned.id}",
        due_at=planned.due_at,
        expires_at=expires_at,
        state=State.SKIPPED if is_missed else State.PENDING,
        reason=MISSED if is_missed else "",
        content={"action": planned.action_id},
    )


async def compose(letter: Letter) -> Composed | Skip:
    """The reminder, unless the action is done by now, the plan is no more, or its hour is another in a new zone."""
    member_id, action_id = letter.delivery.member_id, letter.delivery.content["action"]
    planned = await letter.session.get(PlannedAction, int(letter.delivery.slot.removeprefix(_SLOT)))
    if planned is None:
        again = select(PlannedAction.id).where(
            PlannedAction.member_id == member_id, PlannedAction.action_id == action_id
        )
        return Skip("planned anew" if (await letter.session.exec(again)).first() else "stopped")
    events = await events_of(letter.session, member_id)
    said = [event.at for event in events if (event.kind, event.subject) == (Kind.PLANNED, action_id)]
    if not said:
        return Skip("stopped")
    progress = fold(events, letter.pack)
    if progress.done.get(action_id, max(said) - GRACE) >= max(said):
        return Skip("done")
    thing = find_thing(letter.pack, action_id)
    if not isinstance(thing, Action):
        return Skip("nothing to say")
    if skip := await _elsewhere(letter, planned):
        return skip
    smaller = action_id in progress.smaller
    return Composed(reminder(letter.say, thing, planned.place, smaller=smaller), {"action": action_id})


async def _elsewhere(letter: Letter, planned: PlannedAction) -> Skip | None:
    """What becomes of a reminder that was on its way when the member's zone changed: judged by its hour there.

    One still to come is planned once more, because its old time may be over before the new one begins.
    """
    local = datetime.fromisoformat(planned.local)
    there = instant_of(local.date(), local.time(), zone_of(letter.member))
    if there > letter.now:
        await letter.session.delete(planned)
        letter.session.add(PlannedAction(**planned.model_dump(exclude={"id", "planned_at", "due_at"}), due_at=there))
        return Skip("its hour is yet to come in your new time zone")
    return Skip("its hour had passed in your new time zone") if letter.now > there + GRACE else None


def reminder(say: Wording, action: Action, place: str, *, smaller: bool) -> Message:
    """At most 60 words."""
    heading = say("coaching.reminder.heading.place", place=place) if place else say("coaching.reminder.heading")
    ways = (
        button(say, "done", f"done {action.id}", primary=True),
        button(say, "later", f"later {action.id}"),
    )
    return Message(
        say("coaching.reminder.title"),
        (Paragraph(text(heading)), *action_blocks(say, action, smaller=smaller), Buttons(ways)),
        discreet=say("coaching.reminder.discreet"),
    )


NUDGE = Nudge(
    kind=KIND,
    plan=plan,
    due=select(col(PlannedAction.id)).join(Member, _THEIRS).where(*_IS_DUE),
    compose=compose,
    examples=(
        Example("plan get-an-outside-view tomorrow 12:30, break room", after=(PLACED,)),
        Example("plan get-an-outside-view tomorrow 12:30", after=(PLACED, "smaller get-an-outside-view")),
    ),
)
