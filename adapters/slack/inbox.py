"""Events that were acknowledged and wait for their answer. The listeners keep them; the worker claims and ends them,
and forgets what `bot.once` noted of other requests.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlmodel import and_, col, delete, or_, select, update

from adapters.slack.wiring import Wiring
from bot.model.inbound import InboundEvent
from bot.model.people import Member, Tenant
from bot.visitors import insert_new

LEASE = timedelta(minutes=2)
"""How long one event may take; longer than every wait on its way put together."""
REMEMBERED = timedelta(days=3)
"""Slack may repeat an event for a day; its id is known for longer."""
SIGNATURE, ENVELOPE = "v0=", "envelope="
"""How the name of a request begins that is signed, or comes through a socket; and no event's id."""
SIGNED = timedelta(minutes=15)
"""A signature is good for five minutes on either side of our clock; it is known for longer."""
AT_ONCE = 50


class Inbox:
    """The stored events of Slack."""

    def __init__(self, wiring: Wiring) -> None:
        self._database = wiring.database
        self._clock = wiring.clocks.machine

    async def keep(self, event: InboundEvent) -> None:
        """Store an event. One whose id is known already is left as it is."""
        async with self._database.work() as session:
            await insert_new(session, InboundEvent, **event.model_dump(exclude={"id"}))

    async def is_about_a_member(self, event: InboundEvent) -> bool:
        """Whether the person it is about has ever written to us. Waits for nobody who writes."""
        wanted = (
            select(Member.id)
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Tenant.platform == "slack", Tenant.external_id == event.tenant, Member.user_id == event.user_id)
        )
        async with self._database.reading() as session:
            return (await session.exec(wanted)).first() is not None

    async def is_overtaken(self, event: InboundEvent) -> bool:
        """Whether a later event of the same kind about the same person was kept: then the later one counts."""
        same = (InboundEvent.platform == "slack", InboundEvent.tenant == event.tenant, InboundEvent.kind == event.kind)
        later = select(InboundEvent.id).where(*same, InboundEvent.user_id == event.user_id)
        async with self._database.reading() as session:
            return (await session.exec(later.where(col(InboundEvent.id) > event.id).limit(1))).first() is not None

    async def claim(self, kinds: Collection[str]) -> Sequence[InboundEvent]:
        """The oldest events of these kinds that nobody works on, now ours for the length of a lease."""
        now = self._clock.now()
        free = or_(col(InboundEvent.lease_until).is_(None), col(InboundEvent.lease_until) < now)
        async with self._database.work() as session:
            wanted = (
                select(InboundEvent)
                .where(InboundEvent.platform == "slack", col(InboundEvent.worked_at).is_(None), free)
                .where(col(InboundEvent.kind).in_(kinds))
                .order_by(col(InboundEvent.id))
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            events = (await session.exec(wanted)).all()
            for event in events:
                event.claims += 1
                event.lease_until = now + LEASE
        return events

    async def hold(self, events: Collection[InboundEvent]) -> None:
        """Events that are still ours to work stay so, where their lease is half over."""
        now = self._clock.now()
        ending = [event for event in events if event.lease_until and event.lease_until - now < LEASE / 2]
        if not ending:
            return
        these = col(InboundEvent.id).in_([event.id for event in ending])
        longer = (
            update(InboundEvent).where(these, col(InboundEvent.worked_at).is_(None)).values(lease_until=now + LEASE)
        )
        async with self._database.work() as session:
            await session.exec(longer)
        for event in ending:
            event.lease_until = now + LEASE

    async def end(self, event: InboundEvent) -> None:
        """The event is worked: what it told goes, its id stays."""
        async with self._database.work() as session:
            row = await session.get_one(InboundEvent, event.id)
            row.words, row.details = "", {}
            row.worked_at, row.lease_until = self._clock.now(), None

    async def forget_old(self) -> None:
        """Drop the ids and signatures that nothing repeated can have any more."""
        now, worked = self._clock.now(), col(InboundEvent.worked_at)
        is_request = or_(*(col(InboundEvent.event_id).startswith(how) for how in (SIGNATURE, ENVELOPE)))
        old = or_(worked < now - REMEMBERED, and_(worked < now - SIGNED, is_request))
        async with self._database.work() as session:
            await session.exec(delete(InboundEvent).where(old))
