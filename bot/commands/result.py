"""`result [action] <one line>`: what changed, in the member's own words, kept for a resume. `result` lists them."""

from bot.mentoring.forms import RESULT_LENGTH, result_form
from bot.mentoring.progress import Happened, Kind, Progress, Result, find_thing, load, record
from bot.mentoring.showing import day_text, next_button, result_input, sentence, undo_button
from bot.message import Block, Bullets, Buttons, Message, Paragraph, Spans, Text, text
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Action

SHOWN = 20
"""The last so many are listed."""


async def handle(visit: Visit, arguments: str) -> Message:
    progress = await load(visit.session, visit.member_id, visit.pack)
    if not arguments:
        return _listed(visit, progress)
    action, line = _parted(visit, arguments)
    if not line:
        ask = result_input(visit.say, action)
        return Message(visit.say("progress.result.ask.title"), (ask,), form=result_form(visit, action))
    if len(line) > RESULT_LENGTH:
        return _too_long(visit, action, len(line))
    if not _is_last(progress, action, line):
        happened = Happened(kind=Kind.RESULT, subject=action, now=visit.now, detail={"text": line})
        await record(visit.session, visit.member, visit.pack, **happened)
    return _kept(visit, action, line)


def _parted(visit: Visit, arguments: str) -> tuple[str, str]:
    """The action's id, empty where the first word is none, and the line."""
    word, _, rest = arguments.partition(" ")
    thing = find_thing(visit.pack, word.lower())
    return (thing.id, rest) if isinstance(thing, Action) else ("", arguments)


def _is_last(progress: Progress, action: str, line: str) -> bool:
    """Whether this is what was kept last: a button pressed twice."""
    return bool(progress.results) and (progress.results[-1].action, progress.results[-1].text) == (action, line)


def _too_long(visit: Visit, action: str, length: int) -> Message:
    said = Paragraph(text(visit.say("progress.result.too-long", length=length, longest=RESULT_LENGTH)))
    heading = visit.say("progress.result.too-long.title")
    form = result_form(visit, action).with_misfit("text", heading)
    return Message(heading, (said, result_input(visit.say, action)), form=form)


def _kept(visit: Visit, action: str, line: str) -> Message:
    buttons = (next_button(visit.say), undo_button(visit.say, f"result {action}".strip()))
    said = (Paragraph(text(line)), sentence(visit, "progress.result.kept", quiet=True))
    return Message(visit.say("progress.result.kept.title"), (*said, Buttons(buttons)))


def _listed(visit: Visit, progress: Progress) -> Message:
    if not progress.results:
        said: tuple[Block, ...] = (sentence(visit, "progress.results.none"),)
        return Message(visit.say("progress.results.none.title"), (*said, Buttons((next_button(visit.say),))))
    number = len(progress.results)
    lines = tuple(_line(visit, result) for result in reversed(progress.results[-SHOWN:]))
    said = (sentence(visit, "progress.results"), Bullets(lines))
    if number > SHOWN:
        said += (sentence(visit, "progress.results.last", shown=SHOWN, quiet=True),)
    return Message(visit.say.count("progress.results.title", number), said)


def _line(visit: Visit, result: Result) -> Spans:
    """A member's words are plain text, whatever marks they hold."""
    day = day_text(visit.say, result.at.astimezone(visit.zone).date())
    thing = find_thing(visit.pack, result.action)
    return (Text(result.text), Text(f" ({thing.title}, {day})" if thing else f" ({day})"))


COMMAND = Command(
    name="result",
    summary="progress.summary.result",
    arguments=r"(?:.*[^?\s])?",
    examples=(
        Example("result", after=("result Cut the new-hire checklist from 9 pages to 3",)),
        Example("result list-your-schooling Found 9 credits I had forgotten"),
        Example("result"),
        Example("result " + "very " * 50 + "long"),
    ),
    handle=handle,
)
