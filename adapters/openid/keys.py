"""The keys that somebody signs tokens with, and what else they announce; fetched where that stands, kept for a day.

For Teams in place of the SDK's own, which fetches them with a blocking call inside the event loop and without a time
limit, and refuses a key that came since the last fetch for up to a day. Asked by `adapters.openid.tokens`.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from jwt import PyJWK, PyJWTError

from bot.clock import Clock

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=5)
KEPT = timedelta(days=1)
"""Microsoft asks to fetch the keys anew every day."""
AT_ONCE = 5
APART = timedelta(minutes=1)
"""For an unknown name the keys are fetched, a few times in a row and then once a minute: anybody can make one up."""
AGAIN = timedelta(seconds=5)
"""After a fetch that went wrong."""


class KeysOutOfReach(Exception):
    """No keys were ever fetched, so nobody's signature can be judged."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key, and the channels for which it may sign."""

    key: Any = field(repr=False)
    endorsements: frozenset[str]


class SigningKeys:
    """All that are announced at one address."""

    def __init__(self, metadata_url: str, clock: Clock) -> None:
        self._url = metadata_url
        self._clock = clock
        self._keys: Mapping[str, SigningKey] = {}
        self._about: Mapping[str, Any] = {}
        self._fetched_at: datetime | None = None
        self._again_at: datetime | None = None
        self._ahead: datetime | None = None
        self._lock = asyncio.Lock()

    async def find(self, name: str) -> SigningKey | None:
        """The key of that name; None where none is announced. Raises KeysOutOfReach."""
        now = self._clock.now()
        if self._is_old(now):
            await self._fetch(now)
        if name not in self._keys and self._may_look(now):
            await self._fetch(now)
        if self._fetched_at is None:
            raise KeysOutOfReach
        return self._keys.get(name)

    async def about(self) -> Mapping[str, Any]:
        """What is announced beside the keys: the issuer, and where people sign in. Raises KeysOutOfReach."""
        await self.find("")
        return self._about

    def _is_old(self, now: datetime) -> bool:
        if self._again_at and now < self._again_at:
            return False
        return self._fetched_at is None or not timedelta(0) <= now - self._fetched_at < KEPT

    def _may_look(self, now: datetime) -> bool:
        """Whether an unknown name is worth a fetch now; then it is one of those that may."""
        if self._fetched_at is None or now == self._fetched_at:
            return False
        ahead = max(self._ahead or now, now)
        if ahead - now > (AT_ONCE - 1) * APART:
            return False
        self._ahead = ahead + APART
        return True

    async def _fetch(self, asked_at: datetime) -> None:
        """Whoever asks while somebody fetches gets what they fetched."""
        async with self._lock:
            done = max(filter(None, (self._fetched_at, self._again_at and self._again_at - AGAIN)), default=None)
            if done and done >= asked_at:
                return
            now = self._clock.now()
            try:
                self._about, self._keys = await self._announced()
            except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
                self._again_at = now + AGAIN
                told = {"event": "signing_keys_unread", "at": self._url, "reason": type(error).__name__}
                log.error("Signing keys could not be fetched", extra=told)  # noqa: TRY400 - a web page's words
                return
            self._fetched_at, self._again_at = now, None

    async def _announced(self) -> tuple[Mapping[str, Any], Mapping[str, SigningKey]]:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            about = await _json(session, self._url)
            announced = await _json(session, about["jwks_uri"])
        found = {each["kid"]: key for each in announced["keys"] if (key := _read(each))}
        if not found:
            raise ValueError("no keys are announced")
        return about, found


async def _json(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as answer:
        answer.raise_for_status()
        return await answer.json(content_type=None)


def _read(announced: Mapping[str, Any]) -> SigningKey | None:
    """None for a key of another make, which would not be used for these signatures."""
    if announced.get("kty") != "RSA" or not isinstance(announced.get("kid"), str):
        return None
    try:
        key = PyJWK.from_dict({**announced, "alg": "RS256"}).key
    except PyJWTError:
        return None
    endorsed = announced.get("endorsements")
    return SigningKey(key, frozenset(endorsed) if isinstance(endorsed, list) else frozenset())
