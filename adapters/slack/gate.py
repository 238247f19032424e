"""The door at `POST /slack/events`: what is not Slack's is turned away, what is gets its answer in time.

Refusals: 413 for a body too long, 401 for a signature that is missing, wrong, stale or used before, 400 for what cannot
be read. A signed request never gets a 500: a person gets a sentence, and an event that could not be stored gets a 503,
because Slack then brings it again.
"""

import asyncio
import json
import logging
import re
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from adapters.slack.background import Background
from adapters.slack.listeners import ONCE
from adapters.slack.replies import Replies
from adapters.slack.shape import is_ssl_check, read
from bot.clock import Clock

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
ANSWER_WITHIN = 2.5
"""Seconds from the arrival of a request to its acknowledgement; Slack gives up after 3."""

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class _Wall(SlackClock):
    """Our clock, as slack_sdk reads it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class Gate:
    """Receives requests and hands them to Bolt."""

    def __init__(
        self, bolt: AsyncApp, verifier: SignatureVerifier, replies: Replies, background: Background, within: float
    ) -> None:
        self._bolt = bolt
        self._verifier = verifier
        self._replies = replies
        self._background = background
        self._within = within

    async def receive(self, request: web.Request) -> web.Response:
        until = asyncio.get_running_loop().time() + self._within
        raw = await _whole_body(request, self._within)
        if raw is None:
            return _refused(413, "too long")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return _refused(400, "not UTF-8")
        if not self._is_signed(request, text):
            return web.Response() if is_ssl_check(request.content_type, text) else _refused(401, "not signed by Slack")
        body = read(request.content_type, text)
        if body is None:
            return _refused(400, "unreadable")
        return await self._answer(body, request.headers["X-Slack-Signature"], until)

    def _is_signed(self, request: web.Request, text: str) -> bool:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            return False
        return self._verifier.is_valid(text, timestamp, signature)

    async def _answer(self, body: dict[str, Any], signature: str, until: float) -> web.Response:
        """Bolt's answer, or an acknowledgement when it takes too long."""
        working = self._background.start(self._dispatch(body, signature))
        await asyncio.wait({working}, timeout=until - asyncio.get_running_loop().time())
        if working.done():
            return await to_aiohttp_response(working.result())
        log.info("Acknowledged before the answer was ready", extra={"event": "slack_late"})
        if body.get("type") == "event_callback":
            return web.Response(status=503)
        if "command" in body:
            self._background.start(self._finish(body.get("response_url") or "", working))
        return web.Response()

    async def _dispatch(self, body: dict[str, Any], signature: str) -> BoltResponse:
        # Bolt reads and checks what comes over HTTP once more, its own way; what comes over a socket it takes as it is.
        try:
            request = AsyncBoltRequest(body=body, mode="socket_mode", context={ONCE: signature})
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


def verifier(secret: str, clock: Clock) -> SignatureVerifier:
    """Checks signatures by our clock."""
    return SignatureVerifier(secret, clock=_Wall(clock))


async def _whole_body(request: web.Request, within: float) -> bytes | None:
    """The body; None where it is longer than anything Slack sends. A body that breaks off, or does not arrive within
    so many seconds, reads as far as it came."""
    body = bytearray()
    try:
        async with asyncio.timeout(within):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MOST_BYTES:
                    return None
    except (web.RequestPayloadError, OSError):
        pass  # cut off, late or wrongly packed: its signature will not fit
    return bytes(body)


def _refused(status: int, why: str) -> web.Response:
    log.warning("A request was turned away: %s", why, extra={"event": "slack_refused", "status": status})
    return web.Response(status=status, text=why)
