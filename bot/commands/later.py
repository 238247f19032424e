"""`later [action]`: not this week. Puts an action off and says when it may return."""

from datetime import datetime

from bot.clock import Week, local_day
from bot.mentoring.at_hand import is_done
from bot.mentoring.naming import ID, meant
from bot.mentoring.progress import Kind, load, record
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import already, day_text, sentence, undo_button
from bot.message import Button, Buttons, Message
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Action, Practice


async def handle(visit: Visit, arguments: str) -> Message:
    progress = await load(visit.session, visit.member_id, visit.pack)
    action = await meant(visit, progress, "later", arguments)
    if isinstance(action, Message):
        return action
    if is_done(visit, action, progress):
        return already(visit, action, progress)
    put_off = progress.later.get(action.id)
    if put_off is None or _returns(visit, action, put_off) <= _this_week(visit):
        await record(visit.session, visit.member, visit.pack, kind=Kind.LATER, subject=action.id, now=visit.now)
        put_off = visit.now
    return _put_off(visit, action, _returns(visit, action, put_off))


def _this_week(visit: Visit) -> Week:
    return Week.of(local_day(visit.now, visit.zone))


def _returns(visit: Visit, action: Action, put_off: datetime) -> Week:
    """The first local week in which it may be offered again."""
    gap = action.gap_weeks if isinstance(action, Practice) else visit.pack.action_gap_weeks
    return Week.of(local_day(put_off, visit.zone)).plus(gap)


def _put_off(visit: Visit, action: Action, returns: Week) -> Message:
    buttons = (
        Button(visit.say("progress.button.another"), "next", style="primary"),
        Button(visit.say("progress.button.smaller"), f"smaller {action.id}"),
        undo_button(visit.say, f"later {action.id}"),
    )
    return Message(
        visit.say("progress.later.title", title=action.title),
        (sentence(visit, "progress.later", day=day_text(visit.say, returns.day(0))), Buttons(buttons)),
    )


COMMAND = Command(
    name="later",
    summary="progress.summary.later",
    arguments=f"(?:{ID})?",
    examples=(
        Example("later", after=(PLACED,)),
        Example("later list-your-schooling", after=("done list-your-schooling",)),
        Example("later alligator", after=(PLACED,)),
    ),
    handle=handle,
)
