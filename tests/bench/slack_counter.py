"""The smallest Slack that a bench can do with: it waits a while, says yes, and counts what it took by the key of each
delivery. It lives in the bench's own process, so whatever is measured lives in another.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Json = dict[str, Any]


class SlackCounter:
    """`latency` is how long each answer takes, in seconds."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.taken: Counter[str] = Counter()
        """Delivery key → how often it was taken."""
        self.times: list[float] = []
        """When each message was taken, on this process's own watch."""
        self.at_once = 0
        """Messages being taken at this moment,"""
        self.most_at_once = 0
        self.sample: Json = {}
        """The first message."""
        self.url = ""
        self._changed = asyncio.Event()

    async def until(self, number: int, *, seconds: float) -> None:
        """Wait until so many messages were taken. Raises TimeoutError."""
        await self._wait(lambda: len(self.times) >= number, seconds)

    async def _wait(self, happened: Callable[[], bool], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    async def api(self, request: web.Request) -> web.Response:
        match request.match_info["method"]:
            case "chat.postMessage":
                return web.json_response(await self._take(await request.json()))
            case "auth.test":
                return web.json_response({"ok": True, "team": "Sample workspace", "team_id": "T1", "user_id": "UBOT"})
            case "users.info":
                return web.json_response({"ok": True, "user": {"id": "U1", "tz": "America/Chicago", "is_bot": False}})
        return web.json_response({"ok": False, "error": "unknown_method"})

    async def _take(self, said: Json) -> Json:
        self.sample = self.sample or said
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(self.latency)
        self.at_once -= 1
        self.taken[said["metadata"]["event_payload"]["key"]] += 1
        self.times.append(time.perf_counter())
        self._changed.set()
        ts = f"1764000000.{len(self.times):06}"
        return {"ok": True, "channel": said["channel"], "ts": ts, "message": {"type": "message", "text": said["text"]}}


@asynccontextmanager
async def counting_slack(latency: float = 0.1) -> AsyncIterator[SlackCounter]:
    """Listening on a free port of this machine for the length of the block."""
    slack = SlackCounter(latency)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/api/{method}", slack.api)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api"
    try:
        yield slack
    finally:
        await runner.cleanup()
