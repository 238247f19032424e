"""The days on which a workspace wants no message, as an administrator keeps them: holidays and blackout dates alike.
Changed by `admin holidays`, read by the coaching screens and the weekly nudge. No workspace sees another's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import local_day
from bot.mentoring.open_hours import CLOSED, QUIET_HOURS, Closure
from bot.model.deliveries import Delivery, State
from bot.model.people import ClosedDays, Tenant

_KNOWN = "closures of workspaces"
_UTC = ZoneInfo("UTC")
_BACK = timedelta(days=4)
"""A slot may be two days old and still go, and zones are up to a day apart."""
_IN_ORDER = (
    select(ClosedDays)
    .where(col(ClosedDays.tenant_id).in_(bindparam("tenants", expanding=True)))
    .where(col(ClosedDays.last_day) >= bindparam("since"))
    .order_by(col(ClosedDays.first_day), col(ClosedDays.last_day), col(ClosedDays.id))
)


async def closures_of(session: AsyncSession, tenant: Tenant, now: datetime) -> tuple[Closure, ...]:
    """What may matter to a message now or later, in order. Read once in a unit of work, because many messages may be
    composed in it.
    """
    assert tenant.id is not None
    return (await know_closures(session, [tenant.id], now))[tenant.id]


async def know_closures(
    session: AsyncSession, tenants: Collection[int], now: datetime
) -> Mapping[int, tuple[Closure, ...]]:
    """The same for many workspaces at once."""
    known: dict[int, tuple[Closure, ...]] = session.info.setdefault(_KNOWN, {})
    if missing := set(tenants) - known.keys():
        found: dict[int, list[Closure]] = {each: [] for each in missing}
        for row in await _ending(session, missing, local_day(now, _UTC) - _BACK):
            found[row.tenant_id].append(Closure(row.first_day, row.last_day, row.name))
        known |= {each: tuple(closures) for each, closures in found.items()}
    return known


async def closed_days(session: AsyncSession, tenant: Tenant, since: date) -> Sequence[ClosedDays]:
    """The rows that end on that day or later, in order."""
    assert tenant.id is not None
    return await _ending(session, [tenant.id], since)


async def _ending(session: AsyncSession, tenants: Collection[int], since: date) -> Sequence[ClosedDays]:
    return (await session.exec(_IN_ORDER, params={"tenants": list(tenants), "since": since})).all()


async def close(session: AsyncSession, tenant: Tenant, closure: Closure) -> bool:
    """Add days; False when the very same are there already."""
    same = select(ClosedDays).where(
        ClosedDays.tenant_id == tenant.id,
        ClosedDays.first_day == closure.first_day,
        ClosedDays.last_day == closure.last_day,
        ClosedDays.name == closure.name,
    )
    if (await session.exec(same)).first() is not None:
        return False
    assert tenant.id is not None
    session.add(
        ClosedDays(tenant_id=tenant.id, first_day=closure.first_day, last_day=closure.last_day, name=closure.name)
    )
    await _stored(session)
    return True


async def reopen(session: AsyncSession, tenant: Tenant, row_id: int) -> ClosedDays | None:
    """Take a row away, and return what it said; None when the workspace has no such row."""
    found = await session.get(ClosedDays, row_id)
    if found is None or found.tenant_id != tenant.id:
        return None
    await session.delete(found)
    await _stored(session)
    return found


async def judge_anew(session: AsyncSession, tenant: Tenant, now: datetime) -> None:
    """What waits for an open hour falls due now: whoever sends it asks what holds now, and waits again if need be."""
    held = or_(*(col(Delivery.reason).startswith(name) for name in (CLOSED, QUIET_HOURS)))
    waits = (
        col(Delivery.tenant_id) == tenant.id,
        col(Delivery.state) == State.PENDING,
        col(Delivery.due_at) > now,
        held,
    )
    await session.exec(update(Delivery).where(*waits).values(due_at=now))


async def _stored(session: AsyncSession) -> None:
    session.info.pop(_KNOWN, None)
    await session.flush()
