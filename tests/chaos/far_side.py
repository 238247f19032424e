"""The fake platform as a run sees it: a process started, spoken to over its control port, and ended. See
`tests.chaos.platform` for what it does.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, cast

import aiohttp

from tests.chaos.mishaps import Rules


class FarSide:
    """A running fake Slack."""

    def __init__(self, http: aiohttp.ClientSession, api_port: int, control_port: int) -> None:
        self._http = http
        self.port = api_port
        self.url = f"http://127.0.0.1:{api_port}/api"
        self._control = f"http://127.0.0.1:{control_port}"

    async def _ask(self, what: str, body: Any = None) -> Any:
        async with self._http.post(f"{self._control}/{what}", json=body) as answer:
            return await answer.json()

    async def add_members(self, members: Mapping[str, str]) -> None:
        """User id → workspace."""
        await self._ask("members", dict(members))

    async def stretch(self, kind: str, seconds: float, workspaces: Collection[str] | None = None) -> None:
        """From now on, for so long: "storm", "broken", "cut" or "refused" (all workspaces only)."""
        await self._ask(
            "stretch", {"kind": kind, "seconds": seconds, "workspaces": list(workspaces) if workspaces else None}
        )

    async def ambush(self, seconds: float) -> int | None:
        """The port of the connection over which the next message was taken, unanswered yet; None if none came."""
        hit = await self._ask(f"ambush?seconds={seconds}")
        return int(hit["port"]) if hit else None

    async def release(self) -> None:
        """Let go of the answer that the ambush kept back."""
        await self._ask("release")

    async def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that were taken."""
        return set(await self._ask("known", list(keys))) if keys else set()

    async def totals(self) -> Mapping[str, int]:
        return cast("Mapping[str, int]", await self._ask("totals"))

    async def arrivals(self) -> Mapping[str, list[float]]:
        """Delivery key → the instants at which it was taken (seconds, our clock)."""
        return cast("Mapping[str, list[float]]", await self._ask("arrivals"))


@asynccontextmanager
async def running_platform(rules: Rules) -> AsyncIterator[FarSide]:
    """A fake Slack for the length of the block."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.chaos.control", json.dumps(asdict(rules))]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        api_port, control_port = map(int, (await process.stdout.readline()).split())
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
            yield FarSide(http, api_port, control_port)
    finally:
        process.stdin.close()
        process.terminate()
        await process.wait()
