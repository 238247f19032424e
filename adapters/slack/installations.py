"""Where workspaces have installed the mentor: slack_sdk's installation store over our database, every token locked.
Bolt's OAuth flow saves here; `adapters.slack.tokens` and `adapters.slack.lifecycle` read and end.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Clocks, MachineClock
from bot.database import Database
from bot.mentoring.leaving import come_back, together_with
from bot.model.installations import SlackInstallation
from bot.vault import Vault
from bot.visitors import find_tenant, insert_new
from jobs.nudges.installed import greet


class Installations(AsyncInstallationStore):
    """One row for each workspace, or for an organization that installed it for all of its workspaces."""

    def __init__(self, database: Database, vault: Vault, clocks: Clocks) -> None:
        self._database = database
        self._vault = vault
        self._clocks = clocks

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation, over an older one of the same place; a workspace that had left is back."""
        async with self._database.work() as session:
            row = await self._row(session, _place(installation))
            self._write(row, installation)
            await self._welcome_back(session, row)

    async def _row(self, session: AsyncSession, external_id: str) -> SlackInstallation:
        new = SlackInstallation(external_id=external_id, installed_at=self._clocks.machine.now())
        await insert_new(session, SlackInstallation, **new.model_dump(exclude={"id"}))
        wanted = select(SlackInstallation).where(SlackInstallation.external_id == external_id).with_for_update()
        return (await session.exec(wanted)).one()

    def _write(self, row: SlackInstallation, given: Installation) -> None:
        row.enterprise_id = given.enterprise_id or ""
        row.name = (given.enterprise_name if given.is_enterprise_install else given.team_name) or ""
        row.app_id, row.bot_user_id = given.app_id or "", given.bot_user_id or ""
        row.scopes, row.installer_id = ",".join(given.bot_scopes or ()), given.user_id or ""
        for name, value in self.locked(given).items():
            setattr(row, name, value)
        row.installed_at, row.rotating_until, row.refused = self._clocks.machine.now(), None, ""

    async def _welcome_back(self, session: AsyncSession, row: SlackInstallation) -> None:
        tenant = await find_tenant(session, "slack", row.external_id, self._clocks.calendar.now())
        tenant.name, tenant.bot_user_id = row.name, row.bot_user_id
        await session.flush()
        await come_back(session, together_with(tenant))
        if row.installer_id:
            await greet(session, tenant, row.installer_id, self._clocks.calendar.now())

    def locked(self, given: Installation | Bot) -> dict[str, Any]:
        """The tokens as the database holds them, and when they end."""
        return {
            "token": self._vault.lock(given.bot_token or ""),
            "refresh_token": self._vault.lock(given.bot_refresh_token or ""),
            "expires_at": self._by_our_clock(given.bot_token_expires_at),
        }

    def _by_our_clock(self, expires_at: int | None) -> datetime | None:
        """When a token ends. slack_sdk reckons with the machine's real time, we with the clock we were handed."""
        if expires_at is None:
            return None
        left = datetime.fromtimestamp(expires_at, UTC) - MachineClock().now()
        return self._clocks.machine.now() + left

    def as_bot(self, row: SlackInstallation) -> Bot:
        """What slack_sdk calls an installation. Raises CannotOpen."""
        return Bot(
            app_id=row.app_id,
            enterprise_id=row.enterprise_id or None,
            team_id=None if row.external_id == row.enterprise_id else row.external_id,
            bot_token=self._vault.open(row.token),
            bot_id="",
            bot_user_id=row.bot_user_id,
            bot_scopes=row.scopes,
            bot_refresh_token=self._vault.open(row.refresh_token),
            bot_token_expires_at=row.expires_at,
            is_enterprise_install=row.external_id == row.enterprise_id,
            installed_at=row.installed_at,
        )

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """The workspace's own installation, or else its organization's. Raises CannotOpen."""
        async with self._database.reading() as session:
            row = await find(session, "" if is_enterprise_install else team_id or "", enterprise_id or "")
        return self.as_bot(row) if row and row.token else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget the tokens of one place, at once."""
        async with self._database.work() as session:
            await forget_tokens(session, team_id or enterprise_id or "", "uninstalled")

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Nothing is kept for single users."""

    async def relock(self) -> int:
        """Lock whatever is under an older key with the newest; returns how many installations that were.

        What no key opens is left as it is: `preceptor doctor` names it.
        """
        async with self._database.reading() as session:
            rows = (await session.exec(select(SlackInstallation).where(SlackInstallation.token != ""))).all()
        old = [row for row in rows if self.opens(row) and not self.is_newest(row)]
        for row in old:
            await self._relock(row)
        return len(old)

    async def _relock(self, row: SlackInstallation) -> None:
        new = {"token": self._vault.relock(row.token), "refresh_token": self._vault.relock(row.refresh_token)}
        same = (col(SlackInstallation.id) == row.id, col(SlackInstallation.token) == row.token)
        async with self._database.work() as session:
            await session.exec(update(SlackInstallation).where(*same).values(**new))

    def opens(self, row: SlackInstallation) -> bool:
        """Whether a key of ours opens its tokens."""
        return self._vault.opens(row.token) and self._vault.opens(row.refresh_token)

    def is_newest(self, row: SlackInstallation) -> bool:
        return self._vault.is_newest(row.token) and self._vault.is_newest(row.refresh_token)


def _place(installation: Installation) -> str:
    return (installation.enterprise_id if installation.is_enterprise_install else installation.team_id) or ""


async def find(session: AsyncSession, team_id: str, enterprise_id: str) -> SlackInstallation | None:
    """The installation that speaks for a workspace: its own while that is good, else its organization's."""
    return (await find_all(session, {team_id: enterprise_id}))[team_id]


async def find_all(session: AsyncSession, places: Mapping[str, str]) -> dict[str, SlackInstallation | None]:
    """The same for many workspaces at once: their ids, each with its organization's, or ""."""
    rows = {row.external_id: row for row in await _rows(session, *places, *places.values())}
    return {
        team: max(
            (rows[each] for each in (team, organization) if each in rows), key=lambda row: bool(row.token), default=None
        )
        for team, organization in places.items()
    }


async def find_meant(session: AsyncSession, team_id: str, enterprise_id: str) -> SlackInstallation | None:
    """The installation that an event is about: the workspace's own if it ever had one, else its organization's."""
    rows = await _rows(session, team_id, enterprise_id)
    return max(rows, key=lambda row: row.external_id == team_id, default=None)


async def _rows(session: AsyncSession, *external_ids: str) -> Sequence[SlackInstallation]:
    named = [each for each in external_ids if each]
    wanted = select(SlackInstallation).where(col(SlackInstallation.external_id).in_(named))
    return (await session.exec(wanted)).all()


async def forget_tokens(session: AsyncSession, external_id: str, why: str, *, token: str | None = None) -> bool:
    """Erase the tokens of one place; with `token`, only while they are still those. Whether there were any."""
    these = [col(SlackInstallation.external_id) == external_id, col(SlackInstallation.token) != ""]
    these += [] if token is None else [col(SlackInstallation.token) == token]
    empty = {"token": "", "refresh_token": "", "expires_at": None, "rotating_until": None, "refused": why}
    return bool((await session.exec(update(SlackInstallation).where(*these).values(**empty))).rowcount)
