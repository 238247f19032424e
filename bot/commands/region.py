"""`region NAME`: what several sites lie in, so that a large group can be cut by it where members share it."""

from bot.mentoring.placing import of_place
from bot.message import Message
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, arguments: str) -> Message:
    return of_place(visit, "region", arguments)


COMMAND = Command(
    name="region",
    summary="place.summary.region",
    arguments=r"[^?]*",
    examples=(
        Example("region"),
        Example("region North"),
        Example("region", after=("region North",)),
        Example("region remove", after=("region North",)),
    ),
    handle=handle,
)
