"""The only user of APScheduler: says "look now" at fixed intervals, keeps no state and computes nobody's local time.

A job must be one or a few short complete transactions and never a send: stopping cancels a job in the middle, whose
transaction is then rolled back. Jobs are given by `jobs.service`.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import MachineClock

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]


class Clockwork:
    """A few interval jobs in memory."""

    def __init__(self) -> None:
        # A job that comes due while the loop is busy runs once, however late; by default it would be dropped.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        """Run `job` at the start and then at every interval. One that raises is logged, and runs again next time."""

        async def run() -> None:
            try:
                await job()
            except Exception:
                log.exception("A timed job was undone", extra={"event": "job_undone", "job": name})

        # The machine's own clock, not an injected one: it is what APScheduler compares with.
        at_once = MachineClock().now()
        self._scheduler.add_job(run, "interval", seconds=interval.total_seconds(), id=name, next_run_time=at_once)

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """End at once, jobs under way included."""
        self._scheduler.shutdown()
