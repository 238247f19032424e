"""A member's time zone, language and name, asked of Slack once the member was answered. A miss harms nothing: members
can say the first two, and do without the third.
"""

import logging
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from adapters.slack.api import SlackApi
from adapters.slack.profiles import name_of
from adapters.wiring import Wiring
from bot.errors import CannotReach, DeliveryError
from bot.mentoring.profile import Profile, follow, language_of
from bot.model.people import Member, Tenant

log = logging.getLogger(__name__)


_IS_HALF_KNOWN = col(Member.zone).is_(None) | col(Member.name).is_(None)
REMEMBERED = timedelta(days=1)
"""So long a process need not ask about somebody again. Whoever was erased and comes back is somebody new."""


class Zones:
    """Learns zones and names. Knows for a day whom it need not ask about."""

    def __init__(self, wiring: Wiring, api: SlackApi) -> None:
        self._database = wiring.database
        self._clock = wiring.clocks.calendar
        self._languages = wiring.languages
        self._api = api
        self._machine = wiring.clocks.machine
        self._settled: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    async def learn(self, tenant: str, user: str) -> None:
        """Keep the zone and the name of somebody's Slack profile where they are not known. Never raises for what Slack
        does."""
        if self._is_settled((tenant, user)):
            return
        if (member := await self._half_known(tenant, user)) is None:
            return
        member_id, locale = member
        try:
            about: Any = await self._api.call(tenant, lambda client: client.users_info(user=user, include_locale=True))
        except DeliveryError as error:
            if not isinstance(error, CannotReach):
                self._settled.pop((tenant, user), None)
            log.info("Slack did not tell a zone: %s", error, extra={"event": "slack_zone_unknown"})
            return
        told = about["user"] or {}
        profile = Profile(str(told.get("tz") or ""), str(told.get("locale") or ""), name=name_of(told))
        if profile.zone or profile.name or language_of(profile.locale or "", self._languages) not in (None, locale):
            await self._keep(member_id, profile)

    def _is_settled(self, person: tuple[str, str]) -> bool:
        """Whether it was looked up lately; if not, it is from now on."""
        now = self._machine.now()
        while self._settled and now - next(iter(self._settled.values())) > REMEMBERED:
            self._settled.popitem(last=False)
        if person in self._settled:
            return True
        self._settled[person] = now
        return False

    async def _half_known(self, tenant: str, user: str) -> tuple[int, str] | None:
        async with self._database.reading() as session:
            wanted = (
                select(col(Member.id), Member.locale)
                .join(Tenant, col(Tenant.id) == Member.tenant_id)
                .where(Tenant.platform == "slack", Tenant.external_id == tenant)
                .where(Member.user_id == user, _IS_HALF_KNOWN)
            )
            found = (await session.exec(wanted)).first()
        return (found[0] or 0, found[1]) if found else None

    async def _keep(self, member_id: int, profile: Profile) -> None:
        """With all that is planned in local time, which was timed by a guess. What became known meanwhile is newer."""
        wanted = select(Member).where(Member.id == member_id, _IS_HALF_KNOWN)
        async with self._database.work() as session:
            if member := (await session.exec(wanted.with_for_update(key_share=True))).first():
                await follow(session, member, _new_to(member, profile), self._clock.now(), self._languages)


def _new_to(member: Member, profile: Profile) -> Profile:
    """The profile without what is known of the member."""
    is_placed = member.zone is not None
    here = replace(profile, zone=None, locale=None) if is_placed else profile
    return replace(here, name=None) if member.name is not None else here
