"""The deliveries: insert, record, put back, recover. Nudges insert; the planner, courier and engine do the rest
(`jobs.claims` takes them). Every function works in the caller's unit of work, and none of them calls a network.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BindParameter, ColumnElement, bindparam, cast, func, literal_column, or_, text
from sqlalchemy import select as columns
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.model.columns import Instant
from bot.model.deliveries import Delivery, State

MISSED = "missed"
"""Why a delivery is skipped when its time has run out."""
ENDED = "the process ended while sending"
"""Why a delivery is unsure when nobody recorded what became of it."""

NOT_THERE = "it was not there when looked for"
"""Why a delivery that was unsure goes once more."""
REPEAT = "repeat"
"""In a row's content: it may have arrived before, and says so."""
LONGEST_LEASE = timedelta(minutes=10)
_TABLE = SQLModel.metadata.tables["delivery"]
_MEMBERS = SQLModel.metadata.tables["member"]
_INSERTED = "inserted deliveries"
# Written into the statement, not bound: only so does SQLite see that the partial indexes fit.
_PENDING = col(Delivery.state) == literal_column("'pending'")
NOW = bindparam("now", type_=Instant)
"""In a statement that is made once: the instant of the calendar at which it is asked."""
# Due, under way, or to be looked for.
_OPEN = columns(
    *(
        select(Delivery.id).where(*which).exists()
        for which in (
            (_PENDING, col(Delivery.due_at) <= NOW),
            (col(Delivery.state) == literal_column("'sending'"),),
            (col(Delivery.settle_at).is_not(None),),
        )
    )
)


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
    settle_at: datetime | None = None
    """When to look for one that is unsure (machine's clock); None when nobody is to look."""
    looks: int = 0
    tried: bool = True
    """False when the platform was not asked to send."""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to be stored. Not the table's own class, whose making costs more than its storing."""

    tenant_id: int
    member_id: int
    kind: str
    slot: str
    due_at: datetime
    expires_at: datetime
    state: State = State.PENDING
    reason: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stored:
    """A delivery that `insert` has just stored. One that was missed before it could be planned is born skipped."""

    id: int
    state: State
    reason: str


_GIVEN = tuple(each.name for each in fields(NewDelivery))
_BLANK: dict[str, Any] = {"attempts": 0, "claimed_by": "", "receipt": "", "looks": 0}


def key_of(delivery: Delivery) -> str:
    """The delivery's name wherever it goes. Made of what it is for, so that it means the same after a restore."""
    return f"{delivery.member_id}:{delivery.kind}:{delivery.slot}"


_STORED = (_TABLE.c.id, _TABLE.c.state, _TABLE.c.reason)
_INSERT = sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=["member_id", "kind", "slot"]).returning(*_STORED)
_COLUMNS = ", ".join((*_GIVEN, *_BLANK))
# All rows as one value: thousands of them, and the statement is still prepared once.
_INSERT_ALL = text(f"""
INSERT INTO delivery ({_COLUMNS})
SELECT {_COLUMNS} FROM json_populate_recordset(CAST(NULL AS delivery), CAST(:rows AS json))
ON CONFLICT (member_id, kind, slot) DO NOTHING RETURNING id, state, reason
""")  # noqa: S608 - our own names


async def insert(session: AsyncSession, rows: Sequence[NewDelivery]) -> list[int]:
    """Store new deliveries; one whose member, kind and slot exist already is left out. Returns the ids stored."""
    if not rows:
        return []
    # In one order for everybody, so that two planners at once wait for each other instead of deadlocking.
    ordered = sorted(rows, key=lambda row: (row.member_id, row.kind, row.slot))
    values = [{name: getattr(row, name) for name in _GIVEN} | _BLANK for row in ordered]
    if session.get_bind().dialect.name == "sqlite":
        returned = await session.exec(_INSERT, params=values)
    else:
        connection = await session.connection()
        returned = await connection.execute(_INSERT_ALL, {"rows": json.dumps(values, default=datetime.isoformat)})
    new = [Stored(number, State(state), reason) for number, state, reason in returned.all()]
    session.info.setdefault(_INSERTED, []).extend(new)
    return [each.id for each in new]


def inserted(session: AsyncSession) -> list[Stored]:
    """What `insert` has stored in this session so far: what the planner counts and hands to the engine."""
    return list(session.info.get(_INSERTED, ()))


def missed(calendar_now: datetime | BindParameter[datetime]) -> SelectOfScalar[int | None]:
    """The ids of what is still pending after its time."""
    return select(col(Delivery.id)).where(_PENDING, col(Delivery.expires_at) < calendar_now)


async def skip_missed(session: AsyncSession, calendar_now: datetime, limit: int) -> int:
    """Name as missed what is still pending after its time, at most so many. Returns how many."""
    free = missed(calendar_now).limit(limit).with_for_update(skip_locked=True)
    statement = _TABLE.update().where(_TABLE.c.id.in_(free)).values(state=State.SKIPPED.value, reason=MISSED)
    return int((await session.exec(statement)).rowcount)


async def hold(session: AsyncSession, holds: Sequence[tuple[int, datetime, str]]) -> None:
    """Put claimed deliveries back until an instant of the calendar: (id, until, reason)."""
    if holds:
        statement = _TABLE.update().where(_TABLE.c.id == bindparam("its_id"))
        back = {"state": State.PENDING.value, "lease_until": None, "retry_at": None}
        rows = [{"its_id": each, "due_at": until, "reason": reason, **back} for each, until, reason in holds]
        await session.exec(statement, params=rows)


async def repeat(session: AsyncSession, ids: Sequence[int]) -> None:
    """Remember that these may be repeats, so that they say so."""
    if ids:
        await session.exec(_TABLE.update().where(_TABLE.c.id.in_(ids)).values(content=marked_as_repeat(session)))


def marked_as_repeat(session: AsyncSession) -> ColumnElement[Any]:
    """A row's content with the mark. What else it says stays: some kinds need it to compose the message again."""
    content = _TABLE.c.content
    if session.get_bind().dialect.name == "sqlite":
        return func.json_set(content, f"$.{REPEAT}", func.json("true"))
    return cast(cast(content, JSONB).op("||")(cast({REPEAT: True}, JSONB)), JSON)


async def unqueue(session: AsyncSession, ids: Collection[int]) -> None:
    """No job is out for these any more."""
    if ids:
        await session.exec(_TABLE.update().where(_TABLE.c.id.in_(ids)).values(queued_until=None))


async def has_open(session: AsyncSession, calendar_now: datetime) -> bool:
    """Whether a courier could have anything to do: something due, under way, or to be looked for."""
    return any((await (await session.connection()).execute(_OPEN, {NOW.key: calendar_now})).one())


async def count_due(session: AsyncSession, calendar_now: datetime) -> int:
    """How many deliveries are due and still pending, whoever may send them."""
    pending = select(func.count()).select_from(Delivery).where(_PENDING, col(Delivery.due_at) <= calendar_now)
    return (await session.exec(pending)).one()


async def count_looked_for(session: AsyncSession) -> Counter[str]:
    """How many unsure deliveries somebody will still look for, by reason."""
    unsettled = select(Delivery.reason, func.count()).where(col(Delivery.settle_at).is_not(None))
    return Counter(dict((await session.exec(unsettled.group_by(col(Delivery.reason)))).all()))


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
        "settle_at": outcome.settle_at,
        "looks": outcome.looks,
        "recorded_at": machine_now,
    }


async def reached(session: AsyncSession, where: Sequence[tuple[int, str]]) -> None:
    """Keep the conversations in which members were reached: (member, conversation)."""
    if where:
        statement = _MEMBERS.update().where(_MEMBERS.c.id == bindparam("its_id"))
        await session.exec(statement, params=[{"its_id": each, "reference": name} for each, name in where])


async def recover(session: AsyncSession, machine_now: datetime, look_after: timedelta, *, everything: bool) -> int:
    """Mark as unsure what was being sent when a process ended, to be looked for; return how many that were.

    `everything` is for the one who has just become the only sender: then nobody else can be sending. Otherwise only
    those whose lease is over.
    """
    lost = select(Delivery.id).where(col(Delivery.state) == literal_column("'sending'"))
    if not everything:
        # A lease that ends later than any can was written before somebody set the clock back.
        ends = col(Delivery.lease_until)
        lost = lost.where(or_(ends <= machine_now, ends > machine_now + LONGEST_LEASE))
    # What somebody records at this very moment is not lost; to wait for it could be to wait for each other.
    free = lost.with_for_update(skip_locked=True)
    marked = (
        _TABLE.update()
        .where(_TABLE.c.id.in_(free))
        .values(
            state=State.UNSURE.value,
            reason=ENDED,
            lease_until=None,
            recorded_at=machine_now,
            settle_at=machine_now + look_after,
            looks=0,
        )
    )
    return int((await session.exec(marked)).rowcount)
