"""`preceptor db restore`: a backup comes back whole, or one sentence says why not and nothing has changed."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from bot.database import Database, open_database
from bot.model.people import Member
from bot.revisions import known, newest
from jobs.sole_sender import sole_sender, this_process
from tests.fakes.every_table import contents, fill, look, seven_are_due
from tests.fakes.terminal import typed

OLDEST = known()[0]


@pytest.fixture
def backup(sqlite_url: str, tmp_path: Path) -> Path:
    """Of the database of `sqlite_url`, which holds rows in every table."""
    look(sqlite_url, fill)
    typed(sqlite_url, "db", "backup", str(tmp_path / "monday.backup"))
    return tmp_path / "monday.backup"


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _asides(url: str) -> list[Path]:
    return sorted(_file(url).parent.glob("preceptor.db.before-restore-*"))


async def _lose_something(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM progressevent"))


async def _users(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await session.exec(select(col(Member.user_id)).order_by(col(Member.id)))).all())


SETTLED = ("tenant", "member", "progressevent", "openquestion", "closeddays", "demomessage", "sendbatch")
"""Tables that a restore leaves as they are in the backup."""


def test_the_backup_is_there_again_and_the_former_file_is_kept(sqlite_url: str, backup: Path) -> None:
    before = look(sqlite_url, contents)
    look(sqlite_url, _lose_something)
    lost = look(sqlite_url, contents)

    done = typed(sqlite_url, "db", "restore", str(backup), "--yes")

    assert (done.code, "Restored 6 members" in done.said) == (0, True)
    after = look(sqlite_url, contents)
    assert [after[name] for name in SETTLED] == [before[name] for name in SETTLED]
    (kept,) = _asides(sqlite_url)
    assert str(kept) in done.said
    assert look(f"sqlite:///{kept}", contents) == lost
    assert sorted(each.name for each in backup.parent.iterdir() if each.is_dir()) == []


def test_a_backup_of_sqlite_goes_into_postgresql(sqlite_url: str, backup: Path, blank_postgres_url: str) -> None:
    assert typed(blank_postgres_url, "db", "restore", str(backup), "--yes").code == 0

    before, after = look(sqlite_url, contents), look(blank_postgres_url, contents)
    assert [after[name] for name in SETTLED] == [before[name] for name in SETTLED]


def test_a_backup_of_postgresql_goes_into_sqlite(postgres_url: str, tmp_path: Path) -> None:
    look(postgres_url, fill)
    typed(postgres_url, "db", "backup", str(tmp_path / "b.backup"))

    fresh = f"sqlite:///{tmp_path}/fresh.db"
    done = typed(fresh, "db", "restore", str(tmp_path / "b.backup"), "--yes")

    assert (done.code, "former file" in done.said) == (0, False)
    before, after = look(postgres_url, contents), look(fresh, contents)
    assert [after[name] for name in SETTLED] == [before[name] for name in SETTLED]


def test_a_restore_can_be_taken_back(sqlite_url: str, backup: Path) -> None:
    look(sqlite_url, _lose_something)
    lost = look(sqlite_url, contents)
    typed(sqlite_url, "db", "restore", str(backup), "--yes")
    (kept,) = _asides(sqlite_url)

    assert typed(sqlite_url, "db", "restore", str(kept), "--yes").code == 0

    after = look(sqlite_url, contents)
    assert [after[name] for name in SETTLED] == [lost[name] for name in SETTLED]
    assert len(_asides(sqlite_url)) == 2


def test_it_asks_first_and_takes_no_for_an_answer(sqlite_url: str, backup: Path) -> None:
    before = look(sqlite_url, contents)

    for answer in ("n\n", ""):
        done = typed(sqlite_url, "db", "restore", str(backup), answer=answer)
        assert done.code == 1
        assert "holds 6 members as of 20" in done.said
    assert look(sqlite_url, contents) == before
    assert _asides(sqlite_url) == []

    assert typed(sqlite_url, "db", "restore", str(backup), answer="y\n").code == 0


def test_no_id_that_was_given_since_the_backup_is_given_again(sqlite_url: str, backup: Path) -> None:
    look(sqlite_url, seven_are_due)
    given = _highest(sqlite_url)
    typed(sqlite_url, "db", "restore", str(backup), "--yes")
    look(sqlite_url, seven_are_due)
    assert _highest(sqlite_url) > given + 1000


def _highest(url: str) -> int:
    with closing(sqlite3.connect(_file(url))) as connection:
        found: int = connection.execute("SELECT max(id) FROM member").fetchone()[0]
        return found


def test_an_older_backup_is_brought_up_to_date_in_a_copy(sqlite_url: str, blank_url: str, tmp_path: Path) -> None:
    """Taken by this program of older tables, as one does before an upgrade."""

    async def old(database: Database) -> None:
        await database.upgrade(OLDEST)
        async with database.engine.begin() as connection:
            columns, values = "platform, external_id, name, created_at", "'demo', 'T1', '', CURRENT_TIMESTAMP"
            await connection.execute(text(f"INSERT INTO tenant ({columns}) VALUES ({values})"))

    look(blank_url, old)
    file = tmp_path / "old.backup"
    assert typed(blank_url, "db", "backup", str(file)).code == 0
    before = file.read_bytes()

    assert typed(sqlite_url, "db", "restore", str(file), "--yes").code == 0

    assert file.read_bytes() == before
    with closing(sqlite3.connect(file)) as kept, closing(sqlite3.connect(_file(sqlite_url))) as restored:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == (OLDEST,)
        assert restored.execute("SELECT version_num FROM alembic_version").fetchone() == (newest(),)
        assert restored.execute("SELECT external_id FROM tenant").fetchone() == ("T1",)


def _not_sqlite(file: Path) -> None:
    file.write_text("shopping list " * 100)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _of_another_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript("DROP TABLE alembic_version")


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100_000])


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_not_sqlite, "cannot be restored: file is not a database"),
        (_empty, "no backup of the mentor"),
        (_of_another_program, "no backup of the mentor"),
        (_cut_off, "cannot be restored: database disk image is malformed"),
        (_newer, "The tables (9999) are newer than this program"),
        (Path.unlink, "does not exist"),
    ],
)
def test_what_is_no_backup_is_refused(
    sqlite_url: str, backup: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    before = look(sqlite_url, contents)
    spoil(backup)

    done = typed(sqlite_url, "db", "restore", str(backup), "--yes")

    assert reason in done.said
    assert done.code == 2
    assert look(sqlite_url, contents) == before
    assert _asides(sqlite_url) == []


def test_a_name_too_long_to_set_aside_changes_nothing(sqlite_url: str, backup: Path) -> None:
    """Found before anything is done, also by `db move`."""
    file = _file(sqlite_url).rename(backup.parent / ("p" * 245))
    before = look(f"sqlite:///{file}", contents)

    for command in (("restore", str(backup), "--yes"), ("move", f"sqlite:///{backup.parent}/x.db")):
        done = typed(f"sqlite:///{file}", "db", *command)
        assert (done.code, "File name too long" in done.said) == (2, True)

    assert look(f"sqlite:///{file}", contents) == before
    assert typed(f"sqlite:///{file}", "db", "upgrade").code == 0


def _refused(url: str, backup: Path, reason: str) -> None:
    before = look(url, contents)
    done = typed(url, "db", "restore", str(backup), "--yes")
    assert (done.code, reason in done.said) == (2, True)
    assert look(url, contents) == before


def test_the_database_itself_is_no_backup(sqlite_url: str, backup: Path) -> None:
    _refused(sqlite_url, _file(sqlite_url), "is the database that DATABASE_URL names")


def test_a_database_that_is_delivered_from_is_left_alone(sqlite_url: str, backup: Path) -> None:
    with sole_sender(open_database(sqlite_url)):
        _refused(sqlite_url, backup, f"{this_process()} delivers from this database. Stop it")
    assert _asides(sqlite_url) == []


def test_a_database_that_another_program_has_open_is_left_alone(sqlite_url: str, backup: Path) -> None:
    with closing(sqlite3.connect(_file(sqlite_url))) as other:
        other.execute("SELECT * FROM member").fetchall()
        _refused(sqlite_url, backup, "Another program has")
    assert _asides(sqlite_url) == []


def test_a_postgresql_database_that_holds_data_is_left_alone(postgres_url: str, backup: Path) -> None:
    look(postgres_url, fill)
    _refused(postgres_url, backup, "already holds data")


def test_a_damaged_database_is_what_one_restores_over(sqlite_url: str, backup: Path) -> None:
    file = _file(sqlite_url)
    file.write_bytes(b"damaged" * 1000)
    file.with_name("preceptor.db-wal").write_bytes(b"its last changes")

    assert typed(sqlite_url, "db", "restore", str(backup), "--yes").code == 0

    assert len(look(sqlite_url, _users)) == 6
    assert {b"damaged", b"its las"} <= {kept.read_bytes()[:7] for kept in _asides(sqlite_url)}


def test_a_copy_by_other_means_counts_with_what_sqlite_left_beside_it(sqlite_url: str, backup: Path) -> None:
    """As from `cp preceptor.db* elsewhere/`, while the mentor ran."""
    elsewhere = backup.parent / "elsewhere"
    elsewhere.mkdir()
    with closing(sqlite3.connect(_file(sqlite_url))) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("UPDATE member SET user_id = 'the last change' WHERE id = 1")
        connection.commit()
        for name in ("preceptor.db", "preceptor.db-wal"):
            shutil.copy(_file(sqlite_url).with_name(name), elsewhere / name)

    done = typed(sqlite_url, "db", "restore", str(elsewhere / "preceptor.db"), answer="y\n")

    assert (done.code, "as of an unknown time" in done.said) == (0, True)
    assert look(sqlite_url, _users)[0] == "the last change"
