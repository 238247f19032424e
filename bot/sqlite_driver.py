"""aiosqlite with one trip to its thread for each statement, in place of four: to make a cursor, to execute, to fetch,
and to close; a BEGIN may go along with the statement after it, and nothing is rolled back where nothing has begun.
On a small machine these trips cost more than what SQLite does in them. Used by `bot.database`.

What SQLAlchemy asks of a driver is the DB-API with `await` before each call, which stays as it is.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

ROWS_AT_A_TIME = 500


class _Cursor:
    """One statement and what it gave: the first rows come with it, more than those when they are asked for."""

    def __init__(self, connection: "_Connection") -> None:
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
        await self._connection._execute(work, *arguments)  # type: ignore[no-untyped-call]

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


class _Connection(aiosqlite.Connection):
    """Its cursors cost nothing to make and to close, and neither does a transaction in which nothing is asked."""

    to_begin = ""
    """Set by `bot.database`: the BEGIN that goes along with the next statement."""

    def cursor(self) -> Any:
        return _Cursor(self)

    _has_begun = False
    """From when a statement with its BEGIN is on its way, which may be before SQLite knows of it."""

    def begins(self) -> str:
        """What must run before the statement that is about to go; empty when nothing must."""
        begin, self.to_begin = self.to_begin, ""
        self._has_begun |= bool(begin)
        return begin

    async def commit(self) -> None:
        if self._has_ended():
            await super().commit()

    async def rollback(self) -> None:
        if self._has_ended():
            await super().rollback()

    def _has_ended(self) -> bool:
        """Whether there was a transaction to end."""
        was, self.to_begin, self._has_begun = self._has_begun or self.in_transaction, "", False
        return was


def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """A connection that is opened when it is awaited; the arguments are those of `sqlite3.connect`."""
    connection = _Connection(partial(sqlite3.connect, *arguments, **options), ROWS_AT_A_TIME)
    connection._thread.daemon = True  # as SQLAlchemy does, or a process that breaks off would hang
    return connection
