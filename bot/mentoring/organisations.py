"""Organisations above the workspaces: one for each until an operator joins some. Called by `preceptor organisation`.

To be joined shares nothing by itself: a cohort reaches the other workspaces only where its owner wishes, and somebody
is in one only by their own word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_reach import part
from bot.model.people import Organisation, Tenant


@dataclass(frozen=True, slots=True)
class Declared:
    """An organisation and its workspaces."""

    number: int
    name: str
    workspaces: tuple[Tenant, ...]


async def organisations(session: AsyncSession) -> Sequence[Declared]:
    """All of them, oldest first; those without a workspace are left out."""
    wanted = select(Organisation, Tenant).join(Tenant, col(Tenant.organisation_id) == col(Organisation.id))
    there: dict[int, tuple[str, list[Tenant]]] = {}
    for above, tenant in (await session.exec(wanted.order_by(col(Organisation.id), col(Tenant.id)))).all():
        there.setdefault(above.id or 0, (above.name, []))[1].append(tenant)
    return [Declared(number, name, tuple(tenants)) for number, (name, tenants) in there.items()]


async def workspace(session: AsyncSession, platform: str, external_id: str) -> Tenant | None:
    wanted = select(Tenant).where(Tenant.platform == platform, Tenant.external_id == external_id)
    return (await session.exec(wanted.with_for_update())).first()


async def join(session: AsyncSession, tenants: Sequence[Tenant], name: str, now: datetime) -> int:
    """These workspaces stand under one organisation from now on, that of the first. Whoever comes from another leaves
    the cohorts they were in there. Returns how many people that were.
    """
    first, *others = tenants
    above = await session.get(Organisation, first.organisation_id) if first.organisation_id else None
    if above is None:
        above = await _alone(session, first, now)
    above.name = name or above.name
    moving = [each for each in others if each.organisation_id != above.id]
    ended = 0
    for each in moving:
        ended += await part(session, [each.id or 0], now)
        await _move(session, each, above)
    session.add(above)
    await session.flush()
    return ended


async def leave(session: AsyncSession, tenant: Tenant, now: datetime) -> int:
    """The workspace has an organisation of its own again, and what was visible between it and the others is out of
    sight at once. Returns how many people were in a cohort on the other side.
    """
    ended = await part(session, [tenant.id or 0], now)
    await _alone(session, tenant, now)
    return ended


async def _alone(session: AsyncSession, tenant: Tenant, now: datetime) -> Organisation:
    above = Organisation(name=tenant.name, created_at=now)
    session.add(above)
    await session.flush()
    await _move(session, tenant, above)
    return above


async def _move(session: AsyncSession, tenant: Tenant, above: Organisation) -> None:
    """What stood above it goes, unless others stand under it."""
    before, tenant.organisation_id = tenant.organisation_id, above.id
    session.add(tenant)
    await session.flush()
    others = select(Tenant.id).where(col(Tenant.organisation_id) == before)
    await session.exec(delete(Organisation).where(col(Organisation.id) == before, ~others.exists()))
