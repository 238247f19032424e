"""`resources [topic]`: where to read on, under the five headings of the roadmap."""

from bot.mentoring.sourcing import label_of
from bot.message import Bullets, Button, Buttons, Link, Message, Paragraph, Spans, Text, rich
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Resource, ResourceHeading


async def handle(visit: Visit, topic: str) -> Message:
    if not topic:
        return Message(visit.say("resources.title"), (Paragraph(rich(visit.say("resources.pick"))), _headings(visit)))
    heading = _heading_like(visit, topic)
    if heading is None:
        return Message(
            visit.say("resources.unknown.title"), (Paragraph(rich(visit.say("resources.unknown"))), _headings(visit))
        )
    items = tuple(_entry(visit, entry) for entry in heading.entries)
    return Message(heading.title, (Bullets(items), Paragraph(rich(visit.say("resources.check")), quiet=True)))


def _heading_like(visit: Visit, topic: str) -> ResourceHeading | None:
    """The heading whose id or title begins with, or holds, what was typed."""
    typed = topic.lower().replace(" ", "-")
    for heading in visit.pack.resources:
        if heading.id.startswith(typed) or typed in heading.id or topic.lower() in heading.title.lower():
            return heading
    return None


def _headings(visit: Visit) -> Buttons:
    return Buttons(tuple(Button(heading.title, f"resources {heading.id}") for heading in visit.pack.resources))


def _entry(visit: Visit, entry: Resource) -> Spans:
    label = label_of(visit.say, entry.sources[0])
    return (Link(entry.title, entry.url), Text(f": {entry.about} ({label})"))


COMMAND = Command(
    name="resources",
    summary="resources.summary",
    arguments=r"(?:[\w-]{1,30}(?: [\w-]{1,30})?)?",
    examples=(Example("resources"), Example("resources networking"), Example("resources astronomy")),
    handle=handle,
    only_reads=True,
)
