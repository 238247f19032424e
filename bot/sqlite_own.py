"""One connection to the SQLite file that the event loop keeps for itself: for the notes behind answers, which take no
time, and for the question whether anybody has written meanwhile. Opened by `bot.database`.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Version = tuple[int, int]
"""Which opening of the file, and what SQLite calls its data's version there."""
MOST_KEPT_OFF = 300
"""Transactions after which SQLite's log is copied into the file, by which time it holds a few megabytes."""
_SET_UP = ("synchronous=NORMAL", "wal_autocheckpoint=0", "busy_timeout=0", "foreign_keys=ON")
"""What is written here survives our processes and need not wait for the disk, nor for anybody."""


class OwnConnection:
    """Opened when it is first asked for. Nothing here waits but `look_after`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._openings = 0
        self._kept_off = 0
        self._is_away = False
        """The thread has it."""

    def version(self) -> Version | None:
        """Another one whenever anybody but this connection has committed: another connection of this process or of
        another (https://sqlite.org/pragma.html#pragma_data_version). None where that cannot be told."""
        try:
            connection = self._opened()
            return (self._openings, connection.execute("PRAGMA data_version").fetchone()[0]) if connection else None
        except sqlite3.Error:
            self.close()
            return None

    def write(self, act: Callable[[sqlite3.Connection], T]) -> T | None:
        """One transaction; None, and nothing is written, where another process writes at this moment. Whoever calls
        holds the right to write in this one. What `act` raises ends it. Raises sqlite3.Error."""
        if (connection := self._opened()) is None or not _begun(connection):
            return None
        try:
            done = act(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.rollback()
            raise
        self._kept_off += 1
        return done

    @property
    def is_due(self) -> bool:
        """Whether the log has grown long enough to be looked after."""
        return self._kept_off >= MOST_KEPT_OFF

    async def look_after(self) -> None:
        """Copy SQLite's log into the file, in a thread, because that waits for the disk."""
        if connection := self._opened():
            self._is_away, self._kept_off = True, 0
            await asyncio.to_thread(self._copy, connection)

    def _copy(self, connection: sqlite3.Connection) -> None:
        try:
            with suppress(sqlite3.Error):  # somebody is at it, or reads what would be copied: another time
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        finally:
            self._is_away = False

    def _opened(self) -> sqlite3.Connection | None:
        if self._is_away:
            return None
        if self._connection is None:
            self._connection = sqlite3.connect(self._file, timeout=0, isolation_level=None, check_same_thread=False)
            self._openings += 1
            for pragma in _SET_UP:
                self._connection.execute(f"PRAGMA {pragma}").close()
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.close()


def _begun(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True
