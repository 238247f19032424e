"""SQLite files as files: copied whole while they are written to, given a name, set aside. Called by `bot.database`,
`bot.backup` and `jobs.moving`. Everything here blocks until it is done, and raises sqlite3.Error or OSError.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

PRIVATE = 0o600
_COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file that was not closed; without them its last changes are lost."""


def copy_whole(file: Path, to: Path, *, is_live: bool) -> None:
    """Write what a file holds at this moment to a new one, safe on disk. Whoever uses a live one goes on.

    Nothing is written beside a file that is not live, so that it may lie where nothing can be written.
    """
    with closing(sqlite3.connect(_address(file, is_live=is_live), uri=True, isolation_level=None)) as connection:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # what is wrong with the file, VACUUM words badly
        connection.execute("VACUUM INTO ?", (str(to),))
    with closing(sqlite3.connect(to)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    sync(to)


def keep_copy(file: Path, suffix: str) -> Path:
    """Copy a live file beside itself, under a name that nothing has yet."""
    made = file.with_name(f"{file.name}.{suffix}.partial")
    made.unlink(missing_ok=True)
    try:
        copy_whole(file, made, is_live=True)
        _resemble(made, file)
        publish(made, kept := free_name(file, suffix))
    finally:
        made.unlink(missing_ok=True)
    return kept


def _address(file: Path, *, is_live: bool) -> str:
    if is_live:
        return f"{file.resolve().as_uri()}?mode=rw"
    was_closed = not any(_companions(file))
    return f"{file.resolve().as_uri()}?mode=ro{'&immutable=1' if was_closed else ''}"


def _companions(file: Path) -> list[Path]:
    return [beside for each in _COMPANIONS if (beside := file.with_name(file.name + each)).exists()]


def is_readable(file: Path) -> bool:
    """Whether it is a SQLite file with tables. Changes nothing, also beside a damaged one, whose remains may matter."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
    except sqlite3.Error:
        return False


def close_for_good(file: Path) -> None:
    """Bring everything into the one file, with nothing beside it.

    Raises sqlite3.OperationalError ("database is locked") while another connection is open, even an idle one.
    """
    with closing(sqlite3.connect(file, isolation_level=None, timeout=2)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def is_open_elsewhere(file: Path) -> bool:
    """Whether another connection to the file is open, even an idle one."""
    try:
        close_for_good(file)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return True
    return False


def publish(made: Path, name: Path) -> None:
    """Give a finished file its name. Raises FileExistsError rather than to take the name from another."""
    try:
        os.link(made, name)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if name.exists():
            raise FileExistsError(name) from None
        made.rename(name)
    made.unlink(missing_ok=True)
    sync(name)


def replace(file: Path, made: Path, aside: Path) -> None:
    """Put a finished file in the place of another, which is kept under the name `aside`.

    At every instant one of the two is there, so that no program can find nothing and begin anew.
    """
    _resemble(made, file)
    _rename_companions(file, aside)
    try:
        os.link(file, aside)
    except OSError:  # a file system without links
        file.rename(aside)
    made.replace(file)
    sync(file)


def rename(file: Path, aside: Path) -> None:
    """Give a file another name, and what SQLite may have left beside it."""
    _rename_companions(file, aside)
    file.rename(aside)
    sync(aside)


def _rename_companions(file: Path, aside: Path) -> None:
    for each in _companions(file):
        each.rename(aside.with_name(aside.name + each.name.removeprefix(file.name)))


def _resemble(made: Path, file: Path) -> None:
    """The owner and the mode of the file it follows: an operator may be another user than the server."""
    seen = file.stat()
    made.chmod(seen.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(made, seen.st_uid, seen.st_gid)


def free_name(file: Path, suffix: str) -> Path:
    """A name beside the file that nothing has yet: preceptor.db.moved-20261122, …-2."""
    names = [file.with_name(f"{file.name}.{suffix}{number}") for number in ("", *(f"-{n}" for n in range(2, 1000)))]
    return next(name for name in names if not name.exists())


def sync(file: Path) -> None:
    """Wait until the file and its name are on the disk."""
    for each, flags in ((file, os.O_RDONLY), (file.parent, os.O_RDONLY | os.O_DIRECTORY)):
        handle = os.open(each, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
