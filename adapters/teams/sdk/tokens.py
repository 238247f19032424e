"""The token that every request of Teams carries: who signed it, for whom, when, and for which channel and address.

In place of the SDK's own check, which lets requests pass that name no channel or no service address, and ends in a
server error over most forgeries. `adapters.teams.gate` asks here before it reads what the request says.
"""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt
from jwt.types import Options

from adapters.teams.sdk.keys import SigningKeys
from bot.clock import Clock

CHANNEL = "msteams"
ALGORITHM = "RS256"
SKEW = timedelta(minutes=5)
"""How far Microsoft's clock and ours may differ (its page on authentication)."""
_SIGNATURE_ALONE: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
LONGEST = 8192
"""Letters; a real one has some 700."""


class NotGenuine(Exception):
    """A request that is not Teams', or not for us. `status` is 401 for who they are, 403 for what they may."""

    def __init__(self, why: str, status: int = 401) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


class TokenCheck:
    """Checks the tokens of one app. `issuer`: who must have signed them."""

    def __init__(self, app_id: str, issuer: str, keys: SigningKeys, clock: Clock) -> None:
        self._app_id = app_id
        self._issuer = issuer
        self._keys = keys
        self._clock = clock

    async def service_url(self, authorization: str) -> str:
        """The service address that the token of this header vouches for. Raises NotGenuine, or KeysOutOfReach."""
        token = _bearer(authorization)
        key = await self._keys.find(_key_name(token))
        if key is None:
            raise NotGenuine("the signing key is unknown")
        claims = _signed(token, key.key)
        self._check_parties(claims)
        self._check_times(claims)
        if CHANNEL not in key.endorsements:
            raise NotGenuine("the key may not sign for Teams", 403)
        address = claims.get("serviceurl")
        if not isinstance(address, str) or not address:
            raise NotGenuine("the token names no service address")
        return address

    def _check_parties(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self._issuer:
            raise NotGenuine("the token is somebody else's")
        if claims.get("aud") != self._app_id:
            raise NotGenuine("the token is for another app")

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now, skew = self._clock.now().timestamp(), SKEW.total_seconds()
        if now >= _instant(claims, "exp") + skew:
            raise NotGenuine("the token has ended")
        if now < _instant(claims, "nbf") - skew:
            raise NotGenuine("the token does not count yet")


def _bearer(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token or len(token) > LONGEST:
        raise NotGenuine("there is no token")
    return token


def _key_name(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError) as error:
        raise NotGenuine("the token cannot be read") from error
    name = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(name, str) or not name:
        raise NotGenuine("the token is signed in a way that is not Teams'")
    return name


def _signed(token: str, key: Any) -> Mapping[str, Any]:
    """The claims, once the signature fits. Who, for whom and when is asked by our own clock afterwards."""
    try:
        return jwt.decode(token, key, algorithms=[ALGORITHM], options=_SIGNATURE_ALONE)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise NotGenuine("the signature does not fit") from error


def _instant(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotGenuine("the token does not say when it counts")
    return value
