"""The conversations in which the mentor is installed: kept whenever something comes from one, so that it can be written
to later. The dispatch, the lifecycle and the transport ask here.
"""

from collections import OrderedDict
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.teams.turns import Place, Reference, Turn
from bot.clock import Clocks
from bot.database import Database
from bot.mentoring.leaving import come_back, everywhere
from bot.mentoring.profile import leave_alone
from bot.model.people import Member, Tenant
from bot.model.teams import TeamsConversation
from bot.visitors import find_member, find_tenant, insert_new

MOST_KNOWN = 20_000
"""Conversations of which this process remembers that they are kept."""
PERSONAL = "personal:"


def at(tenant: Tenant, name: str) -> ColumnElement[bool]:
    """The row of that name in an organization."""
    return (col(TeamsConversation.tenant_id) == tenant.id) & (col(TeamsConversation.name) == name)


def name_of(turn: Turn) -> str:
    """What `TeamsConversation.name` is for the place of a turn."""
    if turn.is_private:
        return f"{PERSONAL}{turn.who.user}"
    return turn.where.conversation.partition(";")[0]  # a channel, without the thread


class Conversations:
    """Keeps them, each change in a unit of work of its own."""

    def __init__(self, database: Database, clocks: Clocks) -> None:
        self._database = database
        self._clocks = clocks
        self._known: OrderedDict[tuple[str, str], Reference] = OrderedDict()

    def now(self) -> datetime:
        """By the machine's clock."""
        return self._clocks.machine.now()

    async def seen(self, turn: Turn) -> bool:
        """Something came from there: keep how it is reached. Whether it was not kept before."""
        place = (turn.who.tenant, name_of(turn))
        if self._known.get(place) == turn.where:
            return False
        async with self._database.work() as session:
            is_new = await self._keep(session, turn)
        self._remember(place, turn.where)
        return is_new

    def _remember(self, place: tuple[str, str], where: Reference) -> None:
        self._known[place] = where
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    async def _keep(self, session: AsyncSession, turn: Turn) -> bool:
        calendar = self._clocks.calendar.now()
        tenant = await find_tenant(session, "teams", turn.who.tenant, calendar)
        if tenant.left_at is not None:
            await come_back(session, everywhere("teams", tenant.external_id))
        member = await find_member(session, tenant, turn.who.user, calendar) if turn.is_private else None
        said = {
            "member_id": member.id if member else None,
            "place": turn.where.place.value,
            "conversation": turn.where.conversation,
            "service_url": turn.where.service_url,
            "bot": turn.where.bot,
            "teams_id": turn.who.teams_id if member else "",
            "team": turn.team,
            "opening_until": None,
            "seen_at": self.now(),
        }
        if await insert_new(session, TeamsConversation, tenant_id=tenant.id, name=name_of(turn), **said):
            return True
        await session.exec(update(TeamsConversation).where(at(tenant, name_of(turn))).values(**said))
        return False

    async def removed(self, turn: Turn) -> bool:
        """The app was taken away there: drop what is kept of it. Whether the organization has it nowhere any more."""
        self.forget(turn.who.tenant)
        async with self._database.work() as session:
            tenant = await find_tenant(session, "teams", turn.who.tenant, self._clocks.calendar.now())
            name, here = col(TeamsConversation.name), col(TeamsConversation.tenant_id) == tenant.id
            which = name == name_of(turn)
            if turn.team and not turn.is_private:
                which |= col(TeamsConversation.team) == turn.team
            await session.exec(delete(TeamsConversation).where(here, which))
            left = (await session.exec(select(TeamsConversation.id).where(here).limit(1))).first()
        return left is None

    async def personal(self, tenant: str, user: str) -> Reference | None:
        """The personal conversation with somebody, if it is known."""
        async with self._database.reading() as session:
            wanted = (
                select(TeamsConversation)
                .join(Tenant, col(Tenant.id) == col(TeamsConversation.tenant_id))
                .where(Tenant.platform == "teams", Tenant.external_id == tenant)
                .where(TeamsConversation.name == f"{PERSONAL}{user}", TeamsConversation.conversation != "")
            )
            row = (await session.exec(wanted)).first()
        return Reference(row.service_url, row.conversation, tenant, Place.PERSONAL, row.bot) if row else None

    async def somewhere(self, tenant: str) -> Reference | None:
        """Any conversation of an organization, the latest first: a new one is opened at the same service address."""
        async with self._database.reading() as session:
            wanted = (
                select(TeamsConversation)
                .join(Tenant, col(Tenant.id) == col(TeamsConversation.tenant_id))
                .where(Tenant.platform == "teams", Tenant.external_id == tenant)
                .where(TeamsConversation.service_url != "")
                .order_by(col(TeamsConversation.seen_at).desc())
                .limit(1)
            )
            row = (await session.exec(wanted)).first()
        return Reference(row.service_url, row.conversation, tenant, Place(row.place), row.bot) if row else None

    async def left_alone(self, tenant: str, user: str, why: str) -> None:
        """Teams refused a message to somebody for that reason: nothing more goes to them until they come back."""
        async with self._database.work() as session:
            if member := await self._member(session, tenant, user):
                await leave_alone(session, member, self._clocks.calendar.now(), why)

    async def dropped(self, tenant: str, user: str) -> None:
        """Teams knows their personal conversation no longer: the next one is opened anew."""
        self.forget(tenant)
        async with self._database.work() as session:
            if member := await self._member(session, tenant, user):
                member.reference = ""
                session.add(member)
                theirs = col(TeamsConversation.member_id) == member.id
                await session.exec(delete(TeamsConversation).where(theirs))

    async def _member(self, session: AsyncSession, tenant: str, user: str) -> Member | None:
        wanted = (
            select(Member)
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Tenant.platform == "teams", Tenant.external_id == tenant, Member.user_id == user)
            .with_for_update(of=Member, key_share=True)
        )
        return (await session.exec(wanted)).first()

    def forget(self, tenant: str) -> None:
        """Look again what is kept of an organization."""
        for place in [each for each in self._known if each[0] == tenant]:
            del self._known[place]
