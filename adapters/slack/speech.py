"""Somebody spoke to the mentor: the answer to a stored event, posted where it was said. `adapters.worker` hands
the events over.
"""

import asyncio
import logging
from typing import Any

from adapters.slack.api import SlackApi
from adapters.slack.heard import FILE_ALONE
from adapters.slack.home import Home
from adapters.slack.replies import Replies
from adapters.slack.zones import Zones
from bot.conversation import Request
from bot.errors import CannotReach, DeliveryError, TryLater
from bot.message import Message
from bot.model.inbound import InboundEvent

log = logging.getLogger(__name__)

LONGEST_WAIT = 30.0
TRIES = 3


class Speech:
    """Answers what was said."""

    def __init__(self, replies: Replies, api: SlackApi, home: Home, zones: Zones) -> None:
        self._replies = replies
        self._api = api
        self._home = home
        self._zones = zones

    async def answer(self, event: InboundEvent) -> None:
        """Once. What was begun before and broken off is only said to have been."""
        message = await self._said(event)
        await self._deliver(event, message)
        if message.asks_zone:
            self._zones.ask_anew(event.tenant, event.user_id)
        self._home.touched(event.tenant, event.user_id, message)

    async def _said(self, event: InboundEvent) -> Message:
        if event.claims > 1:
            return self._replies.sentence("talk.interrupted")
        if event.withheld:
            return self._replies.refusal()
        if event.details == FILE_ALONE:
            return self._replies.sentence("slack.file-unread")
        reference = "" if event.is_public else event.channel
        return await self._replies.to(Request("slack", event.tenant, event.user_id, event.words, reference=reference))

    async def _deliver(self, event: InboundEvent, message: Message) -> None:
        """Post the answer. Slack's wish to wait is granted; what may have arrived is never repeated."""
        for _ in range(TRIES):
            try:
                await self._post(event, self._replies.drawn(message))
            except TryLater as error:
                await asyncio.sleep(min(error.retry_after.total_seconds(), LONGEST_WAIT))
                continue
            except DeliveryError as error:
                log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})
            return
        log.warning("A reply did not arrive: Slack kept asking to wait", extra={"event": "reply_lost"})

    async def _post(self, event: InboundEvent, drawn: dict[str, Any]) -> None:
        thread = event.thread or None
        if not event.is_public:
            await self._send(event.tenant, channel=event.channel, thread_ts=thread, **drawn)
            return
        try:
            said: dict[str, Any] = {"channel": event.channel, "user": event.user_id, "thread_ts": thread, **drawn}
            await self._api.call(event.tenant, lambda client: client.chat_postEphemeral(**said))
        except CannotReach:
            await self._send(event.tenant, channel=event.user_id, **drawn)

    async def _send(self, tenant: str, **message: Any) -> None:
        said = {"unfurl_links": False, "unfurl_media": False, **message}
        await self._api.call(tenant, lambda client: client.chat_postMessage(**said))
