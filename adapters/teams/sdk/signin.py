"""How the mentor signs in to answer Teams: by its registration's secret, by a managed identity of Azure, or, against a
test peer on this machine, with a fixed token.

In place of the SDK's own, which makes a new sign-in for every message, inside the event loop and without a time limit.
Here MSAL runs in a thread, once for all who wait; `adapters.teams.sdk.connector` asks for the token.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import msal
import requests
from msal.exceptions import MsalError

from adapters.teams.sdk.clouds import Cloud, cloud_of
from bot.clock import Clock
from bot.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT = 4.0
"""Seconds for one call to Microsoft's sign-in service; a sign-in makes two at most."""
LONGEST = 6.0
"""Seconds that whoever sends waits for a sign-in."""
EARLY = timedelta(minutes=5)
"""A token is renewed so long before it ends."""
PATIENCE = timedelta(seconds=10)
"""After a sign-in that went wrong, so long nobody asks again."""
NEW = timedelta(minutes=1)
"""A token younger than this that Teams refuses is not the trouble."""


class SignInRefused(Exception):
    """Microsoft did not let the mentor sign in; `reason` is its own word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SignIn(Protocol):
    """Whoever has a token."""

    async def token(self) -> str:
        """One that is good now. Raises SignInRefused."""

    def refused(self, token: str) -> bool:
        """Teams did not accept it; whether another one is worth trying."""


class FixedToken:
    """BOT_ACCESS_TOKEN, which the settings allow for addresses on this machine only."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        return self._token

    def refused(self, token: str) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True, slots=True)
class _Held:
    token: str = field(repr=False)
    since: datetime
    until: datetime


class KeptSignIn:
    """Signs in through MSAL and keeps the token until shortly before its end. `acquire` blocks; it runs in a thread."""

    def __init__(self, acquire: Callable[[], Mapping[str, Any]], clock: Clock) -> None:
        self._acquire = acquire
        self._clock = clock
        self._held: _Held | None = None
        self._trouble: tuple[SignInRefused, datetime] | None = None
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        if held := self._good():
            return held
        async with self._lock:
            return self._good() or await self._anew()

    def refused(self, token: str) -> bool:
        held = self._held
        if held is None or held.token != token:
            return True  # another one came meanwhile
        if self._clock.now() - held.since < NEW:
            return False
        self._held = None
        return True

    def _good(self) -> str | None:
        held, now = self._held, self._clock.now()
        return held.token if held and held.since <= now < held.until else None

    async def _anew(self) -> str:
        now = self._clock.now()
        if self._trouble and now < self._trouble[1]:
            raise self._trouble[0]
        try:
            answer = await asyncio.wait_for(asyncio.to_thread(self._acquire), LONGEST)
        except (requests.RequestException, MsalError, TimeoutError, ValueError, OSError) as error:
            raise self._failed(type(error).__name__, now) from error
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(lasts, int | str) or not str(lasts).isdecimal():
            raise self._failed(str(answer.get("error") or "an unreadable answer"), now)
        length = timedelta(seconds=min(int(lasts), 86_400))
        self._held = _Held(token, now, now + max(length - EARLY, length / 2))
        self._trouble = None
        return token

    def _failed(self, reason: str, now: datetime) -> SignInRefused:
        trouble = SignInRefused(reason)
        self._trouble = trouble, now + PATIENCE
        told = {"event": "teams_sign_in", "reason": reason}
        log.error("The mentor could not sign in to answer Teams: %s (see `preceptor doctor`)", reason, extra=told)
        return trouble


def sign_in(settings: Settings, clock: Clock, http: Any = None) -> SignIn:
    """The way of signing in that the settings say. `http`: requests' session, or a test's."""
    if settings.BOT_ACCESS_TOKEN:
        return FixedToken(settings.BOT_ACCESS_TOKEN)
    cloud = cloud_of(settings.BOT_OPENID_METADATA_URL)
    way = _by_identity if settings.teams_type == "UserAssignedMSI" else _by_secret
    return KeptSignIn(way(settings, cloud, http or _WithTimeout()), clock)


def _by_secret(settings: Settings, cloud: Cloud, http: Any) -> Callable[[], Mapping[str, Any]]:
    """With one organization's registration at that organization; with one for many at Bot Framework's own."""
    tenant = settings.MicrosoftAppTenantId if settings.teams_type == "SingleTenant" else "botframework.com"
    made: list[msal.ConfidentialClientApplication] = []

    def acquire() -> Mapping[str, Any]:
        if not made:  # made on first use, because making it asks Microsoft where to sign in
            who, secret, where = settings.MicrosoftAppId, settings.MicrosoftAppPassword, f"{cloud.login}/{tenant}"
            made.append(msal.ConfidentialClientApplication(who, secret, where, http_client=http))
        answer: Mapping[str, Any] = {}
        try:
            made[0].remove_tokens_for_client()  # we keep it ourselves: whoever asks here wants a new one
            answer = made[0].acquire_token_for_client([f"{cloud.resource}/.default"])
        finally:
            if "access_token" not in answer:
                made.clear()  # it would answer the same for a minute, though the trouble were mended
        return answer

    return acquire


def _by_identity(settings: Settings, cloud: Cloud, http: Any) -> Callable[[], Mapping[str, Any]]:
    """As the managed identity of the machine in Azure that this runs on."""
    who = msal.UserAssignedManagedIdentity(client_id=settings.MicrosoftAppId)

    def acquire() -> Mapping[str, Any]:
        client = msal.ManagedIdentityClient(who, http_client=http)
        answer: Mapping[str, Any] = client.acquire_token_for_client(resource=cloud.resource)
        return answer

    return acquire


class _WithTimeout(requests.Session):
    """No call without an end."""

    def request(self, *arguments: Any, **named: Any) -> requests.Response:
        return super().request(*arguments, **{"timeout": TIMEOUT, **named})
