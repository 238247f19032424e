"""How the two kinds of database are spoken to: SQLAlchemy's own dialects, except that what one engine has compiled
serves every other of its kind, because a process may open many: one for each example of the gallery, one after the
other in a test run. `bot.database` opens every engine with these.
"""

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import URL
from sqlalchemy.util import LRUCache

_KEPT = 1000
"""Compiled statements; SQLAlchemy keeps 500 for one engine."""
_COMPILED: LRUCache[Any, Any] = LRUCache(_KEPT)


class _Alike:
    """Equal to another of its kind that speaks to the same release: what is compiled is looked up by its dialect."""

    server_version_info: Any

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.server_version_info == getattr(other, "server_version_info", None)

    def __hash__(self) -> int:
        return hash(type(self))


class Sqlite(_Alike, SQLiteDialect_aiosqlite):
    """SQLite through aiosqlite."""

    supports_statement_cache = True


class Postgresql(_Alike, PGDialectAsync_psycopg):
    """PostgreSQL through psycopg."""

    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[PGDialectAsync_psycopg]:  # noqa: ARG003
        return cls


_OURS = {"sqlite": Sqlite, "postgresql": Postgresql}


def spoken(url: URL, family: str) -> tuple[URL, dict[str, Any]]:
    """The address with our dialect in it, and the options that an engine needs for sharing what is compiled.

    `family` is "sqlite" or "postgresql".
    """
    registry.register(f"{family}.preceptor", __name__, _OURS[family].__name__)
    return url.set(drivername=f"{family}+preceptor"), {"execution_options": {"compiled_cache": _COMPILED}}
