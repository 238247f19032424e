"""What Slack brings, by kind: a slash command is answered in its acknowledgement, a pressed button is acknowledged
empty and its message replaced, an event is stored. Registered with Bolt by `adapters.slack.inbound`.
"""

import asyncio
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse

from adapters.background import Background
from adapters.inbox import Inbox
from adapters.slack.events import EVENTS, told
from adapters.slack.forms import Forms
from adapters.slack.heard import as_typed, heard
from adapters.slack.home import Home
from adapters.slack.pressed import command_line
from adapters.slack.replies import Replies
from adapters.slack.submitted import View, submission, view_of
from adapters.slack.zones import Zones
from adapters.worker import Worker
from bot.clock import Clock
from bot.conversation import Request
from bot.errors import SeenBefore
from bot.message import Message
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


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Where replies are shown."""

    replies: Replies
    home: Home
    forms: Forms


class Listeners:
    """Bolt's listeners. None of them raises for what the mentor does: `Replies` always has a sentence."""

    def __init__(
        self,
        surfaces: Surfaces,
        inbox: Inbox,
        worker: Worker,
        zones: Zones,
        background: Background,
        clock: Clock,
    ) -> None:
        self._replies = surfaces.replies
        self._home = surfaces.home
        self._forms = surfaces.forms
        self._inbox = inbox
        self._worker = worker
        self._zones = zones
        self._background = background
        self._clock = clock
        self._pressed = Pressed(clock)

    def register(self, bolt: AsyncApp) -> None:
        """What somebody waits for: Bolt asks one listener after the other, so these come first of all."""
        bolt.command(ANY)(self.command)
        bolt.action(ANY)(self.action)
        bolt.view(ANY)(self.submission)

    def register_events(self, bolt: AsyncApp) -> None:
        """Every event that nobody before has taken."""
        bolt.event(ANY)(self.event)

    async def command(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        request = _request(context, as_typed(body.get("text") or ""))
        try:
            message = await self._replies.to(request)
        except SeenBefore:
            return _seen_before()
        self._used(request, message)
        return await ack(self._replies.private(message))

    async def action(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        if self._pressed.came_signed_otherwise(body.get("trigger_id") or "", context[ONCE]):
            return await ack()
        pressed, view = body["actions"][0], view_of(body)
        request = _request(context, command_line(pressed, _state(body)))
        opening = self._opening(body, request) if _opens(pressed) and (view is None or view.kind == "home") else None
        try:
            message = await self._replies.to(request)
        except SeenBefore:
            return _seen_before()
        if opening:
            self._background.start(self._forms.fill(request, opening, message, body.get("response_url") or ""))
        else:
            self._background.start(self._show(request, message, view, body))
        self._used(request, message, on_home=view is not None and view.kind == "home")
        return await ack()

    def _opening(self, body: dict[str, Any], request: Request) -> asyncio.Task[str | None]:
        """Begun before the answer is known: Slack takes a trigger for three seconds."""
        trigger = body.get("trigger_id") or ""
        return self._background.start(self._forms.open(request.tenant, trigger, request.text))

    async def _show(self, request: Request, message: Message, view: View | None, body: dict[str, Any]) -> None:
        """Put the reply where the button stood."""
        if view is None:
            await self._replies.replace(body.get("response_url") or "", message)
        elif view.kind == "home":
            await self._home.show(request.tenant, request.user, message)
        else:
            shown = self._forms.view if _opens(body["actions"][0]) else self._forms.reply
            await self._forms.update(request.tenant, view.id, shown(message, view.origin))

    async def submission(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        given = submission(body)
        if given is None or self._pressed.came_signed_otherwise(body.get("trigger_id") or "", context[ONCE]):
            return await ack()
        try:
            return await self._forms.submitted(ack, _request(context, given.line), given)
        except SeenBefore:
            return _seen_before()

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

    def _used(self, request: Request, reply: Message, *, on_home: bool = False) -> None:
        """What follows every use of the mentor, once it is answered."""
        if reply.asks_zone:
            self._zones.ask_anew(request.tenant, request.user)
        self._background.start(self._zones.learn(request.tenant, request.user))
        if not on_home:
            self._home.touched(request.tenant, request.user, reply)


def _opens(action: dict[str, Any]) -> bool:
    return str(action.get("action_id")).startswith("f:")


def _state(body: dict[str, Any]) -> dict[str, Any]:
    """What was typed into the fields around a button: a message tells it itself, a view within."""
    view = body.get("view")
    return body.get("state") or (view.get("state") if isinstance(view, dict) else None) or {}


def _tenant(context: AsyncBoltContext) -> str:
    return context.team_id or context.enterprise_id or ""


def _request(context: AsyncBoltContext, text: str) -> Request:
    return Request("slack", _tenant(context), context.user_id or "", text, once=context[ONCE])


def _seen_before() -> BoltResponse:
    """The signature is used up, as if it were stale."""
    log.warning("A request was turned away: seen before", extra={"event": "slack_refused", "status": 401})
    return BoltResponse(status=401)
