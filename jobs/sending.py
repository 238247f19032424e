"""One call of a platform for one delivery, and what follows from how it went. The courier lets these run side by side
and records what they bring back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.errors import CannotLook, CannotReach, TryLater
from bot.model.deliveries import Delivery, State
from bot.ports import Address, Receipt
from jobs.claims import Claimed
from jobs.compose import Parcel, address_of
from jobs.ledger import NOT_THERE, Outcome, key_of
from jobs.pacing import LOOK, SEND
from jobs.post_office import PostOffice
from jobs.retry import LONGEST_TOLD, Again, Over, decide

log = logging.getLogger(__name__)

T = TypeVar("T")

SKEW = timedelta(minutes=5)
"""How far the platform's clock may be from ours: a look begins so long before the message can have been taken."""
LOOK_AGAIN = timedelta(minutes=1)
"""After a look that went wrong."""


class SetOffTooLate(Exception):
    """The lease would be over before the call could be."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What one call brought back."""

    outcome: Outcome
    tenant_id: int
    wait: tuple[str, datetime] | None = None
    """The act, and until when (machine's clock) the platform wants none of it for that workspace."""
    reached: tuple[int, str] | None = None
    """The member, and the conversation in which they were reached, where that was not known."""
    repeats: bool = False
    """It goes once more although it may have arrived."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """An unsure delivery, ready to be looked for."""

    delivery: Delivery
    address: Address

    @classmethod
    def of(cls, claimed: Claimed) -> "Lookup":
        return cls(claimed.delivery, address_of(claimed))


class Sender:
    """Makes the calls. `jitter` (0 to 1) spreads the tries."""

    def __init__(self, office: PostOffice, jitter: Callable[[], float]) -> None:
        self._office = office
        self._jitter = jitter
        self._machine = office.clocks.machine

    async def send(self, parcel: Parcel) -> Landed:
        """Send one message. Never raises for what the platform does."""
        try:
            receipt = await self._in_time(self._sending(parcel))
        except (Exception, asyncio.CancelledError) as error:
            if _is_abandoned():
                raise
            return self._went_wrong(parcel, error)
        outcome = Outcome(parcel.delivery_id, State.SENT, receipt=receipt.reference, sent_at=self._calendar_now())
        return Landed(outcome, parcel.tenant_id, reached=_reached(parcel.member_id, parcel.address, receipt))

    async def _sending(self, parcel: Parcel) -> Receipt:
        await self._office.database.right_of_way.given()
        if self._machine.now() > parcel.not_after:
            raise SetOffTooLate
        messenger = self._office.messengers[parcel.address.platform]
        return await messenger.send(parcel.address, parcel.message, key=parcel.key)

    async def _in_time(self, call: Awaitable[T]) -> T:
        async with asyncio.timeout(self._office.limits.timeout.total_seconds()):
            return await call

    def _calendar_now(self) -> datetime:
        return self._office.clocks.calendar.now()

    def _went_wrong(self, parcel: Parcel, error: BaseException) -> Landed:
        now = self._machine.now()
        if isinstance(error, SetOffTooLate):
            return Landed(Outcome(parcel.delivery_id, State.PENDING, "set off too late", tried=False), parcel.tenant_id)
        match decide(error, attempt=parcel.attempt, now=now, jitter=self._jitter()):
            case Again(at, hold_until, reason):
                outcome = Outcome(parcel.delivery_id, State.PENDING, reason, retry_at=at)
                return Landed(outcome, parcel.tenant_id, wait=(SEND, hold_until))
            case Over(state, reason):
                log.warning(
                    "A message did not certainly arrive",
                    extra={"event": f"delivery_{state}", "delivery": parcel.delivery_id, "reason": reason},
                )
                look = now + self._office.limits.first_look if state is State.UNSURE else None
                return Landed(Outcome(parcel.delivery_id, state, reason, settle_at=look), parcel.tenant_id)

    async def look(self, lookup: Lookup) -> Landed:
        """Look for a message that may have arrived. Never raises for what the platform does."""
        try:
            receipt = await self._in_time(self._looking(lookup))
        except (CannotLook, CannotReach) as error:
            return self._nobody_can_look(lookup, str(error))
        except (Exception, asyncio.CancelledError) as error:
            if _is_abandoned():
                raise
            return self._look_went_wrong(lookup, error)
        return self._found(lookup, receipt) if receipt else self._absent(lookup)

    async def _looking(self, lookup: Lookup) -> Receipt | None:
        delivery = lookup.delivery
        since = (delivery.tried_at or delivery.due_at) - SKEW
        messenger = self._office.messengers[lookup.address.platform]
        return await messenger.look_up(lookup.address, key=key_of(delivery), since=since)

    def _found(self, lookup: Lookup, receipt: Receipt) -> Landed:
        delivery = lookup.delivery
        outcome = Outcome(
            _id(delivery), State.SENT, receipt=receipt.reference, sent_at=self._calendar_now(), tried=False
        )
        reached = _reached(delivery.member_id, lookup.address, receipt)
        return Landed(outcome, delivery.tenant_id, reached=reached)

    def _absent(self, lookup: Lookup) -> Landed:
        """Absent twice, it never arrived: the histories of platforms lag, so once is not enough."""
        delivery = lookup.delivery
        if delivery.looks:
            again = Outcome(_id(delivery), State.PENDING, NOT_THERE, tried=False)
            return Landed(again, delivery.tenant_id)
        limits = self._office.limits
        later = self._machine.now() + limits.second_look - limits.first_look
        unsure = Outcome(_id(delivery), State.UNSURE, delivery.reason, settle_at=later, looks=1, tried=False)
        return Landed(unsure, delivery.tenant_id)

    def _nobody_can_look(self, lookup: Lookup, why: str) -> Landed:
        delivery = lookup.delivery
        nudge = next(nudge for nudge in self._office.nudges if nudge.kind == delivery.kind)
        if nudge.repeats(delivery):
            again = Outcome(_id(delivery), State.PENDING, "repeated, as its rule says", tried=False)
            return Landed(again, delivery.tenant_id, repeats=True)
        reason = f"{delivery.reason}; nobody can look for it ({why})"
        return Landed(Outcome(_id(delivery), State.UNSURE, reason, tried=False), delivery.tenant_id)

    def _look_went_wrong(self, lookup: Lookup, error: BaseException) -> Landed:
        delivery, now = lookup.delivery, self._machine.now()
        wait, until = None, now + LOOK_AGAIN
        if isinstance(error, TryLater):
            told = now + min(max(error.retry_after, timedelta(0)), LONGEST_TOLD)
            wait, until = (LOOK, told), told
        else:
            log.warning(
                "A look for a message went wrong",
                extra={"event": "look_undone", "delivery": delivery.id, "reason": type(error).__name__},
            )
        same = Outcome(_id(delivery), State.UNSURE, delivery.reason, settle_at=until, looks=delivery.looks, tried=False)
        return Landed(same, delivery.tenant_id, wait=wait)


def _is_abandoned() -> bool:
    """Whether our own side has cancelled the call, so that nobody waits for what it brings."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _reached(member_id: int, address: Address, receipt: Receipt) -> tuple[int, str] | None:
    new = receipt.conversation
    return (member_id, new) if new and new != address.reference else None


def _id(delivery: Delivery) -> int:
    assert delivery.id is not None
    return delivery.id
