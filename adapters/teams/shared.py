"""Somebody spoke to the mentor where others read along, in a channel or a group chat: the answer is seen by its asker
alone. Called by `adapters.teams.listeners`.

Where Teams can show a message to one person (the preview package), it stands there; else in their personal chat, and a
line where they asked says so to them, without a word of what it was about.
"""

import logging
from dataclasses import replace

from adapters.teams.inbound import Hands
from adapters.teams.patience import patiently
from adapters.teams.replies import Replies
from adapters.teams.turns import Turn
from bot.errors import BadMessage, CannotReach, DeliveryError
from bot.message import Message, Paragraph, rich

log = logging.getLogger(__name__)


class Shared:
    """Answers in private."""

    def __init__(self, hands: Hands, replies: Replies) -> None:
        self._replies = replies
        self._personal = hands.personal
        self._can_target = hands.wiring.settings.TEAMS_PREVIEW

    async def answer(self, turn: Turn, line: str) -> None:
        """Once. Nothing is carried out for somebody who cannot be answered in private."""
        message = None
        if turn.is_targeted or self._can_target:
            message = await self._said(turn, line)
            if await self._beside(turn, message):
                return
        try:
            where = await patiently(lambda: self._personal.with_(turn.who.tenant, turn.who.user))
            await self._replies.post(where, message or await self._said(turn, line))
        except CannotReach as error:
            log.info("Somebody could not be answered in private: %s", error, extra={"event": "teams_no_chat"})
            await self._tell(turn, "teams.shared.add")
        except DeliveryError as error:
            log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})
            await self._tell(turn, "teams.shared.later")
        else:
            await self._tell(turn, "teams.shared.answered")

    async def _said(self, turn: Turn, line: str) -> Message:
        """The reply; where others could read the question, it says so."""
        message = await self._replies.said(turn, line)
        if turn.is_targeted:
            return message
        visible = self._replies.say("teams.shared.visible", link=self._replies.link)
        return replace(message, blocks=(*message.blocks, Paragraph(rich(visible), quiet=True)))

    async def _beside(self, turn: Turn, message: Message) -> bool:
        """In the same conversation, seen by them alone. False where Teams took nothing."""
        try:
            await self._replies.post(turn.where, message, targeted_at=turn.who.teams_id)
        except (CannotReach, BadMessage) as error:
            log.info("A message for one person was refused: %s", error, extra={"event": "teams_not_targeted"})
            return False
        except DeliveryError as error:
            log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})
        return True

    async def _tell(self, turn: Turn, key: str) -> None:
        """Nobody else saw a targeted question, so nobody else is told of its answer."""
        if not turn.is_targeted:
            await self._replies.line(turn, key)
