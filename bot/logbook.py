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
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, use: Use) -> bool:
        """Write it down; False where a request of that name was worked before, and then nothing is."""
        if use.name is None and use.seen_at is None:
            return True
        if not self._database.is_sqlite:
            async with self._database.noting() as connection:
                return (await connection.run_sync(_written, [use]))[0]
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((use, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
            self._database.see_to(self._writing)
        return await written

    def _remember(self, batch: Sequence[_Waiting], answers: Sequence[bool]) -> None:
        """What was jotted changes no version of the database, so its memory is told."""
        for (use, _), is_first in zip(batch, answers, strict=True):
            self._database.memory.saw(use.member_id, use.seen_at if is_first else None)

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._write_some()
        finally:
            self._writing = None

    async def _write_some(self) -> None:
        batch: list[_Waiting] = []

        def taken() -> list[Use]:  # when it is our turn, until when more may have come
            nonlocal batch
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return [use for use, _ in batch]

        try:
            answers = await self._database.jot(lambda connection: _jotted(connection, taken()))
            if answers is None:  # another process writes: wait for it in the thread
                async with self._database.noting() as connection:
                    answers = await connection.run_sync(_written, taken())
            else:
                self._remember(batch, answers)
        except BaseException as error:
            if not batch or not isinstance(error, Exception):  # nobody will come back for those who wait
                batch, self._waiting = batch + self._waiting, []
            for _, written in batch:
                if not written.done():
                    written.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, written), answer in zip(batch, answers, strict=True):
            if not written.done():
                written.set_result(answer)


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
