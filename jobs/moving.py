"""The mentor's data on their way: from one database to another for good, and from a backup into use. Called by
`preceptor db move` and `preceptor db restore`. Nobody can send from the old place afterwards.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bot import revisions, sqlite_file
from bot.archive import copy, lock_out_writers, prepare
from bot.backup import Backup
from bot.clock import Clock
from bot.database import Database, explained
from bot.errors import ArchiveError
from jobs.nudges import Nudge
from jobs.restored import Marked, mark_restored
from jobs.sole_sender import sole_sender

_OTHERS = text(
    "SELECT coalesce(nullif(application_name, ''), 'a program') || coalesce(' at ' || host(client_addr), '')"
    " FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    " AND pid <> pg_backend_pid() ORDER BY 1 DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did."""

    rows: Mapping[str, int]
    """Table → rows."""
    kept: Path | None
    """The SQLite file under its new name; None where the source was PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    marked: Marked
    kept: Path | None
    """The former SQLite file under its new name; None where there was none."""


async def move(source: Database, target: Database, clock: Clock) -> Moved:
    """Move everything into an empty database, and let nobody work with the source again.

    Raises ArchiveError or DatabaseNotReady, and then nothing has changed.
    """
    if source.file and not source.file.exists():
        raise ArchiveError(f"There is nothing to move: {source.file} does not exist.")
    if source.engine.url.set(password=None) == target.engine.url.set(password=None) or _is_one_file(source, target):
        raise ArchiveError("The target is the database that DATABASE_URL names already. Name another one.")
    revisions.require_known(await source.revision())
    await (source.upgrade() if source.is_sqlite else source.require_current())
    aside = _name_aside(source.file, "moved", clock) if source.file else None
    await prepare(target)
    async with _left_behind(source, clock):
        rows = await copy(source, target)
    if source.file and aside:
        await asyncio.to_thread(sqlite_file.rename, source.file, aside)
    return Moved(rows, aside)


def _is_one_file(source: Database, target: Database) -> bool:
    return source.file is not None and source.file == target.file


def _name_aside(file: Path, word: str, clock: Clock) -> Path:
    """Looked for before anything is changed, because not every name is possible."""
    try:
        return sqlite_file.free_name(file, f"{word}-{clock.now():%Y%m%d}")
    except OSError as error:
        raise ArchiveError(f"{file} cannot be set aside under another name: {error.strerror}.") from error


async def restore(backup: Backup, target: Database, nudges: Sequence[Nudge], clock: Clock) -> Restored:
    """Put a backup into use: in the place of a SQLite file, which is kept, or into an empty PostgreSQL database.

    Raises ArchiveError or DatabaseNotReady, and then nothing has changed.
    """
    if target.file is None:
        await prepare(target)
        marked = await mark_restored(backup.database, nudges, clock.now())
        await copy(backup.database, target)
        return Restored(marked, None)
    aside = _name_aside(target.file, "before-restore", clock)
    async with _left_behind(target, clock):
        marked = await mark_restored(backup.database, nudges, clock.now())
    await backup.database.close()
    assert backup.database.file is not None
    return Restored(marked, await asyncio.to_thread(_put_in_place, backup.database.file, target.file, aside))


def _put_in_place(made: Path, file: Path, aside: Path) -> Path | None:
    sqlite_file.close_for_good(made)
    sqlite_file.sync(made)
    if not file.exists():
        sqlite_file.publish(made, file)
        return None
    sqlite_file.replace(file, made, aside)
    return aside


@contextmanager
def _sender(database: Database) -> Iterator[None]:
    """Be the one who may deliver. Raises ArchiveError naming the one who does."""
    with sole_sender(database) as right:
        if right.holder is not None:
            raise ArchiveError(f"{right.holder} delivers from this database. Stop it, then try again.")
        yield


@asynccontextmanager
async def _left_behind(database: Database, clock: Clock) -> AsyncIterator[None]:
    """Nobody else works with a database during the block, and nobody at all once it has ended well.

    One that cannot be read, or is not there, needs no such care. Raises ArchiveError naming who works with it.
    """
    with _sender(database):
        if database.file and not await asyncio.to_thread(sqlite_file.is_readable, database.file):
            yield
            return
        await _require_alone(database)
        with explained():
            async with database.engine.begin() as guard:
                await lock_out_writers(guard)
                yield
                # Whoever has opened it meanwhile waits for this transaction, and then reads that the data are gone.
                await guard.run_sync(revisions.retire, clock.now())
        await database.close()
        if database.file:
            with suppress(sqlite3.OperationalError):
                await asyncio.to_thread(sqlite_file.close_for_good, database.file)


async def _require_alone(database: Database) -> None:
    if file := database.file:
        await database.close()  # our own connections are no others
        if await asyncio.to_thread(sqlite_file.is_open_elsewhere, file):
            raise ArchiveError(f"Another program has {file} open. Stop it (`preceptor serve`?), then try again.")
        return
    async with database.engine.connect() as connection:
        if other := (await connection.execute(_OTHERS)).scalar():
            raise ArchiveError(f"Others work with this database: {other}. Stop them, then try again.")
