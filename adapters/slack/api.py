"""Slack's Web API and response URLs, over one shared session. Used by the transport, the replies and the zones.

slack_sdk's own retries are off: it repeats a call whose connection broke, which can post twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import SOON, explain, from_answer
from adapters.slack.tokens import Access, Tokens
from bot.errors import CannotReach, TryLater
from bot.settings import Settings
from bot.web_addresses import is_loopback

TIMEOUT = 8
"""Seconds for one call, from connecting to the last byte of the answer."""
MOST_CLIENTS = 500
"""Tokens whose client is kept; making one anew costs little."""
AGAIN, LONGEST_WAIT = 2, 30.0
"""How often a patient call is made anew, and after how many seconds at most: within the lease of a stored event."""
T = TypeVar("T")


class SlackApi:
    """Opens its session on first use, inside the running loop; `close` ends it.

    Without `tokens` it has SLACK_BOT_TOKEN alone, for whatever workspace.
    """

    def __init__(self, settings: Settings, tokens: Tokens | None = None) -> None:
        self._settings = settings
        self._tokens = tokens
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str, AsyncWebClient] = {}

    def _as(self, token: str) -> AsyncWebClient:
        """The Web API, with that token."""
        if token not in self._clients:
            if len(self._clients) >= MOST_CLIENTS:
                self._clients.clear()
            self._clients[token] = AsyncWebClient(
                token=token,
                base_url=f"{self._settings.SLACK_API_URL}/",
                timeout=TIMEOUT,
                session=self._opened(),
                retry_handlers=[],
            )
        return self._clients[token]

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                # The courier bounds what is in flight. Waiting here for a connection would look like a lost message.
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session

    async def call(self, tenant: str, method: Callable[[AsyncWebClient], Awaitable[T]]) -> T:
        """What a method of the Web API gives, called as ourselves in that workspace ("" before it is known).

        Raises TryLater, CannotReach, BadMessage or Unsure. Where no token speaks for the workspace, nothing is asked
        of Slack, and the reason of CannotReach says why.
        """
        access = await self._access(tenant)
        try:
            return await method(self._as(access.token))
        except (SlackClientError, aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            meaning = explain(error)
            if self._tokens and isinstance(meaning, CannotReach):
                await self._tokens.refused(access, meaning.reason)
            if isinstance(meaning, CannotReach) and access.row and meaning.reason == "token_expired":
                raise TryLater(SOON, "The token had ended.") from error
            raise meaning from error

    async def call_patiently(self, tenant: str, method: Callable[[AsyncWebClient], Awaitable[T]]) -> T:
        """The same, for what cannot be said later in another way: where Slack asks to wait, it is asked again twice."""
        return await _patiently(lambda: self.call(tenant, method))

    async def _access(self, tenant: str) -> Access:
        if self._tokens:
            return await self._tokens.access(tenant)
        return Access(self._settings.SLACK_BOT_TOKEN or "")

    async def respond(self, response_url: str, body: dict[str, Any]) -> None:
        """Post to the address that came with a command or a pressed button, patiently. Raises like `call`."""
        await _patiently(lambda: self._respond(response_url, body))

    async def _respond(self, response_url: str, body: dict[str, Any]) -> None:
        if not self._is_slack(response_url):
            raise CannotReach("the response_url is not Slack's")
        try:
            async with self._opened().post(response_url, json=body, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise from_answer(answer.status, f"http_{answer.status}", answer.headers)
        except aiohttp.InvalidURL as error:
            raise CannotReach("the response_url is no address") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise explain(error) from error

    async def upload(self, upload_url: str, content: bytes) -> None:
        """Put a file's bytes where `files.getUploadURLExternal` said. Nobody sees them by that. Raises like `call`."""
        if not self._is_slack(upload_url):
            raise CannotReach("the upload address is not Slack's")
        try:
            async with self._opened().post(upload_url, data=content, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise from_answer(answer.status, f"http_{answer.status}", answer.headers)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise explain(error) from error

    def _is_slack(self, url: str) -> bool:
        """Only Slack's own hosts over https, or this machine where the Web API is a test peer on it."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        if self._settings.slack_is_local:
            return parts.scheme in ("http", "https") and is_loopback(url)
        hosts = ("slack.com", "slack-gov.com")
        return parts.scheme == "https" and any(f".{parts.hostname}".endswith(f".{host}") for host in hosts)

    async def close(self) -> None:
        if self._tokens:
            await self._tokens.close()
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._clients.clear()


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    for _ in range(AGAIN):
        try:
            return await ask()
        except TryLater as error:
            await asyncio.sleep(min(error.retry_after.total_seconds(), LONGEST_WAIT))
    return await ask()
