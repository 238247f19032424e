"""One worker's way to Procrastinate's tables, with what the library leaves to us: to notice when the database does not
answer, to begin jobs at their time, and to take back jobs that nobody does. Used by `jobs.distributed`.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from jobs.patience import named

log = logging.getLogger(__name__)

QUEUE = "deliveries"
"""What jobs are filed under. Programs of the last release read it too, so it stays."""
SILENT = timedelta(seconds=15)
"""A worker counts as dead after so long a silence."""
POLL = timedelta(seconds=0.5)
"""From one look for new jobs to the next. A job with a time of its own is begun at that time."""
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)  # has come by every clock: the database's and a machine's may differ


class JobTable(JobManager):
    """The jobs as one worker sees them."""

    def __init__(self, connector: PsycopgConnector, beat: Callable[[], None], registered: set[int]) -> None:
        """`registered`: the workers of this process that the database may still know."""
        super().__init__(connector)
        self._beat = beat
        self._registered = registered
        self.lost = asyncio.Event()
        """Set when the database was not reached: the jobs in hand are another worker's then."""
        self._in_hand: set[int | None] = set()
        self._not_in_hand: set[int | None] = set()

    async def tidy(self) -> None:
        """Give up the jobs of workers that ended in this process; remove jobs that no worker will ever do."""
        for number in tuple(self._registered):
            await self.unregister_worker(number)
        ends: dict[str, Any] = dict.fromkeys(("include_failed", "include_cancelled", "include_aborted"), True)
        await self.delete_old_jobs(nb_hours=24, queue=QUEUE, **ends)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The next job; where none can begin yet, wait for the time of the first that can before the next poll."""
        job = await super().fetch_job(queues, worker_id)
        if job is None and (wait := await self._next()) is not None:
            await asyncio.sleep(wait)
            job = await super().fetch_job(queues, worker_id)
        if job is not None:
            self._in_hand.add(job.id)
        return job

    async def _next(self) -> float | None:
        found = await self.connector.execute_query_one_async(_NEXT, queue=QUEUE)
        wait = found["wait"]
        return max(0.0, float(wait)) if wait is not None and wait <= POLL.total_seconds() else None

    async def register_worker(self) -> int:
        number = await super().register_worker()
        self._registered.add(number)
        self._beat()
        return number

    async def unregister_worker(self, worker_id: int) -> None:
        await super().unregister_worker(worker_id)
        self._registered.discard(worker_id)

    async def update_heartbeat(self, worker_id: int) -> None:
        with self._losing("A beat was not heard"):
            await super().update_heartbeat(worker_id)
            self._beat()

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - its own form
        with self._losing("A job was not put away"):
            await super().finish_job(job, status, delete_job)
            self._in_hand.discard(job.id)

    async def retry_job(self, job: Job, *arguments: Any, **options: Any) -> None:
        with self._losing("A job did not go back"):
            try:
                await super().retry_job(job, *arguments, **options)
            except UniqueViolation:
                await super().finish_job(job, Status.SUCCEEDED, delete_job=True)  # another one waits for the same
            self._in_hand.discard(job.id)

    async def rescue(self) -> int:
        """Take back the jobs of workers that died, and those whose end a crash of the database undid: it holds that
        this worker does them. Returns how many."""
        seconds = SILENT.total_seconds()
        stalled = list(await self.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=seconds))
        undone = await self._undone()
        for job in stalled + undone:
            await self.retry_job(job, AT_ONCE)
        return len(stalled + undone)

    async def _undone(self) -> list[Job]:
        """Those that were not in hand at the last look either, because one that is being fetched is not yet in hand."""
        jobs = [
            job
            for number in tuple(self._registered)
            for job in await self.list_jobs_async(queue=QUEUE, status=Status.DOING.value, worker_id=number)
            if job.id not in self._in_hand
        ]
        before, self._not_in_hand = self._not_in_hand, {job.id for job in jobs}
        return [job for job in jobs if job.id in before]

    @contextmanager
    def _losing(self, what: str) -> Iterator[None]:
        """Where Procrastinate would be silent: an error means that this worker must end, and a new one begin."""
        try:
            yield
        except (ConnectorException, OSError) as error:
            if isinstance(error.__cause__, psycopg.errors.RaiseException):
                return  # the job was taken for a dead worker's meanwhile, and is done by another
            if not self.lost.is_set():
                log.warning("%s: %s", what, named(error), extra={"event": "worker_lost"})
            self.lost.set()


_NEXT: Any = """
SELECT extract(epoch FROM min(scheduled_at) - clock_timestamp()) AS wait
FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = %(queue)s
"""


async def rescue(table: JobTable, every: timedelta) -> None:
    """Take back jobs that nobody does, again and again, beside the worker's own jobs, so that no backlog delays it."""
    while True:
        try:
            if number := await table.rescue():
                log.warning("Jobs that nobody did went back", extra={"event": "jobs_rescued", "number": number})
        except ConnectorException:
            pass  # the worker meets the same, and tells
        except Exception:
            log.exception("Jobs that nobody does were not looked for", extra={"event": "rescue_undone"})
        await asyncio.sleep(every.total_seconds())
