"""What tests ask of a reply and of the sample member who got it."""

from collections.abc import Awaitable, Callable, Sequence

from sqlmodel import col, select

from bot.database import Database
from bot.mentoring.progress import Progress, fold
from bot.message import Buttons, Choice, Input, Message
from bot.model.people import Member
from bot.model.progress import ProgressEvent
from content.pack import Pack

Talk = Callable[..., Awaitable[Message]]
"""The fixture `talk`."""


def buttons(message: Message) -> dict[str, str]:
    """Label → command of every button."""
    found = [block for block in message.blocks if isinstance(block, Buttons)]
    return {button.label: button.command for block in found for button in block.buttons}


def options(message: Message) -> dict[str, str]:
    """Label → command of every option of every list."""
    found = [block for block in message.blocks if isinstance(block, Choice)]
    return {option.label: option.command for block in found for option in block.options}


def fields(message: Message) -> list[str]:
    """The command of every field to type into."""
    return [block.command for block in message.blocks if isinstance(block, Input)]


async def happened(database: Database, user: str = "U1") -> Sequence[ProgressEvent]:
    """Everything stored about a member's progress, taken back or not."""
    mine = select(ProgressEvent).join(Member, col(Member.id) == col(ProgressEvent.member_id))
    async with database.work() as session:
        return (await session.exec(mine.where(Member.user_id == user).order_by(col(ProgressEvent.id)))).all()


async def standing(database: Database, pack: Pack, user: str = "U1") -> Progress:
    """Where a member is, after a check that the row of the member says the same."""
    progress = fold(await happened(database, user), pack)
    async with database.work() as session:
        member = (await session.exec(select(Member).where(Member.user_id == user))).one()
    assert member.step == progress.step
    return progress
