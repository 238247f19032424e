"""Lets one process at a time deliver from a SQLite file: a lock on a file beside it, which ends with the process that
holds it. Used by the embedded engine and by `preceptor tick`; on PostgreSQL any number may deliver.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from bot.database import Database


@dataclass(frozen=True, slots=True)
class Right:
    """The right to deliver, or who has it."""

    holder: str | None = None
    """None when it is ours; else the process that delivers ("process 4242 on desk-1")."""
    is_sole: bool = True
    """Whether nobody else can have it at the same time: then what was being sent before is nobody's now."""


def this_process() -> str:
    """How this process calls itself where an operator may look for it."""
    return f"process {os.getpid()} on {socket.gethostname()}"


@contextmanager
def sole_sender(database: Database) -> Iterator[Right]:
    """Try to become the one that delivers, for the length of the block. Never waits."""
    file = database.file
    if file is None:
        yield Right(is_sole=database.is_sqlite)  # nobody else can reach a database in memory
        return
    lock = FileLock(file.with_name(f"{file.name}.lock"))
    holder = _try(lock)
    try:
        yield Right(holder)
    finally:
        lock.release()


def _try(lock: FileLock) -> str | None:
    path = Path(lock.lock_file)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return path.read_text() or "another process"
    path.write_text(this_process())
    return None
