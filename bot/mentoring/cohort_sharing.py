"""What of the database belongs to a cohort: whose rows are read, and of those what they share. Called by
`bot.mentoring.cohort_records` and `bot.mentoring.cohort_sums`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import add, or_
from typing import Any, Final, cast

from sqlalchemy import Row as Record
from sqlalchemy import Select, and_, bindparam, case, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_reach import workspaces_of
from bot.mentoring.cohort_rows import Shared
from bot.mentoring.cohorts import id_of
from bot.model.cohorts import Cohort
from bot.model.people import Tenant
from bot.visit import zone_or_guess

_TABLES = SQLModel.metadata.tables
_MEMBER, _SHARE, _MEMBERSHIP = _TABLES["member"].c, _TABLES["cohortshare"].c, _TABLES["cohortmembership"].c
EACH = {field: _TABLES["cohortshare"].alias(f"shares_{field.value}") for field in Shared}
"""The shares of one member side by side: grouped rows would cost twice as much."""
IS_SHARED = {field: table.c.since.is_not(None) for field, table in EACH.items()}
_BITS = {field: 1 << place for place, field in enumerate(Shared)}
FIELDS = {bits: frozenset(field for field, bit in _BITS.items() if bits & bit) for bits in range(1 << len(_BITS))}
"""What somebody shares, by what `bits` says."""
BITS = reduce(add, (case((is_it, _BITS[field]), else_=0) for field, is_it in IS_SHARED.items())).label("bits")
PLACE = tuple(case((IS_SHARED[Shared.PLACE], _MEMBER[name])).label(name) for name in ("region", "site"))
"""As shared; None if not."""


zone_of = cache(zone_or_guess)
"""Many people are in few zones."""


@dataclass(frozen=True, slots=True)
class Of:
    """A cohort, or one member of it."""

    cohort_id: int
    workspaces: Mapping[int, Tenant]
    """Whose people are in it."""
    home: int
    """Its own workspace."""
    member_id: int | None = None

    def these(self, table: Any) -> tuple[Any, ...]:
        """The rows of a table that has both columns."""
        mine = () if self.member_id is None else (table.member_id == self.member_id,)
        return (table.cohort_id == self.cohort_id, *mine)

    def sharing(self, field: Shared, *columns: Any) -> Select[Any]:
        """What those who share a field have in another table, which the caller joins."""
        return select(*columns).where(*self.these(_SHARE), _SHARE.field == field.value, _SHARE.since.is_not(None))

    def sharers(self, *columns: Any) -> Select[Any]:
        """Columns of `member`, `coachingplan` and `EACH` of those who are in it, whose account is open, and who share
        something.
        """
        joined = _TABLES["cohortmembership"].join(_TABLES["member"], _MEMBER.id == _MEMBERSHIP.member_id)
        joined = joined.outerjoin(_TABLES["coachingplan"], _TABLES["coachingplan"].c.member_id == _MEMBER.id)
        for field, table in EACH.items():
            mine = (table.c.cohort_id == self.cohort_id, table.c.member_id == _MEMBERSHIP.member_id)
            joined = joined.outerjoin(table, and_(*mine, table.c.field == field.value, table.c.since.is_not(None)))
        is_here = (*self.these(_MEMBERSHIP), _MEMBERSHIP.left_at.is_(None), _MEMBER.deactivated_at.is_(None))
        is_here = (*is_here, _MEMBER.tenant_id.in_(self.workspaces))
        return select(*columns).select_from(joined).where(*is_here, reduce(or_, IS_SHARED.values()))


SOME: Final = Of(cast(Any, bindparam("cohort_id")), cast(Any, bindparam("workspaces", expanding=True)), home=0)
"""Of a cohort that is named when a statement is run: what is asked again and again is built once."""


async def whole(session: AsyncSession, cohort: Cohort) -> Of:
    """All of a cohort."""
    return Of(id_of(cohort), await workspaces_of(session, cohort), cohort.tenant_id)


async def plain(session: AsyncSession, wanted: Select[Any], **values: Any) -> Sequence[Record[Any]]:
    """Plain rows: objects would cost more than all the rest."""
    found: Sequence[Record[Any]] = (await (await session.connection()).execute(wanted, values)).all()
    return found
