"""What the mentor says, whatever happens: each platform's adapter asks here, and gets a sentence even where something
broke.
"""

import logging
from secrets import token_hex
from traceback import format_tb

from sqlalchemy.exc import OperationalError

from adapters.wiring import Answering
from bot.conversation import Request, refusal
from bot.errors import SeenBefore
from bot.message import Message, Paragraph, rich
from content.wording import Wording

log = logging.getLogger(__name__)


def _trace(error: Exception) -> str:
    """Where it broke. The words of most errors quote what they stumbled over, which a member may have typed."""
    said = f" ({error.orig})" if isinstance(error, OperationalError) else ""
    return f": {type(error).__name__}{said}\n{''.join(format_tb(error.__traceback__))}".rstrip()


class Answers:
    """Makes replies. `say` words what is said when no member's language is known."""

    def __init__(self, conversation: Answering, say: Wording) -> None:
        self._conversation = conversation
        self.say = say

    async def to(self, request: Request) -> Message:
        """What the mentor says; a kind sentence with the request's number where it could say nothing.

        Raises SeenBefore for a request that was worked before.
        """
        try:
            return await self._conversation.answer(request)
        except SeenBefore:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: whatever broke, a person is waiting for a word
            return self.trouble(error)

    def trouble(self, error: Exception | None = None) -> Message:
        """Said where something of ours broke: names a number under which the log tells what."""
        number = token_hex(4)
        told = {"event": "reply_failed", "request": number}
        log.error("Request %s got no reply%s", number, _trace(error) if error else "", extra=told)
        return self.sentence("talk.trouble", number=number)

    def sentence(self, key: str, **values: object) -> Message:
        """One of the adapters' own sentences."""
        return sentence(self.say, key, **values)

    def refusal(self) -> Message:
        """Said to what looked like patient data and was therefore not kept long enough to be asked about."""
        return refusal(self.say)


def sentence(say: Wording, key: str, **values: object) -> Message:
    """One of the adapters' own sentences, under its title."""
    return Message(say(f"{key}.title"), (Paragraph(rich(say(key, **values))),))
