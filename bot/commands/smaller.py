"""`smaller [action]`: a version of an action that fits a bad week. Done counts the same."""

from bot.mentoring.at_hand import is_done
from bot.mentoring.naming import ID, meant
from bot.mentoring.progress import Kind, load, record
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import action_buttons, already, sentence, smaller_only
from bot.message import Message
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, arguments: str) -> Message:
    progress = await load(visit.session, visit.member_id, visit.pack)
    action = await meant(visit, progress, "smaller", arguments)
    if isinstance(action, Message):
        return action
    if is_done(visit, action, progress):
        return already(visit, action, progress)
    if action.id not in progress.smaller:
        await record(visit.session, visit.member, visit.pack, kind=Kind.SMALLER, subject=action.id, now=visit.now)
    return Message(
        visit.say("progress.smaller.title", title=action.title),
        (
            *smaller_only(visit.say, action),
            sentence(visit, "progress.smaller.counts", quiet=True),
            action_buttons(visit.say, action.id, smaller=False, more=True),
        ),
    )


COMMAND = Command(
    name="smaller",
    summary="progress.summary.smaller",
    arguments=f"(?:{ID})?",
    examples=(
        Example("smaller", after=(PLACED,)),
        Example("smaller list-your-schooling"),
        Example("smaller than-small", after=(PLACED,)),
    ),
    handle=handle,
)
