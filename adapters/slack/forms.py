"""Windows over Slack: a button whose command offers a form opens it at once and fills it when the mentor has answered;
a form that is submitted goes through the conversation like a typed line. Called by `adapters.slack.listeners`.

Slack takes a trigger for three seconds, so the window opens before anything is asked of the database. Where it does not
open, the reply goes where the button stood, with what to type.
"""

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_bolt.response import BoltResponse

from adapters.background import Background
from adapters.slack.api import SlackApi
from adapters.slack.fitting import Drawn
from adapters.slack.home import Home
from adapters.slack.replies import Replies
from adapters.slack.submitted import Submission, late_view, submission, tenant_of
from adapters.slack.views import form_view, reply_view
from adapters.slack.zones import Zones
from bot.conversation import Request
from bot.errors import DeliveryError
from bot.message import Message, Paragraph, rich

log = logging.getLogger(__name__)


class Forms:
    """Opens, fills and answers modals."""

    def __init__(
        self, replies: Replies, api: SlackApi, home: Home, background: Background, zones: Zones, *, taken_in: float
    ) -> None:
        """`taken_in`: seconds after which Slack has surely taken in an acknowledgement."""
        self._replies = replies
        self._api = api
        self._home = home
        self._background = background
        self._zones = zones
        self._taken_in = taken_in

    async def open(self, tenant: str, trigger: str, line: str) -> str | None:
        """A window that asks for a moment's patience; its id, or None where Slack did not open it."""
        view = self._wait(line)
        try:
            opened: Any = await self._api.call(tenant, lambda client: client.views_open(trigger_id=trigger, view=view))
        except DeliveryError as error:
            log.info("A window did not open: %s", error, extra={"event": "slack_not_opened"})
            return None
        return str(opened["view"]["id"])

    async def fill(self, request: Request, opening: asyncio.Task[str | None], message: Message, origin: str) -> None:
        """Show the form that a reply offers, or the reply where it offers none. `origin`: the response URL of the
        message whose button was pressed; empty on Home.
        """
        if view_id := await opening:
            await self.update(request.tenant, view_id, self.view(message, origin))
        elif origin:
            await self._replies.replace(origin, self._typed(message, request.text))
        else:
            await self._home.show(request.tenant, request.user, self._typed(message, request.text))

    async def update(self, tenant: str, view_id: str, view: Drawn) -> None:
        """Put a view in the place of another. Slack refuses it where the window was closed meanwhile."""
        try:
            await self._api.show(tenant, lambda client: client.views_update(view_id=view_id, view=view))
        except DeliveryError as error:
            log.info("A window was not filled: %s", error, extra={"event": "slack_not_filled"})

    def reply(self, message: Message, origin: str) -> Drawn:
        """A reply as a window shows it."""
        return reply_view(message, self._replies.frame, origin=origin)

    def view(self, message: Message, origin: str) -> Drawn:
        """The form that a reply offers; the reply itself where it offers none, or one that Slack cannot show."""
        frame = self._replies.frame
        form = form_view(message.form, frame, origin=origin) if message.form else None
        return form or self.reply(replace(message, form=None), origin)

    async def submitted(self, ack: AsyncAck, request: Request, given: Submission) -> BoltResponse:
        """The answer to a form, within its acknowledgement: what does not fit beside its field, else the result.

        Raises SeenBefore for a request that was worked before.
        """
        message = await self._replies.to(request)
        if errors := given.misfits(message.form):
            return await ack(response_action="errors", errors=errors)
        self._background.start(self._settle(request, message, given))
        return await ack(response_action="update", view=self.reply(message, given.view.origin))

    def late(self, body: dict[str, Any], working: asyncio.Task[BoltResponse]) -> dict[str, Any]:
        """The acknowledgement of a form whose answer takes too long: a moment's patience, in its window."""
        given = submission(body)
        not_before = asyncio.get_running_loop().time() + self._taken_in
        self._background.start(self._finish(body, working, not_before))
        return {"response_action": "update", "view": self._wait(given.line if given else "")}

    async def _finish(self, body: dict[str, Any], working: asyncio.Task[BoltResponse], not_before: float) -> None:
        """An answer that overtook the acknowledgement would be covered by the moment's patience, for good."""
        answer = await working
        await asyncio.sleep(not_before - asyncio.get_running_loop().time())
        view = late_view(body["view"], json.loads(answer.body or "{}"))
        if view:
            await self.update(tenant_of(body), body["view"]["id"], view)

    async def _settle(self, request: Request, message: Message, given: Submission) -> None:
        """The message that the form was opened from shows its result too."""
        if given.view.origin:
            await self._replies.replace(given.view.origin, message)
        if message.asks_zone:
            self._zones.ask_anew(request.tenant, request.user)
            await self._zones.learn(request.tenant, request.user)
        self._home.touched(request.tenant, request.user, message)

    def _typed(self, message: Message, line: str) -> Message:
        typed = message.form.typed if message.form else line
        said = Paragraph(rich(self._replies.say("slack.not-opened", line=typed)), quiet=True)
        return replace(message, blocks=(*message.blocks, said), form=None)

    def _wait(self, line: str) -> Drawn:
        return self.reply(self._replies.sentence("slack.wait", line=line or "home"), "")
