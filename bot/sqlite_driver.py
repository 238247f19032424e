"""aiosqlite with one trip to its thread for each statement, in place of four: to make a cursor, to execute, to fetch,
and to close. On a small machine these trips cost more than what SQLite does in them. Used by `bot.database`.

What SQLAlchemy asks of a driver is the DB-API with `await` before each call, which stays as it is.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

ROWS_AT_A_TIME = 64


class _Cursor:
    """One statement and what it gave, all of it."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        return await self._trip(sqlite3.Cursor.execute, sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        return await self._trip(sqlite3.Cursor.executemany, sql, parameters)

    async def _trip(self, act: Any, sql: str, parameters: Iterable[Any]) -> Self:
        await self._connection._execute(self._work, act, sql, parameters)  # type: ignore[no-untyped-call]
        return self

    def _work(self, act: Any, sql: str, parameters: Iterable[Any]) -> None:
        """In the connection's thread."""
        cursor = self._connection._conn.cursor()
        try:
            act(cursor, sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else ()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, ()
        return rows

    async def close(self) -> None:
        self._rows = ()


class _Connection(aiosqlite.Connection):
    """Its cursors cost nothing to make and to close."""

    def cursor(self) -> Any:
        return _Cursor(self)


def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """A connection that is opened when it is awaited; the arguments are those of `sqlite3.connect`."""
    connection = _Connection(partial(sqlite3.connect, *arguments, **options), ROWS_AT_A_TIME)
    connection._thread.daemon = True  # as SQLAlchemy does, or a process that breaks off would hang
    return connection
