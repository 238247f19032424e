"""Answers on their way back to Teams: the surfaces ask here what the mentor says, and hand it to Teams."""

import logging
from collections.abc import Sequence
from functools import partial

from adapters.answers import Answers
from adapters.teams.dialogs import attachment, frame_of
from adapters.teams.inbound import Hands
from adapters.teams.patience import patiently
from adapters.teams.render import cards, summary
from adapters.teams.texts import Element, markdown
from adapters.teams.turns import Json, Reference, Turn
from bot.conversation import Request
from bot.errors import BadMessage, CannotReach, DeliveryError
from bot.message import Message, rich

log = logging.getLogger(__name__)


class Replies(Answers):
    """Makes and posts replies."""

    def __init__(self, hands: Hands) -> None:
        wiring = hands.wiring
        super().__init__(wiring.conversation, wiring.say)
        self._api = hands.api
        self._files = hands.files
        self.frame = frame_of(wiring.say)
        settings = wiring.settings
        self.link = f"https://teams.microsoft.com/l/app/{settings.MicrosoftAppId}"
        """Opens the app: its personal chat where it is installed, else the way to add it."""

    async def said(self, turn: Turn, line: str) -> Message:
        """What the mentor says to a turn. What looked like patient data is refused, and work that broke off is not
        begun again. Raises SeenBefore for a greeting to somebody who had one.
        """
        if turn.withheld:
            return self.refusal()
        if turn.interrupted:
            return self.sentence("talk.interrupted")
        message = await self.to(request_of(turn, line))
        try:
            return await self._files.offered(turn, message)
        except Exception as error:  # noqa: BLE001 - the edge: a promise that is not kept is not made
            return self.trouble(error)

    async def post(self, where: Reference, message: Message, *, targeted_at: str = "") -> None:
        """The message as one card or several, one after the other. `targeted_at`: the Teams id of the one who is to see
        it. Raises like `TeamsApi.send`; what may have arrived is never repeated.
        """
        targeted = {"recipient": {"id": targeted_at}} if targeted_at else {}
        for card in cards(message):
            said = {**_activity(message, card), **targeted}
            await patiently(partial(self._api.send, where, said, targeted=bool(targeted_at)))

    async def show(self, where: Reference, activity: str, message: Message, drawn: Sequence[Element]) -> None:
        """Put cards where one was pressed: the first in its place, if it can still be replaced, the others after it."""
        first, *others = (_activity(message, card) for card in drawn)
        try:
            if not await self._replaced(where, activity, first):
                others = [first, *others]
            for said in others:
                await patiently(partial(self._api.send, where, said))
        except DeliveryError as error:
            log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})

    async def line(self, turn: Turn, key: str) -> None:
        """One line for all to see, under what somebody wrote, or into the conversation where the app was added."""
        words = markdown(rich(self.say(key, link=self.link)))
        said = {"type": "message", "textFormat": "markdown", "text": words}
        try:
            await patiently(partial(self._api.send, turn.where, said))
        except DeliveryError as error:
            log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})

    async def _replaced(self, where: Reference, activity: str, said: Json) -> bool:
        if not activity:
            return False
        try:
            await patiently(partial(self._api.update, where, activity, said))
        except (CannotReach, BadMessage) as error:
            log.info("A card could not be replaced: %s", error, extra={"event": "teams_not_replaced"})
            return False
        return True


def _activity(message: Message, card: Element) -> Json:
    return {"type": "message", "summary": summary(message), "attachments": [attachment(card)]}


def request_of(turn: Turn, line: str, *, is_greeting: bool = False) -> Request:
    """What somebody said, and what their client tells about them."""
    return Request(
        "teams",
        turn.who.tenant,
        turn.who.user,
        line,
        zone=turn.zone,
        locale=turn.locale,
        reference=turn.where.as_text() if turn.is_private else "",
        name=turn.who.name,
        is_greeting=is_greeting,
    )
