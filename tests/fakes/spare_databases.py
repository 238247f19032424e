"""PostgreSQL databases lent to one test at a time and emptied in between, because making one costs more than most tests
do. Used by the fixtures of `tests/conftest.py`.
"""

from typing import Any

import psycopg
from psycopg import sql

_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND state <> 'idle'
"""
_SHAPE = """
SELECT (SELECT string_agg(version_num, ',') FROM alembic_version),
    (SELECT string_agg(concat(relname, '.', attname, atttypid, attnotnull), ',' ORDER BY relname, attnum)
        FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(concat(conrelid, conname), ',' ORDER BY conrelid, conname) FROM pg_constraint),
    (SELECT string_agg(concat(tgrelid, tgname, tgenabled), ',' ORDER BY tgrelid, tgname)
        FROM pg_trigger WHERE NOT tgisinternal),
    (SELECT string_agg(concat(proname, md5(prosrc)), ',' ORDER BY proname, prosrc)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
    (SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
    (SELECT string_agg(array_to_string(setconfig, ','), ',') FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
"""All that a test might leave behind in a database, but for rows."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_RESTART = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
_GROWN = "SELECT name FROM unnest(%s::text[]) AS name WHERE pg_relation_size(name::regclass) > 500000"
"""Bytes, most of them of rows that are no more: nobody else sweeps here."""


class SpareDatabases:
    """Copies of one template, on one server, under names that begin with `name`."""

    def __init__(self, server: Any, template: str, name: str) -> None:
        self._server = server
        self._template = template
        self._name = name
        self._made = 0
        self._free: list[str] = []
        self._maintenance = self.connect("postgres")
        self._to_empty: dict[str, psycopg.Connection[Any]] = {}
        """Kept, because a new connection costs as much as the emptying itself: the server starts a process for it,
        which reads its catalogues anew. Triggers are off in each, once and for all, because to turn them off makes the
        server forget what it has planned."""
        first = self._make()
        self._free.append(first)
        connection = self._to_empty[first]
        self._shape = connection.execute(_SHAPE).fetchone()
        found = [table for (table,) in connection.execute(_TABLES).fetchall()]
        empty = [sql.Identifier(table) for table in found if _is_empty(connection, table)]
        asked = (sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(each.as_string(), each) for each in empty)
        self._filled = sql.SQL(" UNION ALL ").join(asked)
        """To empty one table costs more than to look whether it is empty."""

    def lend(self) -> str:
        """The name of a database as the template is."""
        return self._free.pop() if self._free else self._make()

    def _make(self) -> str:
        self._made += 1
        name = f"spare_{self._name}_{self._made}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, self._template)
        self._to_empty[name] = self.connect(name)
        self._to_empty[name].execute("SET session_replication_role = replica")
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next test; one whose tables the test has changed is dropped."""
        if self._emptied(name):
            self._free.append(name)
        else:
            self._to_empty.pop(name).close()
            self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def _emptied(self, name: str) -> bool:
        connection = self._to_empty[name]
        try:
            connection.execute(_OTHERS)
            if connection.execute(_SHAPE).fetchone() != self._shape:
                return False
            self._empty(connection)
        except psycopg.Error:  # the test has made away with it, or with all who were connected
            return False
        return True

    def _empty(self, connection: "psycopg.Connection[Any]") -> None:
        """Row by row, in any order, since no trigger works here: they are few, and TRUNCATE makes each table and its
        indexes anew, along with all that refer to it."""
        filled = [name for (name,) in connection.execute(self._filled, prepare=True).fetchall()]
        connection.execute("".join(f"DELETE FROM {name};" for name in filled))
        connection.execute(_RESTART, prepare=True)
        for (name,) in connection.execute(_GROWN, [filled], prepare=True).fetchall():
            connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(name)))

    def close(self) -> None:
        for each in (self._maintenance, *self._to_empty.values()):
            each.close()

    def connect(self, name: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(self._server.get_uri(name), autocommit=True)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        self._maintenance.execute(statement.format(*map(sql.Identifier, names)))


def _is_empty(connection: "psycopg.Connection[Any]", table: str) -> bool:
    found = connection.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(table))).fetchone()
    return bool(found and found[0])
