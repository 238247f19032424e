"""Renews a workspace's token before it ends, where the app has Slack's token rotation on. One process at a time asks
for a workspace, by a lease in its row, as the token that renews can be used only once. Used by `adapters.slack.tokens`.
"""

import asyncio
import logging
from datetime import timedelta

from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from sqlalchemy import ColumnElement
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, or_, select, update

from adapters.slack.errors import explain
from adapters.slack.installations import Installations
from adapters.slack.oauth_client import oauth_client
from bot.clock import Clock
from bot.database import Database
from bot.errors import CannotReach, DeliveryError, TryLater
from bot.model.installations import SlackInstallation
from bot.settings import Settings
from bot.vault import CannotOpen

log = logging.getLogger(__name__)

EARLY = timedelta(hours=2)
"""Before its end a token is renewed; Slack's last for twelve hours."""
LEASE = timedelta(seconds=30)
"""How long one process may take; longer than the call's own timeout."""
NOT_AGAIN_BEFORE = timedelta(minutes=5)
"""After a try that failed while the token is still good."""
SOON = timedelta(seconds=2)
CLOSING = 6.0
"""Seconds that a token under renewal is given to be stored when the server stops."""
_TRIES = (0.2, 1, 3, 6, 10, 10)
"""Seconds from one try to store new tokens to the next: a database that restarts is back by then."""
_ALWAYS = 10**8
"""Minutes, so that slack_sdk leaves the question of when to us."""


class Rotation:
    """At most one renewal of a workspace under way, over all tasks of this process and over all processes."""

    def __init__(self, settings: Settings, database: Database, installations: Installations, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._installations = installations
        self._clock = clock
        self._under_way: dict[str, asyncio.Task[SlackInstallation]] = {}

    def is_due(self, row: SlackInstallation) -> bool:
        """Whether a new token is to be asked for. While somebody else does, one that is still good is good enough."""
        now = self._clock.now()
        if row.expires_at is None or row.expires_at - now > EARLY:
            return False
        return not (self._is_good(row) and row.rotating_until and now < row.rotating_until <= now + NOT_AGAIN_BEFORE)

    def _is_good(self, row: SlackInstallation) -> bool:
        return row.expires_at is None or row.expires_at > self._clock.now()

    async def renewed(self, row: SlackInstallation) -> SlackInstallation:
        """The installation with a token that is good. Raises CannotReach, or TryLater while another process renews.

        A caller that gives up takes nobody else's renewal with it.
        """
        task = self._under_way.get(row.external_id)
        if task is None:
            task = self._under_way[row.external_id] = asyncio.create_task(self._renew(row.external_id))
            task.add_done_callback(lambda done: self._ended(row.external_id, done))
        return await asyncio.shield(task)

    def _ended(self, external_id: str, task: asyncio.Task[SlackInstallation]) -> None:
        self._under_way.pop(external_id, None)
        if not task.cancelled():
            task.exception()  # told to whoever waits, if anybody still does

    async def _renew(self, external_id: str) -> SlackInstallation:
        row = await self._read(external_id)
        if not self.is_due(row):
            return row  # another process was quicker
        if not await self._take_turn(row):
            return self._as_it_is(row, TryLater(SOON, "Another process renews the token."))
        try:
            renewed = await self._ask(row)
        except (DeliveryError, CannotOpen) as error:
            log.warning("A Slack token could not be renewed: %s", error, extra={"event": "slack_token_not_renewed"})
            if isinstance(error, CannotReach) and not self._is_good(row):
                await self._refused(row, error.reason)
            return self._as_it_is(row, error)
        return await self._keep_surely(row, renewed)

    def _as_it_is(self, row: SlackInstallation, trouble: Exception) -> SlackInstallation:
        """The token we have, while it lasts."""
        if self._is_good(row):
            return row
        if isinstance(trouble, CannotReach | TryLater):
            raise trouble
        raise TryLater(SOON, "The token could not be renewed.") from trouble

    async def _read(self, external_id: str) -> SlackInstallation:
        async with self._database.reading() as session:
            wanted = select(SlackInstallation).where(SlackInstallation.external_id == external_id)
            row = (await session.exec(wanted)).first()
        if row is None or row.refused or not row.token:
            raise CannotReach(row.refused if row else "not_installed")
        return row

    async def _take_turn(self, row: SlackInstallation) -> bool:
        now, until = self._clock.now(), col(SlackInstallation.rotating_until)
        free = or_(until.is_(None), until <= now, until > now + NOT_AGAIN_BEFORE)
        taken = update(SlackInstallation).where(*_same(row), free).values(rotating_until=now + self._turn(row))
        async with self._database.work() as session:
            return bool((await session.exec(taken)).rowcount)

    def _turn(self, row: SlackInstallation) -> timedelta:
        """A token that is still good is not asked about again and again where Slack does not renew it."""
        return NOT_AGAIN_BEFORE if self._is_good(row) else LEASE

    async def _ask(self, row: SlackInstallation) -> Bot:
        """Slack's new tokens. Raises DeliveryError or CannotOpen."""
        rotator = AsyncTokenRotator(
            client_id=self._settings.SLACK_CLIENT_ID or "",
            client_secret=self._settings.SLACK_CLIENT_SECRET or "",
            client=oauth_client(self._settings),
        )
        try:
            bot = self._installations.as_bot(row)
            renewed = await rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=_ALWAYS)
        except SlackTokenRotationError as error:
            raise explain(error.api_error) from error
        if renewed is None:
            raise CannotReach("the new token is of another kind")
        return renewed

    async def _refused(self, row: SlackInstallation, reason: str) -> None:
        """So that nobody asks again, and the doctor can name it; the next start of the server gives it another try."""
        async with self._database.work() as session:
            await session.exec(update(SlackInstallation).where(*_same(row)).values(refused=reason))

    async def _keep_surely(self, row: SlackInstallation, renewed: Bot) -> SlackInstallation:
        """Not given up at the first trouble of the database, because Slack renews no more with what is stored."""
        for wait in _TRIES:
            try:
                return await self._keep(row, renewed)
            except SQLAlchemyError:
                log.warning("A renewed Slack token is not stored yet", extra={"event": "slack_token_not_stored"})
            await asyncio.sleep(wait)
        return await self._keep(row, renewed)

    async def _keep(self, row: SlackInstallation, renewed: Bot) -> SlackInstallation:
        """Store the new tokens, unless the workspace has left or has installed anew meanwhile."""
        new = self._installations.locked(renewed)
        async with self._database.work() as session:
            await session.exec(update(SlackInstallation).where(*_same(row)).values(**new, rotating_until=None))
        log.info("A Slack token was renewed", extra={"event": "slack_token_renewed"})
        return await self._read(row.external_id)

    async def close(self) -> None:
        """Wait for what is being renewed; not for ever, or the process would be ended in the middle of it anyway."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=CLOSING)


def _same(row: SlackInstallation) -> tuple[ColumnElement[bool], ...]:
    return (col(SlackInstallation.id) == row.id, col(SlackInstallation.token) == row.token)
