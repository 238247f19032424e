"""Claim → compose → send → record. The engine runs it until told to stop; a tick runs it until nothing is left to do;
a worker of the distributed engine asks it for one delivery at a time.

Each round is one transaction: it records what came back, and claims and composes what goes out next. The network is
called between the rounds, many calls at once. What may have arrived is looked for in the same way.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import State
from jobs import claims, ledger, pacing
from jobs.claims import Due, Lease
from jobs.compose import CouldNotCompose, Parcel, compose
from jobs.ledger import Outcome
from jobs.patience import Trouble, pause
from jobs.post_office import PostOffice
from jobs.sending import Landed, Lookup, Sender
from jobs.taking import Taker
from jobs.turns import Turns

log = logging.getLogger(__name__)

OUT_OF_REACH = (OperationalError, InterfaceError, OSError)
"""What a database that is away for a while looks like."""
HELD_UP = timedelta(seconds=0.1)
"""When to look again for what was asked for and another process keeps from being claimed, by its hold on the pace."""
SOON = timedelta(seconds=1)
"""When to look again for what is free to go and yet could not be claimed."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    parcels: Sequence[Parcel] = ()
    lookups: Sequence[Lookup] = ()
    recorded: Sequence[Outcome] = ()
    """Every outcome that the round wrote down."""
    free_at: datetime | None = None
    """When (machine's clock) the first of those that must wait may go; None when nobody waits."""
    not_now: Sequence[int] = ()
    """Of those that were asked for: what waits for more than a free hand."""

    @property
    def is_empty(self) -> bool:
        return not self.parcels and not self.lookups and not self.recorded


class Courier:
    """Delivers what the ledger holds. One object per process; `by` is unique to it.

    `only_asked`: nothing but what `deliver` was asked for.
    """

    def __init__(
        self,
        office: PostOffice,
        *,
        by: str,
        only_asked: bool = False,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._office = office
        self._by = by
        self._sender = Sender(office, jitter)
        self._turns = Turns(office.limits)
        self._taker = Taker(office.limits, self._turns)
        self._one_round = asyncio.Lock()
        self._news = asyncio.Event()
        self._flying: set[asyncio.Task[Landed]] = set()
        self._landed: list[Landed] = []
        self._trouble = Trouble(log, "A round of deliveries was undone, and will be made again", *OUT_OF_REACH)
        self._under_way: set[int] = set()
        self._asked: dict[int, asyncio.Future[None]] | None = {} if only_asked else None
        self.tally: Counter[tuple[State, str]] = Counter()
        """What has become of deliveries so far: (final state, reason) → how many."""

    def wake(self) -> None:
        """Look now: there may be something new."""
        self._news.set()

    async def deliver(self, delivery_id: int) -> None:
        """Try one delivery, beside `run`: returns when its try is recorded, or when it may not go now.

        What is left to do about it then stands in the ledger.
        """
        assert self._asked is not None
        asked = self._asked.get(delivery_id)
        if asked is None:
            asked = self._asked[delivery_id] = asyncio.get_running_loop().create_future()
            self.wake()
        await asyncio.shield(asked)

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
        with self._trouble:
            return await self._round()
        return Round()

    async def _rest(self, done: Round) -> None:
        """Wait for news, at most until the next look; not at all while there may be more to do."""
        if not done.is_empty:
            return
        wait = max(self._office.limits.idle, self._trouble.wait)
        if done.free_at:
            wait = min(wait, done.free_at - self._office.clocks.machine.now())
        if self._to_do() and self._turns.free:
            wait = min(wait, HELD_UP)
        await pause(self._news, wait)

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
        self._let_go(self._to_do() or ())

    async def _round(self) -> Round:
        async with self._one_round:
            landed, asked = tuple(self._landed), self._to_do()
            try:
                done = await self._unit(landed, asked, careful=False)
            except CouldNotCompose:
                done = await self._unit(landed, asked, careful=True)
            self._forget(landed)
            self._count(done.recorded)
            self._take_off(done)
            self._let_go(done.not_now)
        return replace(done, recorded=(*(each.outcome for each in landed), *done.recorded))

    async def _unit(self, landed: Sequence[Landed], asked: Sequence[int] | None, *, careful: bool) -> Round:
        """One transaction."""
        await self._office.database.right_of_way.given()
        async with self._office.database.work() as session:
            await self._record(session, landed)
            done = await self._take(session, asked, careful=careful) if asked is None or asked else Round()
            not_now = await self._not_now(session, asked) if asked and done.is_empty else ()
        return replace(done, not_now=not_now)

    def _to_do(self) -> list[int] | None:
        """What was asked for and is not under way; None for a courier that delivers everything."""
        return None if self._asked is None else [each for each in self._asked if each not in self._under_way]

    async def _not_now(self, session: AsyncSession, asked: Sequence[int]) -> list[int]:
        """Those that wait for more than a free hand. They go back to the ledger, where no job is out for them."""
        due, rates = self._due(asked), self._office.limits.rates
        for_a_hand = await claims.ready(session, due, await claims.waiting(session, due, rates))
        back = [each for each in asked if each not in for_a_hand]
        await ledger.unqueue(session, back)
        return back

    async def _take(self, session: AsyncSession, asked: Sequence[int] | None, *, careful: bool) -> Round:
        due = self._due(asked)
        lease = Lease(self._by, due.machine + self._office.limits.lease)
        lookups = await self._taker.lookups(session, due, lease)
        claimed = await self._taker.deliveries(session, due, lease, room=self._room - len(lookups))
        if claimed:
            batch = await compose(self._office, session, claimed, due, careful=careful)
            await session.flush()
            await ledger.hold(session, batch.held)
            await self._record_outcomes(session, batch.ended)
            back = [Outcome(each, State.PENDING, reason) for each, _, reason in batch.held]
            return Round(batch.parcels, lookups, (*batch.ended, *back))
        if lookups or asked is not None:
            return Round(lookups=lookups)
        await ledger.recover(session, due.machine, self._office.limits.first_look, everything=False)
        return Round(free_at=await self._next_look(session, due))

    @property
    def _room(self) -> int:
        """How many more may be taken on; fewer at a time while people are about, who would wait for it."""
        limits, free = self._office.limits, self._turns.free
        return min(free, limits.batch // 2) if self._office.database.right_of_way.is_used else free

    async def _next_look(self, session: AsyncSession, due: Due) -> datetime | None:
        """After a round that found nothing to do."""
        free = await claims.next_free(session, due, self._office.limits.rates)
        # Free already, and yet nothing could be claimed: their members have just been written to, or others claim.
        soon = max(free, due.machine + SOON) if free else None
        return min((at for at in (soon, await claims.next_retry(session, due)) if at), default=None)

    def _due(self, only: Sequence[int] | None) -> Due:
        clocks = self._office.clocks
        kinds = [nudge.kind for nudge in self._office.nudges]
        return Due(clocks.calendar.now(), clocks.machine.now(), list(self._office.messengers), kinds, only)

    async def _record(self, session: AsyncSession, landed: Sequence[Landed]) -> None:
        await self._record_outcomes(session, [each.outcome for each in landed])
        await ledger.repeat(session, [each.outcome.delivery_id for each in landed if each.repeats])
        await ledger.reached(session, [each.reached for each in landed if each.reached])
        await pacing.hold(session, [(each.tenant_id, *each.wait) for each in landed if each.wait])

    async def _record_outcomes(self, session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
        await ledger.record(session, outcomes, by=self._by, machine_now=self._office.clocks.machine.now())

    def _forget(self, landed: Sequence[Landed]) -> None:
        del self._landed[: len(landed)]
        self._count([each.outcome for each in landed])
        self._let_go([each.outcome.delivery_id for each in landed])

    def _let_go(self, ids: Iterable[int]) -> None:
        """Tell whoever asked for these that there is nothing more to wait for."""
        for each in ids:
            self._under_way.discard(each)
            if self._asked and (asked := self._asked.pop(each, None)) and not asked.done():
                asked.set_result(None)

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        final = (each for each in outcomes if each.state is not State.PENDING and each.settle_at is None)
        self.tally.update((each.state, each.reason) for each in final)

    def _take_off(self, done: Round) -> None:
        self._let_go([each.delivery_id for each in done.recorded])
        for parcel in done.parcels:
            self._fly(parcel.delivery_id, parcel.tenant_id, self._sender.send(parcel))
        for lookup in done.lookups:
            self._fly(lookup.delivery.id or 0, lookup.delivery.tenant_id, self._sender.look(lookup))

    def _fly(self, delivery_id: int, tenant_id: int, call: Coroutine[Any, Any, Landed]) -> None:
        task = asyncio.create_task(call)
        self._turns.took_off(tenant_id)
        self._under_way.add(delivery_id)
        self._flying.add(task)
        task.add_done_callback(partial(self._land, tenant_id))

    def _land(self, tenant_id: int, task: asyncio.Task[Landed]) -> None:
        self._flying.discard(task)
        self._turns.landed(tenant_id)
        if not task.cancelled():  # or nobody waits for it, and whoever delivers next finds it unsure
            self._landed.append(task.result())
        self._news.set()
