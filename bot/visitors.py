"""Finds the workspace and the member behind a request, or makes their rows; two requests at once make one row.
Called by `bot.conversation` and by sample data.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import bindparam, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.coaching import CoachingPlan
from bot.model.people import Member, Organisation, Tenant

_VISITOR = (
    select(Tenant, Member, CoachingPlan)
    .join(Member, col(Member.tenant_id) == col(Tenant.id))
    .outerjoin(CoachingPlan, col(CoachingPlan.member_id) == col(Member.id))
    .where(
        Tenant.platform == bindparam("platform"),
        Tenant.external_id == bindparam("external_id"),
        Member.user_id == bindparam("user_id"),
    )
)
_VISITOR_KEPT = _VISITOR.with_for_update(of=Member, key_share=True)
Visitor = tuple[Tenant, Member, CoachingPlan | None]


async def known_visitor(session: AsyncSession, platform: str, external_id: str, user_id: str) -> Visitor | None:
    """Who is asking, as far as they are known; kept from nobody."""
    asked = {"platform": platform, "external_id": external_id, "user_id": user_id}
    return cast("Visitor | None", (await session.exec(_VISITOR, params=asked)).first())


async def find_visitor(session: AsyncSession, platform: str, external_id: str, user_id: str, now: datetime) -> Visitor:
    """Who is asking, and their coaching plan where they have one, in one statement. The member stays theirs until the
    unit of work ends, so that a button pressed twice at once is worked twice in turn, the second time in sight of the
    first.
    """
    asked = {"platform": platform, "external_id": external_id, "user_id": user_id}
    if (found := (await session.exec(_VISITOR_KEPT, params=asked)).first()) is None:
        await find_member(session, await find_tenant(session, platform, external_id, now), user_id, now)
        found = (await session.exec(_VISITOR_KEPT, params=asked)).one()
    return cast("Visitor", found)


async def find_tenant(session: AsyncSession, platform: str, external_id: str, now: datetime) -> Tenant:
    """The workspace of a platform's own id, made on first sight, with an organisation of its own above it."""
    wanted = select(Tenant).where(Tenant.platform == platform, Tenant.external_id == external_id)
    if (found := (await session.exec(wanted)).first()) is None:
        is_ours = await insert_new(session, Tenant, platform=platform, external_id=external_id, name="", created_at=now)
        found = (await session.exec(wanted)).one()
        if is_ours:
            above = Organisation(created_at=now)
            session.add(above)
            await session.flush()
            found.organisation_id = above.id
    return found


async def find_member(session: AsyncSession, tenant: Tenant, user_id: str, now: datetime) -> Member:
    """The member of a workspace by the platform's own user id, made on first sight."""
    wanted = select(Member).where(Member.tenant_id == tenant.id, Member.user_id == user_id)
    if (found := (await session.exec(wanted)).first()) is None:
        new = {"tenant_id": tenant.id, "user_id": user_id, "reference": "", "locale": "en", "created_at": now}
        await insert_new(session, Member, **new)
        found = (await session.exec(wanted)).one()
    return found


async def insert_new(session: AsyncSession, table: type[SQLModel], **values: Any) -> bool:
    """Insert a row unless its unique key exists already; whether it did."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # Said of the bare table, with the values apart, it is put into words once; said of the class, anew each time.
    rows = inspect(table).local_table
    inserted = await session.exec(insert(rows).on_conflict_do_nothing().returning(*rows.primary_key), params=values)
    return inserted.first() is not None
