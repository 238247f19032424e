"""The part of the local Slack that installs an app: an administrator's yes, codes and refresh tokens good for one use,
tokens that it knows, and those it takes no more.
"""

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

Json = dict[str, Any]

CLIENT, CLIENT_SECRET = "123.456", "a-client-secret-for-tests"
APP, INSTALLER = "A0SAMPLE1", "U0SAMPLE1"
LASTS = 12 * 3600


@dataclass(frozen=True)
class Place:
    """Where an administrator installs: a workspace, or an organization with all of its workspaces."""

    team: str = "T0SAMPLE1"
    name: str = "Sample workspace 1"
    enterprise: str = ""
    is_org: bool = False

    @property
    def id(self) -> str:
        return self.enterprise if self.is_org else self.team

    @property
    def bot(self) -> str:
        return f"U0MENTOR{self.id[-1]}"


ORG = Place(team="", name="Sample organization 1", enterprise="E0SAMPLE1", is_org=True)


@dataclass
class FakeOAuth:
    """What Slack's authorization server remembers."""

    rotates: bool = False
    """Whether the app has token rotation on."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """What each administrator was asked."""
    codes: dict[str, tuple[Place, str]] = field(default_factory=dict)
    refreshers: dict[str, Place] = field(default_factory=dict)
    live: dict[str, Place] = field(default_factory=dict)
    """Tokens, and where they are good."""
    dead: dict[str, str] = field(default_factory=dict)
    """Tokens that are good no more, and what Slack says of each."""
    secrets: list[str] = field(default_factory=list)
    """Everything that nobody may ever log."""
    issued: int = 0

    def approve(self, address: str, place: Place) -> str:
        """The administrator says yes: the address to which Slack sends the browser back."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert urlsplit(address).path == "/oauth/v2/authorize"
        assert asked["client_id"] == CLIENT
        assert asked["scope"]
        self.asked.append(asked)
        code = f"code-{len(self.asked)}"
        self.secrets.append(code)
        self.codes[code] = (place, asked["redirect_uri"])
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{urlsplit(asked['redirect_uri']).path}?{back}"

    async def page(self, request: web.Request) -> web.Response:
        """Slack's own page, for a browser: an administrator who says yes at once."""
        back = self.approve(str(request.url), Place())
        raise web.HTTPFound(f"{request.query['redirect_uri'].partition('/slack/')[0]}{back}")

    def access(self, authorization: str, given: Json) -> Json:
        """`oauth.v2.access`."""
        if authorization != f"Basic {base64.b64encode(f'{CLIENT}:{CLIENT_SECRET}'.encode()).decode()}":
            return {"ok": False, "error": "bad_client_secret"}
        if given.get("grant_type") == "refresh_token":
            place = self.refreshers.pop(given.get("refresh_token", ""), None)
            return self._granted(place) if place else {"ok": False, "error": "invalid_refresh_token"}
        place, redirect = self.codes.pop(given.get("code", ""), (None, ""))
        if place is None:
            return {"ok": False, "error": "invalid_code"}
        if given.get("redirect_uri") != redirect:
            return {"ok": False, "error": "bad_redirect_uri"}
        return self._granted(place)

    def _granted(self, place: Place) -> Json:
        token = self.new_token(place)
        answer: Json = {
            "ok": True,
            "access_token": token,
            "token_type": "bot",
            "scope": self.asked[-1]["scope"] if self.asked else "",
            "bot_user_id": place.bot,
            "app_id": APP,
            "team": None if place.is_org else {"id": place.team, "name": place.name},
            "enterprise": {"id": place.enterprise, "name": place.name} if place.enterprise else None,
            "is_enterprise_install": place.is_org,
            "authed_user": {"id": INSTALLER},
        }
        if self.rotates:
            refresher = f"xoxe-1-refresh-{self.issued}"
            self.refreshers[refresher] = place
            self.secrets.append(refresher)
            answer |= {"refresh_token": refresher, "expires_in": LASTS}
        return answer

    def new_token(self, place: Place) -> str:
        self.issued += 1
        token = f"{'xoxe.' if self.rotates else ''}xoxb-issued-{self.issued}"
        self.live[token] = place
        self.secrets.append(token)
        return token

    def revoke(self, place: Place, error: str = "token_revoked") -> None:
        """The administrator removes the app there."""
        self.dead |= dict.fromkeys((token for token, at in self.live.items() if at == place), error)

    def unknown(self, token: str) -> str | None:
        """Why a token is refused; None while it is good."""
        return self.dead.get(token) or (None if token in self.live else "invalid_auth")
