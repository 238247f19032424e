"""Claim → compose → send → record. The engine runs it until told to stop; a tick runs it until nothing is left to do.

Each round is one transaction: it records what came back, and claims and composes what goes out next. The network is
called between the rounds, many sends at once.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import State
from bot.ports import Receipt
from jobs import ledger
from jobs.compose import Parcel, compose
from jobs.ledger import Due, Lease, Outcome
from jobs.post_office import PostOffice
from jobs.retry import Again, Over, decide
from jobs.turns import Turns

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    parcels: Sequence[Parcel] = ()
    recorded: Sequence[Outcome] = ()
    """Every outcome that the round wrote down."""
    free_at: datetime | None = None
    """When (machine's clock) the first of those that must wait may go; None when nobody waits."""

    @property
    def is_empty(self) -> bool:
        return not self.parcels and not self.recorded


class Courier:
    """Delivers what the ledger holds. One object per process; `by` is unique to it."""

    def __init__(self, office: PostOffice, *, by: str, jitter: Callable[[], float] = random.random) -> None:
        self._office = office
        self._by = by
        self._jitter = jitter
        self._turns = Turns(office.limits)
        self._one_round = asyncio.Lock()
        self._news = asyncio.Event()
        self._flying: set[asyncio.Task[Receipt]] = set()
        self._landed: list[Outcome] = []
        self.tally: Counter[tuple[State, str]] = Counter()
        """What has become of deliveries so far: (final state, reason) → how many."""

    def wake(self) -> None:
        """Look now: there may be something new."""
        self._news.set()

    async def deliver_due(self, *, patience: timedelta = timedelta(0), stop: asyncio.Event | None = None) -> None:
        """Deliver until nothing is left that can go now, waiting at most `patience` at a time for what must wait; when
        told to stop, take back what is under way, record it, and return.

        Safe beside `run` in the same process: both then do rounds in turn.
        """
        told = stop or asyncio.Event()
        try:
            while not told.is_set():
                done = await self._round()
                if self._flying:
                    await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
                elif self._landed or not done.is_empty:
                    continue
                elif not await self._waited(done.free_at, patience, told):
                    return
            await self._finish()
        except Exception:
            await self._finish()
            raise

    def abandon(self) -> None:
        """Let go of what is under way, unrecorded: whoever delivers next finds it unsure."""
        for task in self._flying:
            task.cancel()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; then take back what is under way, record it, and return."""
        stopper = asyncio.create_task(stop.wait())
        stopper.add_done_callback(lambda _: self.wake())
        try:
            while not stop.is_set():
                self._news.clear()
                await self._rest(await self._attempt())
            await self._finish()
        finally:
            stopper.cancel()
            self.abandon()

    async def _attempt(self) -> Round:
        try:
            return await self._round()
        except Exception:
            log.exception("A round of deliveries was undone and will be made again", extra={"event": "round_undone"})
            return Round()

    async def _rest(self, done: Round) -> None:
        """Wait for news, at most until the next look; not at all while there may be more to do."""
        if not done.is_empty:
            return
        wait = self._office.limits.idle
        if done.free_at:
            wait = min(wait, done.free_at - self._office.clocks.machine.now())
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, wait.total_seconds())):
                await self._news.wait()

    async def _waited(self, until: datetime | None, patience: timedelta, stop: asyncio.Event) -> bool:
        """Wait until then; False when that is too long, or when the machine's clock stands still (in tests)."""
        machine = self._office.clocks.machine
        if until is None or until - machine.now() > patience:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, (until - machine.now()).total_seconds())):
                await stop.wait()
        return machine.now() >= until

    async def _finish(self) -> None:
        if self._flying:
            await asyncio.wait(self._flying)
        async with self._one_round:
            landed = tuple(self._landed)
            async with self._office.database.work() as session:
                await self._record(session, landed)
            self._forget(landed)

    async def _round(self) -> Round:
        async with self._one_round:
            landed = tuple(self._landed)
            async with self._office.database.work() as session:
                await self._record(session, landed)
                done = await self._claim(session)
            self._forget(landed)
            self._count(done.recorded)
            self._take_off(done.parcels)
        return Round(done.parcels, (*landed, *done.recorded), done.free_at)

    async def _claim(self, session: AsyncSession) -> Round:
        due = self._due()
        waiting = await ledger.waiting(session, due)
        wanted = self._turns.choose(waiting, due.machine)
        claimed = await ledger.claim(session, wanted, due, Lease(self._by, due.machine + self._office.limits.lease))
        if not claimed:
            if lost := await ledger.recover(session, due.machine, everything=False):
                self.tally[State.UNSURE, ledger.ENDED] += lost
            free = (self._turns.next_free(waiting), await ledger.next_retry(session, due))
            return Round(free_at=min((at for at in free if at), default=None))
        parcels, ended = await compose(self._office, session, claimed, due)
        await session.flush()
        await self._record(session, ended)
        return Round(parcels, ended)

    def _due(self) -> Due:
        clocks = self._office.clocks
        kinds = [nudge.kind for nudge in self._office.nudges]
        return Due(clocks.calendar.now(), clocks.machine.now(), list(self._office.messengers), kinds)

    async def _record(self, session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
        await ledger.record(session, outcomes, by=self._by, machine_now=self._office.clocks.machine.now())

    def _forget(self, landed: Sequence[Outcome]) -> None:
        del self._landed[: len(landed)]
        self._count(landed)

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        self.tally.update((each.state, each.reason) for each in outcomes if each.state is not State.PENDING)

    def _take_off(self, parcels: Sequence[Parcel]) -> None:
        for tenant, number in Counter(parcel.tenant for parcel in parcels).items():
            self._turns.took_off(tenant, number, self._office.clocks.machine.now())
        for parcel in parcels:
            task = asyncio.create_task(self._send(parcel))
            self._flying.add(task)
            task.add_done_callback(partial(self._land, parcel))

    async def _send(self, parcel: Parcel) -> Receipt:
        messenger = self._office.messengers[parcel.address.platform]
        async with asyncio.timeout(self._office.limits.timeout.total_seconds()):
            return await messenger.send(parcel.address, parcel.message, key=parcel.key)

    def _land(self, parcel: Parcel, task: asyncio.Task[Receipt]) -> None:
        self._flying.discard(task)
        self._turns.landed(parcel.tenant.tenant_id)
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        self._landed.append(self._went_wrong(parcel, error) if error else self._arrived(parcel, task.result()))
        self._news.set()

    def _arrived(self, parcel: Parcel, receipt: Receipt) -> Outcome:
        now = self._office.clocks.calendar.now()
        return Outcome(parcel.delivery_id, State.SENT, receipt=receipt.reference, sent_at=now)

    def _went_wrong(self, parcel: Parcel, error: BaseException) -> Outcome:
        now = self._office.clocks.machine.now()
        match decide(error, attempt=parcel.attempt, now=now, jitter=self._jitter()):
            case Again(at, hold_until, reason):
                self._turns.hold(parcel.tenant.tenant_id, hold_until)
                return Outcome(parcel.delivery_id, State.PENDING, reason, retry_at=at)
            case Over(state, reason):
                log.warning(
                    "A message did not certainly arrive",
                    extra={"event": f"delivery_{state}", "delivery": parcel.delivery_id, "reason": reason},
                )
                return Outcome(parcel.delivery_id, state, reason)
