"""What an answer that only reads leaves behind: that the request was worked, and that the member used the mentor.
Written by `bot.conversation`, before the answer goes out.

On SQLite those who wait are written together, in one transaction: each costs little, to begin and to commit costs much.
PostgreSQL writes theirs side by side.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, update
from sqlmodel import SQLModel

from bot.database import Database
from bot.once import Name, first_of

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

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._write_some()
        finally:
            self._writing = None

    async def _write_some(self) -> None:
        batch: list[_Waiting] = []
        try:
            async with self._database.noting() as connection:  # more may have come until it was our turn
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                answers = await connection.run_sync(_written, [use for use, _ in batch])
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


def _written(connection: Connection, uses: Sequence[Use]) -> list[bool]:
    """Whether each is worked for the first time; two of one name in the same batch are told apart."""
    named = {use.name: use.noted_at for use in uses if use.name}
    left = first_of(connection, named) if named else set()
    answers: list[bool] = []
    for use in uses:
        answers.append(use.name is None or use.name in left)
        if use.name:
            left.discard(use.name)
    _saw(connection, [use for use, is_first in zip(uses, answers, strict=True) if is_first])
    return answers


def _saw(connection: Connection, uses: Sequence[Use]) -> None:
    seen = {use.member_id: use.seen_at for use in uses if use.seen_at}
    if not seen:
        return
    # In the order of their ids, as everybody who changes several members: two who do wait for one another in turn.
    rows = [{"member": member, "at": at} for member, at in sorted(seen.items())]
    connection.execute(_SEEN, rows)
