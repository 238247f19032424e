"""`preceptor db move`: everything goes to the other database, and nothing can be sent from the old one."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event
from sqlmodel import select

from bot.clock import FixedClock, MachineClock
from bot.database import Database, open_database
from bot.model.demo import DemoMessage
from bot.revisions import newest
from jobs.moving import move
from jobs.sole_sender import sole_sender, this_process
from tests.fakes.every_table import ROWS, TABLES, contents, fill, look, seven_are_due
from tests.fakes.terminal import typed

NOW = MachineClock().now().astimezone(UTC)
NEXT_WEEK = f"{NOW + timedelta(weeks=1, hours=1):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def filled(sqlite_url: str) -> str:
    look(sqlite_url, fill)
    return sqlite_url


def _beside(url: str) -> list[str]:
    folder = Path(url.removeprefix("sqlite:///")).parent
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


async def revision(database: Database) -> str | None:
    return await database.revision()


async def _keys(database: Database) -> Sequence[str]:
    async with database.reading() as session:
        return (await session.exec(select(DemoMessage.key))).all()


def test_the_mentor_goes_on_in_postgresql_and_back(sqlite_url: str, blank_postgres_url: str, tmp_path: Path) -> None:
    look(sqlite_url, seven_are_due)
    assert "sent     7" in typed(sqlite_url, "tick").said

    moved = typed(sqlite_url, "db", "move", blank_postgres_url)

    assert moved.code == 0
    assert "Moved 7 members" in moved.said
    assert f"preceptor.db.moved-{NOW:%Y}" in moved.said
    (left,) = _beside(sqlite_url)
    assert left.startswith("preceptor.db.moved-")
    assert "sent     0" in typed(blank_postgres_url, "tick").said
    assert "sent     7" in typed(blank_postgres_url, "tick", "--now", NEXT_WEEK).said

    back = f"sqlite:///{tmp_path}/back.db"
    assert typed(blank_postgres_url, "db", "move", back).code == 0
    assert len(set(look(back, _keys))) == len(look(back, _keys)) == 14


def test_every_row_in_every_state_arrives(filled: str, blank_postgres_url: str) -> None:
    before = look(filled, contents)
    assert [len(rows) for rows in before.values()] == [ROWS] * len(TABLES)

    typed(filled, "db", "move", blank_postgres_url)

    assert look(blank_postgres_url, contents) == before


def test_nobody_works_with_what_was_left_behind(filled: str, blank_postgres_url: str, tmp_path: Path) -> None:
    typed(filled, "db", "move", blank_postgres_url)
    (left,) = _beside(filled)

    for command in (
        ["tick"],
        ["seed", "--members", "1"],
        ["db", "upgrade"],
        ["db", "move", f"sqlite:///{tmp_path}/x.db"],
    ):
        done = typed(f"sqlite:///{tmp_path}/{left}", *command)
        assert (done.code, "The mentor's data left this database on 20" in done.said) == (2, True)

    typed(blank_postgres_url, "db", "move", f"sqlite:///{tmp_path}/back.db")
    done = typed(blank_postgres_url, "tick")
    assert (done.code, "The mentor's data left this database on 20" in done.said) == (2, True)


def _refused(url: str, target: str) -> str:
    """Why a move is not done; both places are as they were."""
    before = look(url, contents)
    done = typed(url, "db", "move", target)
    assert done.code == 2
    assert look(url, contents) == before
    assert not any("moved" in name for name in _beside(url))
    return done.said


def test_a_target_that_is_none_is_refused(filled: str, tmp_path: Path) -> None:
    (tmp_path / "list.db").write_text("shopping list " * 100)
    refusals = {
        "nonsense": "TARGET_URL",
        "mysql://user@host/name": "postgresql://user:password@host/name",
        "sqlite:////no/such/folder/x.db": "unable to open database file",
        "postgresql://user:a-password@127.0.0.1:1/name": "127.0.0.1",
        f"sqlite:///{tmp_path}/list.db": "file is not a database",
        filled: "is the database that DATABASE_URL names already",
    }
    for target, reason in refusals.items():
        said = _refused(filled, target)
        assert reason in said
        assert "a-password" not in said


def test_a_target_that_is_in_use_is_refused(filled: str, postgres_url: str) -> None:
    look(postgres_url, fill)
    before = look(postgres_url, contents)

    assert "already holds data" in _refused(filled, postgres_url)

    assert look(postgres_url, contents) == before


def test_what_is_not_there_is_not_moved(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nothing.db"
    done = typed(url, "db", "move", f"sqlite:///{tmp_path}/x.db")
    assert (done.code, "nothing to move" in done.said) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_delivered_from_is_refused_by_name(filled: str, postgres_url: str) -> None:
    with sole_sender(open_database(filled)) as right:
        assert right.holder is None
        assert f"{this_process()} delivers from this database" in _refused(filled, postgres_url)


@contextmanager
def _elsewhere(statement: str, url: str) -> Iterator[None]:
    """Another process that has the database open, and does nothing with it."""
    script = f"import sys\n{statement}\nprint('open', flush=True)\nsys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", script, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        yield
        assert other.stdin is not None
        other.stdin.close()


def test_a_source_that_another_program_has_open_is_refused(filled: str, postgres_url: str) -> None:
    file = filled.removeprefix("sqlite:///")
    opened = "import sqlite3; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM member').fetchall()"
    with _elsewhere(opened, file):
        assert "Another program has" in _refused(filled, postgres_url)


def test_a_source_that_a_worker_is_connected_to_is_refused_by_name(postgres_url: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres_url, application_name="preceptor worker"):
        done = typed(postgres_url, "db", "move", f"sqlite:///{tmp_path}/x.db")
    assert (done.code, "Others work with this database: preceptor worker" in done.said) == (2, True)
    assert look(postgres_url, revision) == newest()


async def test_whoever_opens_the_source_meanwhile_finds_that_the_data_are_gone(
    sqlite: Database, postgresql: Database
) -> None:
    """A mentor that is started at that moment has the old file open, whatever its name is then."""
    await fill(sqlite)
    late: list[sqlite3.Connection] = []

    def start(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("LOCK TABLE") and not late:
            late.append(sqlite3.connect(sqlite.file or "", timeout=0, isolation_level=None))
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                late[0].execute("BEGIN IMMEDIATE")

    event.listen(postgresql.engine.sync_engine, "before_cursor_execute", start)
    await move(sqlite, postgresql, FixedClock(NOW))

    with closing(late[0]) as latecomer:
        assert latecomer.execute("SELECT version_num FROM alembic_version").fetchone() == (
            f"gone-{NOW:%Y%m%d}-{newest()}",
        )
