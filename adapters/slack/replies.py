"""Answers on their way back to Slack: the listeners and the worker ask here what the mentor says, and get a sentence
even where something broke.
"""

import logging
from secrets import token_hex
from traceback import format_tb
from typing import Any

from sqlalchemy.exc import OperationalError

from adapters.slack.api import SlackApi
from adapters.slack.exhibits import frame_of
from adapters.slack.render import fallback, render
from adapters.wiring import Wiring
from bot.conversation import Request, refusal
from bot.errors import DeliveryError, SeenBefore
from bot.message import Message, Paragraph, rich

log = logging.getLogger(__name__)


def _trace(error: Exception) -> str:
    """Where it broke. The words of most errors quote what they stumbled over, which a member may have typed."""
    said = f" ({error.orig})" if isinstance(error, OperationalError) else ""
    return f": {type(error).__name__}{said}\n{''.join(format_tb(error.__traceback__))}".rstrip()


class Replies:
    """Makes and posts replies."""

    def __init__(self, wiring: Wiring, api: SlackApi) -> None:
        self._conversation = wiring.conversation
        self.command = wiring.settings.SLACK_COMMAND
        self.say = wiring.say
        self._api = api
        self.frame = frame_of(wiring.say, self.command)

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
        return self.sentence("trouble", number=number)

    def sentence(self, name: str, **values: object) -> Message:
        """One of the adapter's own sentences."""
        key = f"slack.{name}"
        return Message(self.say(f"{key}.title"), (Paragraph(rich(self.say(key, **values))),))

    def refusal(self) -> Message:
        """Said to what looked like patient data and was therefore not kept long enough to be asked about."""
        return refusal(self.say)

    def drawn(self, message: Message) -> dict[str, Any]:
        """The message as Slack's methods and answers take it."""
        return {"text": fallback(message), "blocks": render(message, command=self.command)}

    def private(self, message: Message) -> dict[str, Any]:
        """The message as the answer to a slash command, seen by its asker alone."""
        return {"response_type": "ephemeral", **self.drawn(message)}

    async def replace(self, response_url: str, message: Message) -> None:
        """Put the message in the place of the one whose button was pressed."""
        await self.post(response_url, {"replace_original": True, **self.drawn(message)})

    async def post(self, response_url: str, body: dict[str, Any]) -> None:
        """Hand a finished reply to a response URL. What Slack refuses is logged: there is no other way to the asker."""
        try:
            await self._api.respond(response_url, body)
        except DeliveryError as error:
            log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})
