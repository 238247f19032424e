"""Turns → the mentor's conversation → cards. `adapters.teams.inbound` hands it to the dispatch as its ears."""

import logging
from typing import Any

from adapters.teams.inbound import Hands
from adapters.teams.render import render
from adapters.teams.sdk.adapter import InvokeAnswer
from adapters.teams.submitted import command_line
from adapters.teams.transport import CARD, as_activity
from adapters.teams.turns import Kind, Turn
from bot.conversation import Request
from bot.errors import SeenBefore
from bot.message import Message

log = logging.getLogger(__name__)


class Listeners:
    """Answers everything in words and cards."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def hears(self, turn: Turn) -> InvokeAnswer | None:
        if turn.kind is Kind.REMOVED:
            return None
        text = turn.text or command_line(_data(turn))
        try:
            message = await self._hands.wiring.conversation.answer(_request(turn, text))
        except SeenBefore:
            return None
        if turn.kind is Kind.INVOKE:
            return _card(message)
        await self._hands.api.send(turn.where, as_activity(message))
        return None

    def late(self, turn: Turn) -> InvokeAnswer:  # noqa: ARG002
        return InvokeAnswer()

    def broken(self, turn: Turn, error: Exception) -> InvokeAnswer:  # noqa: ARG002
        log.error("A turn got no reply", extra={"event": "reply_failed", "reason": type(error).__name__})
        return InvokeAnswer()

    async def finished(self, turn: Turn, answer: InvokeAnswer | None) -> None:
        """Put it in the place of the card that was pressed."""
        if turn.replies_to and answer and answer.body:
            card = {"contentType": CARD, "content": answer.body["value"]}
            await self._hands.api.update(turn.where, turn.replies_to, {"attachments": [card]})


def _data(turn: Turn) -> Any:
    action = turn.value.get("action")
    return action.get("data", {}) if isinstance(action, dict) else turn.value


def _request(turn: Turn, text: str) -> Request:
    is_greeting = turn.kind is Kind.INSTALLED
    reference = turn.where.as_text() if turn.is_private else ""
    who = turn.who
    return Request(
        "teams",
        who.tenant,
        who.user,
        text,
        zone=turn.zone,
        locale=turn.locale,
        reference=reference,
        is_greeting=is_greeting,
    )


def _card(message: Message) -> InvokeAnswer:
    said = {"statusCode": 200, "type": CARD, "value": render(message)}
    return InvokeAnswer(said)
