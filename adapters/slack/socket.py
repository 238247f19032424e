"""Slack through a socket (Socket Mode): the mentor calls Slack, and needs no address of its own. What comes takes the
same way as over HTTP. `adapters.slack.inbound` runs it where SLACK_APP_TOKEN is set.

The library's own client is not used: it answers on whatever connection it has by then, and logs what it could not read.
"""

import asyncio
import json
import logging
import random
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.background import Background
from adapters.inbox import ENVELOPE
from adapters.slack.dispatch import Dispatch
from adapters.slack.errors import explain
from adapters.slack.replies import Replies
from adapters.slack.shape import is_id, is_sound
from bot.errors import BadMessage, DeliveryError, TryLater
from bot.settings import Settings
from bot.web_addresses import is_loopback

log = logging.getLogger(__name__)

HEARTBEAT = 10.0
"""Seconds after which a peer that says nothing is asked whether it is there; half of that later it is given up."""
CONNECT_WITHIN = 8
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds between tries to connect, doubling."""
MOST_BYTES = 1_000_000
CLOSING = aiohttp.ClientWSTimeout(ws_close=2.0)
"""Seconds that Slack is given to say goodbye."""
HOSTS = ("slack.com", "slack-gov.com")


class Line:
    """One connection. `ending` is set when another one is to take its place; it may be read to its end meanwhile."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, dispatch: Dispatch, replies: Replies) -> None:
        self._ws = ws
        self._dispatch = dispatch
        self._replies = replies
        self._answers = Background()
        self.ending = asyncio.Event()
        self.is_to_be_replaced = False
        """Slack has asked for another connection in its place."""

    async def read(self) -> None:
        """Take what comes until the connection ends."""
        try:
            async for message in self._ws:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self.ending.set()
            await self._answers.close()

    async def close(self) -> None:
        """Let the answers under way go out, then end it."""
        await self._answers.close()
        await self._ws.close()

    def _take(self, text: str) -> None:
        until = self._dispatch.deadline()
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        match told:
            case {"type": "hello"}:
                log.info("Connected to Slack through a socket", extra={"event": "socket_connected"})
            case {"type": "disconnect"}:
                self._end(str(told.get("reason") or ""))
            case {"envelope_id": str(envelope_id)} if envelope_id and is_id(envelope_id):
                self._answers.start(self._answer(envelope_id, told, until))
            case _:
                _refused()

    def _end(self, reason: str) -> None:
        """Slack is about to end the connection: it does so every hour or so, and says it some seconds before."""
        if reason == "link_disabled":
            log.error(
                "Socket Mode is switched off in the settings of the Slack app", extra={"event": "socket_disabled"}
            )
        else:
            log.info("Slack asks for a new connection", extra={"event": "socket_refresh"})
            self.is_to_be_replaced = True
        self.ending.set()

    async def _answer(self, envelope_id: str, told: dict[str, Any], until: float) -> None:
        body = told.get("payload")
        if not is_sound(body):
            _refused()
            await self._acknowledge(envelope_id, None)  # or Slack brings it again
            return
        answer = await self._dispatch.answer(body, f"{ENVELOPE}{envelope_id}", until)
        if answer.status == 503:
            return  # not stored: Slack brings it again
        said = _payload(answer) if told.get("accepts_response_payload") else None
        if not await self._acknowledge(envelope_id, said) and said:
            await self._replies.post(body.get("response_url") or "", said)

    async def _acknowledge(self, envelope_id: str, said: Any) -> bool:
        """Whether it went out."""
        try:
            await self._ws.send_json({"envelope_id": envelope_id} | ({"payload": said} if said else {}))
        except (ConnectionError, aiohttp.ClientError) as error:
            told = {"event": "socket_unanswered", "reason": type(error).__name__}
            log.warning("A connection to Slack ended before its answer", extra=told)
            return False
        return True


class SlackSocket:
    """Keeps a connection to Slack for as long as the server runs. `first_wait`: seconds, shorter in tests."""

    def __init__(
        self, settings: Settings, dispatch: Dispatch, replies: Replies, *, first_wait: float = FIRST_WAIT
    ) -> None:
        self._settings = settings
        self._dispatch = dispatch
        self._replies = replies
        self._first_wait = first_wait
        self._readers = Background()
        self._lines: set[Line] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Connect, and connect anew whenever a connection ends, until told to stop; then end in order."""
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_WITHIN, sock_connect=CONNECT_WITHIN)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            tries = 0
            while not stop.is_set():
                tries = 0 if await self._held(http, stop) else tries + 1
                if tries:
                    longest = min(self._first_wait * 2 ** min(tries - 1, 10), LONGEST_WAIT)
                    await _pause(stop, longest * (0.75 + random.random() / 4))  # noqa: S311 - spreads the tries
            await asyncio.gather(*(line.close() for line in tuple(self._lines)))
            await self._readers.close()

    async def _held(self, http: aiohttp.ClientSession, stop: asyncio.Event) -> bool:
        """Connect, and wait until another connection is needed; whether it is to be made at once."""
        try:
            line = await self._connected(http)
        except TryLater as error:
            await _pause(stop, min(error.retry_after.total_seconds(), LONGEST_WAIT))
            return False
        except (DeliveryError, aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = str(error) if isinstance(error, DeliveryError) else type(error).__name__
            log.warning("No connection to Slack: %s", reason, extra={"event": "socket_unconnected"})
            return False
        since = asyncio.get_running_loop().time()
        await _first(stop, line.ending)
        return line.is_to_be_replaced or asyncio.get_running_loop().time() - since > LONGEST_WAIT

    async def _connected(self, http: aiohttp.ClientSession) -> Line:
        address = await self._address(http)
        ws = await http.ws_connect(address, heartbeat=HEARTBEAT, max_msg_size=MOST_BYTES, timeout=CLOSING)
        line = Line(ws, self._dispatch, self._replies)
        self._lines.add(line)
        self._readers.start(line.read()).add_done_callback(lambda _: self._lines.discard(line))
        return line

    async def _address(self, http: aiohttp.ClientSession) -> str:
        """Where to connect this time. Raises a DeliveryError."""
        client = AsyncWebClient(base_url=f"{self._settings.SLACK_API_URL}/", session=http, retry_handlers=[])
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                opened: Any = await client.apps_connections_open(app_token=self._settings.SLACK_APP_TOKEN or "")
        except (SlackClientError, aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            raise explain(error) from error
        url = str(opened["url"])
        if not self._is_slack(url):
            raise BadMessage("The address to connect to is not Slack's.")
        return url

    def _is_slack(self, url: str) -> bool:
        parts = urlsplit(url)
        if self._settings.slack_is_local:
            return parts.scheme in ("ws", "wss") and is_loopback(url)
        return parts.scheme == "wss" and any(f".{parts.hostname}".endswith(f".{host}") for host in HOSTS)


def _payload(answer: BoltResponse) -> Any:
    """What goes back beside the acknowledgement."""
    return json.loads(answer.body) if answer.status == 200 and answer.body else None


def _refused() -> None:
    log.warning("A request was turned away: unreadable", extra={"event": "slack_refused", "status": 400})


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of these is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
