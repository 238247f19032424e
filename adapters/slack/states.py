"""The `state` that goes with an installation to Slack and comes back: ours, good for ten minutes and for one use.
Nothing is stored until it is used. Bolt's OAuth flow asks here, and binds it to the browser with a cookie.
"""

from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.clock import Clock
from bot.database import Database
from bot.once import is_first
from bot.vault import Vault

LASTS = timedelta(minutes=10)
"""As long as Slack's own code."""


class States(AsyncOAuthStateStore):
    """Stamped by `bot.vault`; the database remembers which were used."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def async_issue(self, *_: Any, **__: Any) -> str:
        return self._vault.stamp(token_urlsafe(16), self._clock.now())

    async def async_consume(self, state: str) -> bool:
        """Whether it is ours, young enough, and used for the first time."""
        now = self._clock.now()
        name = self._vault.read_stamp(state, now, LASTS)
        if name is None:
            return False
        async with self._database.work() as session:
            return await is_first(session, "slack", f"state:{name}", now)
