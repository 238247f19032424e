"""Delivering on PostgreSQL, by any number of workers on any number of machines: with `jobs.job_table`, the only user of
Procrastinate. `serve` runs the engine, which gives deliveries their jobs; `preceptor worker` runs the worker, which
does them.

A job holds a delivery's id and nothing else, and is gone when it is done: the ledger alone is the record. One job too
many finds nothing to do, and one that was lost is replaced, so nothing here has to be exact.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import State
from jobs import job_table, ledger, refill
from jobs.claims import Due
from jobs.courier import Courier
from jobs.job_table import AT_ONCE, POLL, QUEUE, JobTable, rescue
from jobs.patience import Trouble, beside, ended, pause
from jobs.pool import open_pool
from jobs.post_office import PostOffice
from jobs.sole_sender import this_process

log = logging.getLogger(__name__)

TASK = "deliver"
"""What jobs are called. Programs of the last release read it too, so it stays."""
BEAT = timedelta(seconds=5)
"""A worker says so often that it lives."""
TO_END = timedelta(seconds=3)
"""What a worker that is told to stop gives its jobs beyond the time of one send."""
NEVER = timedelta(days=1)
"""From one look for jobs that somebody wants ended to the next: nobody can."""
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # priorities are counted in seconds from here, and fit for 68 years
OUT_OF_REACH = (ConnectorException, SQLAlchemyError, psycopg.Error, OSError, TimeoutError)


class DistributedEngine:
    """Gives jobs to deliveries; the workers do them."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office
        self._manager = JobManager(PsycopgConnector())  # never opened: it writes through our own sessions
        self.tally: Counter[tuple[State, str]] = Counter()
        """What has become of deliveries in this process: nothing, because others deliver."""

    async def enqueue(self, session: AsyncSession, rows: Sequence[int]) -> None:
        """Give jobs to those of the new deliveries that may go soon, in the transaction that stores them."""
        await self._give(session, rows)

    async def run(self, stop: asyncio.Event) -> None:
        """Look for what has no job, again and again, until told to stop."""
        trouble = Trouble(log, "Deliveries without a job cannot be looked for", *OUT_OF_REACH)
        while not stop.is_set():
            with trouble:
                await self.refill()
            await pause(stop, self._office.limits.idle)

    async def refill(self) -> None:
        """Give a job to everything that may go soon and has none, and see to what a dead worker was sending."""
        while await self._part() >= refill.PART:
            pass

    async def _part(self) -> int:
        office = self._office
        async with office.database.work() as session:
            if not await refill.is_alone(await session.connection()):
                return 0
            now, look_after = office.clocks.machine.now(), office.limits.first_look
            if lost := await ledger.recover(session, now, look_after, everything=False):
                log.warning("Sends were not recorded in time", extra={"event": "sends_lost", "number": lost})
            return await self._give(session, None)

    async def _give(self, session: AsyncSession, only: Sequence[int] | None) -> int:
        office = self._office
        clocks, kinds = office.clocks, [nudge.kind for nudge in office.nudges]
        due = Due(clocks.calendar.now(), clocks.machine.now(), list(office.messengers), kinds, only)
        connection = await session.connection()
        booked = await refill.book(connection, due, office.limits)
        if booked:
            # By the database's own clock, which is the one that workers' jobs begin by.
            now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
            jobs = [_job(each, now) for each in sorted(booked, key=lambda each: each.wait)]
            ours = await connection.get_raw_connection()
            await self._manager.batch_defer_jobs_async(jobs, connection=ours.driver_connection)
        return len(booked)


def _job(booking: refill.Booking, now: datetime) -> Job:
    """At most one job waits for each delivery: its queueing lock is unique among those that wait.

    The sooner it begins, the higher its priority, so that the look for the next one never reads past later ones.
    """
    number, begins = booking.delivery_id, now + booking.wait
    return Job(
        queue=QUEUE,
        task_name=TASK,
        priority=-int((begins - FIRST_DAY).total_seconds()),
        task_kwargs={"delivery_id": number},
        queueing_lock=str(number),
        lock=None,
        scheduled_at=begins if booking.wait else None,
    )


class Worker:
    """Does jobs, as many at once as it has hands, and outlives a database that goes away."""

    def __init__(self, office: PostOffice, *, beat: Callable[[], None] = lambda: None) -> None:
        """`beat` is called whenever the database has heard that this worker lives."""
        self._office = office
        self._beat = beat
        self._engine = DistributedEngine(office)
        self._courier = Courier(office, by=f"{this_process()} {token_hex(4)}", only_asked=True)
        self.tally = self._courier.tally
        """What has become of deliveries so far: (final state, reason) → how many."""
        self._registered: set[int] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is being sent is finished and recorded, other jobs go back."""
        no_more = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._courier.run(no_more))
            group.create_task(self._engine.run(no_more))  # whoever plans may be away
            try:
                await self._keep_working(stop)
            finally:
                no_more.set()

    async def _keep_working(self, stop: asyncio.Event) -> None:
        """Procrastinate's worker ends when it loses its database; a new one begins when there is one again."""
        trouble = Trouble(log, "The queue of deliveries cannot be worked on", *OUT_OF_REACH)
        while not stop.is_set():
            with trouble:
                await self._work(stop, trouble.over)
            await pause(stop, trouble.wait)

    async def _work(self, stop: asyncio.Event, reached: Callable[[], None]) -> None:
        async with open_pool(self._office.database) as pool:
            connector = PsycopgConnector()
            await connector.open_async(pool)
            table = JobTable(connector, self._beat, self._registered)
            await table.tidy()
            reached()
            log.info("This process works on deliveries", extra={"event": "worker"})
            async with beside(rescue(table, self._office.limits.idle)):
                await self._until(stop, table.lost, self._app(connector, table))

    def _app(self, connector: PsycopgConnector, table: JobTable) -> App:
        app = App(connector=connector)
        app.job_manager = table
        app.task(name=TASK, queue=QUEUE, retry=_Back())(self._deliver)
        return app

    async def _deliver(self, delivery_id: int) -> None:
        """One job. Whatever is left to do about the delivery stands in the ledger, and gets a new job from there."""
        try:
            await self._courier.deliver(delivery_id)
        except Exception:
            log.exception("A job was undone", extra={"event": "job_undone", "delivery": delivery_id})

    async def _until(self, stop: asyncio.Event, lost: asyncio.Event, app: App) -> None:
        limits = self._office.limits
        working = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                # More than one workspace has out: those of a slow one wait for a hand, and others' still come.
                concurrency=2 * limits.in_flight + refill.most_of_one(limits.rates),
                fetch_job_polling_interval=POLL.total_seconds(),
                abort_job_polling_interval=NEVER.total_seconds(),
                update_heartbeat_interval=BEAT.total_seconds(),
                stalled_worker_timeout=job_table.SILENT.total_seconds(),
                shutdown_graceful_timeout=(limits.timeout + TO_END).total_seconds(),
                delete_jobs="successful",
                listen_notify=False,
                install_signal_handlers=False,
            )
        )
        try:
            async with beside(stop.wait()) as stopped, beside(lost.wait()) as is_lost:
                await asyncio.wait((working, stopped, is_lost), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(working)  # it lets its jobs end first
        if not stop.is_set():
            raise ConnectorException("the database was lost")


class _Back(BaseRetryStrategy):
    """A job that was cancelled, as when the process ends, goes back to the queue."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002
        return RetryDecision(retry_at=AT_ONCE)
