"""Somebody opened the mentor in Slack: its Home tab, which is published, or its messages, where a newcomer is welcomed.
Handed the `app_home_opened` events.

A welcome is promised and said in two steps: a note in the transaction that makes the person a member, and the message,
which names the note. Where a run ends in between, the next one looks whether the message is there, and says it if not.
"""

import logging
from dataclasses import replace
from datetime import timedelta

from adapters.slack.api import SlackApi
from adapters.slack.home import Home
from adapters.slack.replies import Replies
from adapters.slack.transport import SlackMessenger, metadata
from adapters.wiring import Wiring
from bot.conversation import Request
from bot.errors import CannotLook, CannotReach, DeliveryError, SeenBefore
from bot.message import Message
from bot.model.inbound import InboundEvent
from bot.once import is_noted
from bot.ports import Address

log = logging.getLogger(__name__)

PROMISE = "welcome="
"""How the name of the note begins that a welcome was promised for an event; the message carries the same name."""
EARLIER = timedelta(minutes=5)
"""As much as Slack's clock may go after ours."""


class Openings:
    """May be told of one opening twice: a welcome is said once, and Home only looks the same again."""

    def __init__(self, wiring: Wiring, replies: Replies, home: Home, api: SlackApi) -> None:
        self._database = wiring.database
        self._replies = replies
        self._home = home
        self._api = api
        reads_back = wiring.settings.SLACK_READ_BACK
        self._messenger = SlackMessenger(api, command=wiring.settings.SLACK_COMMAND, reads_back=reads_back)

    async def opened(self, event: InboundEvent) -> None:
        """The event says which tab, and where the person's direct messages with us are."""
        if event.details.get("tab") == "home":
            await self._home.opened(event.tenant, event.user_id)
        elif event.details.get("tab") == "messages":
            await self._welcome(event)

    async def _welcome(self, event: InboundEvent) -> None:
        """Raises a DeliveryError where another try may go better, so that the event is worked again."""
        promise = f"{PROMISE}{event.event_id}"
        asked = Request("slack", event.tenant, event.user_id, "home", reference=event.channel)
        if event.claims > 1 and await self._is_promised(promise):
            if await self._is_said(event, promise):
                return
        else:
            asked = replace(asked, is_greeting=True, once=promise)
        try:
            message = await self._replies.to(asked)
        except SeenBefore:
            return
        await self._say(event, message, promise)

    async def _is_promised(self, promise: str) -> bool:
        async with self._database.reading() as session:
            return await is_noted(session, "slack", promise)

    async def _is_said(self, event: InboundEvent, promise: str) -> bool:
        """Where nobody may look, it counts as said: Home shows the same, and nothing comes twice."""
        address = Address("slack", event.tenant, event.user_id, reference=event.channel)
        try:
            return bool(await self._messenger.look_up(address, key=promise, since=event.received_at - EARLIER))
        except (CannotLook, CannotReach) as error:
            log.warning("Whether a welcome arrived cannot be seen: %s", error, extra={"event": "reply_lost"})
            return True

    async def _say(self, event: InboundEvent, message: Message, promise: str) -> None:
        told = {"unfurl_links": False, "unfurl_media": False, "metadata": metadata(promise)}
        said = {"channel": event.channel or event.user_id, **told, **self._replies.drawn(message)}
        try:
            await self._api.call_patiently(event.tenant, lambda client: client.chat_postMessage(**said))
        except DeliveryError as error:
            if not isinstance(error, CannotReach):
                raise
            log.warning("A welcome did not arrive: %s", error, extra={"event": "reply_lost"})
