"""Lets one process at a time deliver from a database: a lock on a file beside SQLite's, an advisory lock of PostgreSQL.
Either ends with the process that holds it. Used by the embedded engine and by `preceptor tick`.
"""

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database

_KEY = 0x50524543
"""PostgreSQL's advisory locks are numbered; this one is ours (the letters PREC)."""
_HOLDER = text(
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND objid = :key AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Right:
    """The right to deliver, or who has it."""

    holder: str | None = None
    """None when it is ours; else the process that delivers ("process 4242 on desk-1")."""
    still_held: Callable[[], Awaitable[bool]] = _always
    """False once a lock that was ours is gone, as after a restart of PostgreSQL."""


def this_process() -> str:
    """How this process calls itself where an operator may look for it."""
    return f"process {os.getpid()} on {socket.gethostname()}"


@asynccontextmanager
async def sole_sender(database: Database) -> AsyncIterator[Right]:
    """Try to become the one that delivers, for the length of the block. Never waits."""
    if not database.is_sqlite:
        async with _by_connection(database) as right:
            yield right
    elif file := database.file:
        with_lock = FileLock(file.with_name(f"{file.name}.lock"))
        holder = _try(with_lock)
        try:
            yield Right(holder)
        finally:
            with_lock.release()
    else:
        yield Right()  # nobody else can reach a database in memory


def _try(lock: FileLock) -> str | None:
    path = Path(lock.lock_file)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return path.read_text() or "another process"
    path.write_text(this_process())
    return None


@asynccontextmanager
async def _by_connection(database: Database) -> AsyncIterator[Right]:
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield await _try_advisory(connection)
        finally:
            # The lock and the name end with the connection, so it does not go back to the pool.
            with suppress(SQLAlchemyError):
                await connection.invalidate()


async def _try_advisory(connection: AsyncConnection) -> Right:
    async def still_held() -> bool:
        try:
            await connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    name = {"name": this_process()[:63]}
    await connection.execute(text("SELECT set_config('application_name', :name, false)"), name)
    if (await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY})).scalar_one():
        return Right(still_held=still_held)
    holder = (await connection.execute(_HOLDER, {"key": _KEY})).scalar()
    return Right(holder=holder or "another process")
