"""Bolt's question "may this workspace talk to us, and who are we there", settled from our own database alone. Bolt is
given no token: what it sends, `adapters.slack.api` sends.
"""

from datetime import datetime, timedelta
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from sqlmodel import select

from adapters.background import Background
from adapters.slack.installations import find
from adapters.slack.tokens import Tokens
from adapters.wiring import Wiring
from bot.model.people import Tenant
from bot.visitors import find_tenant

REMEMBERED = timedelta(minutes=1)


class Workspaces(AsyncAuthorize):
    """Knows our own id in each workspace. A row is read again after a minute, and each time until it is there."""

    def __init__(self, wiring: Wiring, tokens: Tokens, background: Background) -> None:
        self._database = wiring.database
        self._clocks = wiring.clocks
        self._tokens = tokens
        self._background = background
        self._known: dict[str, tuple[str, datetime]] = {}

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None, **_: Any
    ) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_user_id=await self._our_id(team_id or "", enterprise_id or ""),
        )

    async def _our_id(self, team_id: str, enterprise_id: str) -> str | None:
        now, external_id = self._clocks.machine.now(), team_id or enterprise_id
        our_id, read_at = self._known.get(external_id, (None, now))
        if our_id and now - read_at < REMEMBERED:
            return our_id
        our_id = await self._read(external_id, enterprise_id)
        if our_id:
            self._known[external_id] = our_id, now
        return our_id

    async def _read(self, external_id: str, enterprise_id: str) -> str | None:
        async with self._database.reading() as session:
            wanted = select(Tenant).where(Tenant.platform == "slack", Tenant.external_id == external_id)
            tenant = (await session.exec(wanted)).first()
            row = await find(session, external_id, enterprise_id) if enterprise_id else None
        if row and row.external_id != external_id:  # it is the organization that has installed us
            self._tokens.is_of(external_id, enterprise_id)
            if tenant is None or tenant.enterprise_id != enterprise_id:
                self._background.start(self._keep(external_id, enterprise_id))
        return (tenant.bot_user_id if tenant else None) or (row.bot_user_id if row else None)

    async def _keep(self, external_id: str, enterprise_id: str) -> None:
        """So that other processes find the organization's token for this workspace."""
        async with self._database.work() as session:
            tenant = await find_tenant(session, "slack", external_id, self._clocks.calendar.now())
            tenant.enterprise_id = enterprise_id
