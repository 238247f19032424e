"""A database with rows in every table and every state, for tests that carry one elsewhere; and all that it holds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Column, Table, insert, select
from sqlmodel import SQLModel

import bot.model  # noqa: F401 - registers the tables
from bot.clock import MachineClock
from bot.database import Database, open_database
from bot.model.deliveries import State
from bot.samples import Sample, seed

TABLES = SQLModel.metadata.sorted_tables
LAST = datetime(2026, 11, 23, 17, 0, 0, 123456, tzinfo=UTC)
ROWS = len(State)
"""In each table; an empty database gives them the keys 1 to this, and each refers to those with its own number."""
T = TypeVar("T")


async def fill(database: Database) -> None:
    """One row for each state of a delivery, and as many everywhere else. The last optional value is left out."""
    async with database.engine.begin() as connection:
        for table in TABLES:
            await connection.execute(insert(table), [_row(table, number) for number in range(1, ROWS + 1)])


def _row(table: Table, number: int) -> dict[str, Any]:
    given = [column for column in table.columns if column is not table.autoincrement_column]
    return {column.name: _value(column, number) for column in given}


def _value(column: Column[Any], number: int) -> Any:
    if column.name == "state":
        return list(State)[number - 1].value
    if column.name in ("zone", "next_slot", "last_slot"):
        return "America/New_York" if column.name == "zone" else f"2026-W{40 + number}"
    if column.nullable and number == ROWS:
        return None
    kind = getattr(column.type, "impl", column.type).python_type
    if kind is datetime:
        return LAST - timedelta(days=number)
    if kind is date:
        return date(2026, 11, number)
    made = {bool: bool(number % 2), int: number, str: f"{column.name} {number}: naïve “words” \\ \t\n🎉"}
    return made.get(kind, {"action": f"a-{number}", "z": [1.5, None, {"ü": True}], "a": "first"})


async def seven_are_due(database: Database) -> None:
    """Sample members whose weekly note is due at this moment."""
    async with database.work() as session:
        await seed(session, Sample(members=7, workspaces=2, due_now=True), MachineClock().now())


async def contents(database: Database) -> Mapping[str, Sequence[tuple[Any, ...]]]:
    """Table → its rows, as Python values, sorted."""
    found = {}
    async with database.engine.connect() as connection:
        for table in TABLES:
            rows = (await connection.execute(select(table))).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def look(url: str, question: Callable[[Database], Awaitable[T]]) -> T:
    """Ask a database something, in a test that runs no event loop."""

    async def ask() -> T:
        database = open_database(url)
        try:
            return await question(database)
        finally:
            await database.close()

    return asyncio.run(ask())
