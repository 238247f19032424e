"""Everything that one database holds arrives in the other, whichever kinds they are, or nothing does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text
from sqlmodel import SQLModel

from bot.archive import copy, prepare
from bot.archive_parts import Part
from bot.database import Database, open_database
from bot.errors import ArchiveError, DatabaseNotReady
from bot.model.people import Member, Tenant
from tests.fakes.every_table import LAST, ROWS, TABLES, contents, fill

MEMBER = SQLModel.metadata.tables["member"]


@pytest.fixture
async def source(database: Database) -> Database:
    await fill(database)
    return database


@pytest.fixture
async def target(blank_url: str) -> AsyncIterator[Database]:
    opened = open_database(blank_url)
    yield opened
    await opened.close()


@pytest.fixture
def other_kind_url(database_url: str, request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("postgres_url" if database_url.startswith("sqlite") else "sqlite_url")
    return url


@pytest.fixture
async def other_kind(other_kind_url: str) -> AsyncIterator[Database]:
    """An empty database of the kind that `database` is not."""
    opened = open_database(other_kind_url)
    yield opened
    await opened.close()


async def test_every_row_of_every_table_arrives(source: Database, target: Database) -> None:
    assert len(TABLES) >= 12
    before = await contents(source)

    await prepare(target)
    counts = await copy(source, target)

    assert counts == {table.name: ROWS for table in TABLES}
    assert await contents(target) == before == await contents(source)


async def test_no_id_is_given_a_second_time(source: Database, other_kind: Database) -> None:
    """Not even one whose row is gone: it names what was once sent."""
    async with source.engine.begin() as connection:
        given = (await connection.execute(insert(MEMBER).values(_member(100)).returning(MEMBER.c.id))).scalar_one()
        await connection.execute(MEMBER.delete().where(MEMBER.c.id == given))

    await copy(source, other_kind)

    async with other_kind.engine.begin() as connection:
        new = await connection.execute(insert(MEMBER).values(_member(101)).returning(MEMBER.c.id))
        assert new.scalar_one() == given + 1


def _member(number: int) -> dict[str, Any]:
    return {"tenant_id": 1, "user_id": f"U{number}", "reference": "", "locale": "en", "created_at": LAST}


ALTERED = {
    "sqlite": ["CREATE TRIGGER t AFTER INSERT ON member BEGIN UPDATE member SET zone = 'UTC' WHERE id = new.id; END"],
    "postgresql": [
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.zone := 'UTC'; RETURN new; END $$",
        "CREATE TRIGGER t BEFORE INSERT ON member FOR EACH ROW EXECUTE FUNCTION f()",
    ],
}
LOST = {
    "sqlite": ["CREATE TRIGGER u AFTER INSERT ON openquestion BEGIN DELETE FROM openquestion WHERE id = 2; END"],
    "postgresql": [
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER t BEFORE INSERT ON openquestion FOR EACH ROW WHEN (new.id = 2) EXECUTE FUNCTION g()",
    ],
}


async def test_what_arrives_otherwise_leaves_the_target_as_it_was(source: Database, other_kind: Database) -> None:
    for trouble, arrived in ((ALTERED, ROWS), (LOST, ROWS - 1)):
        async with other_kind.engine.begin() as connection:
            for statement in trouble[connection.dialect.name]:
                await connection.execute(text(statement))

        said = rf"did not arrive as it was sent \({ROWS} rows sent, {arrived} arrived\)"
        with pytest.raises(ArchiveError, match=said):
            await copy(source, other_kind)

        assert set(map(len, (await contents(other_kind)).values())) == {0}


async def test_a_target_that_holds_anything_is_refused(source: Database, other_kind: Database) -> None:
    async with other_kind.work() as session:
        session.add(Tenant(platform="demo", external_id="T1", created_at=LAST))
    before = await contents(other_kind)

    for attempt in (prepare(other_kind), copy(source, other_kind)):
        with pytest.raises(ArchiveError, match="already holds data"):
            await attempt

    assert await contents(other_kind) == before


async def test_tables_of_another_revision_are_refused(sqlite: Database, tmp_path: Path) -> None:
    async with _another(tmp_path) as target:
        await target.upgrade("0001")
        with pytest.raises(ArchiveError, match="those of the target at 0001"):
            await copy(sqlite, target)


@asynccontextmanager
async def _another(folder: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{folder}/another.db")
    yield opened
    await opened.close()


async def test_a_target_of_a_newer_program_is_refused(sqlite: Database) -> None:
    async with sqlite.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNotReady, match=r"\(9999\) are newer than this program"):
        await prepare(sqlite)


async def test_what_postgresql_cannot_keep_is_told_without_the_words(sqlite: Database, postgresql: Database) -> None:
    async with sqlite.work() as session:
        session.add(Tenant(platform="demo", external_id="T1", name="secret\0words", created_at=LAST))

    with pytest.raises(ArchiveError, match=r"^The table tenant cannot be copied: .*NUL.*\. Nothing") as told:
        await copy(sqlite, postgresql)

    assert "secret" not in str(told.value)
    assert set(map(len, (await contents(postgresql)).values())) == {0}


async def test_the_copy_is_of_one_moment(source: Database, other_kind: Database) -> None:
    """Somebody writes to the source between two tables: a workspace with its first member."""
    before = await contents(source)
    written: list[str] = []

    def write(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if "FROM member" in statement and not written:
            written.append(statement)
            with connection.engine.connect() as other:
                other.exec_driver_sql(
                    "INSERT INTO tenant (id, platform, external_id, name, created_at) VALUES"
                    " (50, 'demo', 'T50', '', '2026-11-23 17:00:00')"
                )
                other.exec_driver_sql(
                    "INSERT INTO member (id, tenant_id, user_id, reference, locale, created_at) VALUES"
                    " (50, 50, 'U50', '', 'en', '2026-11-23 17:00:00')"
                )
                other.commit()

    event.listen(source.engine.sync_engine, "before_cursor_execute", write)
    await copy(source, other_kind)

    assert len(written) == 1
    assert await contents(other_kind) == before
    assert len((await contents(source))["member"]) == ROWS + 1


@pytest.mark.parametrize("part", [Part(tenant_id=2), Part(member_id=2)])
async def test_a_part_is_what_belongs_to_it(source: Database, tmp_path: Path, part: Part) -> None:
    everything = await contents(source)
    async with source.work() as session:
        session.add(Member(tenant_id=2, user_id="a neighbour", created_at=LAST))

    async with _another(tmp_path) as target:
        await prepare(target)
        counts = await copy(source, target, part)
        copied = await contents(target)

    unowned = {"inboundevent", "openquestion", "slackinstallation", "ruleversion"}
    shared = {"sendbatch": 2}  # the workspace's own, and the one that went to all of them
    neighbours = {"member": 2} if part.tenant_id else {}
    assert counts == {**{table.name: 0 if table.name in unowned else 1 for table in TABLES}, **shared, **neighbours}
    assert copied["delivery"] == [row for row in everything["delivery"] if row[0] == 2]
    assert copied["progressevent"] == [row for row in everything["progressevent"] if row[0] == 2]
