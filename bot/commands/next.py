"""`next [action]`: the current action in full, or a named one; the button More under a weekly message says it too."""

from bot.mentoring.at_hand import is_done
from bot.mentoring.naming import ID, meant
from bot.mentoring.progress import Progress, load
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import action_buttons, day_text, next_button, sentence, undo_button, whole
from bot.message import Button, Buttons, Message
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Action


async def handle(visit: Visit, arguments: str) -> Message:
    progress = await load(visit.session, visit.member_id, visit.pack)
    thing = await meant(visit, progress, "next", arguments)
    if isinstance(thing, Message):
        return thing
    if is_done(visit, thing, progress):
        return _already(visit, thing, progress)
    smaller = thing.id in progress.smaller
    return Message(
        visit.say("progress.next.title", title=thing.title),
        (
            *whole(visit.say, thing, smaller_first=smaller),
            Buttons((*action_buttons(visit.say, thing.id, smaller=not smaller).buttons, _plan(visit, thing))),
        ),
    )


def _plan(visit: Visit, action: Action) -> Button:
    return Button(visit.say("progress.button.plan"), f"plan {action.id}", opens=True)


def _already(visit: Visit, action: Action, progress: Progress) -> Message:
    day = day_text(visit.say, progress.done[action.id].astimezone(visit.zone).date())
    return Message(
        visit.say("progress.next.done.title", title=action.title),
        (
            sentence(visit, "progress.next.done", day=day),
            *whole(visit.say, action),
            Buttons((next_button(visit.say), undo_button(visit.say, f"done {action.id}"))),
        ),
    )


COMMAND = Command(
    name="next",
    summary="progress.summary.next",
    arguments=f"(?:{ID})?",
    examples=(
        Example("next", after=(PLACED,)),
        Example("next list-your-schooling"),
        Example("next list-your-schooling", after=("done list-your-schooling",)),
        Example("next"),
        Example("next fly-to-the-moon", after=(PLACED,)),
    ),
    handle=handle,
    only_reads=True,
)
