"""`site NAME`: the clinic or office somebody works at, so that a large group can be cut by it where they share it."""

from bot.mentoring.placing import of_place
from bot.message import Message
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, arguments: str) -> Message:
    return of_place(visit, "site", arguments)


COMMAND = Command(
    name="site",
    summary="place.summary.site",
    arguments=r"[^?]*",
    examples=(
        Example("site"),
        Example("site Northgate"),
        Example("site", after=("site Northgate",)),
        Example("site remove", after=("site Northgate",)),
    ),
    handle=handle,
)
