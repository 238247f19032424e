"""The personal conversation with somebody who may never have written to us: found, or opened with Teams once over all
processes. The transport and the surfaces ask here.
"""

import asyncio
from datetime import timedelta
from weakref import WeakValueDictionary

from sqlmodel import col, or_, update

from adapters.teams.api import TeamsApi
from adapters.teams.conversations import PERSONAL, Conversations, at
from adapters.teams.turns import Place, Reference
from bot.clock import Clocks
from bot.database import Database
from bot.errors import TryLater
from bot.model.teams import TeamsConversation
from bot.settings import Settings
from bot.visitors import find_member, find_tenant, insert_new

OPENING = timedelta(seconds=15)
"""How long one process may take to open a conversation."""
WITHIN = 4.0
"""Seconds for Teams to open one; then the message itself still has time."""
SHORTLY = timedelta(seconds=2)


class PersonalConversations:
    """Finds or opens them."""

    def __init__(
        self, settings: Settings, database: Database, clocks: Clocks, api: TeamsApi, conversations: Conversations
    ) -> None:
        self._settings = settings
        self._database = database
        self._clocks = clocks
        self._api = api
        self._conversations = conversations
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def with_(self, tenant: str, user: str) -> Reference:
        """Theirs. `user` is their Entra id. Raises like `TeamsApi`; TryLater while another process opens it."""
        lock = self._locks.setdefault((tenant, user), asyncio.Lock())
        async with lock:
            if known := await self._conversations.personal(tenant, user):
                return known
            if not await self._claimed(tenant, user):
                raise TryLater(SHORTLY, "Somebody else is opening the conversation.")
            return await self._open(tenant, user)

    async def _claimed(self, tenant: str, user: str) -> bool:
        """Whether it is ours to open."""
        now = self._clocks.machine.now()
        async with self._database.work() as session:
            calendar = self._clocks.calendar.now()
            place = await find_tenant(session, "teams", tenant, calendar)
            member = await find_member(session, place, user, calendar)
            name = f"{PERSONAL}{user}"
            blank = dict.fromkeys(("conversation", "service_url", "bot", "teams_id", "team"), "")
            until = {"opening_until": now + OPENING, "seen_at": now}
            new = {
                "tenant_id": place.id,
                "name": name,
                **blank,
                **until,
                "member_id": member.id,
                "place": Place.PERSONAL.value,
            }
            if await insert_new(session, TeamsConversation, **new):
                return True
            over = or_(col(TeamsConversation.opening_until).is_(None), col(TeamsConversation.opening_until) < now)
            mine = update(TeamsConversation).where(at(place, name), col(TeamsConversation.conversation) == "", over)
            won = mine.values(**until).returning(col(TeamsConversation.id))
            return (await session.exec(won)).first() is not None

    async def _open(self, tenant: str, user: str) -> Reference:
        opened: Reference | None = None
        try:
            known = await self._conversations.somewhere(tenant)
            address = known.service_url if known else self._settings.teams_service_url
            async with asyncio.timeout(WITHIN):
                opened = await self._api.open_personal(tenant, address, user, known.bot if known else "")
        except TimeoutError as error:
            raise TryLater(SHORTLY, "Teams took too long to open the conversation.") from error
        finally:
            await self._settle(tenant, user, opened)
        return opened

    async def _settle(self, tenant: str, user: str, opened: Reference | None) -> None:
        """Keep what was opened, or let the next one try."""
        now = self._clocks.machine.now()
        async with self._database.work() as session:
            place = await find_tenant(session, "teams", tenant, self._clocks.calendar.now())
            found = {"conversation": opened.conversation, "service_url": opened.service_url} if opened else {}
            bot = {"bot": opened.bot} if opened else {}
            blank = col(TeamsConversation.conversation) == ""
            done = update(TeamsConversation).where(at(place, f"{PERSONAL}{user}"), blank)
            await session.exec(done.values(opening_until=None, seen_at=now, **found, **bot))
