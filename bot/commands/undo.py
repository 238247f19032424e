"""`undo`: takes back the last thing and says what. A button names its thing (`undo done list-your-schooling`)."""

from bot.mentoring.naming import ID
from bot.mentoring.progress import Kind, find_thing, step_of
from bot.mentoring.progress import undo as take_back
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import next_button, roadmap_button, sentence, start_button, step_name
from bot.message import Buttons, Message, Paragraph
from bot.model.progress import ProgressEvent
from bot.visit import Visit
from bot.words import Command, Example

_TITLES = {
    Kind.PLACED: "progress.undo.placed",
    Kind.MOVED: "progress.undo.moved",
    Kind.DONE: "progress.undo.done",
    Kind.SMALLER: "progress.undo.smaller",
    Kind.LATER: "progress.undo.later",
    Kind.DATED: "progress.undo.dated",
    Kind.REACHED: "progress.undo.reached",
    Kind.RESULT: "progress.undo.result",
    Kind.PLANNED: "progress.undo.planned",
}
_KINDS = "|".join(kind for kind in Kind if kind is not Kind.RESULT)


async def handle(visit: Visit, arguments: str) -> Message:
    taken = await take_back(visit.session, visit.member, visit.pack, visit.now, named=_named(arguments))
    if taken is not None:
        event, progress = taken
        title = visit.say(_TITLES[Kind(event.kind)], what=_what(visit, event))
        return Message(title, (_where(visit, progress.step), _onward(visit, progress.step)))
    step = visit.member.step
    key = "progress.undo.gone" if arguments else "progress.undo.nothing"
    return Message(visit.say(f"{key}.title"), (sentence(visit, key), _onward(visit, step)))


def _named(arguments: str) -> tuple[Kind, str] | None:
    if not arguments:
        return None
    kind, _, subject = arguments.lower().partition(" ")
    return Kind(kind), subject


def _what(visit: Visit, event: ProgressEvent) -> str:
    if event.kind in (Kind.PLACED, Kind.MOVED):
        return step_name(visit.say, step_of(visit.pack, int(event.subject)))
    thing = find_thing(visit.pack, event.subject)
    return thing.title if thing else event.subject


def _where(visit: Visit, step: int | None) -> Paragraph:
    if step is None:
        return sentence(visit, "progress.undo.no-step")
    return sentence(visit, "progress.you-are-on", step=step_name(visit.say, step_of(visit.pack, step)))


def _onward(visit: Visit, step: int | None) -> Buttons:
    first = start_button(visit.say) if step is None else next_button(visit.say)
    return Buttons((first, roadmap_button(visit.say)))


COMMAND = Command(
    name="undo",
    summary="progress.summary.undo",
    arguments=f"(?:(?:{_KINDS}) {ID}|result(?: {ID})?)?",
    examples=(
        Example("undo", after=(PLACED, "done find-a-root-cause")),
        Example("undo placed 3", after=(PLACED,)),
        Example("undo"),
        Example("undo done list-your-schooling", after=(PLACED,)),
    ),
    handle=handle,
)
