"""What a chat platform's adapter is handed by the composition root, and nothing else."""

from dataclasses import dataclass
from typing import Protocol

from bot.clock import Clocks
from bot.conversation import Request
from bot.database import Database
from bot.files import Made, NotMade
from bot.message import Message
from bot.settings import Settings
from content.wording import Wording


class Answering(Protocol):
    """Something that answers requests: `bot.conversation.Conversation`."""

    async def answer(self, request: Request) -> Message:
        """What the mentor says."""


class Making(Protocol):
    """Something that makes files: `bot.conversation.Conversation` too."""

    async def make(self, platform: str, tenant: str, user: str, recipe: str) -> Made | NotMade:
        """The file of a recipe, for that person."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts of the mentor that Slack and Teams need."""

    settings: Settings
    conversation: Answering
    database: Database
    clocks: Clocks
    say: Wording
    """For the few sentences that are said when no member's language is known."""
    languages: frozenset[str] = frozenset({"en"})
    """Those the mentor speaks."""
    files: Making | None = None
    """Makes what replies offer; None only where no reply offers any."""
