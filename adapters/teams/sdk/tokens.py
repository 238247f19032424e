"""The token that every request of Teams carries: who signed it, for whom, when, and for which channel and address.

In place of the SDK's own check, which lets requests pass that name no channel or no service address, and ends in a
server error over most forgeries. `adapters.teams.gate` asks here before it reads what the request says.
"""

from collections.abc import Mapping
from typing import Any

from adapters.openid.keys import SigningKeys
from adapters.openid.tokens import NotGenuine, check_times, signed
from bot.clock import Clock

CHANNEL = "msteams"
LONGEST = 8192
"""Letters; a real one has some 700."""


class TokenCheck:
    """Checks the tokens of one app. `issuer`: who must have signed them."""

    def __init__(self, app_id: str, issuer: str, keys: SigningKeys, clock: Clock) -> None:
        self._app_id = app_id
        self._issuer = issuer
        self._keys = keys
        self._clock = clock

    async def service_url(self, authorization: str) -> str:
        """The service address that the token of this header vouches for. Raises NotGenuine, or KeysOutOfReach."""
        claims, key = await signed(_bearer(authorization), self._keys)
        self._check_parties(claims)
        check_times(claims, self._clock.now(), begins="nbf")
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


def _bearer(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token or len(token) > LONGEST:
        raise NotGenuine("there is no token")
    return token
