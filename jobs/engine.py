"""How planned deliveries come to be sent. The embedded engine, the default, is this process's own courier; the whole
seam to any other is `Engine`. Called by `jobs.service` and by the playground.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from secrets import token_hex
from typing import Protocol

from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs import ledger
from jobs.courier import Courier
from jobs.post_office import PostOffice
from jobs.sole_sender import Right, sole_sender, this_process

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(seconds=15)
"""How often a process that may not deliver tries again."""


class Engine(Protocol):
    """Sends what the planner put into the ledger."""

    async def enqueue(self, session: AsyncSession, rows: Sequence[int]) -> None:
        """Take on new deliveries (their ids), in the transaction that stores them."""

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; finish and record what is under way before returning."""


class EmbeddedEngine:
    """One courier in this process, as long as no other process delivers from the same database."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office
        self._courier = new_courier(office)
        self.delivers = False
        """Whether this process is the one that delivers, at this moment."""
        self.tally = self._courier.tally
        """What has become of deliveries so far: (final state, reason) → how many."""

    async def enqueue(self, session: AsyncSession, rows: Sequence[int]) -> None:  # noqa: ARG002 - it finds them itself
        """Wake the courier when the caller's transaction is committed."""
        event.listen(session.sync_session, "after_commit", lambda _: self._courier.wake(), once=True)

    async def settle(self) -> None:
        """Deliver what is due now and return when it is recorded, for the playground beside `run`.

        Does nothing while another process delivers.
        """
        if self.delivers:
            await self._courier.deliver_due()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop, while no other process does."""
        told = None
        while not stop.is_set():
            try:
                with sole_sender(self._office.database) as right:
                    if right.holder is None:
                        await self._deliver(stop, right)
                    elif right.holder != told:
                        told = right.holder
                        log.info("Another process delivers", extra={"event": "not_the_sender", "holder": told})
            except Exception:
                log.exception("Delivering was interrupted", extra={"event": "engine_interrupted"})
            await _pause(stop, LOOK_AGAIN)

    async def _deliver(self, stop: asyncio.Event, right: Right) -> None:
        lost = await recover_all(self._office, right)
        log.info("This process delivers", extra={"event": "sender", "unsure": lost})
        self.delivers = True
        try:
            await self._courier.run(stop)
        finally:
            self.delivers = False


async def _pause(stop: asyncio.Event, length: timedelta) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(length.total_seconds()):
            await stop.wait()


def new_courier(office: PostOffice) -> Courier:
    """A courier under a name that no other has."""
    return Courier(office, by=f"{this_process()} {token_hex(4)}")


async def recover_all(office: PostOffice, right: Right) -> int:
    """For whoever has just got the right to deliver: what nobody is sending any more is unsure. Returns how many."""
    now, look_after = office.clocks.machine.now(), office.limits.first_look
    async with office.database.work() as session:
        return await ledger.recover(session, now, look_after, everything=right.is_sole)
