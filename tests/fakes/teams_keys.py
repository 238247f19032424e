"""A local key server, such as the one where Bot Framework announces its signing keys, and the real tokens that those
keys sign.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://api.botframework.com"
APP = "11111111-2222-3333-4444-555555555555"
Json = dict[str, Any]


@cache
def private_key(name: str) -> RSAPrivateKey:
    """One key a name, made once: it takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class KeyServer:
    """What it announces, and how often it was asked."""

    announced: list[str] = field(default_factory=lambda: ["key-1"])
    endorsements: list[str] | None = field(default_factory=lambda: ["msteams", "webchat"])
    asked: int = 0
    fails: bool = False
    garbled: bytes = b""
    url: str = ""

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    async def metadata(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.fails:
            return web.Response(status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def keys(self, _: web.Request) -> web.Response:
        if self.garbled:
            return web.Response(body=self.garbled)
        return web.json_response({"keys": [self._announce(name) for name in self.announced]})

    def _announce(self, name: str) -> Json:
        shown = json.loads(RSAAlgorithm.to_jwk(private_key(name).public_key()))
        endorsed = {} if self.endorsements is None else {"endorsements": self.endorsements}
        return {**shown, "kid": name, "use": "sig", **endorsed}


def claims(service_url: str, now: float, **changed: Any) -> Json:
    """What Bot Framework says in a token; a change to None leaves a claim out."""
    said = {
        "iss": ISSUER,
        "aud": APP,
        "nbf": int(now) - 60,
        "exp": int(now) + 3600,
        "serviceurl": service_url,
        **changed,
    }
    return {name: value for name, value in {**said, **changed}.items() if value is not None}


def token(said: Json, key: str = "key-1", *, kid: str | None = None, algorithm: str = "RS256") -> str:
    """Signed with the key of that name; `kid` names another."""
    return jwt.encode(said, private_key(key), algorithm=algorithm, headers={"kid": key if kid is None else kid})


@asynccontextmanager
async def running_keys() -> AsyncIterator[KeyServer]:
    keys = KeyServer()
    app = web.Application()
    app.router.add_get("/v1/.well-known/openidconfiguration", keys.metadata)
    app.router.add_get("/keys", keys.keys)
    async with TestServer(app) as server:
        keys.url = str(server.make_url("")).rstrip("/")
        yield keys
