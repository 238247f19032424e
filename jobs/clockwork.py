"""The only user of APScheduler: says "look now" at fixed intervals, keeps no state and computes nobody's local time.

A job must be one or a few short complete transactions and never a send: stopping waits for it. Jobs are given by
`jobs.service`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, MachineClock

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]


class Clockwork:
    """A few interval jobs in memory. `clock` is the machine's; tests hand in one that will be found to be wrong."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or MachineClock()
        # A job that comes due while the loop is busy runs once, however late; by default it would be dropped.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._under_way: set[asyncio.Future[object]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._look_every = timedelta(minutes=1)

    def every(self, interval: timedelta, name: str, job: Job) -> None:
        """Run `job` at the start and then at every interval. One that raises is logged, and runs again next time."""

        async def run() -> None:
            work = asyncio.ensure_future(job())
            self._under_way.add(work)
            try:
                await work
            except Exception:
                log.exception("A timed job was undone", extra={"event": "job_undone", "job": name})
            finally:
                self._under_way.discard(work)

        self._look_every = min(self._look_every, interval)
        at_once = self._clock.now()
        self._scheduler.add_job(run, "interval", seconds=interval.total_seconds(), id=name, next_run_time=at_once)

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._scheduler.start()
        self._watch = asyncio.create_task(self._keep_time())

    async def _keep_time(self) -> None:
        """APScheduler goes by the machine's clock: one that was set back would keep it waiting for the old hour."""
        while True:
            await asyncio.sleep(self._look_every.total_seconds())
            now = MachineClock().now()
            for job in self._scheduler.get_jobs():
                if job.next_run_time - now > job.trigger.interval:
                    log.warning("The clock was set back", extra={"event": "clock_set_back", "job": job.id})
                    job.modify(next_run_time=now)

    async def stop(self) -> None:
        """Begin no other job, and return when those under way are done.

        APScheduler's own shutdown cancels them, in the middle of a transaction if it comes to that.
        """
        if self._watch:
            self._watch.cancel()
        self._scheduler.pause()
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._scheduler.shutdown()
