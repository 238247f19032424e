"""Turns claimed deliveries into parcels, late, so that what is sent is true now. Called by the courier inside the
claiming transaction; a delivery that cannot be composed ends by itself and takes no other with it.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.batches import STOPPED
from bot.mentoring.ce_own_rules import with_own
from bot.mentoring.do_not_disturb import DO_NOT_DISTURB, held_until
from bot.mentoring.leaving import UNINSTALLED
from bot.mentoring.profile import DEACTIVATED
from bot.message import Message, Paragraph, rich
from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant
from bot.ports import Address
from jobs.claims import Claimed, Due
from jobs.ledger import REPEAT, Outcome, key_of
from jobs.nudges import Composed, Hold, Letter, Skip
from jobs.outbox import is_stopped
from jobs.post_office import PostOffice

log = logging.getLogger(__name__)

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A composed delivery, ready for the network."""

    delivery_id: int
    tenant_id: int
    member_id: int
    key: str
    attempt: int
    """0 for the first."""
    address: Address
    message: Message
    not_after: datetime
    """It may not set off after this instant of the machine's clock, or it could still be under way after its lease."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of composing what was claimed together."""

    parcels: list[Parcel] = field(default_factory=list)
    ended: list[Outcome] = field(default_factory=list)
    held: list[tuple[int, datetime, str]] = field(default_factory=list)
    """(delivery, until by the calendar clock, reason)."""


class CouldNotCompose(Exception):
    """One of the messages raised an error. Undo everything, and compose once more with `careful`."""


async def compose(
    office: PostOffice, session: AsyncSession, claimed: Sequence[Claimed], due: Due, *, careful: bool = False
) -> Batch:
    """The parcels, and what is not sent now. What each message is about is written to its row.

    `careful`: each message in a savepoint of its own, so that one that cannot be composed ends by itself and takes no
    other with it. That costs, so the first try is without, and raises CouldNotCompose.
    """
    batch = Batch()
    about = []
    composer = _Composer(office, session, due, careful=careful)
    await composer.gather(claimed)
    not_after = due.machine + office.limits.lease - office.limits.timeout
    for each in claimed:
        delivery = each.delivery
        assert delivery.id is not None
        match await composer.compose(each):
            case Composed(message, content):
                about.append((delivery, dict(content)))
                batch.parcels.append(_parcel(each, message, not_after))
            case Hold(until, reason) if until <= delivery.expires_at:
                batch.held.append((delivery.id, until, reason))
            case Skip(reason) | Hold(_, reason):
                batch.ended.append(Outcome(delivery.id, State.SKIPPED, reason, tried=False))
            case None:
                batch.ended.append(Outcome(delivery.id, State.FAILED, "could not be composed", tried=False))
    for delivery, content in about:  # together, so that they are written together
        delivery.content = {**content, REPEAT: True} if REPEAT in delivery.content else content
    return batch


class _Composer:
    """Asks the nudges, for all deliveries of a kind together or, when careful, for each alone."""

    def __init__(self, office: PostOffice, session: AsyncSession, due: Due, *, careful: bool) -> None:
        self._office = office
        self._session = session
        self._now = due.calendar
        self._careful = careful
        self._nudges = {nudge.kind: nudge for nudge in office.nudges}
        self._known: dict[str, Mapping[int, Any]] = {}

    async def gather(self, claimed: Sequence[Claimed]) -> None:
        """Read at once what is needed for all; when careful, each reads for itself."""
        for kind in {each.delivery.kind for each in claimed if not self._careful}:
            rows = [each.delivery for each in claimed if each.delivery.kind == kind]
            try:
                self._known[kind] = await self._nudges[kind].gather(self._session, rows, self._now)
            except OperationalError:
                raise
            except Exception as error:
                raise CouldNotCompose from error

    async def compose(self, claimed: Claimed) -> Composed | Skip | Hold | None:
        """None when the nudge raised an error, which is logged."""
        delivery = claimed.delivery
        if delivery.batch_id and await is_stopped(self._session, delivery.batch_id):
            return Skip(STOPPED)
        try:
            async with self._session.begin_nested() if self._careful else nullcontext():
                return await self._compose(delivery)
        except OperationalError:
            raise  # the database's trouble is not this row's: the whole claim is undone, and made again later
        except Exception as error:
            if not self._careful:
                raise CouldNotCompose from error
            log.exception(
                "A message could not be composed",
                extra={"event": "compose_failed", "delivery": delivery.id, "kind": delivery.kind},
            )
            return None

    async def _compose(self, delivery: Delivery) -> Composed | Skip | Hold:
        nudge = self._nudges[delivery.kind]
        known = self._known.get(delivery.kind)
        if known is None:
            known = await nudge.gather(self._session, [delivery], self._now)
        letter = await self._letter(delivery, known.get(delivery.member_id))
        if letter.tenant.left_at is not None:
            return Skip(UNINSTALLED)
        if letter.member.deactivated_at is not None:
            return Skip(letter.member.deactivated_why or DEACTIVATED)
        composed = await nudge.compose(letter)
        if isinstance(composed, Composed) and (until := held_until(letter.member, self._now)):
            return Hold(until, DO_NOT_DISTURB)
        return _marked(letter, composed) if REPEAT in delivery.content else composed

    async def _letter(self, delivery: Delivery, known: Any) -> Letter:
        # Asked for again, because an earlier row's failure may have undone and expired what they both know.
        member = await self._session.get_one(Member, delivery.member_id)
        locale = member.locale if member.locale in self._office.wordings else FALLBACK
        tenant = await self._session.get_one(Tenant, delivery.tenant_id)
        return Letter(
            session=self._session,
            delivery=delivery,
            tenant=tenant,
            member=member,
            pack=with_own(self._office.library.pack(locale), tenant),
            say=self._office.wordings[locale],
            deployment=self._office.deployment,
            now=self._now,
            known=known,
        )


def _marked(letter: Letter, composed: Composed | Skip | Hold) -> Composed | Skip | Hold:
    """A message that may be a repeat says so first."""
    if not isinstance(composed, Composed):
        return composed
    said = Paragraph(rich(letter.say("delivery.may-be-a-repeat")))
    return replace(composed, message=replace(composed.message, blocks=(said, *composed.message.blocks)))


def address_of(claimed: Claimed) -> Address:
    """Where the member of a claimed delivery is reached."""
    member, tenant = claimed.member, claimed.tenant
    return Address(tenant.platform, tenant.external_id, member.user_id, member.reference)


def _parcel(claimed: Claimed, message: Message, not_after: datetime) -> Parcel:
    delivery = claimed.delivery
    assert delivery.id is not None
    return Parcel(
        delivery_id=delivery.id,
        tenant_id=delivery.tenant_id,
        member_id=delivery.member_id,
        key=key_of(delivery),
        attempt=delivery.attempts,
        address=address_of(claimed),
        message=replace(message, has_page=claimed.member.home_opened_at is not None),
        not_after=not_after,
    )
