"""Slack as a way to reach members, and the one look at the workspace after the start.

The ledger's courier sends through `SlackMessenger`; `adapters.slack.inbound` runs `connect_workspace`.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from adapters.slack.api import SlackApi
from adapters.slack.errors import in_words
from adapters.slack.render import fallback, render
from bot.clock import Clock
from bot.database import Database
from bot.errors import CannotLook, CannotReach, DeliveryError
from bot.mentoring.leaving import come_back, everywhere
from bot.message import Message
from bot.ports import Address, Receipt
from bot.visitors import find_tenant

log = logging.getLogger(__name__)

DELIVERY = "preceptor_delivery"
"""The type of the metadata that names a delivery in a message's history."""
MOST_PAGES = 20
"""Of 15 messages each, more than Slack gives some apps: nobody writes so much in the minutes that are read back."""
TRY_AGAIN = timedelta(seconds=30)


class SlackMessenger:
    """A `bot.ports.Messenger`: one message to one member, once."""

    def __init__(self, api: SlackApi, *, command: str, reads_back: bool = True) -> None:
        self._api = api
        self._command = command
        self._reads_back = reads_back

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        try:
            answer = await self._api.call(
                address.tenant,
                lambda client: client.chat_postMessage(
                    channel=address.reference or address.user,
                    text=fallback(message, unasked=True),
                    blocks=render(message, command=self._command),
                    metadata={"event_type": DELIVERY, "event_payload": {"key": key}},
                    unfurl_links=False,
                    unfurl_media=False,
                ),
            )
        except CannotReach as error:  # the ledger keeps it for people to read
            raise CannotReach(in_words(error.reason)) from error
        return Receipt(str(answer["ts"]), conversation=str(answer["channel"]))

    async def look_up(self, address: Address, *, key: str, since: datetime) -> Receipt | None:
        if not self._reads_back:
            raise CannotLook("switched off by SLACK_READ_BACK")
        channel = address.reference or await self._conversation(address)
        cursor = None
        for _ in range(MOST_PAGES):
            page = await self._page(address.tenant, channel, since, cursor)
            if found := _named(page["messages"], key):
                return Receipt(found, conversation=channel)
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        raise CannotLook("too much was said since")

    async def _page(self, tenant: str, channel: str, since: datetime, cursor: str | None) -> Any:
        wanted: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "limit": 15,
            "cursor": cursor,
        }
        return await self._api.call(
            tenant, lambda client: client.conversations_history(include_all_metadata=True, **wanted)
        )

    async def _conversation(self, address: Address) -> str:
        answer = await self._api.call(address.tenant, lambda client: client.conversations_open(users=address.user))
        return str(answer["channel"]["id"])

    async def close(self) -> None:
        """End the session; for whoever made the messenger without `add_slack`."""
        await self._api.close()


def _named(messages: Sequence[Mapping[str, Any]], key: str) -> str | None:
    """The timestamp of the message whose metadata names that delivery."""
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == DELIVERY and (metadata.get("event_payload") or {}).get("key") == key:
            return str(message["ts"])
    return None


async def connect_workspace(
    api: SlackApi,
    database: Database,
    clock: Clock,
    stop: asyncio.Event,
    *,
    again_after: timedelta = TRY_AGAIN,
    works: Callable[[], None] | None = None,
) -> None:
    """Ask Slack once whose token this is, and keep the workspace's name and our own id in it; repeated until it works.

    Nothing waits for it: until it has worked, requests are answered without knowing our own id. `stop` ends it.
    """
    while not stop.is_set():
        try:
            about = await api.call("", lambda client: client.auth_test())
        except DeliveryError as error:
            log.warning("Slack did not say whose token this is: %s", error, extra={"event": "slack_auth_test"})
            await _pause(stop, again_after)
            continue
        if works:
            works()
        async with database.work() as session:
            tenant = await find_tenant(session, "slack", str(about["team_id"]), clock.now())
            tenant.name, tenant.bot_user_id = str(about["team"]), str(about["user_id"])
            await session.flush()
            await come_back(session, everywhere("slack", tenant.external_id))
        log.info("Connected to a Slack workspace", extra={"event": "slack_connected"})
        return


async def _pause(stop: asyncio.Event, length: timedelta) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), length.total_seconds())
