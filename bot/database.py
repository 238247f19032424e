"""Engine, sessions and migrations. The composition root opens one `Database`; everything else is handed sessions.

The network is never called while a session is open. On SQLite every unit of work begins IMMEDIATE, so that two of
them wait for each other instead of meeting a busy error halfway.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ConfigError, DatabaseNotReady, DatabaseOutOfReach

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_MIGRATIONS = Path(__file__).parent / "migrations"
_READS = "preceptor_reads"
"""Names a connection that writes nothing, and so need not wait for those that do."""


class Database:
    """An open database of either kind."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # SQLite lets one unit of work write at a time. Ours queue here in their order of arrival; at SQLite's own busy
        # handler they would retry at random, and some would wait for seconds.
        self._turn: AbstractAsyncContextManager[object] = asyncio.Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """The SQLite file, links followed; None for PostgreSQL and for a database in memory."""
        name = self.engine.url.database
        return Path(name).resolve() if self.is_sqlite and name and name != ":memory:" else None

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed when the block ends, rolled back when it raises. Never one inside another."""
        async with self._turn, AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def upgrade(self) -> None:
        """Bring the tables to the newest version. Raises DatabaseOutOfReach."""
        with _explained():
            self._knock()
            async with self.engine.begin() as connection:
                await connection.run_sync(_upgrade)

    async def require_current(self) -> None:
        """Raise DatabaseNotReady when the tables are not at the newest version. Waits for nobody who writes."""
        with _explained():
            self._knock()
            async with self.engine.connect() as connection:
                await connection.execution_options(**{_READS: True})
                if not await connection.run_sync(_is_current):
                    raise DatabaseNotReady

    async def close(self) -> None:
        await self.engine.dispose()

    def _knock(self) -> None:
        """Fail here when the file cannot be opened: where aiosqlite fails to, its thread may outlive the event loop and
        die with a traceback of its own."""
        if file := self.file:
            sqlite3.connect(file).close()


@contextmanager
def _explained() -> Iterator[None]:
    """What a driver says about a missing server or a file it cannot open → one sentence for the operator."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        reason = str(getattr(error, "orig", None) or error) or type(error).__name__
        raise DatabaseOutOfReach(reason.splitlines()[0].rstrip(".")) from error


def open_database(url: str) -> Database:
    """Open what `DATABASE_URL` names. Raises ConfigError when it names neither SQLite nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    family = parsed.drivername.partition("+")[0] if parsed else ""
    if parsed is None or family not in _DRIVERS:
        raise ConfigError(
            "DATABASE_URL says where the data lives: sqlite:///preceptor.db or postgresql://user:password@host/name"
        )
    engine = create_async_engine(parsed.set(drivername=_DRIVERS[family]), hide_parameters=True, **_pool(family))
    if family == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin)
    return Database(engine)


def _pool(family: str) -> dict[str, Any]:
    if family == "sqlite":
        return {"connect_args": {"factory": _TidyConnection}}
    return {"pool_size": 10, "max_overflow": 0, "pool_pre_ping": True}


class _TidyConnection(sqlite3.Connection):
    """Rolls back before it closes: a task that is cancelled in mid-statement would else leave the write lock behind."""

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(_READS) else "BEGIN IMMEDIATE")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")


def _is_current(connection: Connection) -> bool:
    current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(_config(connection)).get_current_head()
