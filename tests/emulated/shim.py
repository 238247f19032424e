"""Stands between our program and the emulator, and keeps what was said there. slack_sdk reads with GET and puts
arguments into the address, which Slack takes and the emulator does not. It also is where answers to a press go: the
emulator has no response URLs.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

Json = dict[str, Any]

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
OF_ONE_HOP = {"connection", "content-encoding", "content-length", "host", "transfer-encoding"}
PATIENCE = 20
"""Seconds."""


@dataclass(frozen=True)
class Call:
    """One call of the Web API by our program."""

    method: str
    given: Json
    answer: Json
    token: str = field(repr=False)


@dataclass
class Shim:
    """`url` is what our program takes for Slack."""

    emulator: str
    http: ClientSession
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    responses: list[Json] = field(default_factory=list)
    """What was posted to response URLs."""
    losing: set[str] = field(default_factory=set)
    """Methods whose next answer is lost on its way, after the emulator has done what was asked."""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def response_url(self) -> str:
        return f"{self.url}/response"

    def asked(self, method: str, **given: Any) -> list[Call]:
        """The calls of a method with these arguments among theirs."""
        return [call for call in self.calls if call.method == method and given.items() <= call.given.items()]

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for calls and responses that make it true. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(happened)

    async def respond(self, request: web.Request) -> web.Response:
        self.responses.append(await request.json())
        await self._tell()
        return web.Response(text="ok")

    async def browse(self, request: web.Request) -> web.Response:
        """The emulator's own pages, for browsers."""
        return await self._sent_on(request, await request.read(), request.content_type)

    async def call(self, request: web.Request) -> web.Response:
        method, body, kind = request.match_info["method"], await request.read(), request.content_type
        if kind != JSON:
            body, kind = b"&".join(filter(None, [body, request.rel_url.raw_query_string.encode()])), FORM
        answer = await self._sent_on(request, body, kind, "POST", f"/api/{method}")
        given = json.loads(body or b"{}") if kind == JSON else dict(parse_qsl(body.decode()))
        told = json.loads(answer.body) if answer.content_type == JSON and isinstance(answer.body, bytes) else {}
        self.calls.append(Call(method, given, told, request.headers.get("Authorization", "").removeprefix("Bearer ")))
        await self._tell()
        if method in self.losing and request.transport:
            self.losing.remove(method)
            request.transport.abort()
        return answer

    async def _sent_on(
        self, request: web.Request, body: bytes, kind: str, method: str = "", address: str = ""
    ) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in OF_ONE_HOP}
        async with self.http.request(
            method or request.method,
            self.emulator + (address or request.rel_url.raw_path_qs),
            headers={**headers, "Content-Type": kind},
            data=body,
            allow_redirects=False,
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in OF_ONE_HOP}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


@asynccontextmanager
async def running_shim(emulator: str) -> AsyncIterator[Shim]:
    """On a free port, until the block ends."""
    async with ClientSession() as http:
        shim = Shim(emulator, http)
        app = web.Application()
        app.router.add_route("*", "/api/{method}", shim.call)
        app.router.add_post("/response", shim.respond)
        app.router.add_route("*", "/{page:.*}", shim.browse)
        async with TestServer(app) as server:
            shim.url = str(server.make_url("")).rstrip("/")
            yield shim
