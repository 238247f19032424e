"""The door at `POST /slack/events`: what is not Slack's is turned away, what is gets its answer in time.

Refusals: 413 for a body too long, 401 for a signature that is missing, wrong, stale or used before, 400 for what cannot
be read. A signed request never gets a 500 (`adapters.slack.dispatch`).
"""

import asyncio
import logging
import re

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from adapters.slack.dispatch import Dispatch
from adapters.slack.shape import is_ssl_check, read
from bot.clock import Clock

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class _Wall(SlackClock):
    """Our clock, as slack_sdk reads it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class Gate:
    """Receives requests and hands on those that are Slack's."""

    def __init__(self, dispatch: Dispatch, verifier: SignatureVerifier) -> None:
        self._dispatch = dispatch
        self._verifier = verifier

    async def receive(self, request: web.Request) -> web.Response:
        until = self._dispatch.deadline()
        raw = await _whole_body(request, self._dispatch.within)
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
        answer = await self._dispatch.answer(body, request.headers["X-Slack-Signature"], until)
        return await to_aiohttp_response(answer)

    def _is_signed(self, request: web.Request, text: str) -> bool:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            return False
        return self._verifier.is_valid(text, timestamp, signature)


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
