"""Starting on tables of another release: SQLite is upgraded by itself after a copy, PostgreSQL never is, and tables
that are newer than the program are worked with, so that two releases may run together.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.database import Database
from bot.revisions import known, newest
from tests.fakes.every_table import look, seven_are_due
from tests.fakes.terminal import typed

OLDEST = known()[0]
SLACK = {"SLACK_SIGNING_SECRET": "a-signing-secret-for-tests", "SLACK_BOT_TOKEN": "xoxb-sample-token"}
COMMANDS = (("tick",), ("seed", "--members", "1"), ("deliveries",), ("nudges", "preview"), ("serve",), ("worker",))
"""Every command that works with the tables."""


async def _old(database: Database) -> None:
    """Tables of the oldest release, with one workspace."""
    await database.upgrade(OLDEST)
    columns, values = "platform, external_id, name, created_at", "'demo', 'T1', '', CURRENT_TIMESTAMP"
    async with database.engine.begin() as connection:
        await connection.execute(text(f"INSERT INTO tenant ({columns}) VALUES ({values})"))


async def _revision(database: Database) -> str | None:
    return await database.revision()


def _copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "before" in path.name)


@pytest.fixture
def old_sqlite(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/preceptor.db"
    look(url, _old)
    return url


def test_sqlite_is_upgraded_once_and_a_copy_from_before_is_kept(
    old_sqlite: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert typed(old_sqlite, "tick").code == 0

    assert look(old_sqlite, _revision) == newest()
    (name,) = _copies(tmp_path)
    assert name == f"preceptor.db.before-upgrade-from-{OLDEST}"
    (told,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert str(tmp_path / name) in told
    with closing(sqlite3.connect(tmp_path / name)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (OLDEST,)
        assert copy.execute("SELECT external_id FROM tenant").fetchall() == [("T1",)]

    assert typed(old_sqlite, "db", "upgrade").said == "The tables are up to date.\n"
    assert _copies(tmp_path) == [name]


def test_db_upgrade_keeps_a_copy_too(old_sqlite: str, tmp_path: Path) -> None:
    said = typed(old_sqlite, "db", "upgrade").said
    (name,) = _copies(tmp_path)
    assert str(tmp_path / name) in said


def test_what_holds_nothing_needs_no_copy(tmp_path: Path) -> None:
    async def empty(database: Database) -> None:
        await database.upgrade(OLDEST)

    url = f"sqlite:///{tmp_path}/preceptor.db"
    look(url, empty)
    assert typed(url, "db", "upgrade").code == 0
    assert look(url, _revision) == newest()
    assert _copies(tmp_path) == []


def test_without_a_copy_there_is_no_upgrade(old_sqlite: str, tmp_path: Path) -> None:
    (tmp_path / f"preceptor.db.before-upgrade-from-{OLDEST}.partial").mkdir()

    done = typed(old_sqlite, "tick")

    assert (done.code, "The database cannot be used" in done.said) == (2, True)
    assert look(old_sqlite, _revision) == OLDEST


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SLACK.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("slack")
def test_on_postgresql_every_command_names_the_one_that_upgrades(blank_postgres_url: str) -> None:
    for revision, reason in ((None, "has no tables yet"), (OLDEST, "are older than this program")):
        if revision:
            look(blank_postgres_url, _old)
        for command in COMMANDS:
            done = typed(blank_postgres_url, *command)
            assert (command, done.code, reason in done.said) == (command, 2, True)
            assert "Run `preceptor db upgrade`." in done.said
        assert "Run `preceptor db upgrade`." in typed(blank_postgres_url, "doctor").said
        assert look(blank_postgres_url, _revision) == revision

    assert typed(blank_postgres_url, "db", "upgrade").code == 0
    assert typed(blank_postgres_url, "tick").code == 0


def _pretend(url: str, revision: str) -> None:
    async def write(database: Database) -> None:
        async with database.engine.begin() as connection:
            await connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))

    look(url, write)


def test_the_older_program_goes_on_while_the_newer_one_begins(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    look(database_url, seven_are_due)
    _pretend(database_url, "9999")

    assert "sent     7" in typed(database_url, "tick").said

    assert [record.message for record in caplog.records if "newer than this program" in record.message]
    assert "(9999) are newer than this program" in typed(database_url, "db", "upgrade").said
    assert look(database_url, _revision) == "9999"


def test_another_programs_tables_are_left_alone(database_url: str) -> None:
    _pretend(database_url, "1975ea83b712")
    for command in (("tick",), ("db", "upgrade")):
        done = typed(database_url, *command)
        assert (done.code, "belongs to another program" in done.said) == (2, True)
    assert look(database_url, _revision) == "1975ea83b712"
