"""The tables of a database as they stand, what an older program would miss in newer ones, and rows as it writes them.
For the test that holds migrations to expanding.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Inspector, MetaData, Table, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

SAMPLES: Mapping[type, Any] = {
    bool: False,
    int: 1,
    str: "sample",
    object: {},  # JSON
    date: date(2026, 11, 23),
    datetime: datetime(2026, 11, 23, 17, 0, tzinfo=UTC),
}
"""A value of each type that columns have; every key is 1, so that rows refer to one another."""
_NOT_OURS = ("alembic_", "procrastinate_")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table asks of those who write to it."""

    columns: Mapping[str, tuple[str, bool, bool]]
    """Name → its type, whether it may be empty, whether it may be left out."""
    rules: frozenset[str]
    """What must be unique, and what must refer to another table."""


def shapes(connection: Connection) -> dict[str, Shape]:
    """Every table of ours."""
    there = inspect(connection)
    rules = _rules(there)
    columns = {name: _columns(found) for (_, name), found in there.get_multi_columns().items()}
    return {name: Shape(found, frozenset(rules[name])) for name, found in columns.items() if _is_ours(name)}


def _is_ours(table: str) -> bool:
    return not table.startswith(_NOT_OURS)


def _columns(found: list[ReflectedColumn]) -> dict[str, tuple[str, bool, bool]]:
    return {
        each["name"]: (str(each["type"]), each["nullable"], each["nullable"] or each["default"] is not None)
        for each in found
    }


def _rules(there: Inspector) -> defaultdict[str, set[str]]:
    """By table; all tables are asked about at once."""
    rules: defaultdict[str, set[str]] = defaultdict(set)
    for (_, table), uniques in there.get_multi_unique_constraints().items():
        rules[table] |= {f"unique {sorted(each['column_names'])}" for each in uniques}
    for (_, table), indexes in there.get_multi_indexes().items():
        rules[table] |= {f"unique {sorted(map(str, each['column_names']))}" for each in indexes if each["unique"]}
    for (_, table), checks in there.get_multi_check_constraints().items():
        rules[table] |= {f"check {each['sqltext']}" for each in checks}
    for (_, table), keys in there.get_multi_foreign_keys().items():
        rules[table] |= {f"{sorted(each['constrained_columns'])} refer to {each['referred_table']}" for each in keys}
    return rules


def missed(before: Mapping[str, Shape], after: Mapping[str, Shape]) -> list[str]:
    """What a program that knows the tables as they were would stumble over."""
    gone = [f"{name} is gone" for name in before if name not in after]
    return gone + [found for name in before if name in after for found in _narrowed(name, before[name], after[name])]


def _narrowed(table: str, before: Shape, after: Shape) -> Iterator[str]:
    for name, (kind, is_nullable, _) in before.columns.items():
        there = after.columns.get(name)
        if there is None:
            yield f"{table}.{name} is gone"
        elif there[0] != kind or (is_nullable and not there[1]):
            yield f"{table}.{name} takes less than before"
    new = {name: column for name, column in after.columns.items() if name not in before.columns}
    yield from (f"{table}.{name} must be given" for name, (_, _, may_lack) in new.items() if not may_lack)
    yield from (
        f"{table}: {rule}" for rule in after.rules - before.rules if not any(f"'{name}'" in rule for name in new)
    )


def old_tables(connection: Connection) -> list[Table]:
    """The tables as a program of this revision knows them, those that others refer to first."""
    known = MetaData()
    known.reflect(connection, only=lambda name, _: _is_ours(name))
    return known.sorted_tables


def old_row(table: Table) -> dict[str, Any]:
    """A row with a value in every column that this revision has."""
    return {column.name: SAMPLES[column.type.python_type] for column in table.columns}
