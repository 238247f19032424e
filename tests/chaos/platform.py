"""A fake Slack: it enforces the published limits, its histories lag, it goes wrong as `tests.chaos.mishaps` says, and
it counts what it took by the key of each delivery. `tests.chaos.control` runs it in a process of its own.
"""

import asyncio
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.clock import MachineClock
from tests.chaos.conversations import BOT, Conversations, Json
from tests.chaos.mishaps import Chance, Fate, Rules, Stretch, Window

MINUTE = 60.0
HELD = 3.0
"""Seconds for which the answer is kept back that the killer waited for."""


@dataclass(frozen=True)
class Asked:
    """One call, and whom it is about."""

    request: web.Request
    method: str
    said: Mapping[str, Any]
    channel: str
    workspace: str


@dataclass
class Platform:
    """All workspaces of the fake Slack."""

    rules: Rules
    chance: Chance
    members: dict[str, str] = field(default_factory=dict)
    """User id → workspace."""
    arrivals: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Delivery key → when (seconds, our clock) it was taken; twice where it was taken twice."""
    counts: Counter[str] = field(default_factory=Counter)
    stretches: list[Stretch] = field(default_factory=list)
    ambushes: list[asyncio.Future[Json]] = field(default_factory=list)
    """The killer waits here for the next message taken."""
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the killer has done what it waited for."""
    said: Conversations = field(default_factory=Conversations)
    sends: defaultdict[str, Window] = field(init=False)
    calls: defaultdict[tuple[str, str], Window] = field(init=False)
    last: dict[str, float] = field(default_factory=dict)
    """Channel → when it last took a message (monotonic)."""

    def __post_init__(self) -> None:
        self.sends = defaultdict(lambda: Window(self.rules.per_minute, MINUTE))
        self.calls = defaultdict(lambda: Window(self.rules.reads_per_minute, MINUTE))

    async def api(self, request: web.Request) -> web.StreamResponse:
        """Any method of the Web API."""
        said = await _arguments(request)
        method = request.match_info["method"]
        self.counts[f"calls of {method}"] += 1
        if method == "auth.test":
            return web.json_response({"ok": True, "team": "Chaos", "team_id": "T0CHAOS", "user_id": BOT})
        user = str(said.get("channel") or said.get("users") or said.get("user") or "").removeprefix("D-")
        if user not in self.members:
            self.counts["unknown channels"] += 1
            return web.json_response({"ok": False, "error": "channel_not_found"})
        asked = Asked(request, method, said, f"D-{user}", self.members[user])
        is_spared = asked.method != "chat.postMessage" and not self.rules.reads_go_wrong
        refused = None if is_spared else self._in_a_stretch(asked)
        if refused is None:
            refused = self._over_the_limit(asked)
        if refused is not None:
            return refused
        return await self._take(asked, Fate.FINE if is_spared else self.chance.fate())

    def _in_a_stretch(self, asked: Asked) -> web.StreamResponse | None:
        now = time.monotonic()
        stretch = next((each for each in self.stretches if each.is_on(asked.workspace, now)), None)
        if stretch is None:
            return None
        self.counts[f"in a stretch: {stretch.kind}"] += 1
        match stretch.kind:
            case "cut":
                return _cut(asked.request)
            case "broken":
                return web.Response(status=503, text="upstream connect error")
            case _:
                return _throttled(stretch.until - now)

    def _over_the_limit(self, asked: Asked) -> web.StreamResponse | None:
        now = time.monotonic()
        is_send = asked.method == "chat.postMessage"
        window = self.sends[asked.workspace] if is_send else self.calls[asked.workspace, asked.method]
        wait = window.wait(now)
        if not wait and is_send:
            wait = max(0.0, self.last.get(asked.channel, -MINUTE) + self.rules.per_channel - now)
            self.counts["429 by a conversation's limit"] += bool(wait)
        elif wait:
            self.counts[f"429 by a workspace's limit: {asked.method}"] += 1
        if wait:
            return _throttled(wait)
        window.take(now)
        if is_send:
            self.last[asked.channel] = now
        return None

    async def _take(self, asked: Asked, fate: Fate) -> web.StreamResponse:
        self.counts[f"{asked.method}: {fate}"] += 1
        latency = self.chance.latency()
        if fate is Fate.THROTTLED:
            return _throttled(float(1 + int(latency * 1000) % 5))
        await asyncio.sleep(self.rules.too_late if fate is Fate.TAKEN_LATE else latency / 2)
        if fate is Fate.CUT_BEFORE:
            return _cut(asked.request)
        if fate is Fate.BROKEN_BEFORE:
            return web.Response(status=500, text="<html>something broke</html>")
        answer = await self._answer(asked)
        await asyncio.sleep(self.rules.too_late if fate is Fate.ANSWERED_LATE else latency / 2)
        if fate is Fate.CUT_AFTER:
            return _cut(asked.request)
        if fate is Fate.BROKEN_AFTER:
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
        return web.json_response(answer)

    async def _answer(self, asked: Asked) -> Json:
        match asked.method:
            case "chat.postMessage":
                return await self._post(asked)
            case "conversations.open":
                return {"ok": True, "channel": {"id": asked.channel}}
            case "conversations.history":
                return self.said.page(asked.channel, asked.said, self.rules.page, self._now())
            case "users.info":
                return {"ok": True, "user": {"id": asked.channel.removeprefix("D-"), "is_bot": False}}
            case _:
                return {"ok": False, "error": "unknown_method"}

    async def _post(self, asked: Asked) -> Json:
        metadata = asked.said.get("metadata") or {}
        key = str((metadata.get("event_payload") or {}).get("key", ""))
        ts = self.said.take(asked.channel, metadata, self._now(), self.chance.lag())
        self.arrivals[key].append(MachineClock().now().timestamp())
        self.counts["taken"] += 1
        await self._spring(asked.request, key)
        return {"ok": True, "channel": asked.channel, "ts": ts, "message": {"ts": ts}}

    async def _spring(self, request: web.Request, key: str) -> None:
        """Tell the killer who is in the window between taken and recorded, and keep the answer until it is dead."""
        while self.ambushes:
            ambush = self.ambushes.pop()
            if not ambush.done():
                self.released.clear()
                ambush.set_result({"key": key, "port": _port(request)})
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.released.wait(), HELD)
                return

    def _now(self) -> float:
        """By the platform's own clock."""
        return MachineClock().now().timestamp() - self.rules.behind


def _port(request: web.Request) -> int:
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return int(peer[1]) if peer else 0


def _throttled(wait: float) -> web.Response:
    headers = {"Retry-After": str(max(1, math.ceil(wait)))}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _arguments(request: web.Request) -> Mapping[str, Any]:
    if request.content_type == "application/json":
        body: Json = await request.json()
        return body
    given = {**request.query, **await request.post()}
    return {key: json.loads(str(value)) if key in ("blocks", "metadata") else value for key, value in given.items()}
