"""aiosqlite with one trip to its thread for each statement, in place of four: to make a cursor, to execute, to fetch,
and to close; a BEGIN goes along with the statement after it. With none, where the statements are small and nothing can
make them wait (`at_once`). On a small machine these trips cost more than what SQLite does in them. Used by
`bot.database`.

What SQLAlchemy asks of a driver is the DB-API with `await` before each call, which stays as it is.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

ROWS_AT_A_TIME = 500
PATIENCE = "busy_timeout=10000"
"""Milliseconds that a statement waits in the thread for another process that writes."""
MOST_KEPT_OFF = 300
"""Transactions after which SQLite's log is copied into the file, by which time it holds a few megabytes."""


class _Cursor:
    """One statement and what it gave: the first rows come with it, more than those when they are asked for."""

    def __init__(self, connection: "QuickConnection") -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self._rest: sqlite3.Cursor | None = None
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        await self._trip(self._work, sqlite3.Cursor.execute, sql, parameters, self._connection.begins())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        await self._trip(self._work, sqlite3.Cursor.executemany, sql, parameters, self._connection.begins())
        return self

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        wanted = size or self.arraysize
        while self._rest and len(self._rows) < wanted:
            await self._trip(self._fetch, self._rest)
        return [self._rows.popleft() for _ in range(min(wanted, len(self._rows)))]

    async def fetchall(self) -> Sequence[Any]:
        if self._rest:
            await self._trip(self._fetch, self._rest, -1)
        rows, self._rows = self._rows, deque()
        return rows

    async def close(self) -> None:
        self._rows.clear()
        if rest := self._rest:
            self._rest = None
            await self._trip(rest.close)

    async def _trip(self, work: Callable[..., None], *arguments: Any) -> None:
        await self._connection._execute(work, *arguments)

    def _work(self, act: Any, sql: str, parameters: Iterable[Any], begin: str) -> None:
        """In the connection's thread, as is the next."""
        cursor = self._connection._conn.cursor()
        try:
            if begin:
                cursor.execute(begin)
            act(cursor, sql, parameters)
        except BaseException:
            cursor.close()
            raise
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        self._fetch(cursor)

    def _fetch(self, cursor: sqlite3.Cursor, most: int = ROWS_AT_A_TIME) -> None:
        rows = cursor.fetchmany(most) if most >= 0 else cursor.fetchall()
        self._rows.extend(rows)
        self._rest = cursor if len(rows) == most else None
        if self._rest is None:
            self.rowcount = cursor.rowcount  # known to SQLite once the last row is read
            cursor.close()


class QuickConnection(aiosqlite.Connection):
    """Its cursors cost nothing to make and to close, a transaction in which nothing is asked costs nothing either, and
    its statements need no trip to the thread where nothing can make them wait."""

    at_once = False
    """Statements run in the event loop itself, not in the connection's thread: somebody's small ones, which find rows
    by a key and wait for nobody once their transaction has begun."""
    _to_begin = ""
    """The BEGIN that goes along with the next statement."""
    _is_astray = False
    """Whoever waited was cancelled, and the thread may be at work still: whatever comes next has to queue behind it."""
    _waits_for_disk = True  # as `bot.database` sets up every connection
    _kept_off = 0
    """Transactions since one that looked after the file."""

    def cursor(self) -> Any:
        return _Cursor(self)

    def begins(self) -> str:
        """What must run before the statement that is about to go; empty when nothing must."""
        begin, self._to_begin = self._to_begin, ""
        return begin

    def begin_at_once(self, begin: str, *, waits_for_disk: bool) -> bool:
        """Begin a transaction whose statements run at once; False where another process writes: then wait for it in the
        thread."""
        self._choose(waits_for_disk)
        self._conn.execute("PRAGMA busy_timeout=0").close()
        try:
            self._conn.execute(begin).close()
        except sqlite3.OperationalError:
            return False
        finally:
            self._conn.execute(f"PRAGMA {PATIENCE}").close()
        self.at_once = True
        return True

    def begin_later(self, begin: str, *, waits_for_disk: bool) -> None:
        """In the thread: with the next statement, or by one of its own where `begin` is empty."""
        self._choose(waits_for_disk)
        self._to_begin, self.at_once = begin, False

    def _choose(self, waits_for_disk: bool) -> None:  # noqa: FBT001
        """Whether the next transaction is on the disk when it is committed, or soon after: then SQLite does not copy
        its log into the file behind it either, which waits too, but once in a while, so that the log has an end."""
        if waits_for_disk != self._waits_for_disk:
            self._conn.execute(f"PRAGMA synchronous={'FULL' if waits_for_disk else 'NORMAL'}").close()
            self._conn.execute(f"PRAGMA wal_autocheckpoint={1000 if waits_for_disk else 0}").close()
            self._waits_for_disk = waits_for_disk

    async def commit(self) -> None:
        """In the thread, where it waits for the disk; nothing to do where nothing was asked."""
        if not self._has_begun():
            return
        self.at_once = self.at_once and not self._waits_for_disk
        await super().commit()
        self._kept_off = 0 if self._waits_for_disk else self._kept_off + 1
        if self._kept_off >= MOST_KEPT_OFF:
            self._kept_off, self.at_once = 0, False
            await self._execute(_look_after, self._conn)

    async def rollback(self) -> None:
        """SQLAlchemy asks for one more after each transaction, when there is nothing left to roll back."""
        if self._has_begun():
            await super().rollback()
            self._is_astray = False

    def _has_begun(self) -> bool:
        """Whether there is a transaction to end, or may be one behind what the thread is doing."""
        self._to_begin = ""
        return self._is_astray or self._conn.in_transaction

    async def _execute(self, fn: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if self.at_once and self._connection and not self._is_astray:
            return fn(*arguments, **named)
        try:
            return await super()._execute(fn, *arguments, **named)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            self._is_astray = True
            raise


def _look_after(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()


def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """A connection that is opened when it is awaited; the arguments are those of `sqlite3.connect`."""
    connection = QuickConnection(partial(sqlite3.connect, *arguments, **options), ROWS_AT_A_TIME)
    connection._thread.daemon = True  # as SQLAlchemy does, or a process that breaks off would hang
    return connection
