"""Who delivers from a database at this moment, for the operator's eyes. Changes nothing: it takes nobody's place."""

from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.database import Database

ALIVE = timedelta(seconds=30)
"""A worker that has not said so for longer is gone."""
_WORKERS = text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > :lately")


async def who_delivers(session: AsyncSession, database: Database, now: datetime) -> str:
    """The process that does, or how many workers ("process 42 on desk-1", "2 workers"); empty when nobody does.

    `now` is by the machine's clock.
    """
    if not database.is_sqlite:
        connection = await session.connection()
        workers = (await connection.execute(_WORKERS, {"lately": now - ALIVE})).scalar_one()
        return f"{workers} worker{'' if workers == 1 else 's'}" if workers else ""
    return _holder(database.file) if database.file else ""


def starts(database: Database) -> str:
    """The command that delivers from a database of this kind."""
    return "preceptor serve" if database.is_sqlite else "preceptor worker"


def _holder(file: Path) -> str:
    path = file.with_name(f"{file.name}.lock")
    if not path.exists():
        return ""
    lock = FileLock(path)
    try:
        with lock.acquire(blocking=False):
            return ""
    except Timeout:
        return path.read_text() or "another process"
