"""The deliveries: insert, claim with a lease, record, recover. Nudges insert; the planner, courier and engine do the
rest. Every function works in the caller's unit of work, and none of them calls a network.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal_column, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant

MISSED = "missed"
"""Why a delivery is skipped when its time has run out."""
ENDED = "the process ended while sending"
"""Why a delivery is unsure when nobody recorded what became of it."""

_TABLE = SQLModel.metadata.tables["delivery"]
_INSERTED = "inserted deliveries"
# Written into the statement, not bound: only so does SQLite see that the partial indexes fit.
_PENDING = col(Delivery.state) == literal_column("'pending'")
_SENDING = col(Delivery.state) == literal_column("'sending'")


@dataclass(frozen=True, slots=True)
class Due:
    """What counts as due to one process: by the clocks, and by what that process can compose and send."""

    calendar: datetime
    machine: datetime
    platforms: Collection[str]
    kinds: Collection[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A workspace with something due."""

    tenant_id: int
    platform: str


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed delivery."""

    delivery_id: int
    state: State
    reason: str = ""
    receipt: str = ""
    sent_at: datetime | None = None
    """By the calendar clock."""
    retry_at: datetime | None = None
    """By the machine's clock."""
    tried: bool = True
    """False when the platform was never asked."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A delivery that `insert` has just stored. One that was missed before it could be planned is born skipped."""

    id: int
    state: State
    reason: str


def key_of(delivery: Delivery) -> str:
    """The delivery's name wherever it goes. Made of what it is for, so that it means the same after a restore."""
    return f"{delivery.member_id}:{delivery.kind}:{delivery.slot}"


async def insert(session: AsyncSession, rows: Sequence[Delivery]) -> list[int]:
    """Store new deliveries; one whose member, kind and slot exist already is left out. Returns the ids stored."""
    if not rows:
        return []
    # In one order for everybody, so that two planners at once wait for each other instead of deadlocking.
    ordered = sorted(rows, key=lambda row: (row.member_id, row.kind, row.slot))
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(_TABLE).on_conflict_do_nothing(index_elements=["member_id", "kind", "slot"])
    returned = await session.exec(
        statement.returning(_TABLE.c.id, _TABLE.c.state, _TABLE.c.reason),
        params=[row.model_dump(exclude={"id"}) for row in ordered],
    )
    new = [Stored(number, State(state), reason) for number, state, reason in returned.all()]
    session.info.setdefault(_INSERTED, []).extend(new)
    return [each.id for each in new]


def inserted(session: AsyncSession) -> list[Stored]:
    """What `insert` has stored in this session so far: what the planner counts and hands to the engine."""
    return list(session.info.get(_INSERTED, ()))


async def skip_missed(session: AsyncSession, calendar_now: datetime, limit: int) -> int:
    """Name as missed what is still pending after its time, at most so many. Returns how many."""
    late = select(Delivery.id).where(_PENDING, col(Delivery.expires_at) < calendar_now).limit(limit)
    free = late.with_for_update(skip_locked=True)
    statement = _TABLE.update().where(_TABLE.c.id.in_(free)).values(state=State.SKIPPED.value, reason=MISSED)
    return int((await session.exec(statement)).rowcount)


async def waiting(session: AsyncSession, due: Due) -> list[Waiting]:
    """The workspaces with something due, in the order of their ids."""
    something = exists().where(col(Delivery.tenant_id) == col(Tenant.id), *_claimable(due)).correlate(Tenant)
    tenants = select(Tenant.id, Tenant.platform).where(col(Tenant.platform).in_(due.platforms), something)
    found = await session.exec(tenants.order_by(col(Tenant.id)))
    return [Waiting(tenant_id, platform) for tenant_id, platform in found.all() if tenant_id is not None]


async def claim(session: AsyncSession, wanted: Mapping[int, int], due: Due, lease: Lease) -> list[Claimed]:
    """Take at most so many of each workspace's due deliveries, oldest first, and mark them as being sent.

    `wanted` maps tenants to numbers. A row that another process is claiming at this moment is passed over.
    """
    if not wanted:
        return []
    oldest_first = select(Delivery.id).where(*_claimable(due)).order_by(col(Delivery.due_at), col(Delivery.id))
    oldest = (
        oldest_first.where(col(Delivery.tenant_id) == tenant_id).limit(number).subquery()
        for tenant_id, number in wanted.items()
    )
    chosen = union_all(*(select(part.c.id) for part in oldest))
    free = select(Delivery.id).where(col(Delivery.id).in_(chosen), _PENDING).with_for_update(skip_locked=True)
    taken = await session.exec(
        _TABLE.update()
        .where(_TABLE.c.id.in_(free))
        .values(state=State.SENDING.value, lease_until=lease.until, claimed_by=lease.by)
        .returning(_TABLE.c.id)
    )
    return await _with_people(session, list(taken.scalars()))


async def _with_people(session: AsyncSession, ids: Sequence[int]) -> list[Claimed]:
    rows = (
        select(Delivery, Member, Tenant)
        .join(Member, col(Member.id) == col(Delivery.member_id))
        .join(Tenant, col(Tenant.id) == col(Delivery.tenant_id))
        .where(col(Delivery.id).in_(ids))
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .execution_options(populate_existing=True)
    )
    return [Claimed(*row) for row in (await session.exec(rows)).all()]


async def next_retry(session: AsyncSession, due: Due) -> datetime | None:
    """When (machine's clock) the first of the due deliveries that were put off may be tried again."""
    put_off = (
        select(func.min(Delivery.retry_at))
        .join(Tenant, col(Tenant.id) == col(Delivery.tenant_id))
        .where(col(Tenant.platform).in_(due.platforms), *_due(due), col(Delivery.retry_at) > due.machine)
    )
    return (await session.exec(put_off)).one()


async def count_due(session: AsyncSession, calendar_now: datetime) -> int:
    """How many deliveries are due and still pending, whoever may send them."""
    pending = select(func.count()).select_from(Delivery).where(_PENDING, col(Delivery.due_at) <= calendar_now)
    return (await session.exec(pending)).one()


async def count_states(session: AsyncSession) -> Counter[tuple[State, str]]:
    """How many deliveries are in each state, by reason."""
    groups = select(Delivery.state, Delivery.reason, func.count()).group_by(Delivery.state, Delivery.reason)
    return Counter({(State(state), reason): number for state, reason, number in (await session.exec(groups)).all()})


async def record(session: AsyncSession, outcomes: Sequence[Outcome], *, by: str, machine_now: datetime) -> None:
    """Write what became of deliveries that `by` claimed.

    One that was given up for lost meanwhile is corrected; one that somebody else has claimed since is left alone.
    """
    if not outcomes:
        return
    statement = _TABLE.update().where(
        _TABLE.c.id == bindparam("its_id"),
        _TABLE.c.claimed_by == by,
        (_TABLE.c.state == State.SENDING.value) | (_TABLE.c.state == State.UNSURE.value),
    )
    statement = statement.values(attempts=_TABLE.c.attempts + bindparam("tries"), lease_until=None)
    await session.exec(statement, params=[_written(outcome, machine_now) for outcome in outcomes])


def _written(outcome: Outcome, machine_now: datetime) -> dict[str, Any]:
    return {
        "its_id": outcome.delivery_id,
        "tries": int(outcome.tried),
        "state": outcome.state.value,
        "reason": outcome.reason,
        "receipt": outcome.receipt,
        "sent_at": outcome.sent_at,
        "retry_at": outcome.retry_at,
        "recorded_at": machine_now,
    }


async def recover(session: AsyncSession, machine_now: datetime, *, everything: bool) -> int:
    """Mark as unsure what was being sent when a process ended, and return how many that were.

    `everything` is for the one who has just become the only sender: then nobody else can be sending. Otherwise only
    those whose lease is over.
    """
    lost = _TABLE.update().where(_TABLE.c.state == literal_column("'sending'"))
    if not everything:
        lost = lost.where(_TABLE.c.lease_until <= machine_now)
    marked = lost.values(state=State.UNSURE.value, reason=ENDED, lease_until=None, recorded_at=machine_now)
    return int((await session.exec(marked)).rowcount)


def _due(due: Due) -> tuple[ColumnElement[bool], ...]:
    return (
        _PENDING,
        col(Delivery.due_at) <= due.calendar,
        col(Delivery.expires_at) >= due.calendar,
        col(Delivery.kind).in_(due.kinds),
    )


def _claimable(due: Due) -> tuple[ColumnElement[bool], ...]:
    retry_at = col(Delivery.retry_at)
    return (*_due(due), retry_at.is_(None) | (retry_at <= due.machine))
