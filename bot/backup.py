"""A backup: one SQLite file with everything of the mentor's, whatever kind of database it came from. Made by
`preceptor db backup`; opened, as a copy that can be worked on, by `preceptor db restore`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import func, select

from bot import revisions, sqlite_file
from bot.archive import copy
from bot.database import Database, open_database
from bot.errors import ArchiveError
from bot.model.people import Member

_NOTE = "preceptor_backup"
"""The table of a backup that says when it was made. No program works with it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup, open as a copy at this program's revision: whatever is done to it, the file stays as it is."""

    database: Database
    members: int
    taken_at: datetime | None
    """None for a SQLite file that was copied by other means."""


async def back_up(source: Database, file: Path, now: datetime) -> int:
    """Write everything, as it stands at one moment, to a new file; how many members that is.

    The file has its name only when it is whole and on the disk. Raises ArchiveError or DatabaseNotReady.
    """
    _require_file(source, file)
    if (revision := await source.revision()) is None:
        raise ArchiveError("There is nothing to back up: the database that DATABASE_URL names holds no tables.")
    with (
        _told(f"The backup {file} was not made"),
        TemporaryDirectory(prefix=".preceptor-backup-", dir=file.parent) as folder,
    ):
        made = Path(folder) / "backup.db"
        if source.file:
            await asyncio.to_thread(sqlite_file.copy_whole, source.file, made, is_live=True)
        else:
            await _write_out(source, made, revision)
        members = _sign(made, now)
        sqlite_file.publish(made, file)
    return members


def _require_file(source: Database, file: Path) -> None:
    if file.exists():
        raise ArchiveError(f"{file} exists already, and a backup overwrites nothing. Choose another name.")
    if source.file and not source.file.exists():
        raise ArchiveError(f"There is nothing to back up: {source.file} does not exist.")


async def _write_out(source: Database, made: Path, revision: str) -> None:
    """Everything that is in PostgreSQL, at its own revision: a backup is wanted before an upgrade most of all."""
    revisions.require_known(revision)
    database = open_database(f"sqlite:///{made}")
    try:
        await database.upgrade(revision)
        await copy(source, database)
    finally:
        await database.close()
    sqlite_file.close_for_good(made)


def _sign(made: Path, now: datetime) -> int:
    """Note the time, and let nobody else read it: it holds what people told the mentor."""
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute(f"DROP TABLE IF EXISTS {_NOTE}")
        connection.execute(f"CREATE TABLE {_NOTE} (taken_at TEXT NOT NULL)")
        connection.execute(f"INSERT INTO {_NOTE} VALUES (?)", (now.isoformat(),))  # noqa: S608 - a constant's name
        (members,) = connection.execute("SELECT count(*) FROM member").fetchone()
    made.chmod(sqlite_file.PRIVATE)
    sqlite_file.sync(made)
    return int(members)


@asynccontextmanager
async def opened(file: Path, folder: Path) -> AsyncIterator[Backup]:
    """A backup to look into and to work on, as a copy in a folder; an older one is brought up to date there.

    Raises ArchiveError for what is no backup, DatabaseNotReady for one of a newer program.
    """
    working = folder / "restoring.db"
    with _told(f"{file} cannot be restored"):
        await asyncio.to_thread(sqlite_file.copy_whole, file, working, is_live=False)
        taken_at = _unsign(working)
    database = open_database(f"sqlite:///{working}")
    try:
        await _bring_up_to_date(database, file)
        async with database.reading() as session:
            members = (await session.exec(select(func.count()).select_from(Member))).one()
        yield Backup(database, members, taken_at)
    finally:
        await database.close()


async def _bring_up_to_date(database: Database, file: Path) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(revisions.revive)
        revision = await connection.run_sync(revisions.revision_of)
    if revision is None:
        raise ArchiveError(f"{file} is a SQLite file, but no backup of the mentor.")
    revisions.require_known(revision)
    await database.upgrade(keep=False)


def _unsign(working: Path) -> datetime | None:
    """When it was taken. The note stays behind: what is restored is no backup any more."""
    with closing(sqlite3.connect(working)) as connection, connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_NOTE,)).fetchone():
            return None
        (taken_at,) = connection.execute(f"SELECT taken_at FROM {_NOTE}").fetchone()  # noqa: S608 - a constant's name
        connection.execute(f"DROP TABLE {_NOTE}")
    return datetime.fromisoformat(taken_at)


@contextmanager
def _told(sentence: str) -> Iterator[None]:
    """What the disk and SQLite say → the end of one sentence."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{sentence}: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise ArchiveError(f"{sentence}: {error}.") from error
