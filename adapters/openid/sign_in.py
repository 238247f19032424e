"""Signing a person in at Slack or Microsoft: where to send them, and who came back. OpenID Connect's code flow with
PKCE, a state and a nonce; called by `adapters.web.dashboard_openid`, which keeps the `Errand` in a sealed cookie.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from adapters.openid.keys import SigningKeys
from adapters.openid.tokens import NotGenuine, check_times, signed
from bot.clock import Clock
from bot.web_addresses import is_loopback

TIMEOUT = aiohttp.ClientTimeout(total=5)
LONGEST = 16_384
"""Letters of an answer that holds a token."""
_BYTES = 32


class NotAnswered(Exception):
    """Whoever signs people in could not be asked."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What must come back as it went out."""

    provider: str
    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls, provider: str) -> "Errand":
        return cls(provider, *(token_urlsafe(_BYTES) for _ in range(3)))

    def is_answered_by(self, state: str) -> bool:
        return hmac.compare_digest(self.state.encode(), state.encode())

    @property
    def challenge(self) -> str:
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Person:
    """Who came back, in the platform's own ids."""

    platform: str
    tenant: str
    user: str


Read = Callable[[Mapping[str, Any], str], Person]
"""Claims, and the issuer as it is announced → who it is. Raises NotGenuine."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One that signs people in."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    keys: SigningKeys
    read: Read


class SignIn:
    """The errands to one provider; `back` is the address to which people return."""

    def __init__(self, provider: Provider, back: str, clock: Clock) -> None:
        self.provider = provider
        self._back = back
        self._clock = clock

    async def address(self, errand: Errand) -> str:
        """Where the person is to be sent. Raises KeysOutOfReach or NotAnswered."""
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self._back,
            "scope": self.provider.scope,
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": errand.challenge,
            "code_challenge_method": "S256",
        }
        return f"{await self._endpoint('authorization_endpoint')}?{urlencode(asked)}"

    async def person(self, errand: Errand, code: str) -> Person:
        """Who the code stands for. Raises NotGenuine, KeysOutOfReach or NotAnswered."""
        claims, _ = await signed(await self._token(errand, code), self.provider.keys)
        check_times(claims, self._clock.now(), begins="iat")
        if claims.get("aud") != self.provider.client_id or claims.get("azp", claims["aud"]) != claims["aud"]:
            raise NotGenuine("the token is for another app")
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(errand.nonce.encode(), nonce.encode()):
            raise NotGenuine("the token belongs to another errand")
        issuer = (await self.provider.keys.about()).get("issuer")
        return self.provider.read(claims, issuer if isinstance(issuer, str) else "")

    async def _token(self, errand: Errand, code: str) -> str:
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "client_id": self.provider.client_id,
            "client_secret": self.provider.client_secret,
            "code_verifier": errand.verifier,
        }
        address = await self._endpoint("token_endpoint")
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.post(address, data=given, allow_redirects=False) as answer,
            ):
                if answer.status >= 500:
                    raise NotAnswered
                told = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NotAnswered from error
        token = told.get("id_token") if isinstance(told, Mapping) else None
        if not isinstance(token, str) or len(token) > LONGEST:
            raise NotGenuine("the code was not taken")
        return token

    async def _endpoint(self, name: str) -> str:
        """Announced by the provider; a secret goes nowhere without a lock, this machine aside."""
        address = (await self.provider.keys.about()).get(name)
        if not isinstance(address, str) or not (urlsplit(address).scheme == "https" or is_loopback(address)):
            raise NotAnswered
        return address
