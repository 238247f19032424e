"""`help [command]`: what a person can say."""

from bot.message import Block, Bullets, Button, Buttons, Code, Message, Paragraph, Spans, Text, rich
from bot.visit import Visit
from bot.words import Command, Example

FIRST = ("home", "faq", "start", "next", "done", "coach")
"""What most people need, before the rest of the alphabet."""


async def handle(visit: Visit, arguments: str) -> Message:
    word = arguments.lower()
    if not word:
        return _everything(visit)
    if command := visit.vocabulary.get(word.removesuffix(" it")):
        return _one(visit, command)
    said = (Paragraph((Text(visit.say("help.unknown", word=arguments[:40])),)), _all_button(visit))
    return Message(visit.say("help.unknown.title"), said)


def _everything(visit: Visit) -> Message:
    known = {command.name: command for command in visit.vocabulary.values()}
    mine = (name for name, command in known.items() if visit.is_operator or not command.for_operators)
    names = [*FIRST, *sorted(name for name in mine if name not in FIRST and not known[name].typed)]
    items = tuple(_line(visit, known[name]) for name in names)
    said: list[Block] = [Paragraph(rich(visit.say("help.opening"))), Bullets(items)]
    if not visit.deployment.public_url:
        said.append(Paragraph(rich(visit.say("help.no-pages")), quiet=True))
    return Message(visit.say("help.title"), tuple(said))


def _line(visit: Visit, command: Command) -> Spans:
    return (Code(command.name), Text(" "), *rich(visit.say(command.summary)))


def _one(visit: Visit, command: Command) -> Message:
    good = [example.line for example in command.examples if example.line.split()[:1] == [command.name]]
    lines = tuple((Code(line),) for line in dict.fromkeys(good))[:4]
    said: list[Block] = [Paragraph(rich(visit.say(command.summary)))]
    if lines:
        said += [Paragraph(rich(visit.say("help.for-example"))), Bullets(lines)]
    return Message(visit.say("help.one.title", command=command.typed or command.name), (*said, _all_button(visit)))


def _all_button(visit: Visit) -> Buttons:
    return Buttons((Button(visit.say("help.all"), "help"),))


COMMAND = Command(
    name="help",
    summary="help.summary",
    arguments=r"not it|[\w-]*",
    aliases=("?",),
    examples=(Example("help"), Example("help coach"), Example("help teleport")),
    handle=handle,
    only_reads=True,
)
