"""The process of the fake platform, and how a run speaks to it: who its members are, what goes wrong next, and what
arrived. The other end is `tests.chaos.far_side`.

Run as `python -m tests.chaos.control RULES` (JSON); it prints its two ports (Web API, control), survives whatever is
killed, and ends when its standard input does.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from typing import Any

from aiohttp import web

from tests.chaos.mishaps import Chance, Rules, Stretch
from tests.chaos.platform import Platform


class Door:
    """The Web API's port, which may be closed for a while: then connections are refused."""

    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._site: web.TCPSite | None = None
        self.port = 0

    async def open(self) -> None:
        if self._runner.server is None:
            await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def shut(self, seconds: float) -> None:
        """Refuse everybody for so long; whoever is connected is cut off."""
        assert self._site is not None
        assert self._runner.server is not None
        await self._site.stop()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(seconds)
        await self.open()


class Control:
    """One handler for each thing that a run may ask."""

    def __init__(self, platform: Platform, door: Door) -> None:
        self._platform, self._door = platform, door
        self._shutting: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=50_000_000)
        handlers = (self.members, self.stretch, self.ambush, self.release, self.known, self.totals, self.arrivals)
        for handler in handlers:
            app.router.add_post(f"/{handler.__name__}", handler)
        return app

    async def members(self, request: web.Request) -> web.Response:
        self._platform.members.update(await request.json())
        return web.json_response(len(self._platform.members))

    async def stretch(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["kind"] == "refused":
            self._shutting.add(asyncio.create_task(self._door.shut(asked["seconds"])))
        else:
            until = time.monotonic() + asked["seconds"]
            self._platform.stretches.append(Stretch(asked["kind"], until, asked["workspaces"]))
        return web.json_response(None)

    async def ambush(self, request: web.Request) -> web.Response:
        waits: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._platform.ambushes.append(waits)
        with suppress(TimeoutError):
            return web.json_response(await asyncio.wait_for(waits, float(request.query["seconds"])))
        return web.json_response(None)

    async def release(self, _: web.Request) -> web.Response:
        self._platform.released.set()
        return web.json_response(None)

    async def known(self, request: web.Request) -> web.Response:
        return web.json_response([key for key in await request.json() if key in self._platform.arrivals])

    async def totals(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": len(self._platform.arrivals), **self._platform.counts})

    async def arrivals(self, _: web.Request) -> web.Response:
        return web.json_response(self._platform.arrivals)


async def _serve(rules: Rules) -> None:
    platform = Platform(rules, Chance(rules))
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/api/{method}", platform.api)
    door = Door(app)
    await door.open()
    control = web.AppRunner(Control(platform, door).app(), access_log=None)
    await control.setup()
    await web.TCPSite(control, "127.0.0.1", 0).start()
    sys.stdout.write(f"{door.port} {control.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(Rules(**json.loads(sys.argv[1]))))
