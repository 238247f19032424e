"""A workspace that removes the mentor, and one that takes it back. Called by the platform adapters in their unit of
work; `jobs.erasing` erases what is left in the end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import Delivery, State
from bot.model.people import Tenant

UNINSTALLED = "uninstalled"
"""Why nothing is sent to a workspace that removed the mentor."""
KEPT = timedelta(days=14)
"""How long the data of such a workspace are kept, in case it takes the mentor back. Slack's developer policy allows 14
business days."""


def everywhere(platform: str, external_id: str) -> ColumnElement[bool]:
    """The workspace of that id; for an organization's, all of its workspaces too."""
    return (col(Tenant.platform) == platform) & or_(
        col(Tenant.external_id) == external_id, col(Tenant.enterprise_id) == external_id
    )


def together_with(tenant: Tenant) -> ColumnElement[bool]:
    """The workspace; for an organization's, those of its workspaces too that left when it did, and none that was taken
    out by itself."""
    with_it = (col(Tenant.enterprise_id) == tenant.external_id) & (col(Tenant.left_at) == tenant.left_at)
    return (col(Tenant.id) == tenant.id) | ((col(Tenant.platform) == tenant.platform) & with_it)


async def leave(session: AsyncSession, which: ColumnElement[bool], now: datetime) -> Sequence[int]:
    """These workspaces removed the mentor, by the calendar clock at `now`: what waits to be sent is skipped at once.

    One that had left before keeps its first instant. Returns the ids of those that left now.
    """
    newly = update(Tenant).where(which, col(Tenant.left_at).is_(None)).values(left_at=now).returning(col(Tenant.id))
    left = [each for each in (await session.exec(newly)).scalars() if each is not None]
    gone = (await session.exec(select(Tenant.id).where(which))).all()
    skipped = {"state": State.SKIPPED.value, "reason": UNINSTALLED, "retry_at": None, "queued_until": None}
    waiting = update(Delivery).where(col(Delivery.tenant_id).in_(gone), col(Delivery.state) == State.PENDING)
    await session.exec(waiting.values(**skipped))
    return left


async def come_back(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """These workspaces have the mentor again, with all that is not erased yet."""
    await session.exec(update(Tenant).where(which, col(Tenant.left_at).is_not(None)).values(left_at=None))
