"""`preceptor db backup`: one private file holds everything, as it stood at one moment."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.backup import back_up
from bot.clock import MachineClock
from bot.database import Database, open_database
from tests.fakes.every_table import ROWS, contents, fill, look
from tests.fakes.terminal import typed


@pytest.fixture
def filled(database_url: str) -> str:
    look(database_url, fill)
    return database_url


def test_a_backup_is_one_private_file_with_everything(filled: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    done = typed(filled, "db", "backup", str(folder / "monday.backup"))

    assert (done.code, f"Wrote {ROWS} members" in done.said) == (0, True)
    (file,) = folder.iterdir()
    assert file.name == "monday.backup"
    assert file.stat().st_mode & 0o777 == 0o600
    assert look(f"sqlite:///{file}", contents) == look(filled, contents)


async def test_a_backup_is_of_one_moment_and_waits_for_nobody(database: Database, tmp_path: Path) -> None:
    await fill(database)
    before = await contents(database)
    async with database.engine.begin() as writer:
        await writer.execute(text("UPDATE member SET zone = 'UTC'"))
        await back_up(database, tmp_path / "monday.backup", MachineClock().now())

    assert await contents(database) != before
    written = open_database(f"sqlite:///{tmp_path}/monday.backup")
    assert await contents(written) == before
    await written.close()


def test_a_backup_overwrites_nothing(filled: str, tmp_path: Path) -> None:
    (tmp_path / "monday.backup").write_text("mine")

    done = typed(filled, "db", "backup", str(tmp_path / "monday.backup"))

    assert (done.code, "exists already" in done.said) == (2, True)
    assert (tmp_path / "monday.backup").read_text() == "mine"


def test_a_backup_that_cannot_be_written_leaves_nothing(filled: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    for file, reason in (("/no/such/folder/b", "No such file or directory"), ("/dev/null/b", "Not a directory")):
        done = typed(filled, "db", "backup", file)
        assert (done.code, reason in done.said) == (2, True)
    assert sorted(tmp_path.iterdir()) == before


def test_where_there_is_nothing_there_is_nothing_to_back_up(blank_url: str, tmp_path: Path) -> None:
    done = typed(blank_url, "db", "backup", str(tmp_path / "b.backup"))

    assert (done.code, "There is nothing to back up" in done.said) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_makes_no_backup(sqlite_url: str, tmp_path: Path) -> None:
    look(sqlite_url, fill)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.write_bytes(file.read_bytes()[:50_000])

    done = typed(sqlite_url, "db", "backup", str(tmp_path / "b.backup"))

    assert (done.code, "database disk image is malformed" in done.said) == (2, True)
    assert not (tmp_path / "b.backup").exists()
