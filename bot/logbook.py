"""What an answer that only reads leaves behind: that the request was worked, and that the member used the mentor.
Written by `bot.conversation`, before the answer goes out.

On SQLite those who wait are written together, in one transaction: each costs little, to begin and to commit costs much.
PostgreSQL writes theirs side by side.
"""

import asyncio
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update
from sqlmodel import SQLModel

from bot.database import Database
from bot.memory import Memory
from bot.once import Name, first_in_file, first_of
from bot.sqlite_words import InSqlite

MOST = 200
"""Uses that are written together: more would keep others from writing for long."""


@dataclass(frozen=True, slots=True)
class Use:
    """One answer that is about to go out."""

    name: Name | None
    """The request's, where the same one may come again."""
    noted_at: datetime
    """By the machine's clock."""
    member_id: int
    seen_at: datetime | None
    """The member's last use, by the calendar clock; None where the one that is stored is fresh enough."""


_MEMBERS = SQLModel.metadata.tables["member"]
_SEEN = update(_MEMBERS).where(_MEMBERS.c.id == bindparam("member")).values(last_active_at=bindparam("at"))
_SEEN_IN_FILE = InSqlite(_SEEN)
_Waiting = tuple[Use, asyncio.Future[bool]]


class Logbook:
    """One for each database. What it writes survives the end of our processes, whatever ends them; a power cut may lose
    the last of it, because nobody was promised anything by it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.waiting: list[_Waiting] = []
        """Uses that nobody has taken to write yet, and who waits for them."""
        self._writing: asyncio.Task[None] | None = None

    @property
    def memory(self) -> Memory:
        return self._database.memory

    async def note(self, use: Use) -> bool:
        """Write it down; False where a request of that name was worked before, and then nothing is."""
        if use.name is None and use.seen_at is None:
            return True
        if not self._database.is_sqlite:
            async with self._database.noting() as connection:
                return (await connection.run_sync(_written, [use]))[0]
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.waiting.append((use, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
            self._database.see_to(self._writing)
        return await written

    async def _write(self) -> None:
        try:
            while self.waiting:
                await self._write_some()
        finally:
            self._writing = None

    async def _write_some(self) -> None:
        batch = _Batch(self)
        try:
            answers = await self._database.jot(batch.jotted, batch.remembered)
            if answers is None:  # another process writes: wait for it in the thread
                async with self._database.noting() as connection:
                    answers = await connection.run_sync(batch.written)
        except BaseException as error:
            if not batch.waiting or not isinstance(error, Exception):  # nobody will come back for those who wait
                batch.take(all_of_them=True)
            batch.refuse(error)
            if not isinstance(error, Exception):
                raise
            return
        batch.answer(answers)


class _Batch:
    """Those whose uses are written together."""

    def __init__(self, book: Logbook) -> None:
        self._book = book
        self.waiting: list[_Waiting] = []

    def take(self, *, all_of_them: bool = False) -> list[Use]:
        """Called when it is our turn: until then more may have come."""
        most = len(self._book.waiting) if all_of_them else MOST
        self.waiting += self._book.waiting[:most]
        del self._book.waiting[:most]
        return [use for use, _ in self.waiting]

    def jotted(self, connection: sqlite3.Connection) -> list[bool]:
        return _jotted(connection, self.take())

    def written(self, connection: Connection) -> list[bool]:
        return _written(connection, self.take())

    def remembered(self, answers: Sequence[bool]) -> None:
        """What was jotted changes no version of the database, so its memory is told, at once."""
        for (use, _), is_first in zip(self.waiting, answers, strict=True):
            self._book.memory.saw(use.member_id, use.seen_at if is_first else None)

    def answer(self, answers: Sequence[bool]) -> None:
        for (_, written), answer in zip(self.waiting, answers, strict=True):
            if not written.done():
                written.set_result(answer)

    def refuse(self, error: BaseException) -> None:
        for _, written in self.waiting:
            if not written.done():
                written.set_exception(error)


def _jotted(connection: sqlite3.Connection, uses: Sequence[Use]) -> list[bool]:
    """Whether each is worked for the first time; two of one name in the same batch are told apart."""
    named = _named(uses)
    answers = _told_apart(uses, first_in_file(connection, named) if named else set())
    for row in _seen(uses, answers):
        _SEEN_IN_FILE.run(connection, row)
    return answers


def _written(connection: Connection, uses: Sequence[Use]) -> list[bool]:
    """The same through SQLAlchemy."""
    named = _named(uses)
    answers = _told_apart(uses, first_of(connection, named) if named else set())
    if seen := _seen(uses, answers):
        connection.execute(_SEEN, seen)
    return answers


def _named(uses: Sequence[Use]) -> dict[Name, datetime]:
    return {use.name: use.noted_at for use in uses if use.name}


def _told_apart(uses: Sequence[Use], first: Collection[Name]) -> list[bool]:
    left = set(first)
    answers: list[bool] = []
    for use in uses:
        answers.append(use.name is None or use.name in left)
        if use.name:
            left.discard(use.name)
    return answers


def _seen(uses: Sequence[Use], answers: Sequence[bool]) -> list[dict[str, Any]]:
    """In the order of their ids, as everybody who changes several members: two who do wait for one another in turn."""
    seen = {use.member_id: use.seen_at for use, is_first in zip(uses, answers, strict=True) if is_first and use.seen_at}
    return [{"member": member, "at": at} for member, at in sorted(seen.items())]
