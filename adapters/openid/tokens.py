"""What every token must be, whoever made it: read with care, signed with an announced key in the one way we take, and
good now. Asked by `adapters.teams.sdk.tokens` for requests, and by `adapters.openid.sign_in` for people.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from adapters.openid.keys import SigningKey, SigningKeys

ALGORITHM = "RS256"
SKEW = timedelta(minutes=5)
"""How far another clock and ours may differ (Microsoft's page on authentication)."""
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


class NotGenuine(Exception):
    """A token that nobody real made, or not for us. `status` is 401 for who they are, 403 for what they may."""

    def __init__(self, why: str, status: int = 401) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


async def signed(token: str, keys: SigningKeys) -> tuple[Mapping[str, Any], SigningKey]:
    """The claims, once the signature fits, and the key; everything else is asked by our own clock afterwards.

    Raises NotGenuine, or KeysOutOfReach.
    """
    key = await keys.find(_key_name(token))
    if key is None:
        raise NotGenuine("the signing key is unknown")
    try:
        return jwt.decode(token, key.key, algorithms=[ALGORITHM], options=_SIGNATURE_ALONE), key
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise NotGenuine("the signature does not fit") from error


def check_times(claims: Mapping[str, Any], now: datetime, begins: str) -> None:
    """Good now; `begins` is the claim that says since when. Raises NotGenuine."""
    at, skew = now.timestamp(), SKEW.total_seconds()
    if at >= _instant(claims, "exp") + skew:
        raise NotGenuine("the token has ended")
    if at < _instant(claims, begins) - skew:
        raise NotGenuine("the token does not count yet")


def _key_name(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError) as error:
        raise NotGenuine("the token cannot be read") from error
    name = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(name, str) or not name:
        raise NotGenuine("the token is signed in a way that we do not take")
    return name


def _instant(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotGenuine("the token does not say when it counts")
    return value
