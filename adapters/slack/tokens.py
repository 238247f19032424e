"""Which token speaks for a workspace: SLACK_BOT_TOKEN, or that of its own installation, renewed before it ends.
`adapters.slack.api` asks before every call, and tells when Slack takes a token no more.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.slack.errors import SOON
from adapters.slack.installations import Installations, find_all, forget_tokens
from adapters.slack.rotation import Rotation
from bot.clock import Clocks
from bot.database import Database
from bot.errors import CannotReach, TryLater
from bot.mentoring.leaving import UNINSTALLED, everywhere, leave
from bot.model.installations import SlackInstallation
from bot.model.people import Tenant
from bot.settings import Settings
from bot.vault import CannotOpen, Vault

log = logging.getLogger(__name__)

REMEMBERED = timedelta(seconds=10)
"""How long a process goes on with what it read, when another process is told that a workspace left."""
NOT_INSTALLED = "not_installed"
REMOVED = frozenset({"token_revoked", "account_inactive"})
"""What Slack says of a token once the app is removed, or the workspace is gone."""
_UNUSABLE = frozenset({"invalid_auth", "not_authed"})
"""What it says of a token that may be good again, as where the app allows calls from a few addresses only."""


@dataclass(frozen=True, slots=True)
class Access:
    """A token, and the installation it is of; None for SLACK_BOT_TOKEN."""

    token: str = field(repr=False)
    row: SlackInstallation | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    """How a workspace stands, as read from the database."""

    read_at: datetime
    has_left: bool = False
    is_connected: bool = False
    row: SlackInstallation | None = field(default=None, repr=False)


def _standing(now: datetime, tenant: Tenant | None, row: SlackInstallation | None) -> _Known:
    has_left = tenant is not None and tenant.left_at is not None
    is_connected = tenant is not None and tenant.bot_user_id is not None
    return _Known(now, has_left, is_connected, row)


class Tokens:
    """Reads the database, never Slack, unless a token is about to end."""

    def __init__(self, settings: Settings, database: Database, clocks: Clocks) -> None:
        self._settings = settings
        self._database = database
        self._clocks = clocks
        self._known: dict[str, _Known] = {}
        self._organizations: dict[str, str] = {}
        self._own_since: datetime | None = None
        self._wanted: set[str] = set()
        self._reading: asyncio.Task[dict[str, _Known]] | None = None
        self._installations: Installations | None = None
        self._rotation: Rotation | None = None
        if settings.SECRET_KEY:
            self._installations = Installations(database, Vault(settings.SECRET_KEY), clocks)
            self._rotation = Rotation(settings, database, self._installations, clocks.machine)

    async def access(self, tenant: str) -> Access:
        """The token for a workspace; for "" that of SLACK_BOT_TOKEN. Raises CannotReach, or TryLater."""
        try:
            return await self._access(tenant) if tenant else self._own()
        except SQLAlchemyError as error:
            raise TryLater(SOON, "The database did not tell a token.") from error

    async def _access(self, tenant: str) -> Access:
        known = self._known.get(tenant)
        if known is None or self._clocks.machine.now() - known.read_at >= REMEMBERED:
            known = await self._read(tenant)
        if known.has_left:
            raise CannotReach(UNINSTALLED)
        if known.row is not None:
            return await self._of(tenant, known.row)
        if self._settings.has_many_workspaces and not known.is_connected:
            raise CannotReach(NOT_INSTALLED)
        return self._own()

    def _own(self) -> Access:
        if self._settings.SLACK_BOT_TOKEN is None:
            raise CannotReach(NOT_INSTALLED)
        return Access(self._settings.SLACK_BOT_TOKEN)

    @property
    def own_since(self) -> datetime | None:
        """When Slack took SLACK_BOT_TOKEN last, by the machine's clock, as far as this process knows."""
        return self._own_since

    def own_works(self) -> None:
        """Slack has just taken SLACK_BOT_TOKEN."""
        self._own_since = self._clocks.machine.now()

    async def _read(self, tenant: str) -> _Known:
        """Those who ask at the same moment, as a round of deliveries does, have one look at the database for all."""
        self._wanted.add(tenant)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_wanted())
            self._reading.add_done_callback(lambda done: done.cancelled() or done.exception())  # told to who waits
        return (await asyncio.shield(self._reading))[tenant]

    async def _read_wanted(self) -> dict[str, _Known]:
        await asyncio.sleep(0)  # for all who are about to ask
        wanted, self._wanted, self._reading = self._wanted, set(), None
        async with self._database.reading() as session:
            known = select(Tenant).where(Tenant.platform == "slack", col(Tenant.external_id).in_(sorted(wanted)))
            tenants = {each.external_id: each for each in (await session.exec(known)).all()}
            places = {each: self._organization(tenants.get(each), each) for each in wanted}
            rows = await find_all(session, places)
        now = self._clocks.machine.now()
        found = {each: _standing(now, tenants.get(each), rows[each]) for each in wanted}
        self._known.update(found)
        return found

    def _organization(self, tenant: Tenant | None, external_id: str) -> str:
        return (tenant.enterprise_id if tenant else None) or self._organizations.get(external_id, "")

    async def _of(self, tenant: str, row: SlackInstallation) -> Access:
        if not row.token or row.refused:
            raise CannotReach(row.refused or NOT_INSTALLED)
        if self._installations is None or self._rotation is None:
            raise CannotReach("SECRET_KEY is not set, so the token cannot be opened")
        if self._rotation.is_due(row):
            row = await self._rotation.renewed(row)
            self._known.pop(tenant, None)
        try:
            return Access(self._installations.as_bot(row).bot_token, row)
        except CannotOpen as error:
            raise CannotReach("no key in SECRET_KEY opens the token") from error

    async def refused(self, access: Access, reason: str) -> None:
        """Slack took a token no more: nothing goes with it again. A token that came in its place is left alone."""
        row = access.row
        if row is None or reason not in REMOVED | _UNUSABLE | {"token_expired"}:
            return
        self._known.clear()
        told = {"event": "slack_token_refused", "reason": reason}
        try:
            await self._put_aside(row, reason)
        except SQLAlchemyError:  # the next call finds out the same
            log.error("A token that Slack takes no more could not be put aside", extra=told)  # noqa: TRY400 - its values
            return
        log.warning("Slack takes a workspace's token no more: %s", reason, extra=told)

    async def _put_aside(self, row: SlackInstallation, reason: str) -> None:
        async with self._database.work() as session:
            if reason in REMOVED and await forget_tokens(session, row.external_id, reason, token=row.token):
                await leave(session, everywhere("slack", row.external_id), self._clocks.calendar.now())
            elif reason in _UNUSABLE:
                await self._mark(session, row, refused=reason)
            else:
                await self._mark(session, row, expires_at=self._clocks.machine.now())

    async def _mark(self, session: AsyncSession, row: SlackInstallation, **values: object) -> None:
        same = (col(SlackInstallation.id) == row.id, col(SlackInstallation.token) == row.token)
        await session.exec(update(SlackInstallation).where(*same).values(**values))

    async def made_ready(self) -> None:
        """Once, when the server begins: everything under the newest key, and another try for what Slack refused."""
        if self._installations is None:
            return
        async with self._database.work() as session:
            again = update(SlackInstallation).where(col(SlackInstallation.refused) != "")
            await session.exec(again.where(col(SlackInstallation.token) != "").values(refused=""))
        if number := await self._installations.relock():
            log.info("Tokens were locked with the newest key: %s", number, extra={"event": "tokens_relocked"})
        self._known.clear()

    def changed(self) -> None:
        """Something about the installations has changed: read anew."""
        self._known.clear()

    def is_of(self, team_id: str, enterprise_id: str) -> None:
        """A request named the organization that a workspace belongs to."""
        if self._organizations.get(team_id) != enterprise_id:
            self._organizations[team_id] = enterprise_id
            self._known.pop(team_id, None)

    async def close(self) -> None:
        """Let what is being renewed be kept first: a token that was renewed is good for nothing more."""
        if self._rotation is not None:
            await self._rotation.close()
