"""A member's time zone, asked of Slack once the member was answered. A miss harms nothing: members can say it."""

import logging
from typing import Any

from sqlmodel import col, select

from adapters.slack.api import SlackApi
from adapters.slack.wiring import Wiring
from bot.clock import zone_named
from bot.errors import CannotReach, DeliveryError
from bot.mentoring.coaching import set_zone
from bot.model.people import Member, Tenant

log = logging.getLogger(__name__)


class Zones:
    """Learns zones. Knows, while the process runs, whom it need not ask about."""

    def __init__(self, wiring: Wiring, api: SlackApi) -> None:
        self._database = wiring.database
        self._api = api
        self._settled: set[tuple[str, str]] = set()

    async def learn(self, tenant: str, user: str) -> None:
        """Keep the zone of somebody's Slack profile, unless one is known. Never raises for what Slack does."""
        if (tenant, user) in self._settled:
            return
        self._settled.add((tenant, user))
        member_id = await self._without_zone(tenant, user)
        if member_id is None:
            return
        try:
            about: Any = await self._api.call(tenant, lambda client: client.users_info(user=user))
        except DeliveryError as error:
            if not isinstance(error, CannotReach):
                self._settled.discard((tenant, user))
            log.info("Slack did not tell a zone: %s", error, extra={"event": "slack_zone_unknown"})
            return
        if zone := zone_named(str((about["user"] or {}).get("tz") or "")):
            await self._keep(member_id, zone.key)

    async def _without_zone(self, tenant: str, user: str) -> int | None:
        async with self._database.reading() as session:
            wanted = (
                select(Member.id)
                .join(Tenant, col(Tenant.id) == Member.tenant_id)
                .where(Tenant.platform == "slack", Tenant.external_id == tenant)
                .where(Member.user_id == user, col(Member.zone).is_(None))
            )
            return (await session.exec(wanted)).first()

    async def _keep(self, member_id: int, zone: str) -> None:
        """With all that is planned in local time, which was timed by a guess."""
        wanted = select(Member).where(Member.id == member_id, col(Member.zone).is_(None))
        async with self._database.work() as session:
            if member := (await session.exec(wanted.with_for_update(key_share=True))).first():
                await set_zone(session, member, zone)
