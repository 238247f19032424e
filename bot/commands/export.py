"""`export`: a copy of everything that is kept about me, to take along."""

from bot.files.record import RECIPE, file_name
from bot.mentoring.samples import PLACED
from bot.message import Button, Buttons, File, Message, Paragraph, rich
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, _arguments: str) -> Message:
    say = visit.say
    said = (
        Paragraph(rich(say("export.what"))),
        File(file_name(visit), say("export.file"), RECIPE),
        Paragraph(rich(say("export.mind")), quiet=True),
        Buttons((Button(say("export.button.privacy"), "privacy"),)),
    )
    return Message(say("export.title"), said)


COMMAND = Command(
    name="export",
    summary="export.summary",
    examples=(Example("export"), Example("export", after=(PLACED, "coach on"))),
    handle=handle,
)
