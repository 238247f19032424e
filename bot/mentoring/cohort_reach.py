"""Which workspaces a cohort reaches: its own, and where its owner wishes, the others of the same organisation. Asked
whenever somebody joins or is shown, so that what an operator parts is out of sight at once.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.model.cohorts import Cohort, CohortMembership, CohortShare
from bot.model.people import Member, Tenant


async def workspaces_of(session: AsyncSession, cohort: Cohort) -> Mapping[int, Tenant]:
    """The workspaces whose people may be in it, by their numbers; its own among them.

    One that allows figures alone is in no cohort but its own: beside rows of others, figures would tell of its people.
    """
    mine = col(Tenant.id) == cohort.tenant_id
    if cohort.spans:
        above = select(Tenant.organisation_id).where(Tenant.id == cohort.tenant_id).scalar_subquery()
        is_open = (col(Tenant.left_at).is_(None), col(Tenant.cohorts_locked).is_not(True))
        mine = or_(mine, and_(col(Tenant.organisation_id) == above, *is_open))
    found = (await session.exec(select(Tenant).where(mine))).all()
    return {each.id: each for each in found if each.id is not None}


async def has_siblings(session: AsyncSession, tenant: Tenant) -> bool:
    """Whether other workspaces stand under the same organisation."""
    others = select(func.count()).where(
        Tenant.organisation_id == tenant.organisation_id, Tenant.id != tenant.id, col(Tenant.left_at).is_(None)
    )
    return tenant.organisation_id is not None and (await session.exec(others)).one() > 0


async def draw_back(session: AsyncSession, cohort_id: int, now: datetime) -> int:
    """It reaches its own workspace alone from now on: whoever came from another is out. How many that were."""
    home = select(Cohort.tenant_id).where(Cohort.id == cohort_id).scalar_subquery()
    elsewhere = select(Member.id).where(Member.tenant_id != home)
    return await _withdraw(session, col(CohortMembership.cohort_id) == cohort_id, elsewhere, now)


async def part(session: AsyncSession, workspaces: Collection[int], now: datetime) -> int:
    """Between these workspaces and all others nothing is shared any more. How many were in a cohort elsewhere."""
    inside = col(Member.tenant_id).in_(workspaces)
    out = await _withdraw(session, _of(~col(Cohort.tenant_id).in_(workspaces)), select(Member.id).where(inside), now)
    back = await _withdraw(session, _of(col(Cohort.tenant_id).in_(workspaces)), select(Member.id).where(~inside), now)
    return out + back


def _of(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return col(CohortMembership.cohort_id).in_(select(Cohort.id).where(which))


async def crossing(session: AsyncSession, workspaces: Collection[int]) -> int:
    """How many are in a cohort on the other side of the line round these workspaces."""
    wanted = (
        select(func.count())
        .select_from(CohortMembership)
        .join(Cohort, col(Cohort.id) == col(CohortMembership.cohort_id))
        .join(Member, col(Member.id) == col(CohortMembership.member_id))
        .where(col(Member.tenant_id).in_(workspaces) != col(Cohort.tenant_id).in_(workspaces))
    )
    return (await session.exec(wanted.where(col(CohortMembership.left_at).is_(None)))).one()


async def _withdraw(
    session: AsyncSession, where: ColumnElement[bool], members: SelectOfScalar[Any], now: datetime
) -> int:
    """Out, and nothing is shared any more. The rows stay, as those of everybody who leaves."""
    theirs = col(CohortMembership.member_id).in_(members)
    of_them = select(CohortMembership.cohort_id, CohortMembership.member_id).where(
        where, theirs, col(CohortMembership.left_at).is_(None)
    )
    left = (await session.exec(of_them)).all()
    for cohort, member in left:
        here = (col(CohortShare.cohort_id) == cohort, col(CohortShare.member_id) == member)
        await session.exec(update(CohortShare).where(*here).values(since=None))
        gone = (col(CohortMembership.cohort_id) == cohort, col(CohortMembership.member_id) == member)
        await session.exec(update(CohortMembership).where(*gone).values(left_at=now))
    return len(left)
