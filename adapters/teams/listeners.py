"""What Teams brings, by kind: what is typed is answered where it was, or in private where others read along; what is
pressed gets its answer in place; who is met for the first time is welcomed. `adapters.teams.inbound` hands it to the
dispatch as its ears.
"""

import logging

from adapters.teams.inbound import Hands
from adapters.teams.presses import Presses
from adapters.teams.replies import Replies, request_of
from adapters.teams.sdk.adapter import InvokeAnswer
from adapters.teams.shared import Shared
from adapters.teams.submitted import command_line, submission
from adapters.teams.turns import Kind, Turn
from bot.errors import DeliveryError, SeenBefore

log = logging.getLogger(__name__)


class Listeners:
    """Answers everything. What the mentor does never makes it raise: `Replies` always has a sentence."""

    def __init__(self, hands: Hands) -> None:
        self._replies = Replies(hands)
        self._presses = Presses(hands, self._replies)
        self._shared = Shared(hands, self._replies)

    async def hears(self, turn: Turn) -> InvokeAnswer | None:
        if turn.kind is Kind.INVOKE:
            return await self._presses.invoked(turn)
        if turn.kind is Kind.MESSAGE:
            await self._spoken(turn)
        elif turn.kind is Kind.INSTALLED:
            await self._arrived(turn)
        return None

    def late(self, turn: Turn) -> InvokeAnswer:
        return self._presses.late(turn)

    def broken(self, turn: Turn, error: Exception) -> InvokeAnswer:
        return self._presses.broken(turn, error)

    async def finished(self, turn: Turn, answer: InvokeAnswer | None) -> None:
        await self._presses.finished(turn, answer)

    async def _spoken(self, turn: Turn) -> None:
        if not turn.is_private:
            await self._shared.answer(turn, _line(turn))
        elif turn.value:
            await self._presses.sent(turn)
        else:
            message = await self._replies.said(turn, turn.text)
            try:
                await self._replies.post(turn.where, message)
            except DeliveryError as error:
                log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})

    async def _arrived(self, turn: Turn) -> None:
        """A person is welcomed once; a team or a group is told once, in a line."""
        if not turn.is_private:
            if not turn.interrupted:
                await self._replies.line(turn, "teams.hello")
            return
        try:
            welcome = await self._replies.to(request_of(turn, "home", is_greeting=True))
        except SeenBefore:
            return
        try:
            await self._replies.post(turn.where, welcome)
        except DeliveryError as error:
            log.warning("A welcome did not arrive: %s", error, extra={"event": "reply_lost"})


def _line(turn: Turn) -> str:
    if not turn.value:
        return turn.text
    given = submission(turn.value)
    return given.line if given else command_line(turn.value)
