"""PostgreSQL databases lent to one test at a time and emptied in between, because making one costs more than most tests
do. Used by the fixtures of `tests/conftest.py`.
"""

from typing import Any

import psycopg
from psycopg import sql

_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    "pg_backend_pid()"
)
_SHAPE = (
    "SELECT (SELECT string_agg(version_num, ',') FROM alembic_version), (SELECT string_agg(attrelid::regclass || '.' ||"
    " attname, ',' ORDER BY attrelid::regclass::text, attnum) FROM pg_attribute JOIN pg_class ON attrelid ="
    " pg_class.oid WHERE relnamespace = 'public'::regnamespace)"
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


class SpareDatabases:
    """Copies of one template, on one server."""

    def __init__(self, server: Any, template: str) -> None:
        self._server = server
        self._template = template
        self._made = 0
        self._free: list[str] = []
        with self._connect(template) as connection:
            self._shape = connection.execute(_SHAPE).fetchone()
            found = [name for (name,) in connection.execute(_TABLES).fetchall()]
            self._empty = [name for name in found if _is_empty(connection, name)]

    def lend(self) -> str:
        """The name of a database as the template is."""
        if self._free:
            return self._free.pop()
        self._made += 1
        name = f"spare_{self._made}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, self._template)
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next test; one whose tables the test has changed is dropped."""
        with self._connect(name) as connection:
            connection.execute(_OTHERS)
            is_whole = connection.execute(_SHAPE).fetchone() == self._shape
            if is_whole:
                tables = sql.SQL(", ").join(map(sql.Identifier, self._empty))
                connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        if is_whole:
            self._free.append(name)
        else:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)

    def _connect(self, name: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(self._server.get_uri(name), autocommit=True)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with self._connect("postgres") as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


def _is_empty(connection: "psycopg.Connection[Any]", table: str) -> bool:
    found = connection.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(table))).fetchone()
    return bool(found and found[0])
