"""Slack as a way to reach members, and the one look at the workspace after the start.

The ledger's courier sends through `SlackMessenger`; `adapters.slack.inbound` runs `connect_workspace`.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from adapters.slack.api import SlackApi
from adapters.slack.render import fallback, render
from bot.clock import Clock
from bot.database import Database
from bot.errors import DeliveryError
from bot.message import Message
from bot.ports import Address, Receipt
from bot.visitors import find_tenant

log = logging.getLogger(__name__)

DELIVERY = "preceptor_delivery"
"""The type of the metadata that names a delivery in a message's history."""
TRY_AGAIN = timedelta(seconds=30)


class SlackMessenger:
    """A `bot.ports.Messenger`: one message to one member, once."""

    def __init__(self, api: SlackApi, *, command: str) -> None:
        self._api = api
        self._command = command

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        answer = await self._api.call(
            self._api.client.chat_postMessage(
                channel=address.reference or address.user,
                text=fallback(message, unasked=True),
                blocks=render(message, command=self._command),
                metadata={"event_type": DELIVERY, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return Receipt(str(answer["ts"]))

    async def close(self) -> None:
        """End the session; for whoever made the messenger without `add_slack`."""
        await self._api.close()


async def connect_workspace(
    api: SlackApi, database: Database, clock: Clock, stop: asyncio.Event, *, again_after: timedelta = TRY_AGAIN
) -> None:
    """Ask Slack once whose token this is, and keep the workspace's name and our own id in it; repeated until it works.

    Nothing waits for it: until it has worked, requests are answered without knowing our own id. `stop` ends it.
    """
    while not stop.is_set():
        try:
            about = await api.call(api.client.auth_test())
        except DeliveryError as error:
            log.warning("Slack did not say whose token this is: %s", error, extra={"event": "slack_auth_test"})
            await _pause(stop, again_after)
            continue
        async with database.work() as session:
            tenant = await find_tenant(session, "slack", str(about["team_id"]), clock.now())
            tenant.name, tenant.bot_user_id = str(about["team"]), str(about["user_id"])
        log.info("Connected to a Slack workspace", extra={"event": "slack_connected"})
        return


async def _pause(stop: asyncio.Event, length: timedelta) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), length.total_seconds())
