"""Answers on their way back to Slack: the listeners and the worker ask here what the mentor says, and hand it over."""

import logging
from typing import Any

from adapters.answers import Answers
from adapters.slack.api import SlackApi
from adapters.slack.exhibits import frame_of
from adapters.slack.files import Files
from adapters.slack.render import fallback, render
from adapters.wiring import Wiring
from bot.conversation import Request
from bot.errors import DeliveryError
from bot.files import files_of
from bot.message import Message

log = logging.getLogger(__name__)


class Replies(Answers):
    """Makes and posts replies."""

    def __init__(self, wiring: Wiring, api: SlackApi, files: Files) -> None:
        super().__init__(wiring.conversation, wiring.say)
        self.command = wiring.settings.SLACK_COMMAND
        self._api = api
        self._files = files
        self.frame = frame_of(wiring.say, self.command)

    async def to(self, request: Request) -> Message:
        """What the mentor says; the files that it offers come behind it, into the direct messages."""
        message = await super().to(request)
        if offered := files_of(message):
            try:
                await self._files.offer(request, offered)
            except Exception as error:  # noqa: BLE001 - the edge: a promise that is not kept is not made
                return self.trouble(error)
        return message

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
