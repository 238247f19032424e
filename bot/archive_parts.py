"""What belongs to one workspace, or to one member, in any table. Called by `bot.archive` to copy that part alone."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Table, and_, false, or_, select
from sqlmodel import SQLModel

import bot.model  # noqa: F401 - registers the tables

_ORGANISATION = SQLModel.metadata.tables["organisation"]
_TENANT = SQLModel.metadata.tables["tenant"]
_MEMBER = SQLModel.metadata.tables["member"]


@dataclass(frozen=True, slots=True)
class Part:
    """Whose rows: one workspace's, or one member's with what they need of their workspace. One of the two is given."""

    tenant_id: int | None = None
    member_id: int | None = None


def belongs(table: Table, part: Part) -> ColumnElement[bool]:
    """True for the rows of that part: all that they refer to must be of it. What refers to nobody is in no part."""
    if table is _ORGANISATION:
        return _ORGANISATION.c.id.in_(select(_TENANT.c.organisation_id).where(belongs(_TENANT, part)))
    if table is _TENANT:
        return _TENANT.c.id == (part.tenant_id if part.member_id is None else _home(part.member_id))
    if table is _MEMBER and part.member_id is not None:
        return _MEMBER.c.id == part.member_id
    references = [each for each in table.foreign_keys if each.column.table is not table]
    return and_(*(_refers_within(each, part) for each in references)) if references else false()


def _home(member_id: int) -> Any:
    return select(_MEMBER.c.tenant_id).where(_MEMBER.c.id == member_id).scalar_subquery()


def _refers_within(reference: ForeignKey, part: Part) -> ColumnElement[bool]:
    column, other = reference.parent, reference.column
    within = column.in_(select(other).where(belongs(other.table, part)))
    return or_(column.is_(None), within) if column.nullable else within
