"""PostgreSQL connections kept from one test for the next, because each new one costs the server a process that reads
its catalogues anew: more than most tests do. Used by the fixtures of `tests/conftest.py` that open a database.
"""

import asyncio
from collections import defaultdict
from select import select
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import event

from bot.database import Database

_Way = tuple[int, frozenset[tuple[str, Any]]]
"""An event loop, and in words and numbers what a connection is made with."""
_FREE: dict[_Way, list["_Kept"]] = defaultdict(list)


class _Kept(psycopg.AsyncConnection[Any]):
    """Free for the next when it is closed, unless it is in the middle of something."""

    way: _Way

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        if self.way[0] == id(loop) and not self.closed and self.info.transaction_status is TransactionStatus.IDLE:
            _FREE[self.way].append(self)
        else:
            await super().close()

    @property
    def is_alive(self) -> bool:
        """The server says something to an idle connection only as it ends it."""
        return not self.closed and not select([self.fileno()], [], [], 0)[0]

    @classmethod
    async def lend(cls, **made_with: Any) -> "_Kept":
        told = {name: said for name, said in made_with.items() if isinstance(said, str | int)}
        way = (id(asyncio.get_running_loop()), frozenset(told.items()))
        while _FREE[way]:
            kept = _FREE[way].pop()
            if kept.is_alive:
                return kept
            await super(_Kept, kept).close()
        made = await cls.connect(**made_with)
        made.way = way
        return made


def keep_connections(database: Database) -> Database:
    """Let it take what another has left, and leave its own."""

    def note(_dialect: Any, _record: Any, _positional: Any, named: dict[str, Any]) -> None:
        named["async_creator_fn"] = _Kept.lend

    if not database.is_sqlite:
        event.listen(database.engine.sync_engine, "do_connect", note)
    return database
