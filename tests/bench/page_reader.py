"""Reads a served application's pages over HTTP, signed in. Used by the bench of cohorts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, slots=True)
class PageReader:
    """A browser without a window."""

    browser: ClientSession
    address: str

    async def read(self, path: str) -> int:
        """Bytes of the page."""
        async with self.browser.get(self.address + path) as answer:
            assert answer.status == 200
            return len(await answer.read())


@asynccontextmanager
async def reader(app: web.Application, token: str) -> AsyncIterator[PageReader]:
    """Serve, and sign in with a link's token."""
    async with TestServer(app) as server, ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        address = str(server.make_url("")).rstrip("/")
        given, headers = {"token": token}, {"Origin": address}
        async with browser.post(f"{address}/dashboard/enter", data=given, headers=headers) as answer:
            assert answer.status == 200
        yield PageReader(browser, address)
