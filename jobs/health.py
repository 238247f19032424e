"""How delivering goes at one moment: what is not final, what is overdue, what is still being looked for. Asked by
`jobs.watch` for /readyz, /metrics and the heartbeat, and by the operator's commands.

Reads what is not final alone, through the partial indexes, so that it costs as much as the backlog and not the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_
from sqlalchemy import select as columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import Delivery, Pace, State
from bot.model.people import Tenant
from jobs.pacing import LONGEST_HOLD, LOOK, SEND

OVERDUE = timedelta(minutes=15)
"""What could go and did not move for so long, by the machine's clock, is overdue."""
STREAM = timedelta(seconds=30)
"""A workspace that was called so lately is being worked through at its pace: what waits there waits its turn."""

# Written into the statement, not bound: only so does SQLite see that the partial indexes fit.
_PENDING = col(Delivery.state) == literal_column("'pending'")
_SENDING = col(Delivery.state) == literal_column("'sending'")
_UNSETTLED = col(Delivery.settle_at).is_not(None)


@dataclass(frozen=True, slots=True)
class Group:
    """Deliveries that are not final, of one state, kind and reason."""

    state: State
    kind: str
    reason: str
    number: int
    overdue: int
    since: datetime | None
    """Since when the longest of the overdue ones has not moved."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is not final."""

    at: datetime
    """By the machine's clock."""
    groups: Sequence[Group] = ()

    @property
    def overdue(self) -> int:
        return sum(group.overdue for group in self.groups)

    @property
    def oldest(self) -> timedelta:
        """How long the longest of the overdue ones has not moved; zero when none is overdue."""
        return max((self.at - group.since for group in self.groups if group.since), default=timedelta(0))

    @property
    def unsettled(self) -> int:
        """How many are unsure and still being looked for."""
        return self.count(State.UNSURE)

    def count(self, state: State) -> int:
        return sum(group.number for group in self.groups if group.state is state)


@dataclass(frozen=True, slots=True)
class Stuck:
    """One delivery that is overdue."""

    delivery: Delivery
    tenant: Tenant
    since: datetime
    """By the machine's clock."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The deliveries of one state that is not final: which they are, when one is overdue, and since when."""

    which: ColumnElement[bool]
    overdue: ColumnElement[bool]
    since: Any
    act: str
    """Whose pace may hold them back."""


async def health_at(session: AsyncSession, now: datetime) -> Health:
    """What is not final at `now` of the machine's clock. Changes nothing."""
    groups: list[Group] = []
    for part in _parts(now):
        counts = (func.count(), func.count().filter(part.overdue), func.min(part.since).filter(part.overdue))
        named = (col(Delivery.state), col(Delivery.kind), col(Delivery.reason))
        rows = _with_pace(columns(*named, *counts), part).where(part.which).group_by(*named)
        groups += [Group(State(row[0]), *row[1:]) for row in (await session.exec(rows)).all()]
    return Health(now, tuple(groups))


async def longest_overdue(session: AsyncSession, now: datetime) -> Stuck | None:
    """The one that has not moved for longest."""
    found: list[Stuck] = []
    for part in _parts(now):
        rows = _with_pace(columns(Delivery, Tenant, part.since), part).join(
            Tenant, col(Tenant.id) == col(Delivery.tenant_id)
        )
        first = rows.where(part.which, part.overdue).order_by(part.since, col(Delivery.id)).limit(1)
        found += [Stuck(*row) for row in (await session.exec(first)).all()]
    return min(found, key=lambda stuck: stuck.since, default=None)


def _with_pace(rows: Any, part: _Part) -> Any:
    same = and_(col(Pace.tenant_id) == col(Delivery.tenant_id), col(Pace.act) == part.act)
    return rows.select_from(Delivery).outerjoin(Pace, same)


def _parts(now: datetime) -> tuple[_Part, ...]:
    long_ago = now - OVERDUE
    due, moved, retry, lease, settle = map(
        col, (Delivery.due_at, Delivery.recorded_at, Delivery.retry_at, Delivery.lease_until, Delivery.settle_at)
    )
    waits = and_(due <= long_ago, _past(retry, long_ago), _past(moved, long_ago), _free(now))
    return (
        _Part(_PENDING, waits, case((moved > due, moved), else_=due), SEND),
        _Part(_SENDING, lease <= long_ago, lease, SEND),
        _Part(_UNSETTLED, and_(settle <= long_ago, _free(now)), settle, LOOK),
    )


def _past(instant: Any, moment: datetime) -> ColumnElement[bool]:
    return or_(instant.is_(None), instant <= moment)


def _free(now: datetime) -> ColumnElement[bool]:
    """The workspace is neither held by its platform nor being worked through at its pace."""
    held, ahead = col(Pace.held_until), col(Pace.next_at)
    return and_(or_(_past(held, now), held > now + LONGEST_HOLD), _past(ahead, now - STREAM))
