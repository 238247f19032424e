"""A member's Slack profile changed: their zone, language and whether they are still there follow. Worked for
`adapters.worker` through the registry of events.
"""

from sqlmodel import col, select

from adapters.wiring import Wiring
from bot.mentoring.profile import Profile, follow
from bot.model.inbound import InboundEvent
from bot.model.people import Member, Tenant


class Profiles:
    """Keeps members' rows true to what Slack tells."""

    def __init__(self, wiring: Wiring) -> None:
        self._database = wiring.database
        self._clock = wiring.clocks.calendar
        self._languages = wiring.languages

    async def changed(self, event: InboundEvent) -> None:
        """What a `user_change` told. About whom we do not know, nothing is done."""
        told = event.details
        profile = Profile(told.get("tz"), told.get("locale"), told.get("deleted"))
        wanted = (
            select(Member)
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Tenant.platform == "slack", Tenant.external_id == event.tenant, Member.user_id == event.user_id)
            .with_for_update(of=Member, key_share=True)
        )
        async with self._database.work() as session:
            if member := (await session.exec(wanted)).first():
                await follow(session, member, profile, self._clock.now(), self._languages)
