"""What is due, and taking it: deliveries to be sent under a lease, and unsure ones to be looked for. The courier's half
of the ledger; every function works in the caller's unit of work.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, not_, or_, union_all
from sqlmodel import SQLModel, col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import Delivery, Pace, State
from bot.model.people import Member, Tenant
from jobs.pacing import LONGEST_HOLD, SEND, Rate, Standing

LONGEST_WAIT = timedelta(days=2)
"""Longer than any put off: what waits longer was written before somebody set the clock back."""


_TABLE = SQLModel.metadata.tables["delivery"]
_MEMBERS = SQLModel.metadata.tables["member"]
# Written into the statement, not bound: only so does SQLite see that the partial index fits.
_PENDING = col(Delivery.state) == literal_column("'pending'")
_WORKSPACE = col(Delivery.tenant_id) + literal_column("0")
"""Where few of a workspace's rows are meant. By the bare column SQLite would go through all that it was ever sent."""


@dataclass(frozen=True, slots=True)
class Due:
    """What counts as due to one process: by the clocks, and by what that process can compose and send."""

    calendar: datetime
    machine: datetime
    platforms: Collection[str]
    kinds: Collection[str]
    only: Collection[int] | None = None
    """The deliveries (their ids) that this process was asked for; None for all."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A workspace with something due, and where it stands in its pace."""

    tenant_id: int
    platform: str
    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery under a lease, and whom it is for."""

    delivery: Delivery
    member: Member
    tenant: Tenant


@dataclass(frozen=True, slots=True)
class Lease:
    """Who claims, and by when (machine's clock) it must be recorded."""

    by: str
    until: datetime


async def waiting(session: AsyncSession, due: Due, rates: Mapping[str, Rate]) -> list[Waiting]:
    """The workspaces with something due whose pace lets it go now, in the order of their ids."""
    found = await _with_something_due(session, due, _may_go(due, rates))
    return [each for each in found if each.standing.allowance(rates.get(each.platform), due.machine)]


async def next_free(session: AsyncSession, due: Due, rates: Mapping[str, Rate]) -> datetime | None:
    """When (machine's clock) the first of the workspaces with something due may go on; None when there is none."""
    found = await _with_something_due(session, due)
    return min((each.standing.free_at(rates.get(each.platform), due.machine) for each in found), default=None)


async def _with_something_due(session: AsyncSession, due: Due, *which: ColumnElement[bool]) -> list[Waiting]:
    mine = select(Delivery.id).where(col(Delivery.tenant_id) == col(Tenant.id), *_claimable(due)).correlate(Tenant)
    # The offset keeps PostgreSQL from joining the workspaces with all that is pending, in place of one look for each.
    something = exists(mine.offset(0))
    rows = (
        select(Tenant.id, Tenant.platform, Pace.next_at, Pace.held_until)
        .join(Pace, (col(Pace.tenant_id) == col(Tenant.id)) & (col(Pace.act) == SEND), isouter=True)
        .where(col(Tenant.platform).in_(due.platforms), something, *which)
        .order_by(col(Tenant.id))
    )
    found = (await session.exec(rows)).all()
    return [Waiting(each or 0, platform, Standing(next_at, until)) for each, platform, next_at, until in found]


def _may_go(due: Due, rates: Mapping[str, Rate]) -> ColumnElement[bool]:
    """A first sieve, so that a thousand workspaces that wait are not read in each round; `Standing` says exactly."""
    now, next_at, held_until = due.machine, col(Pace.next_at), col(Pace.held_until)
    is_free = or_(held_until.is_(None), held_until <= now, held_until > now + LONGEST_HOLD)
    in_pace = (
        or_(
            col(Tenant.platform) != platform,
            next_at.is_(None),
            next_at <= now + rate.tolerance,
            next_at > now + rate.farthest,
        )
        for platform, rate in rates.items()
    )
    return and_(is_free, *in_pace)


def allowances(waiting: Sequence[Waiting], rates: Mapping[str, Rate], now: datetime) -> dict[int, int]:
    """How many calls may go to each of these workspaces now."""
    return {each.tenant_id: each.standing.allowance(rates.get(each.platform), now) for each in waiting}


def ahead(
    waiting: Sequence[Waiting], went: Mapping[int, int], rates: Mapping[str, Rate], now: datetime
) -> dict[int, datetime]:
    """How far the workspaces that have a pace have gone with so many more."""
    paced = ((each, rates.get(each.platform)) for each in waiting if went.get(each.tenant_id))
    return {each.tenant_id: each.standing.after(went[each.tenant_id], rate, now) for each, rate in paced if rate}


async def ready(session: AsyncSession, due: Due, waiting: Sequence[Waiting]) -> set[int]:
    """Which of the due deliveries (their ids) of these workspaces wait for nothing but a free hand."""
    tenants = [each.tenant_id for each in waiting]
    mine = select(Delivery.id).where(*_claimable(due), col(Delivery.tenant_id).in_(tenants))
    return {each for each in (await session.exec(mine)).all() if each is not None}


async def claim(
    session: AsyncSession, wanted: Mapping[int, int], due: Due, lease: Lease, apart: Mapping[str, timedelta]
) -> list[Claimed]:
    """Take at most so many of each workspace's due deliveries, oldest first, and mark them as being sent.

    `wanted` maps tenants to numbers; `apart` platforms to the time between two messages to one member. A row that
    another process is claiming at this moment is passed over, and so is a member who has just been written to.
    """
    if not wanted:
        return []
    first = await _first_of_each(session, _claimable(due), col(Delivery.due_at), wanted, due)
    rested = [_has_rested(platform, length, due.machine) for platform, length in apart.items()]
    found = await _with_people(session, col(Delivery.id).in_(first), _PENDING, *rested)
    mine = list({each.member.id: each for each in reversed(found)}.values())[::-1]
    await _mark(session, mine, lease, due.machine)
    return mine


def _has_rested(platform: str, length: timedelta, now: datetime) -> ColumnElement[bool]:
    written_to_at = col(Member.written_to_at)
    lately = written_to_at.between(now - length, now + length)
    return or_(col(Tenant.platform) != platform, written_to_at.is_(None), not_(lately))


async def _first_of_each(
    session: AsyncSession,
    which: Sequence[ColumnElement[bool]],
    order: Any,
    wanted: Mapping[int, int],
    due: Due,
    tenant: Any = Delivery.tenant_id,
) -> list[int]:
    """The ids of the first so many of each workspace.

    A statement of its own: as part of the one that locks, PostgreSQL may run it anew for every pending row.
    """
    if due.only is not None:  # few, and counted here
        left = dict(wanted)
        asked = select(Delivery.id, Delivery.tenant_id).where(*which, col(Delivery.tenant_id).in_(wanted))
        rows = (await session.exec(asked.order_by(order, col(Delivery.id)))).all()
        return [each for each, tenant_id in rows if each is not None and _takes_one(left, tenant_id)]
    ids = select(Delivery.id).where(*which).order_by(order, col(Delivery.id))
    parts = (ids.where(tenant == tenant_id).limit(number).subquery() for tenant_id, number in wanted.items())
    connection = await session.connection()
    return list((await connection.execute(union_all(*(select(part.c.id) for part in parts)))).scalars())


def _takes_one(left: dict[int, int], tenant_id: int) -> bool:
    left[tenant_id] -= 1
    return left[tenant_id] >= 0


async def _with_people(session: AsyncSession, *which: ColumnElement[bool]) -> list[Claimed]:
    """These deliveries, locked with their members for this transaction; those that others hold are passed over."""
    rows = (
        select(Delivery, Member, Tenant)
        .join(Member, col(Member.id) == col(Delivery.member_id))
        .join(Tenant, col(Tenant.id) == col(Delivery.tenant_id))
        .where(*which)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .with_for_update(of=(Delivery, Member), skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [Claimed(*row) for row in (await session.exec(rows)).all()]


async def _mark(session: AsyncSession, mine: Sequence[Claimed], lease: Lease, machine_now: datetime) -> None:
    ids, members = [each.delivery.id for each in mine], [each.member.id for each in mine]
    taken: dict[str, Any] = {
        "state": State.SENDING.value,
        "lease_until": lease.until,
        "claimed_by": lease.by,
        "tried_at": machine_now,
        "queued_until": None,
        "settle_at": None,
        "looks": 0,
    }
    await session.exec(_TABLE.update().where(_TABLE.c.id.in_(ids)).values(**taken))
    await session.exec(_MEMBERS.update().where(_MEMBERS.c.id.in_(members)).values(written_to_at=machine_now))


async def take_to_settle(session: AsyncSession, wanted: Mapping[int, int], due: Due, lease: Lease) -> list[Claimed]:
    """Take at most so many of each workspace's unsure deliveries whose time to be looked for has come.

    Nobody else looks for them until the lease is over.
    """
    if not wanted:
        return []
    first = await _first_of_each(session, _to_settle(due), col(Delivery.settle_at), wanted, due, _WORKSPACE)
    mine = await _with_people(session, col(Delivery.id).in_(first), *_to_settle(due))
    ids = [each.delivery.id for each in mine]
    taken: dict[str, Any] = {"settle_at": lease.until, "claimed_by": lease.by, "queued_until": None}
    await session.exec(_TABLE.update().where(_TABLE.c.id.in_(ids)).values(**taken))
    return mine


async def to_settle(session: AsyncSession, due: Due) -> Counter[Waiting]:
    """How many unsure deliveries of each workspace are to be looked for now."""
    rows = (
        select(Delivery.tenant_id, Tenant.platform, func.count())
        .join(Tenant, col(Tenant.id) == _WORKSPACE)
        .where(*_to_settle(due), col(Tenant.platform).in_(due.platforms))
        .group_by(col(Delivery.tenant_id), col(Tenant.platform))
    )
    return Counter({Waiting(tenant_id, platform): n for tenant_id, platform, n in (await session.exec(rows)).all()})


async def next_retry(session: AsyncSession, due: Due) -> datetime | None:
    """When (machine's clock) the first of the deliveries that were put off, or are to be looked for, is next."""
    put_off = (
        select(func.min(Delivery.retry_at))
        .join(Tenant, col(Tenant.id) == _WORKSPACE)
        .where(col(Tenant.platform).in_(due.platforms), *_due(due), col(Delivery.retry_at) > due.machine)
    )
    looked_for = (
        select(func.min(Delivery.settle_at))
        .join(Tenant, col(Tenant.id) == _WORKSPACE)
        .where(col(Tenant.platform).in_(due.platforms), col(Delivery.settle_at) > due.machine)
    )
    found = (await session.exec(select(put_off.scalar_subquery(), looked_for.scalar_subquery()))).one()
    return min((at for at in found if at), default=None)


def _due(due: Due) -> tuple[ColumnElement[bool], ...]:
    asked = () if due.only is None else (col(Delivery.id).in_(due.only),)
    return (
        _PENDING,
        col(Delivery.due_at) <= due.calendar,
        col(Delivery.expires_at) >= due.calendar,
        col(Delivery.kind).in_(due.kinds),
        *asked,
    )


def _claimable(due: Due) -> tuple[ColumnElement[bool], ...]:
    retry_at = col(Delivery.retry_at)
    return (*_due(due), retry_at.is_(None) | (retry_at <= due.machine) | (retry_at > due.machine + LONGEST_WAIT))


def _to_settle(due: Due) -> tuple[ColumnElement[bool], ...]:
    asked = () if due.only is None else (col(Delivery.id).in_(due.only),)
    at = col(Delivery.settle_at)
    # A look that is further ahead than any can be was put off before somebody set the clock back.
    come = and_(at.is_not(None), or_(at <= due.machine, at > due.machine + LONGEST_WAIT))
    return (come, col(Delivery.kind).in_(due.kinds), *asked)
