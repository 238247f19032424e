"""Engine, sessions and migrations. The composition root opens one `Database`; everything else is handed sessions.

The network is never called while a session is open. On SQLite every unit of work begins IMMEDIATE, so that two of
them wait for each other instead of meeting a busy error halfway.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event, exists, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import bot.model  # noqa: F401 - registers the tables
from bot import revisions, sqlite_driver, sqlite_file
from bot.dialects import spoken
from bot.errors import ConfigError, DatabaseOutOfReach
from bot.memory import Memory
from bot.postgres_patience import NOTICES, options_of
from bot.right_of_way import RightOfWay
from bot.sqlite_own import OwnConnection

T = TypeVar("T")

_FAMILIES = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
_READS = "preceptor_reads"
"""Names a connection that writes nothing, and so need not wait for those that do;"""
_UNIT = "preceptor_unit"
"""one that is for one unit of work, which begins with its first statement;"""
_AT_ONCE = "preceptor_at_once"
"""one whose statements are small, and on SQLite run without a trip to its thread;"""
_SOON = "preceptor_soon"
"""and one that commits without waiting for the disk."""
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How PostgreSQL is told to show a reader one moment."""
_COMMIT_SOON = text("SET LOCAL synchronous_commit TO OFF")


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What `Database.upgrade` did."""

    before: str | None
    """The revision of the tables; None when there were none."""
    after: str
    kept: Path | None = None
    """The copy of the SQLite file as it was before, where there was anything to lose."""


class Database:
    """An open database of either kind."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._for_work = engine.execution_options(**{_UNIT: True}) if self.is_sqlite else engine
        self.right_of_way = RightOfWay()
        """Between those who answer people and those who work through lists, in this process."""
        # SQLite lets one unit of work write at a time. Ours queue here in their order of arrival; at SQLite's own busy
        # handler they would retry at random, and some would wait for seconds.
        self._turn: AbstractAsyncContextManager[object] = asyncio.Lock() if self.is_sqlite else nullcontext()
        # A database in memory is one connection, so there readers take their turn like everybody.
        self._readers_turn = self._turn if self.is_sqlite and not self.file else nullcontext()
        snapshot: dict[str, Any] = {} if self.is_sqlite else _SNAPSHOT
        self._unfinished: set[asyncio.Task[None]] = set()
        self._is_closed = False
        event.listen(engine.sync_engine, "checkin", self._take_back)
        self._own = OwnConnection(self.file) if self.file else None
        self.memory = Memory(self._own.version if self._own else lambda: None)
        """Of those who asked lately."""
        self._glancing = engine.execution_options(**{_READS: True, _AT_ONCE: True}, **snapshot)
        self._answering = engine.execution_options(**{_AT_ONCE: True})
        self._noting = engine.execution_options(**{_AT_ONCE: True, _SOON: True})

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
        async with self._turn, AsyncSession(self._for_work, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[AsyncSession]:
        """A unit of work for somebody who waits: its statements are small and many, each found by a key."""
        async with self._turn, AsyncSession(self._answering, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def noting(self) -> AsyncIterator[AsyncConnection]:
        """A unit of work for what nobody was promised: everybody sees it at once, and it survives whatever happens to
        our processes, but a power cut may lose the last of it. Committing it does not wait for the disk.
        """
        async with self._turn, self._noting.begin() as connection:
            if not self.is_sqlite:
                await connection.execute(_COMMIT_SOON)
            yield connection

    async def jot(self, write: Callable[[sqlite3.Connection], T], then: Callable[[T], None]) -> T | None:
        """The same on SQLite, in the event loop itself and in SQLite's own words; None where it cannot be had at once:
        then `write` was not called. `then` is told what it gave in the very moment in which it is committed."""
        if self._own is None:
            return None
        async with self._turn:
            if (done := self._own.write(write)) is not None:
                then(done)
            if self._own.is_due:
                await self._own.look_after()
        return done

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[AsyncSession]:
        """Like `reading`, for the few small statements behind one answer. What is added to it is never stored."""
        async with self._readers_turn:
            session, is_whole = AsyncSession(self._glancing, expire_on_commit=False, autoflush=False), False
            try:
                yield session
                is_whole = True
            finally:
                # On SQLite nothing waits in the end of what went well, so nothing can be cancelled midway.
                quick = is_whole and self.is_sqlite
                await (session.close() if quick else self._finished(session))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, sees one moment, and waits for nobody who writes."""
        snapshot: dict[str, Any] = {} if self.is_sqlite else _SNAPSHOT
        async with self._readers_turn, self.engine.connect() as plain:
            connection = await plain.execution_options(**{_READS: True}, **snapshot)
            async with AsyncSession(connection, expire_on_commit=False) as session, session.begin():
                yield session

    async def upgrade(self, to: str | None = None, *, keep: bool = True) -> Upgraded:
        """Bring the tables to a revision, by default the newest; tables that are newer stay as they are.

        A SQLite file that holds anything is copied beside itself first, unless told not to `keep` it. Raises
        DatabaseNotReady for tables that are not ours.
        """
        goal = to or revisions.newest()
        with explained():
            self._knock()
            async with self.engine.begin() as connection:
                before = await connection.run_sync(revisions.revision_of)
                if before == goal or revisions.is_newer(before):
                    return Upgraded(before, before or goal)
                revisions.require_known(before)
                kept = await self._keep(connection, before) if keep and before else None
                await connection.run_sync(revisions.upgrade, goal)
                return Upgraded(before, goal, kept)

    async def _keep(self, connection: AsyncConnection, revision: str) -> Path | None:
        """Copy the file beside itself; `connection` holds the right to write, so that the copy is what is changed."""
        if self.file is None or await connection.run_sync(is_empty):
            return None
        return await asyncio.to_thread(sqlite_file.keep_copy, self.file, f"before-upgrade-from-{revision}")

    async def revision(self) -> str | None:
        """Where the tables stand; None when there are none. Waits for nobody who writes."""
        with explained():
            self._knock()
            async with self.engine.connect() as connection:
                await connection.execution_options(**{_READS: True})
                return await connection.run_sync(revisions.revision_of)

    async def require_current(self) -> None:
        """Raise DatabaseNotReady for tables that are older than this program, or not ours."""
        revisions.require(await self.revision())

    def see_to(self, task: asyncio.Task[None]) -> None:
        """Somebody works with the database whom nobody may be waiting for: it is not closed before they end."""
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._unfinished, return_exceptions=True)
        self._is_closed = True
        if self._own:
            self._own.close()
        await self.engine.dispose()

    async def _finished(self, session: AsyncSession) -> None:
        """Close it whole, though whoever waits for it is cancelled."""
        self.see_to(closing := asyncio.create_task(session.close()))
        await asyncio.shield(closing)

    def _take_back(self, connection: object, record: ConnectionPoolEntry) -> None:
        """Close what comes back after the end, out of the hands of a task that was cancelled: the pool that it belongs
        to is no more, and nobody else would."""
        if self._is_closed and connection:
            record.invalidate()

    def _knock(self) -> None:
        """Fail here when the file cannot be opened: where aiosqlite fails to, its thread may outlive the event loop and
        die with a traceback of its own."""
        if file := self.file:
            sqlite3.connect(file).close()


@contextmanager
def explained() -> Iterator[None]:
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
    family = _FAMILIES.get(parsed.drivername.partition("+")[0]) if parsed else None
    if parsed is None or family is None:
        raise ConfigError(
            "DATABASE_URL says where the data lives: sqlite:///preceptor.db or postgresql://user:password@host/name"
        )
    address, shared = spoken(parsed, family)
    engine = create_async_engine(address, hide_parameters=True, **shared, **_pool(parsed, family))
    if family == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin)
    return Database(engine)


def _pool(url: URL, family: str) -> dict[str, Any]:
    if family == "sqlite":
        # One thread at a time has a connection: its own, or the event loop's while that runs statements at once.
        given = {"factory": _TidyConnection, "async_creator_fn": sqlite_driver.connect, "check_same_thread": False}
        return {"connect_args": given}
    return {
        "connect_args": {"application_name": "preceptor", "options": options_of(url), **NOTICES},
        "pool_size": 10,
        "max_overflow": 0,
        "use_native_hstore": False,  # a question saved for each process: no table has such a column
        "pool_pre_ping": True,
    }


class _TidyConnection(sqlite3.Connection):
    """Rolls back before it closes: a task that is cancelled in mid-statement would else leave the write lock behind."""

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", sqlite_driver.PATIENCE, "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Choose how the connection waits in this transaction, and begin it. A unit of work begins with its first
    statement; others may be there for the lock alone, and have it now."""
    told, driver = connection.get_execution_options(), connection.connection.driver_connection
    assert isinstance(driver, sqlite_driver.QuickConnection)
    waits, begin = _SOON not in told, "BEGIN" if _READS in told else "BEGIN IMMEDIATE"
    if _AT_ONCE in told and driver.begin_at_once(begin, waits_for_disk=waits):
        return
    driver.begin_later(begin if _UNIT in told else "", waits_for_disk=waits)
    if _UNIT not in told:
        connection.exec_driver_sql(begin)
    driver.at_once = _AT_ONCE in told


def is_empty(connection: Connection) -> bool:
    """Whether none of our tables that are there holds a row."""
    ours = (table for table in SQLModel.metadata.sorted_tables if inspect(connection).has_table(table.name))
    return not any(connection.execute(select(exists(select(text("1")).select_from(table)))).scalar() for table in ours)
