"""A statement of SQLAlchemy's in SQLite's own words, put into them once, for the few that run behind every answer: what
SQLAlchemy does around each costs ten times what SQLite does in it. Used by `bot.once` and `bot.logbook`.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, cast

from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert

from bot.dialects import Sqlite


class InSqlite:
    """An INSERT or UPDATE of plain columns. It writes what SQLAlchemy would: by the table's defaults and types."""

    def __init__(self, statement: ClauseElement, given: Iterable[str] | None = None) -> None:
        """`given`: the names of an INSERT's values, the rest being the columns' own defaults."""
        self._statement = statement
        self._given = list(given) if given else None

    def run(self, connection: sqlite3.Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows that come back. Raises sqlite3.Error."""
        sql, names, written, defaults = self._words
        whole = {**defaults, **values}
        return connection.execute(sql, [written[name](whole[name]) for name in names]).fetchall()

    @cached_property
    def _words(self) -> tuple[str, list[str], Mapping[str, Any], Mapping[str, Any]]:
        compiled = self._statement.compile(dialect=Sqlite(), column_keys=self._given)
        assert isinstance(compiled, SQLCompiler)
        names = list(compiled.positiontup or ())
        types = {bind.key: bind.type for bind in compiled.bind_names}
        processors = {
            key: kind.dialect_impl(compiled.dialect).bind_processor(compiled.dialect) for key, kind in types.items()
        }
        written = {key: processor or _as_it_is for key, processor in processors.items()}
        return str(compiled), names, written, _defaults(compiled)


def _defaults(compiled: SQLCompiler) -> Mapping[str, Any]:
    if not isinstance(compiled.statement, Insert):
        return {}
    defaults = ((column.key, cast("Any", column.default)) for column in compiled.insert_prefetch)
    return {key: default.arg(None) if default.is_callable else default.arg for key, default in defaults}


def _as_it_is(value: Any) -> Any:
    return value
