"""Slack as a way to reach members: the ledger's courier sends through `SlackMessenger`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.slack.api import SlackApi
from adapters.slack.errors import in_words
from adapters.slack.home import Home
from adapters.slack.render import fallback, render
from bot.errors import CannotLook, CannotReach
from bot.message import Message
from bot.ports import Address, Receipt

DELIVERY = "preceptor_delivery"
"""The type of the metadata that names a delivery in a message's history."""
MOST_PAGES = 20
"""Of 15 messages each, more than Slack gives some apps: nobody writes so much in the minutes that are read back."""


class SlackMessenger:
    """A `bot.ports.Messenger`: one message to one member, once."""

    def __init__(self, api: SlackApi, *, command: str, reads_back: bool = True, home: Home | None = None) -> None:
        """`home`: where what was sent may show, too."""
        self._api = api
        self._command = command
        self._reads_back = reads_back
        self._home = home

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        try:
            answer = await self._api.call(
                address.tenant,
                lambda client: client.chat_postMessage(
                    channel=address.reference or address.user,
                    text=fallback(message, unasked=True),
                    blocks=render(message, command=self._command),
                    metadata=metadata(key),
                    unfurl_links=False,
                    unfurl_media=False,
                ),
            )
        except CannotReach as error:  # the ledger keeps it for people to read
            raise CannotReach(in_words(error.reason)) from error
        if self._home:
            self._home.written_to(address.tenant, address.user, message)
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


def metadata(key: str) -> dict[str, Any]:
    """What a message carries, unseen, to be found again by."""
    return {"event_type": DELIVERY, "event_payload": {"key": key}}


def _named(messages: Sequence[Mapping[str, Any]], key: str) -> str | None:
    """The timestamp of the message whose metadata names that delivery."""
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == DELIVERY and (metadata.get("event_payload") or {}).get("key") == key:
            return str(message["ts"])
    return None
