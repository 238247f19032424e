"""A member's Slack profile changed: their name, zone, language and whether they are still there follow. Worked for
`adapters.worker` through the registry of events.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from adapters.wiring import Wiring
from bot.mentoring.profile import Profile, follow
from bot.model.inbound import InboundEvent
from bot.model.people import Member, Tenant

LONGEST_NAME = 500
"""Characters that are kept of a name until it is made tidy."""


def name_of(user: Mapping[str, Any]) -> str:
    """What Slack's clients call a person: the display name if they chose one, else the full name. Empty for none."""
    profile = user.get("profile")
    parts = profile if isinstance(profile, dict) else {}
    names = (parts.get("display_name"), parts.get("real_name"), user.get("real_name"))
    return next((name[:LONGEST_NAME] for name in names if isinstance(name, str) and name.strip()), "")


class Profiles:
    """Keeps members' rows true to what Slack tells."""

    def __init__(self, wiring: Wiring) -> None:
        self._database = wiring.database
        self._clock = wiring.clocks.calendar
        self._languages = wiring.languages

    async def changed(self, event: InboundEvent) -> None:
        """What a `user_change` told. About whom we do not know, nothing is done."""
        told = event.details
        profile = Profile(told.get("tz"), told.get("locale"), told.get("deleted"), told.get("name"))
        wanted = (
            select(Member)
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Tenant.platform == "slack", Tenant.external_id == event.tenant, Member.user_id == event.user_id)
            .with_for_update(of=Member, key_share=True)
        )
        async with self._database.work() as session:
            if member := (await session.exec(wanted)).first():
                await follow(session, member, profile, self._clock.now(), self._languages)
