"""Watches that planning and delivering work, for those who must be told: /readyz, /metrics, the log, and whoever
listens to the heartbeat. One object a process, made by the composition root.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.database import Database
from bot.errors import DatabaseOutOfReach, PreceptorError
from bot.model.deliveries import State
from jobs.health import Health, health_at
from jobs.planner import PlanCounts

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=10)
"""How long what was counted is good enough,"""
SHARE = 20
"""and at least this many times as long as counting took: so it never takes more than a twentieth of the time."""
STALEST = timedelta(minutes=5)
PATIENCE = timedelta(seconds=5)
"""The longest that counting may take before the database counts as out of reach."""
BEAT = timedelta(minutes=1)
SILENT = timedelta(minutes=5)
"""Planning that was not seen for so long does not work."""


class HeartbeatLost(PreceptorError):
    """The heartbeat's address did not answer well. The message says how."""


class Heartbeat(Protocol):
    """Somebody elsewhere, who raises the alarm when they hear nothing for a while."""

    async def beat(self) -> None:
        """Tell them that all is well. Raises HeartbeatLost."""


class Watch:
    """What this process knows of how planning and delivering go. `clock` is the machine's."""

    def __init__(self, database: Database, clock: Clock, heartbeat: Heartbeat | None = None) -> None:
        self._database = database
        self._clock = clock
        self._heartbeat = heartbeat
        self._one_look = asyncio.Lock()
        self._known: Health | DatabaseOutOfReach | None = None
        self._counted_at = self._good_until = clock.now()
        self._planned = asyncio.Event()
        self._overdue, self._unheard = _Episode(), _Episode()
        self.planned_at: datetime | None = None
        """When planning was last done (machine's clock); None when this process has not planned."""
        self.planning_broken = False
        """Whether the last planning was undone by an error, for some kind at least."""
        self.tally: Mapping[tuple[State, str], int] = {}
        """What has become of deliveries in this process so far; whoever delivers in it hands in its own."""
        self.plans: Counter[str] = Counter()
        """Kind → deliveries planned by this process so far."""
        self.beats: Counter[bool] = Counter()
        """Heartbeats that were heard (True) and lost (False) so far."""

    @property
    def now(self) -> datetime:
        """By the machine's clock."""
        return self._clock.now()

    @property
    def planning_works(self) -> bool:
        lately = self.planned_at is not None and self.now - self.planned_at <= SILENT
        return lately and not self.planning_broken

    def planned(self, counts: PlanCounts) -> None:
        """Somebody in this process has just planned."""
        self.planned_at = self.now
        self.planning_broken = bool(counts.broken)
        self.plans.update(counts.planned)
        self._planned.set()

    async def health(self) -> Health:
        """What is not final, as it was a few seconds ago at most, or longer where counting takes long.

        Raises DatabaseOutOfReach.
        """
        async with self._one_look:
            if self._known is None or not self._counted_at <= self.now < self._good_until:
                self._known = await self._count()
        if isinstance(self._known, DatabaseOutOfReach):
            raise self._known
        return self._known

    async def _count(self) -> Health | DatabaseOutOfReach:
        begun = self.now
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()), self._database.reading() as session:
                return await health_at(session, begun)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            return DatabaseOutOfReach(type(error).__name__)
        finally:
            self._counted_at = self.now
            self._good_until = self.now + min(STALEST, max(FRESH, SHARE * (self.now - begun)))

    async def run(self, stop: asyncio.Event) -> None:
        """Look after each planning, and whenever none came for longer than it should; until told to stop."""
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._planned.set())
        try:
            while not stop.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(1.5 * BEAT.total_seconds()):
                        await self._planned.wait()
                self._planned.clear()
                if not stop.is_set():
                    await self._look_safely()
        finally:
            stopping.cancel()

    async def _look_safely(self) -> None:
        try:
            await self.look()
        except Exception:
            log.exception("A look at how delivering goes was undone", extra={"event": "watch_undone"})

    async def look(self) -> None:
        """Raise the alarm in the log when something has gone wrong since the last look; beat while all is well."""
        try:
            health = await self.health()
        except DatabaseOutOfReach:
            return  # whoever plans has said so, and the silence of the heartbeat says it again
        self._tell(health)
        if self._heartbeat and not health.overdue and self.planning_works:
            await self._beat(self._heartbeat)

    def _tell(self, health: Health) -> None:
        news = self._overdue.turns(health.overdue > 0)
        if news is True:
            said = "%d messages are overdue, one of them for %d minutes; see `preceptor deliveries`"
            minutes = health.oldest // timedelta(minutes=1)
            log.error(said, health.overdue, minutes, extra={"event": "overdue", "overdue": health.overdue})
        elif news is False:
            log.info("Nothing is overdue any more", extra={"event": "overdue_over"})

    async def _beat(self, heartbeat: Heartbeat) -> None:
        lost = None
        try:
            await heartbeat.beat()
        except HeartbeatLost as error:
            lost = error
        self.beats[lost is None] += 1
        news = self._unheard.turns(lost is not None)
        if news is True:
            log.warning("The heartbeat is not heard: %s", lost, extra={"event": "heartbeat_lost"})
        elif news is False:
            log.info("The heartbeat is heard again", extra={"event": "heartbeat_heard"})


class _Episode:
    """Something that begins and ends, so that the log names each once."""

    def __init__(self) -> None:
        self._is_on = False

    def turns(self, is_on: bool) -> bool | None:  # noqa: FBT001 - the one thing it is told
        """True when it has just begun, False when it has just ended, None while nothing changes."""
        if is_on == self._is_on:
            return None
        self._is_on = is_on
        return is_on
