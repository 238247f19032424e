"""One request from Slack, checked and read, on its way to Bolt and back in time, whichever way it came: over HTTP
(`adapters.slack.gate`) or through a socket (`adapters.slack.socket`).

A person always gets a sentence. An event that could not be stored in time gets a 503: Slack then brings it again.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.background import Background
from adapters.slack.forms import Forms
from adapters.slack.listeners import ONCE
from adapters.slack.replies import Replies
from adapters.slack.shape import placed

log = logging.getLogger(__name__)

ANSWER_WITHIN = 2.0
"""Seconds from the arrival of a request until it is acknowledged as it stands. Slack gives up after 3, and counts from
when it sent it: half a second is left for the way here and for a busy event loop, so that 2.5 are never passed."""


AT_ONCE = 12
"""Requests that are worked side by side. Were it all that come, each would wait for all the others, and all be late."""


CROWD = 200
"""While more than this are under way, a new one is acknowledged in half the time: it took part of it to get here,"""
THRONG = 400
"""and while more than this are, at once: its turn would not come in time, and to say so to hundreds takes time too."""


class Dispatch:
    """Hands requests to Bolt. `within`: seconds that a request may take, shorter in tests."""

    def __init__(self, bolt: AsyncApp, replies: Replies, forms: Forms, background: Background, within: float) -> None:
        self._bolt = bolt
        self._replies = replies
        self._forms = forms
        self._background = background
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._under_way = 0
        self.within = within

    def deadline(self) -> float:
        """By the event loop's clock, for a request that arrives now."""
        within = self.within / 2 if self._under_way > CROWD else self.within
        return asyncio.get_running_loop().time() + within

    async def answer(self, body: dict[str, Any], once: str, until: float) -> BoltResponse:
        """Bolt's answer, or an acknowledgement when it takes too long; the rest then follows through `response_url`, or
        in the window that was submitted.

        `once` is what no other request has: one that comes again is not worked again.
        """
        working = self._begun(self._dispatch(body, once))
        patience = until - asyncio.get_running_loop().time()
        is_event = body.get("type") == "event_callback"  # which Slack would bring again, at once and for a while
        await asyncio.wait({working}, timeout=0 if self._under_way > THRONG and not is_event else patience)
        if working.done():
            return working.result()
        log.info("Acknowledged before the answer was ready", extra={"event": "slack_late"})
        if is_event:
            return BoltResponse(status=503)
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body=self._forms.late(body, working))
        if "command" in body:
            self._background.start(self._finish(body.get("response_url") or "", working))
        return BoltResponse(status=200)

    def _begun(self, work: Coroutine[Any, Any, BoltResponse]) -> asyncio.Task[BoltResponse]:
        working = self._background.start(work)
        self._under_way += 1
        working.add_done_callback(self._ended)
        return working

    def _ended(self, _: asyncio.Task[BoltResponse]) -> None:
        self._under_way -= 1

    async def _dispatch(self, body: dict[str, Any], once: str) -> BoltResponse:
        # Bolt reads and checks what comes over HTTP once more, its own way; what comes over a socket it takes as it is.
        try:
            request = AsyncBoltRequest(body=placed(body), mode="socket_mode", context={ONCE: once})
            async with self._turns:
                answer = await self._bolt.async_dispatch(request)
        except Exception as error:  # noqa: BLE001 - the edge: Bolt stumbles over a few shapes no honest sender makes
            return self._trouble(body, error)
        return self._trouble(body) if answer.status == 500 else answer

    def _trouble(self, body: dict[str, Any], error: Exception | None = None) -> BoltResponse:
        """Something broke between Bolt and our listeners, which answer for themselves. Where no error came, Bolt has
        logged it."""
        message = self._replies.trouble(error)
        if body.get("type") == "event_callback":
            return BoltResponse(status=503)
        if "command" in body:
            return BoltResponse(status=200, body=self._replies.private(message))
        if body.get("response_url"):
            self._background.start(self._replies.replace(body["response_url"], message))
        return BoltResponse(status=200)

    async def _finish(self, response_url: str, working: asyncio.Task[BoltResponse]) -> None:
        answer = await working
        if answer.body:
            await self._replies.post(response_url, json.loads(answer.body))
