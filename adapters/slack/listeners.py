"""What Slack brings, by kind: a slash command is answered in its acknowledgement, a pressed button is acknowledged
empty and its message replaced, an event is stored. Registered with Bolt by `adapters.slack.inbound`.
"""

import logging
import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse

from adapters.slack.background import Background
from adapters.slack.events import EVENTS, told
from adapters.slack.heard import as_typed, heard
from adapters.slack.inbox import Inbox
from adapters.slack.pressed import command_line
from adapters.slack.replies import Replies
from adapters.slack.worker import Worker
from adapters.slack.zones import Zones
from bot.clock import Clock
from bot.conversation import Request
from bot.errors import SeenBefore
from bot.model.inbound import InboundEvent

log = logging.getLogger(__name__)

ANY = re.compile("")
ONCE = "signature"
"""Where Bolt's context holds the signature of a command or a press: no two of them share one."""


class Pressed:
    """The presses of the last minutes, by Slack's own name for each: one that comes again signed anew is done once."""

    REMEMBERED = timedelta(minutes=5)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def came_signed_otherwise(self, trigger_id: str, signature: str) -> bool:
        now = self._clock.now()
        while self._seen and now - next(iter(self._seen.values()))[0] > self.REMEMBERED:
            self._seen.popitem(last=False)
        if not trigger_id:
            return False
        _, first = self._seen.setdefault(trigger_id, (now, signature))
        return first != signature


class Listeners:
    """Bolt's listeners. None of them raises for what the mentor does: `Replies` always has a sentence."""

    def __init__(
        self, replies: Replies, inbox: Inbox, worker: Worker, zones: Zones, background: Background, clock: Clock
    ) -> None:
        self._replies = replies
        self._inbox = inbox
        self._worker = worker
        self._zones = zones
        self._background = background
        self._clock = clock
        self._pressed = Pressed(clock)

    def register(self, bolt: AsyncApp) -> None:
        bolt.command(ANY)(self.command)
        bolt.action(ANY)(self.action)
        bolt.event(ANY)(self.event)

    async def command(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        request = _request(context, as_typed(body.get("text") or ""))
        try:
            message = await self._replies.to(request)
        except SeenBefore:
            return _seen_before()
        self._learn_zone(request)
        return await ack(self._replies.private(message))

    async def action(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        if self._pressed.came_signed_otherwise(body.get("trigger_id") or "", context[ONCE]):
            return await ack()
        request = _request(context, command_line(body["actions"][0], body.get("state") or {}))
        try:
            message = await self._replies.to(request)
        except SeenBefore:
            return _seen_before()
        self._background.start(self._replies.replace(body.get("response_url") or "", message))
        self._learn_zone(request)
        return await ack()

    async def event(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        now = self._clock.now()
        event = heard(_tenant(context), body["event_id"], body["event"], now) or told(_tenant(context), body, now)
        if event:
            try:
                if not await self._is_wanted(event):
                    return await ack()
                await self._inbox.keep(event)
            except Exception as error:  # noqa: BLE001 - the edge: Slack is asked to bring it again
                reason = {"event": "event_not_kept", "reason": type(error).__name__}
                log.error("An event could not be stored", extra=reason)  # noqa: TRY400 - the statement quotes the words
                return BoltResponse(status=503)
            self._worker.wake()
        return await ack()

    async def _is_wanted(self, event: InboundEvent) -> bool:
        """Slack tells of everybody in a workspace; of those who never wrote to us nothing is kept."""
        kind = EVENTS.get(event.kind)
        return kind is None or not kind.only_members or await self._inbox.is_about_a_member(event)

    def _learn_zone(self, request: Request) -> None:
        self._background.start(self._zones.learn(request.tenant, request.user))


def _tenant(context: AsyncBoltContext) -> str:
    return context.team_id or context.enterprise_id or ""


def _request(context: AsyncBoltContext, text: str) -> Request:
    return Request("slack", _tenant(context), context.user_id or "", text, once=context[ONCE])


def _seen_before() -> BoltResponse:
    """The signature is used up, as if it were stale."""
    log.warning("A request was turned away: seen before", extra={"event": "slack_refused", "status": 401})
    return BoltResponse(status=401)
