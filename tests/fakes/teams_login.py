"""Microsoft's sign-in service and a machine's managed identity, as MSAL asks them: from a thread, with requests' own
interface.
"""

import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

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
    asked: list[dict[str, Any]] = field(default_factory=list)
    """What each token was asked for with, and where."""
    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go.set()

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> Answered:
        if "/oauth2/token" in url:
            return self._token({"url": url, **(params or {})})
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
