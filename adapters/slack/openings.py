"""Somebody opened the mentor in Slack: its Home tab, which is published, or its messages, where a newcomer is welcomed.
Handed the `app_home_opened` events.
"""

import logging

from adapters.slack.api import SlackApi
from adapters.slack.home import Home
from adapters.slack.replies import Replies
from bot.conversation import Request
from bot.errors import DeliveryError, SeenBefore
from bot.model.inbound import InboundEvent

log = logging.getLogger(__name__)


class Openings:
    """May be told of one opening twice: a welcome is said once, and Home only looks the same again."""

    def __init__(self, replies: Replies, home: Home, api: SlackApi) -> None:
        self._replies = replies
        self._home = home
        self._api = api

    async def opened(self, event: InboundEvent) -> None:
        """The event says which tab, and where the person's direct messages with us are."""
        if event.details.get("tab") == "home":
            await self._home.opened(event.tenant, event.user_id)
        elif event.details.get("tab") == "messages":
            await self._welcome(event.tenant, event.user_id, event.channel)

    async def _welcome(self, tenant: str, user: str, channel: str) -> None:
        request = Request("slack", tenant, user, "home", reference=channel, is_greeting=True)
        try:
            drawn = self._replies.drawn(await self._replies.to(request))
        except SeenBefore:
            return
        said = {"channel": channel or user, "unfurl_links": False, "unfurl_media": False, **drawn}
        try:
            await self._api.call_patiently(tenant, lambda client: client.chat_postMessage(**said))
        except DeliveryError as error:
            log.warning("A welcome did not arrive: %s", error, extra={"event": "reply_lost"})
