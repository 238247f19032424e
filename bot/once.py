"""Requests that are worked once, though their platform, a proxy or an eavesdropper may bring them again. Asked by
`bot.conversation` within the unit of work that answers, so that it costs one statement and holds over all processes,
and by `bot.logbook` for those that only read.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.inbound import InboundEvent
from bot.sqlite_words import InSqlite

Name = tuple[str, str]
"""The platform, and its own name for the very request."""
_NOBODY = {"tenant": "", "user_id": "", "channel": ""}
_EVENTS = inspect(InboundEvent).local_table
_NEW = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(_EVENTS)
    .on_conflict_do_nothing()
    .returning(_EVENTS.c.platform, _EVENTS.c.event_id)
    for dialect in (sqlite, postgresql)
}


_NEW_IN_FILE = InSqlite(_NEW["sqlite"], ("platform", "event_id", "received_at", "worked_at", *_NOBODY))


async def is_first(session: AsyncSession, platform: str, name: str, now: datetime) -> bool:
    """Note that a request of this name is worked; False where one was. `now` is by the machine's clock.

    The note says neither who asked nor what. The platform's adapter forgets it once the request can come no more.
    """
    connection = await session.connection()
    return bool(await connection.run_sync(first_of, {(platform, name): now}))


async def is_newest(session: AsyncSession, platform: str, name: str, at: int, now: datetime) -> bool:
    """Whether no later word than this one, of the platform's second `at`, was worked about the same thing, which has
    this name. Notes are forgotten once none can come any more; `now` is by the machine's clock.
    """
    await is_first(session, platform, name, now)
    wanted = select(InboundEvent).where(InboundEvent.platform == platform, InboundEvent.event_id == name)
    note = (await session.exec(wanted.with_for_update())).one()
    if note.details.get("at", at) > at:
        return False
    note.details, note.worked_at = {"at": at}, now
    return True


async def is_noted(session: AsyncSession, platform: str, name: str) -> bool:
    """Whether a request of this name was worked, as far back as such notes are kept. Changes nothing."""
    noted = select(InboundEvent.id).where(InboundEvent.platform == platform, InboundEvent.event_id == name)
    return (await session.exec(noted)).first() is not None


def first_of(connection: Connection, names: Mapping[Name, datetime]) -> set[Name]:
    """Note that requests of these names are worked, each at its instant; which of them were not before."""
    inserted = connection.execute(_NEW[connection.dialect.name], [_note(*name, at) for name, at in names.items()])
    return {(row.platform, row.event_id) for row in inserted}


def first_in_file(connection: sqlite3.Connection, names: Mapping[Name, datetime]) -> set[Name]:
    """The same for `bot.database.Database.jot`."""
    inserted = [_NEW_IN_FILE.run(connection, _note(*name, at)) for name, at in names.items()]
    return {row for rows in inserted for row in rows}


def _note(platform: str, name: str, at: datetime) -> dict[str, Any]:
    return {**_NOBODY, "platform": platform, "event_id": name, "received_at": at, "worked_at": at}
