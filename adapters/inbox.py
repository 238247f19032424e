"""A platform's events that were acknowledged and wait for their answer. Its listeners keep them; the worker claims and
ends them, and forgets what `bot.once` noted of other requests.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import and_, col, delete, or_, select

from bot.clock import Clock
from bot.database import Database
from bot.model.inbound import InboundEvent
from bot.model.people import Member, Tenant
from bot.visitors import insert_new

LEASE = timedelta(minutes=2)
"""How long one event may take; longer than every wait on its way put together."""
REMEMBERED = timedelta(days=3)
"""Slack may repeat an event for a day; its id is known for longer."""
SIGNATURE, ENVELOPE, INVOKE = "v0=", "envelope=", "invoke="
"""How the name of a request begins that Slack signed, that came through its socket, or that Teams waits for; and no
event's id."""
SIGNED = timedelta(minutes=15)
"""A signature is good for five minutes on either side of our clock; it is known for longer."""
AT_ONCE = 50

# Made once: putting them into words costs more than carrying them out.
_FREE = or_(col(InboundEvent.lease_until).is_(None), col(InboundEvent.lease_until) < bindparam("now"))
_OLDEST = (
    select(InboundEvent.id)
    .where(InboundEvent.platform == bindparam("here"), col(InboundEvent.worked_at).is_(None), _FREE)
    .where(col(InboundEvent.kind).in_(bindparam("kinds", expanding=True)))
    .order_by(col(InboundEvent.id))
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
    .cte("oldest")  # or PostgreSQL may look for the oldest once for each row
)
_CLAIM = (
    update(InboundEvent)
    .where(col(InboundEvent.id).in_(select(_OLDEST.c.id)))
    .values(claims=InboundEvent.claims + 1, lease_until=bindparam("until"))
    .returning(InboundEvent)
    .execution_options(synchronize_session=False)
)
_END = (
    update(InboundEvent)
    .where(col(InboundEvent.id) == bindparam("event"))
    .values(words="", details={}, worked_at=bindparam("now"), lease_until=None)
    .execution_options(synchronize_session=False)
)


class Inbox:
    """The stored events of one platform. `clock`: the machine's."""

    def __init__(self, platform: str, database: Database, clock: Clock) -> None:
        self._platform = platform
        self._database = database
        self._clock = clock

    async def keep(self, event: InboundEvent) -> None:
        """Store an event. One whose id is known already is left as it is."""
        async with self._database.work() as session:
            await insert_new(session, InboundEvent, **event.model_dump(exclude={"id"}))

    async def is_about_a_member(self, event: InboundEvent) -> bool:
        """Whether the person it is about has ever written to us. Waits for nobody who writes."""
        wanted = (
            select(Member.id)
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Tenant.platform == self._platform, Tenant.external_id == event.tenant)
            .where(Member.user_id == event.user_id)
        )
        async with self._database.reading() as session:
            return (await session.exec(wanted)).first() is not None

    async def is_overtaken(self, event: InboundEvent) -> bool:
        """Whether a later event of the same kind about the same person was kept: then the later one counts."""
        here = (InboundEvent.platform == self._platform, InboundEvent.tenant == event.tenant)
        same = (*here, InboundEvent.kind == event.kind)
        later = select(InboundEvent.id).where(*same, InboundEvent.user_id == event.user_id)
        async with self._database.reading() as session:
            return (await session.exec(later.where(col(InboundEvent.id) > event.id).limit(1))).first() is not None

    async def claim(self, kinds: Collection[str]) -> Sequence[InboundEvent]:
        """The oldest events of these kinds that nobody works on, now ours for the length of a lease."""
        now = self._clock.now()
        asked = {"here": self._platform, "kinds": list(kinds), "now": now, "until": now + LEASE}
        async with self._database.work() as session:
            claimed = (await session.exec(_CLAIM, params=asked)).scalars().all()
        return sorted(claimed, key=lambda event: event.id or 0)

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

    async def note(self, event: InboundEvent, details: dict[str, Any]) -> None:
        """How far the work on an event has come, for whoever takes it up after us."""
        async with self._database.work() as session:
            await session.exec(update(InboundEvent).where(col(InboundEvent.id) == event.id).values(details=details))

    async def end(self, event: InboundEvent) -> None:
        """The event is worked: what it told goes, its id stays."""
        async with self._database.work() as session:
            await session.exec(_END, params={"event": event.id, "now": self._clock.now()})

    async def forget_old(self) -> None:
        """Drop the ids and signatures that nothing repeated can have any more."""
        now, worked = self._clock.now(), col(InboundEvent.worked_at)
        is_request = or_(*(col(InboundEvent.event_id).startswith(how) for how in (SIGNATURE, ENVELOPE, INVOKE)))
        old = or_(worked < now - REMEMBERED, and_(worked < now - SIGNED, is_request))
        async with self._database.work() as session:
            await session.exec(delete(InboundEvent).where(old))
