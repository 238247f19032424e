"""A small, strict identity provider over real HTTP, such as Slack's and Microsoft Entra's: it takes nothing that OpenID
Connect's code flow with PKCE does not ask for, and signs real tokens.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from jwt.algorithms import RSAAlgorithm

from tests.fakes.teams_keys import private_key, token

Json = dict[str, Any]
SECRET = "a-client-secret-of-tests"


@dataclass
class Identity:
    """One provider, for one app."""

    client_id: str
    back: str
    """The one address to which it sends people back."""
    now: Callable[[], float]
    person: Json = field(default_factory=dict)
    """Who is signed in there: the claims about them."""
    issuer: str = ""
    url: str = ""
    forge: Callable[[Json], str] = token
    """Claims → a token."""
    changed: Json = field(default_factory=dict)
    """Claims that are said differently; None leaves one out."""
    is_down: bool = False
    declines: bool = False
    _codes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    async def metadata(self, _: web.Request) -> web.Response:
        if self.is_down:
            return web.Response(status=503)
        at = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        ends = {name: f"{self.url}/{path}" for name, path in at.items()}
        return web.json_response({"issuer": self.issuer or self.url, **ends})

    async def keys(self, _: web.Request) -> web.Response:
        shown = json.loads(RSAAlgorithm.to_jwk(private_key("key-1").public_key()))
        return web.json_response({"keys": [{**shown, "kid": "key-1", "use": "sig"}]})

    async def authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        given = {name: asked[name] for name in ("client_id", "redirect_uri", "response_type", "code_challenge_method")}
        wanted = (self.client_id, self.back, "code", "S256")
        is_whole = all(len(asked[name]) >= 32 for name in ("state", "nonce", "code_challenge"))
        if tuple(given.values()) != wanted or not is_whole or "openid" not in asked["scope"].split():
            return web.Response(status=400)
        code = token_urlsafe(16)
        self._codes[code] = asked
        told = {"error": "access_denied"} if self.declines else {"code": code}
        raise web.HTTPFound(f"{self.back}?{urlencode({**told, 'state': asked['state']})}")

    async def token(self, request: web.Request) -> web.Response:
        given = await request.post()
        asked = self._codes.pop(str(given["code"]), None)
        challenge = urlsafe_b64encode(sha256(str(given["code_verifier"]).encode()).digest()).rstrip(b"=").decode()
        mine = (given["client_id"], given["client_secret"], given["redirect_uri"], given["grant_type"])
        if mine != (self.client_id, SECRET, self.back, "authorization_code"):
            return web.json_response({"error": "invalid_client"}, status=401)
        if asked is None or asked["code_challenge"] != challenge:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"token_type": "Bearer", "id_token": self.forge(self.claims(asked["nonce"]))})

    def claims(self, nonce: str) -> Json:
        now = int(self.now())
        said = {
            "iss": self.issuer or self.url,
            "aud": self.client_id,
            "sub": "a-subject",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
            **self.changed,
        }
        return {name: value for name, value in said.items() if value is not None}


@asynccontextmanager
async def running_identity(identity: Identity) -> AsyncIterator[Identity]:
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", identity.metadata)
    app.router.add_get("/keys", identity.keys)
    app.router.add_get("/authorize", identity.authorize)
    app.router.add_post("/token", identity.token)
    async with TestServer(app) as server:
        identity.url = str(server.make_url("")).rstrip("/")
        yield identity
