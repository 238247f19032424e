"""Bolt's question "may this workspace talk to us, and as whom do we answer", settled from our own database alone."""

from datetime import datetime, timedelta
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from sqlmodel import select

from adapters.slack.wiring import Wiring
from bot.model.people import Tenant

REMEMBERED = timedelta(minutes=1)


class Workspaces(AsyncAuthorize):
    """Knows our own id in each workspace. A row is read again after a minute, and each time until it is there."""

    def __init__(self, wiring: Wiring) -> None:
        self._database = wiring.database
        self._clock = wiring.clocks.machine
        self._token = wiring.settings.SLACK_BOT_TOKEN
        self._known: dict[str, tuple[str, datetime]] = {}

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None, **_: Any
    ) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_token=self._token,
            bot_user_id=await self._our_id(team_id or enterprise_id or ""),
        )

    async def _our_id(self, external_id: str) -> str | None:
        now = self._clock.now()
        our_id, read_at = self._known.get(external_id, (None, now))
        if our_id and now - read_at < REMEMBERED:
            return our_id
        async with self._database.work() as session:
            wanted = select(Tenant.bot_user_id).where(Tenant.platform == "slack", Tenant.external_id == external_id)
            our_id = (await session.exec(wanted)).first()
        if our_id:
            self._known[external_id] = our_id, now
        return our_id
