"""The app comes to a person, a group or a team, and goes again. The worker calls this for stored events, before the
surfaces hear of them; each may run twice.
"""

import logging

from adapters.teams.conversations import Conversations
from adapters.teams.turns import Turn
from bot.clock import Clocks
from bot.database import Database
from bot.mentoring.leaving import UNINSTALLED, everywhere, leave
from bot.mentoring.profile import leave_alone, welcome_back
from bot.visitors import find_member, find_tenant

log = logging.getLogger(__name__)


class Lifecycle:
    """Keeps members and organizations true to where the app is."""

    def __init__(self, database: Database, clocks: Clocks, conversations: Conversations) -> None:
        self._database = database
        self._clocks = clocks
        self._conversations = conversations

    async def installed(self, turn: Turn) -> bool:
        """The app was added; the person it was added for may be written to again. Whether this place is new to us."""
        is_new = await self._conversations.seen(turn)
        if turn.is_private:
            now = self._clocks.calendar.now()
            async with self._database.work() as session:
                tenant = await find_tenant(session, "teams", turn.who.tenant, now)
                member = await find_member(session, tenant, turn.who.user, now)
                member.reference = turn.where.as_text()
                await welcome_back(session, member, now)
                session.add(member)
        log.info("The app was added", extra={"event": "teams_installed", "place": turn.where.place.value})
        return is_new

    async def removed(self, turn: Turn) -> None:
        """The app was taken away. Once an organization has it nowhere any more, it has left."""
        is_last = await self._conversations.removed(turn)
        now = self._clocks.calendar.now()
        async with self._database.work() as session:
            if turn.is_private:
                tenant = await find_tenant(session, "teams", turn.who.tenant, now)
                member = await find_member(session, tenant, turn.who.user, now)
                member.reference = ""
                await leave_alone(session, member, now, UNINSTALLED)
                session.add(member)
            if is_last:
                await leave(session, everywhere("teams", turn.who.tenant), now)
        log.info("The app was removed", extra={"event": "teams_removed", "place": turn.where.place.value})
