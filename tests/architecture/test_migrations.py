"""Programs of two releases may run on one database: each migration after the first only expands what is there, shown
by running it on both databases and writing to the result as the older program does.
"""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database, Upgraded, open_database
from bot.revisions import known
from tests.fakes.table_shapes import missed, old_row, old_tables, shapes

STEPS = list(zip(known(), known()[1:], strict=False))


@pytest.fixture
async def blank(blank_url: str) -> AsyncIterator[Database]:
    opened = open_database(blank_url)
    yield opened
    await opened.close()


def test_there_are_migrations_to_hold_to_it() -> None:
    assert len(STEPS) >= 2
    assert known() == tuple(f"{number:04d}" for number in range(1, len(known()) + 1))


@pytest.mark.long
async def test_the_older_program_writes_to_the_newer_tables(blank: Database) -> None:
    """Each step of the way from nothing to the newest; what is wrong is told by its step."""
    wrong: dict[str, list[str]] = {}
    await blank.upgrade(STEPS[0][0])
    for older, newer in STEPS:
        async with blank.engine.connect() as connection:
            before, tables = await connection.run_sync(shapes), await connection.run_sync(old_tables)
        assert len(tables) >= 9
        assert await blank.upgrade(newer) == Upgraded(older, newer)
        async with blank.engine.connect() as connection:
            found = missed(before, await connection.run_sync(shapes))
            found += [told for table in tables for told in await _refused(connection, table)]
        if found:
            wrong[f"{older} to {newer}"] = found
    assert wrong == {}


async def _refused(connection: AsyncConnection, table: Table) -> list[str]:
    """What stands against a row of the older program; the row stays for those that refer to it, until rolled back."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(table), [old_row(table)])
    except DatabaseError as error:
        return [f"{table.name}: {error.orig}"]
    there = (await connection.execute(select(func.count()).select_from(table))).scalar()
    return [] if there == 1 else [f"{table.name}: {there} rows after the first"]


NARROWING = {
    "DROP TABLE pace": "pace is gone",
    "ALTER TABLE openquestion RENAME TO question": "openquestion is gone",
    "ALTER TABLE tenant RENAME COLUMN name TO title": "tenant.name is gone",
    "ALTER TABLE member DROP COLUMN reference": "member.reference is gone",
    "CREATE UNIQUE INDEX one_name ON tenant (name)": "tenant: unique ['name']",
}
EXPANDING = (
    "ALTER TABLE member ADD COLUMN nickname VARCHAR",
    "ALTER TABLE member ADD COLUMN nickname VARCHAR NOT NULL DEFAULT ''",
    "CREATE TABLE badge (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES member (id))",
)
ON_POSTGRESQL = {
    "ALTER TABLE member ADD COLUMN nickname VARCHAR NOT NULL": "member.nickname must be given",
    "ALTER TABLE member ALTER COLUMN zone SET NOT NULL": "member.zone takes less than before",
    "ALTER TABLE member ALTER COLUMN step TYPE SMALLINT": "member.step takes less than before",
    "ALTER TABLE openquestion ADD CHECK (locale <> 'sample')": "openquestion: check locale::text <> 'sample'::text",
}
"""SQLite has no such statement; there it takes a new table, which shows in the same way."""


@pytest.mark.long
async def test_what_narrows_is_noticed(database: Database) -> None:
    statements = NARROWING if database.is_sqlite else {**NARROWING, **ON_POSTGRESQL}
    assert len(statements) >= 5
    found = {statement: await _found(database, statement) for statement in statements}
    assert [statement for statement, told in statements.items() if told not in found[statement]] == []


async def test_what_expands_is_not_minded(database: Database) -> None:
    assert [await _found(database, statement) for statement in EXPANDING] == [[], [], []]


async def _found(database: Database, statement: str) -> list[str]:
    def narrowed(connection: Connection) -> list[str]:
        before = shapes(connection)
        connection.execute(text(statement))
        return missed(before, shapes(connection))

    async with database.engine.connect() as connection:
        return await connection.run_sync(narrowed)  # and rolled back
