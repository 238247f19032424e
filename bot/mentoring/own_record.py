"""Everything the mentor keeps about one member, and nothing about anybody else, from whatever tables there are. Made
into a file by `bot.files.record`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, or_, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import bot.model  # noqa: F401 - registers the tables
from bot.model.people import Member, Tenant

Row = Mapping[str, Any]

FORMAT, VERSION = "career-mentor-record", 1
SECRET = frozenset(("token_hash", "code_hash", "token", "refresh_token", "claimed_by"))
"""Columns that open something, or name our own machines: about nobody, and better in no file."""
OTHERS = frozenset(("by",))
"""What a delivery's content says about another person."""

_TABLES = SQLModel.metadata.tables
_MEMBER = _TABLES["member"]


async def record_of(session: AsyncSession, tenant: Tenant, member: Member, now: datetime) -> Mapping[str, Any]:
    """Ready to be written as JSON. `now`: by the calendar clock.

    Rows are as they are stored; another person in one of them is left out, but for those who looked at this member,
    whom `privacy` tells too.
    """
    assert member.id is not None
    kept = {}
    for table in SQLModel.metadata.sorted_tables:
        if (mine := _is_mine(table, tenant, member)) is not None:
            kept[table.name] = [_row(table, member.id, each) for each in await _read(session, select(table), mine)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now.isoformat(),
        "workspace": {"platform": tenant.platform, "id": tenant.external_id, "name": tenant.name},
        "cohorts": await _cohorts(session, member.id),
        "seen_by": await _seen_by(session, member.id),
        "kept": kept,
    }


def _is_mine(table: Table, tenant: Tenant, member: Member) -> ColumnElement[bool] | None:
    """Which rows of a table are about this member; None where none can be."""
    if table is _MEMBER:
        return _MEMBER.c.id == member.id
    if columns := list(_people(table)):
        return or_(*(column == member.id for column in columns))
    match table.name:
        case "inboundevent":
            here = (table.c.platform == tenant.platform) & (table.c.tenant == tenant.external_id)
            return here & (table.c.user_id == member.user_id)
        case "sendbatch":
            return table.c.started_by == f"{tenant.platform}:{tenant.external_id}:{member.user_id}"
        case "slackinstallation" if tenant.platform == "slack":
            where = table.c.external_id.in_((tenant.external_id, tenant.enterprise_id))
            return where & (table.c.installer_id == member.user_id)
    return None


def _people(table: Table) -> Iterator[Column[Any]]:
    """Its columns that name a member."""
    for reference in table.foreign_keys:
        if reference.column.table is _MEMBER:
            yield reference.parent


async def _read(session: AsyncSession, wanted: Any, which: ColumnElement[bool]) -> Sequence[Row]:
    connection = await session.connection()
    return [dict(row) for row in (await connection.execute(wanted.where(which))).mappings()]


def _row(table: Table, member_id: int, row: Row) -> Row:
    told = {name: _plain(value) for name, value in row.items() if name not in SECRET}
    others = {column.name: None for column in _people(table) if row[column.name] != member_id}
    if table.name == "delivery":
        told["content"] = {key: value for key, value in row["content"].items() if key not in OTHERS}
    return {**told, **others}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


async def _cohorts(session: AsyncSession, member_id: int) -> Sequence[Row]:
    """The names of those that the member was ever in, or manages; rows elsewhere name them by number."""
    cohort = _TABLES["cohort"]
    ways = [_TABLES["cohortmembership"], _TABLES["cohortmanager"]]
    mine = or_(*(cohort.c.id.in_(select(way.c.cohort_id).where(way.c.member_id == member_id)) for way in ways))
    return await _read(session, select(cohort.c.id, cohort.c.name), mine)


async def _seen_by(session: AsyncSession, member_id: int) -> Sequence[Row]:
    """Who looked at this member, on what page, within which hour."""
    look, person = _TABLES["look"], _TABLES["lookperson"]
    wanted = select(_MEMBER.c.user_id.label("viewer"), look.c.cohort_id, look.c.page, look.c.hour)
    wanted = wanted.select_from(look.join(person, person.c.look_id == look.c.id))
    wanted = wanted.join(_MEMBER, _MEMBER.c.id == look.c.viewer_id).order_by(look.c.hour)
    found = await _read(session, wanted, person.c.member_id == member_id)
    return [{name: _plain(value) for name, value in row.items()} for row in found]
