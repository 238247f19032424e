"""The operator's desk: finds deliveries, sends some of them once more, gives some up. Called by `preceptor deliveries`,
beside processes that plan and deliver at the same time: what one of them holds is left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.database import Database
from bot.model.deliveries import Delivery, SendBatch, State
from bot.model.people import Member, Tenant
from jobs.ledger import marked_as_repeat

ABANDONED = "abandoned by the operator"
RETRIED = "retried by the operator"
SHORTEST, LONGEST = timedelta(hours=1), timedelta(hours=48)
"""The new grace of one whose time was over is as long as it had before, within these."""
PART = 500
"""Deliveries changed in one transaction."""

_TABLE = SQLModel.metadata.tables["delivery"]


@dataclass(frozen=True, slots=True)
class Which:
    """Which deliveries are meant; what is left empty does not matter."""

    ids: Collection[int] = ()
    states: Collection[State] = ()
    reason: str = ""
    """Part of the reason, in any case."""
    kind: str = ""
    platform: str = ""
    tenant: str = ""
    """The workspace's own id on its platform."""
    since: datetime | None = None
    """Due at that instant or later."""

    def __bool__(self) -> bool:
        return self != Which()


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery, and whom it is for."""

    delivery: Delivery
    member: Member
    tenant: Tenant


@dataclass(frozen=True, slots=True)
class Row:
    """What is needed of a delivery to decide about it."""

    id: int
    member_id: int
    tenant_id: int
    state: State
    due_at: datetime
    expires_at: datetime
    lease_until: datetime | None
    settle_at: datetime | None

    def new_grace(self, now: datetime) -> timedelta | None:
        """How long it may still be sent, when its time is over by `now`; None while it is not."""
        if now < self.expires_at:
            return None
        return min(max(self.expires_at - self.due_at, SHORTEST), LONGEST)


@dataclass(frozen=True, slots=True)
class Choice:
    """What an order is about to change, and what it leaves alone and why."""

    rows: Sequence[Row] = ()
    left: dict[str, list[int]] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return len({row.member_id for row in self.rows})

    @property
    def workspaces(self) -> int:
        return len({row.tenant_id for row in self.rows})

    @property
    def unsure(self) -> int:
        """How many of them may have arrived already."""
        return sum(row.state is State.UNSURE for row in self.rows)

    @property
    def looked_for(self) -> int:
        """How many of those are still being looked for."""
        return sum(row.state is State.UNSURE and row.settle_at is not None for row in self.rows)


@dataclass(slots=True)
class Changed:
    """What an order has changed."""

    ids: list[int] = field(default_factory=list)
    graced: dict[datetime, int] = field(default_factory=dict)
    """The new end of their time → how many have it now."""
    missed: int = 0
    """How many changed by themselves between the choice and the order, and were left alone."""


Refuses = Callable[[Row, datetime], str | None]
"""Why a delivery is left alone; None when it may be changed."""


def refuses_retry(row: Row, now: datetime) -> str | None:
    match row.state:
        case State.SENT:
            return "was sent, and nothing is sent twice"
        case State.PENDING:
            return "waits to be sent as it is"
        case _:
            return _held(row, now)


def refuses_abandon(row: Row, now: datetime) -> str | None:
    match row.state:
        case State.SENT:
            return "was sent, and cannot be taken back"
        case State.SKIPPED | State.FAILED:
            return "will not be sent anyway"
        case _:
            return _held(row, now)


def _held(row: Row, now: datetime) -> str | None:
    if row.state is not State.SENDING:
        return None
    if row.lease_until and row.lease_until > now:
        return "is being sent at this moment"
    return "was being sent when its process ended; whoever delivers next finds out what became of it"


async def find(session: AsyncSession, which: Which, limit: int) -> list[Listed]:
    """These deliveries, the newest first, at most so many."""
    rows = (
        _meant(select(Delivery, Member, Tenant), which)
        .join(Member, col(Member.id) == col(Delivery.member_id))
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    )
    return [Listed(*row) for row in (await session.exec(rows)).all()]


async def count(session: AsyncSession, which: Which) -> int:
    return int((await session.exec(_meant(select(func.count()), which))).one())


async def choose(session: AsyncSession, which: Which, refuses: Refuses, now: datetime) -> Choice:
    """What an order about these would change at `now` of the machine's clock. Ids that do not exist are left too."""
    names = Row.__dataclass_fields__
    rows = _meant(select(*(col(getattr(Delivery, name)) for name in names)), which).order_by(col(Delivery.id))
    chosen: list[Row] = []
    left: dict[str, list[int]] = defaultdict(list)
    missing = set(which.ids)
    for number, member, tenant, state, *rest in (await session.exec(rows)).all():
        row = Row(number, member, tenant, State(state), *rest)
        missing.discard(row.id)
        if why := refuses(row, now):
            left[why].append(row.id)
        else:
            chosen.append(row)
    if missing:
        left["does not exist"] = sorted(missing)
    return Choice(chosen, dict(left))


def _meant(query: Any, which: Which) -> Any:
    return query.select_from(Delivery).join(Tenant, col(Tenant.id) == col(Delivery.tenant_id)).where(*_where(which))


def _where(which: Which) -> Iterator[ColumnElement[bool]]:
    if which.ids:
        yield col(Delivery.id).in_(which.ids)
    if which.states:
        yield col(Delivery.state).in_([state.value for state in which.states])
    if which.reason:
        yield col(Delivery.reason).icontains(which.reason, autoescape=True)
    if which.since:
        yield col(Delivery.due_at) >= which.since
    exactly = ((Delivery.kind, which.kind), (Tenant.platform, which.platform), (Tenant.external_id, which.tenant))
    yield from (col(column) == value for column, value in exactly if value)


async def retry(database: Database, choice: Choice, now: datetime, *, batch_id: int | None = None) -> Changed:
    """Let whoever delivers send these once more. One that may have arrived says so to its reader."""
    changed = Changed()
    for part in _parts(choice.rows):
        async with database.work() as session:
            for (state, grace), ids in _alike(part, now).items():
                values = _waiting(now, batch_id)
                if state is State.UNSURE:
                    values["content"] = marked_as_repeat(session)
                if grace:
                    values["expires_at"] = now + grace
                done = await _change(session, changed, state, ids, values)
                if grace and done:
                    changed.graced[now + grace] = changed.graced.get(now + grace, 0) + done
    return changed


def _waiting(now: datetime, batch_id: int | None) -> dict[str, Any]:
    gone = ("retry_at", "lease_until", "settle_at", "queued_until", "sent_at")
    empty: dict[str, Any] = dict.fromkeys(gone) | {"claimed_by": "", "receipt": "", "looks": 0}
    batch = _still_running() if batch_id is None else batch_id
    return {**empty, "state": State.PENDING.value, "reason": RETRIED, "batch_id": batch, "recorded_at": now}


def _still_running() -> ColumnElement[Any]:
    """The batch that a row was of, whose counts and whose stopping go on including it; none when that was stopped."""
    running = col(SendBatch.stopped_at).is_(None) & (col(SendBatch.id) == _TABLE.c.batch_id)
    return select(SendBatch.id).where(running).scalar_subquery()


async def abandon(database: Database, choice: Choice, now: datetime) -> Changed:
    """Skip these, for good."""
    gone: dict[str, Any] = dict.fromkeys(("retry_at", "settle_at", "queued_until"))
    skipped = {**gone, "state": State.SKIPPED.value, "reason": ABANDONED, "recorded_at": now}
    changed = Changed()
    for part in _parts(choice.rows):
        async with database.work() as session:
            for state in sorted({row.state for row in part}):
                await _change(session, changed, state, [row.id for row in part if row.state is state], skipped)
    return changed


async def _change(
    session: AsyncSession, changed: Changed, state: State, ids: Sequence[int], values: dict[str, Any]
) -> int:
    """Change those that are still in that state: a courier may have been quicker."""
    statement: Update = _TABLE.update().where(_TABLE.c.id.in_(ids), _TABLE.c.state == state.value)
    done = list((await session.exec(statement.values(**values).returning(_TABLE.c.id))).scalars())
    changed.ids += done
    changed.missed += len(ids) - len(done)
    return len(done)


def _alike(rows: Sequence[Row], now: datetime) -> dict[tuple[State, timedelta | None], list[int]]:
    """By what a retry writes."""
    groups: dict[tuple[State, timedelta | None], list[int]] = defaultdict(list)
    for row in rows:
        groups[row.state, row.new_grace(now)].append(row.id)
    return groups


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    yield from (rows[first : first + PART] for first in range(0, len(rows), PART))
