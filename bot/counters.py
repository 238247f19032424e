"""The counters that give out ids, in both kinds of database. Carried over with the rows, because some ids name what was
once sent and must never be given a second time. Called by `bot.archive` and after a restore.
"""

from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, :column)")


async def carry_over(here: AsyncConnection, there: AsyncConnection, table: Table) -> None:
    """Let the target's next id come after every id that the source has ever given."""
    column = table.autoincrement_column
    if column is not None and (last := await here.run_sync(_last, table, column)):
        await there.run_sync(_go_on_after, table, column, last)


def leap(connection: Connection, by: int) -> None:
    """Leave out so many ids of each of SQLite's tables that never give one twice."""
    for table in SQLModel.metadata.sorted_tables:
        if table.kwargs.get("sqlite_autoincrement"):
            _go_on_after(connection, table, _key(table), _last(connection, table, _key(table)) + by)


def _key(table: Table) -> Column[Any]:
    assert table.autoincrement_column is not None
    return table.autoincrement_column


def _last(connection: Connection, table: Table, column: Column[Any]) -> int:
    """The highest id given so far; 0 for none."""
    present: int = connection.execute(select(func.max(column))).scalar() or 0
    if connection.dialect.name == "sqlite":
        seq = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return max(present, int(seq.scalar() or 0))
    name = connection.execute(_SEQUENCE, {"table": table.name, "column": column.name}).scalar_one()
    given = connection.execute(text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"))  # noqa: S608
    return max(present, int(given.scalar_one()))


def _go_on_after(connection: Connection, table: Table, column: Column[Any], last: int) -> None:
    if connection.dialect.name == "postgresql":
        name = connection.execute(_SEQUENCE, {"table": table.name, "column": column.name}).scalar_one()
        connection.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": name, "last": last})
    elif table.kwargs.get("sqlite_autoincrement"):  # others go on after the highest that is there
        given = {"name": table.name, "last": last}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), given)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), given)
