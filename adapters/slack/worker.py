"""Answers stored events, one after the other for each person and side by side for different people.

`adapters.slack.inbound` runs it for as long as the server runs; the listeners wake it.
"""

import asyncio
import logging
from collections import deque
from typing import Any

from adapters.slack.api import SlackApi
from adapters.slack.background import Background
from adapters.slack.inbox import Inbox
from adapters.slack.replies import Replies
from adapters.slack.zones import Zones
from bot.conversation import Request
from bot.errors import CannotReach, DeliveryError, TryLater
from bot.message import Message
from bot.model.inbound import InboundEvent

log = logging.getLogger(__name__)

LOOK_AGAIN = 30.0
"""Seconds after which the inbox is read without being woken: for events whose lease ran out."""
LONGEST_WAIT = 30.0
TRIES = 3


class Worker:
    """The one who reads the inbox."""

    def __init__(self, inbox: Inbox, replies: Replies, zones: Zones, api: SlackApi) -> None:
        self._inbox = inbox
        self._replies = replies
        self._zones = zones
        self._api = api
        self._woken = asyncio.Event()
        self._stopping = False
        self._waiting: dict[tuple[str, str], deque[InboundEvent]] = {}
        self._people = Background()

    def wake(self) -> None:
        """Something was stored."""
        self._woken.set()

    async def run(self) -> None:
        """Work until `close`. Begins with whatever an earlier run left."""
        rested = True
        while not self._stopping:
            self._woken.clear()
            try:
                if rested:
                    await self._inbox.forget_old()
                await self._read()
            except Exception as error:  # noqa: BLE001 - the edge: the next look may go better
                told = {"event": "inbox_unread", "reason": type(error).__name__}
                log.error("The inbox could not be read", extra=told)  # noqa: TRY400 - a statement quotes its values
            rested = not await self._is_woken()

    async def _is_woken(self) -> bool:
        try:
            await asyncio.wait_for(self._woken.wait(), LOOK_AGAIN)
        except TimeoutError:
            return False
        return True

    async def _read(self) -> None:
        while not self._stopping and (events := await self._inbox.claim()):
            for event in events:
                self._hand_over(event)

    async def close(self) -> None:
        """Take nothing new, and let the answers under way go out."""
        self._stopping = True
        self.wake()
        await self._people.close()

    def _hand_over(self, event: InboundEvent) -> None:
        person = (event.tenant, event.user_id)
        if person in self._waiting:
            self._waiting[person].append(event)
            return
        self._waiting[person] = deque([event])
        self._people.start(self._attend(person))

    async def _attend(self, person: tuple[str, str]) -> None:
        """Everything one person said, in its order."""
        waiting = self._waiting[person]
        while waiting:
            try:
                await self._work(waiting.popleft())
            except Exception:  # the edge: one event must not take the person's next ones with it
                log.exception("A stored event was not answered", extra={"event": "event_unanswered"})
        del self._waiting[person]
        await self._zones.learn(*person)

    async def _work(self, event: InboundEvent) -> None:
        if event.claims > 2:
            log.error("An event was given up: it was interrupted twice", extra={"event": "event_given_up"})
        else:
            await self._deliver(event, await self._answer(event))
        await self._inbox.end(event)

    async def _answer(self, event: InboundEvent) -> Message:
        if event.claims > 1:
            return self._replies.sentence("interrupted")
        if event.withheld:
            return self._replies.refusal()
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
