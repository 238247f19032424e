"""Microsoft's sign-in service and a machine's managed identity, as MSAL asks them: from a thread, with requests' own
interface.
"""

import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import Clock
from tests.fakes.teams_keys import APP, private_key, token

MICROSOFT, RESOURCE = "login.microsoftonline.com", "https://api.botframework.com"
CLIENT_SECRET = "a-client-secret"
LASTS = 3600
"""Seconds for which a token is good."""
WAIT = 5.0
"""Seconds after which a sign-in that nobody lets go fails the test."""


@dataclass
class Answered:
    """An HTTP answer as requests gives it."""

    status_code: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        assert self.status_code < 400


@dataclass
class FakeLogin:
    """Gives tokens named token-1, token-2 …; `error` in their place, or waits until `go` is set."""

    error: str = ""
    fails: Exception | None = None
    lasts: int | str = 3599
    down: int = 0
    """A status with which everything but a token is answered."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """What each token was asked for with, and where."""
    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go.set()

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> Answered:
        if "/oauth2/token" in url:
            return self._token({"url": url, **(params or {})})
        if self.down:
            return Answered(self.down, "out of order")
        parts = urlsplit(url)
        tenant = parts.path.split("/")[1]
        there = f"https://{parts.hostname}/{tenant}"
        told = {
            "authorization_endpoint": f"{there}/oauth2/v2.0/authorize",
            "token_endpoint": f"{there}/oauth2/v2.0/token",
            "issuer": f"{there}/v2.0",
            "tenant_discovery_endpoint": f"{there}/v2.0/.well-known/openid-configuration",
            "metadata": [],
        }
        return Answered(200, json.dumps(told))

    def post(self, url: str, data: Any = None, headers: Any = None, **_: Any) -> Answered:
        return self._token({"url": url, **(data or {})})

    def _token(self, asked: dict[str, Any]) -> Answered:
        self.asked.append(asked)
        self.begun.set()
        assert self.go.wait(WAIT)
        if self.fails:
            raise self.fails
        if self.error:
            return Answered(400, json.dumps({"error": self.error, "error_description": "as the test wished"}))
        given = {"access_token": f"token-{len(self.asked)}", "expires_in": self.lasts, "token_type": "Bearer"}
        return Answered(200, json.dumps(given))

    def close(self) -> None:
        return None


@dataclass
class TokenEndpoint:
    """Where a registration signs in, over real HTTP: gives it tokens that are signed, end, and can be checked."""

    clock: Clock
    url: str = ""
    given: list[str] = field(default_factory=list)

    async def metadata(self, request: web.Request) -> web.Response:
        there = f"https://{MICROSOFT}/{request.match_info['tenant']}"
        ends = {"authorization_endpoint": f"{there}/authorize", "token_endpoint": f"{there}/oauth2/v2.0/token"}
        return web.json_response({**ends, "issuer": f"{there}/v2.0"})

    async def instances(self, _: web.Request) -> web.Response:
        """Which of Microsoft's clouds there are."""
        return web.json_response({"tenant_discovery_endpoint": f"https://{MICROSOFT}/common", "metadata": []})

    async def token(self, request: web.Request) -> web.Response:
        asked = await request.post()
        who = (asked.get("grant_type"), asked.get("client_id"), asked.get("client_secret"))
        if who != ("client_credentials", APP, CLIENT_SECRET) or f"{RESOURCE}/.default" not in str(asked.get("scope")):
            return web.json_response({"error": "invalid_client"}, status=401)
        now = int(self.clock.now().timestamp())
        said = {"aud": RESOURCE, "appid": APP, "tid": request.match_info["tenant"], "nbf": now, "exp": now + LASTS}
        self.given.append(token(said, "sign-in"))
        return web.json_response({"access_token": self.given[-1], "expires_in": LASTS, "token_type": "Bearer"})

    def accepts(self, shown: str) -> bool:
        """Whether a connector would: signed by us, for connectors, of that app, and good at this moment."""
        good = {"algorithms": ["RS256"], "audience": RESOURCE, "options": {"verify_exp": False, "verify_nbf": False}}
        try:
            said = jwt.decode(shown, private_key("sign-in").public_key(), **good)  # type: ignore[arg-type]
        except jwt.InvalidTokenError:
            return False
        return bool(said["appid"] == APP and said["nbf"] <= self.clock.now().timestamp() < said["exp"])

    def session(self) -> requests.Session:
        """What MSAL asks: as if Microsoft were here."""
        return _Elsewhere(self)


class _Elsewhere(requests.Session):
    """Takes what is meant for Microsoft's sign-in service to the local one."""

    def __init__(self, endpoint: TokenEndpoint) -> None:
        super().__init__()
        self._endpoint = endpoint

    def request(self, method: Any, url: Any, *arguments: Any, **named: Any) -> requests.Response:
        there = url.replace(f"https://{MICROSOFT}", self._endpoint.url)
        assert there.startswith(self._endpoint.url), url
        return super().request(method, there, *arguments, **{"timeout": WAIT, **named})


@asynccontextmanager
async def running_login(clock: Clock) -> AsyncIterator[TokenEndpoint]:
    endpoint = TokenEndpoint(clock)
    app = web.Application()
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", endpoint.metadata)
    app.router.add_get("/common/discovery/instance", endpoint.instances)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", endpoint.token)
    async with TestServer(app) as server:
        endpoint.url = str(server.make_url("")).rstrip("/")
        yield endpoint
