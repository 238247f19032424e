"""Fills a database with sample members by the million, in statements that the database works through by itself. For the
benches only: what `preceptor seed` adds goes member by member, with every check.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, String, case, cast, create_engine, literal, select, text
from sqlmodel import SQLModel

from bot.clock import MachineClock, Week, first_slot, slot_instant
from bot.database import open_database
from bot.samples import ZONES
from content.library import load_library

WEDNESDAY, NOON = 2, time(12)
GRACE = timedelta(hours=48)
Row = Mapping[str, Any]
"""Columns, as values or as expressions of the row's number."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one member's plan stands."""

    zone: str
    weekday: int
    minute: int
    week: Week
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Town:
    """Sample members on Slack, placed and coached, spread evenly over workspaces and zones."""

    members: int
    workspaces: int = 199
    """By default a prime, so that each hundredth member is in another one."""
    weeks: int = 1
    """So many notes everybody had before, one a week."""
    noted: bool = False
    """Everybody's slot was a moment ago, in their daytime, and is planned: `queue` puts the notes into the ledger.
    Otherwise nobody's is due before next Wednesday noon in their zone."""
    first: int = 1
    """The number of the first member, where a town grows."""
    now: datetime = field(default_factory=lambda: MachineClock().now())

    @property
    def people(self) -> range:
        return range(self.first, self.first + self.members)


async def settle(url: str, town: Town) -> None:
    """Make the tables where there are none, and let the town's people move in."""
    database = open_database(url)
    await database.upgrade()
    await database.close()
    await asyncio.to_thread(_settle, url, town)


async def queue(url: str, town: Town) -> None:
    """Everybody's note of this week waits in the ledger to be sent."""

    def add() -> None:
        with _unchecked(url) as connection:
            _add(connection, "delivery", town.people, lambda i: _waiting(i, town))

    await asyncio.to_thread(add)


async def make_due(url: str, every: int, remainder: int) -> None:
    """The note of each so many-th member is due now."""

    def change() -> None:
        slot, plans = due_slot(MachineClock().now()), SQLModel.metadata.tables["coachingplan"]
        members = SQLModel.metadata.tables["member"]
        with _unchecked(url) as connection:
            connection.execute(members.update().where(members.c.id % every == remainder).values(zone=slot.zone))
            connection.execute(plans.update().where(plans.c.member_id % every == remainder).values(**_plan_of(slot, 0)))

    await asyncio.to_thread(change)


def _settle(url: str, town: Town) -> None:
    with _unchecked(url) as connection:
        _move_in(connection, town)
    engine = _plain(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if url.startswith("sqlite") else "VACUUM ANALYZE"))
        # Nobody writes a million members in a minute before a look at the clock, so their way to the disk is no part.
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)" if url.startswith("sqlite") else "CHECKPOINT"))
    engine.dispose()


def _plain(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


@contextmanager
def _unchecked(url: str) -> Iterator[Connection]:
    """One transaction in which nobody looks for what a row refers to: every row is known to be right."""
    engine = _plain(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        connection.commit()
        with connection.begin():
            yield connection
    engine.dispose()


def _move_in(connection: Connection, town: Town) -> None:
    if town.first == 1:
        _add(connection, "tenant", range(1, town.workspaces + 1), lambda i: _workspace(i, town.now))
    _add(connection, "member", town.people, lambda i: _member(i, town))
    _add(connection, "progressevent", town.people, lambda i: _placed(i, town.now))
    _add(connection, "coachingplan", town.people, lambda i: _plan(i, town))
    actions = [action.id for step in load_library().pack("en").steps for action in step.actions]
    for back in range(town.weeks + 1, 1, -1):  # not last week: that is where `make_due` puts a slot
        _add(connection, "delivery", town.people, partial(_had, town, back, {"action": actions[back % len(actions)]}))
    if connection.dialect.name != "sqlite":
        for table in ("tenant", "member"):
            connection.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))


def _add(connection: Connection, name: str, numbers: range, row: Callable[[Any], Row]) -> None:
    table = SQLModel.metadata.tables[name]
    count = select(literal(numbers.start).label("i")).cte("numbers", recursive=True)
    count = count.union_all(select(count.c.i + 1).where(count.c.i < numbers.stop - 1))
    columns = {
        key: value if isinstance(value, ColumnElement) else literal(value, table.c[key].type)
        for key, value in row(count.c.i).items()
    }
    rows = select(*(value.label(key) for key, value in columns.items())).select_from(count)
    connection.execute(table.insert().from_select(list(columns), rows))


def _named(letter: str, number: Any) -> Any:
    return literal(letter) + cast(number, String)


def _workspace(i: Any, now: datetime) -> Row:
    name = {"external_id": _named("T", i), "name": "Sample workspace"}
    return {"id": i, "platform": "slack", **name, "created_at": now}


def _member(i: Any, town: Town) -> Row:
    name = {"user_id": _named("U", i), "reference": _named("D", i), "locale": "en"}
    seen = dict.fromkeys(("welcomed_at", "last_active_at", "created_at"), town.now - timedelta(days=1))
    zone = _by_slot(i, town, "member", "zone", lambda slot: slot.zone)
    return {"id": i, "tenant_id": 1 + i % town.workspaces, **name, "zone": zone, "step": 1 + i % 7, **seen}


def _placed(i: Any, now: datetime) -> Row:
    at = now - timedelta(days=1)
    return {"member_id": i, "at": at, "kind": "placed", "subject": cast(1 + i % 7, String), "detail": {}}


def _plan(i: Any, town: Town) -> Row:
    ahead = int(town.noted)

    def column(name: str) -> Any:
        return _by_slot(i, town, "coachingplan", name, lambda slot: _plan_of(slot, ahead)[name])

    slot = {name: column(name) for name in _plan_of(due_slot(town.now), ahead)}
    own = {"topics": ["step", "networking"], "every_weeks": 1, "backoff": "none"}
    return {"member_id": i, "is_on": True, "opted_in_at": town.now, **own, **slot}


def _plan_of(slot: Slot, ahead: int) -> Row:
    """The plan's columns when its next note is that slot's, or so many weeks later."""
    return {
        "weekday": slot.weekday,
        "minute": slot.minute,
        "last_slot": str(slot.week.plus(ahead - 1)),
        "next_slot": str(slot.week.plus(ahead)),
        "next_due_at": slot.due_at + timedelta(weeks=ahead),
    }


def _had(town: Town, back: int, about: Row, i: Any) -> Row:
    """A note of some weeks ago, sent on its hour."""
    week = _by_slot(i, town, "delivery", "slot", lambda slot: str(slot.week.plus(-back)))
    at = _by_slot(i, town, "delivery", "sent_at", lambda slot: slot.due_at - timedelta(weeks=back))
    when = dict.fromkeys(("due_at", "expires_at", "sent_at", "recorded_at", "tried_at"), at)
    was = {
        "state": "sent",
        "attempts": 1,
        "receipt": _named("1764000000.", i),
        "claimed_by": "process 1 on desk-1 0000",
    }
    return {**_note(i, town), "slot": week, **when, **was, "content": about}


def _waiting(i: Any, town: Town) -> Row:
    slot = due_slot(town.now)
    when = {"slot": str(slot.week), "due_at": slot.due_at, "expires_at": slot.due_at + GRACE}
    return {**_note(i, town), **when, "state": "pending", "attempts": 0, "receipt": "", "claimed_by": "", "content": {}}


def _note(i: Any, town: Town) -> Row:
    return {"tenant_id": 1 + i % town.workspaces, "member_id": i, "kind": "weekly", "reason": "", "looks": 0}


def due_slot(now: datetime) -> Slot:
    """This very minute, in a zone where it is daytime."""
    name = next(name for name in ZONES if 9 <= now.astimezone(ZoneInfo(name)).hour < 17)
    local = now.astimezone(ZoneInfo(name))
    minute = now.replace(second=0, microsecond=0)
    return Slot(name, local.weekday(), local.hour * 60 + local.minute, Week.of(local.date()), minute)


def _wednesday(name: str, now: datetime) -> Slot:
    """The next Wednesday noon in a zone, more than an hour from now."""
    zone = ZoneInfo(name)
    week = first_slot(WEDNESDAY, NOON, zone, after=now + timedelta(hours=1))
    return Slot(name, WEDNESDAY, NOON.hour * 60, week, slot_instant(week, WEDNESDAY, NOON, zone))


def _by_slot(i: Any, town: Town, table: str, column: str, value: Callable[[Slot], Any]) -> Any:
    """What the value is for the member of that number, whose slot is told by the zone they are in."""
    of_type = SQLModel.metadata.tables[table].c[column].type
    if town.noted:
        return literal(value(due_slot(town.now)), of_type)
    every = [literal(value(_wednesday(name, town.now)), of_type) for name in ZONES]
    return case(*((i % len(every) == number, each) for number, each in enumerate(every[1:], 1)), else_=every[0])
