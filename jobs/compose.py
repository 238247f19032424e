"""Turns claimed deliveries into parcels, late, so that what is sent is true now. Called by the courier inside the
claiming transaction; a delivery that cannot be composed ends by itself and takes no other with it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.message import Message
from bot.model.deliveries import State
from bot.model.people import Member, Tenant
from bot.ports import Address
from jobs.ledger import Claimed, Due, Outcome, Waiting, key_of
from jobs.nudges import Composed, Letter, Skip
from jobs.post_office import PostOffice

log = logging.getLogger(__name__)

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A composed delivery, ready for the network."""

    delivery_id: int
    tenant: Waiting
    key: str
    attempt: int
    """0 for the first."""
    address: Address
    message: Message


async def compose(
    office: PostOffice, session: AsyncSession, claimed: Sequence[Claimed], due: Due
) -> tuple[list[Parcel], list[Outcome]]:
    """The parcels, and the outcomes of what is not sent. What each message is about is written to its row."""
    parcels: list[Parcel] = []
    outcomes: list[Outcome] = []
    about = []
    for each in claimed:
        delivery_id = each.delivery.id
        assert delivery_id is not None
        match await _compose_one(office, session, each, due):
            case Composed(message, content):
                about.append((each.delivery, dict(content)))
                parcels.append(_parcel(each, message))
            case Skip(reason):
                outcomes.append(Outcome(delivery_id, State.SKIPPED, reason, tried=False))
            case None:
                outcomes.append(Outcome(delivery_id, State.FAILED, "could not be composed", tried=False))
    for delivery, content in about:  # together, so that they are written together
        delivery.content = content
    return parcels, outcomes


async def _compose_one(office: PostOffice, session: AsyncSession, claimed: Claimed, due: Due) -> Composed | Skip | None:
    nudge = next(nudge for nudge in office.nudges if nudge.kind == claimed.delivery.kind)
    try:
        async with session.begin_nested():  # half a nudge's own changes are undone with its message
            return await nudge.compose(await _letter(office, session, claimed, due))
    except OperationalError:
        raise  # the database's trouble is not this row's: the whole claim is undone, and made again later
    except Exception:
        log.exception(
            "A message could not be composed",
            extra={"event": "compose_failed", "delivery": claimed.delivery.id, "kind": nudge.kind},
        )
        return None


async def _letter(office: PostOffice, session: AsyncSession, claimed: Claimed, due: Due) -> Letter:
    delivery = claimed.delivery
    # Asked for again, because an earlier row's failure may have undone and expired what they both know.
    member = await session.get_one(Member, delivery.member_id)
    locale = member.locale if member.locale in office.wordings else FALLBACK
    return Letter(
        session=session,
        delivery=delivery,
        tenant=await session.get_one(Tenant, delivery.tenant_id),
        member=member,
        pack=office.library.pack(locale),
        say=office.wordings[locale],
        deployment=office.deployment,
        now=due.calendar,
    )


def _parcel(claimed: Claimed, message: Message) -> Parcel:
    delivery, member, tenant = claimed.delivery, claimed.member, claimed.tenant
    assert delivery.id is not None
    return Parcel(
        delivery_id=delivery.id,
        tenant=Waiting(delivery.tenant_id, tenant.platform),
        key=key_of(delivery),
        attempt=delivery.attempts,
        address=Address(tenant.platform, tenant.external_id, member.user_id, member.reference),
        message=message,
    )
