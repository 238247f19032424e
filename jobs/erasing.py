"""Erases what the mentor knows of workspaces that removed it, a while later and a few people at a time. `jobs.service`
looks every hour.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Table, delete
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import bot.model  # noqa: F401 - registers the tables
from bot.database import Database
from bot.mentoring.ce_own_rules import rule_id
from bot.mentoring.leaving import KEPT, UNINSTALLED
from bot.model.credentials import RuleVersion
from bot.model.inbound import InboundEvent
from bot.model.installations import SlackInstallation
from bot.model.people import Member, Organisation, Tenant

log = logging.getLogger(__name__)

AT_ONCE = 50
"""People erased in one transaction."""


async def erase_left(database: Database, now: datetime) -> int:
    """Erase the people and the data of every workspace that left `KEPT` before `now` (calendar clock) or earlier.

    Returns how many workspaces that were. One that comes back midway keeps what is not erased yet.
    """
    async with database.reading() as session:
        wanted = select(Tenant.id).where(col(Tenant.left_at) <= now - KEPT).order_by(col(Tenant.id))
        gone = [each for each in (await session.exec(wanted)).all() if each is not None]
    erased = 0
    for tenant_id in gone:
        while (done := await _erase_some(database, tenant_id, now)) is False:
            pass
        erased += bool(done)
    if erased:
        log.info("Workspaces that had removed the mentor were erased", extra={"event": "erased", "workspaces": erased})
    return erased


async def erase_people(database: Database, now: datetime) -> int:
    """Erase the people who removed the mentor `KEPT` before `now` (calendar clock) or earlier, where others of their
    organization still have it. Returns how many."""
    erased = 0
    while done := await _erase_a_few(database, now):
        erased += done
    if erased:
        log.info("People who had removed the mentor were erased", extra={"event": "erased_people", "people": erased})
    return erased


async def _erase_a_few(database: Database, now: datetime) -> int:
    async with database.work() as session:
        gone = (col(Member.deactivated_why) == UNINSTALLED, col(Member.deactivated_at) <= now - KEPT)
        some = select(Member.id, Member.user_id, Tenant.platform, Tenant.external_id).where(*gone)
        some = some.join(Tenant, col(Tenant.id) == col(Member.tenant_id)).limit(AT_ONCE).with_for_update(of=Member)
        people = (await session.exec(some)).all()
        for _, user, platform, tenant in people:
            here = (col(InboundEvent.platform) == platform) & (col(InboundEvent.tenant) == tenant)
            await session.exec(delete(InboundEvent).where(here, col(InboundEvent.user_id) == user))
        if people:
            await _erase(session, "member", [number for number, *_ in people if number is not None])
        return len(people)


async def _erase_some(database: Database, tenant_id: int, now: datetime) -> bool | None:
    """One transaction: a few people or, once there are none, the workspace. False: there is more to do; None: it is
    no longer to be erased."""
    async with database.work() as session:
        still = select(Tenant).where(Tenant.id == tenant_id, col(Tenant.left_at) <= now - KEPT).with_for_update()
        if (tenant := (await session.exec(still)).first()) is None:
            return None
        some = select(Member.id).where(Member.tenant_id == tenant_id).limit(AT_ONCE)
        if people := [each for each in (await session.exec(some)).all() if each is not None]:
            await _erase(session, "member", people)
            return False
        await _erase_named(session, tenant)
        await _erase(session, "tenant", [tenant_id])
        await _erase_empty(session, tenant.organisation_id)
        return True


async def _erase(session: AsyncSession, owner: str, ids: Sequence[int]) -> None:
    """These rows, and before them every row of any table that refers to them."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        for column in _references(table, owner):
            await session.exec(delete(table).where(table.c[column].in_(ids)))
    table = SQLModel.metadata.tables[owner]
    await session.exec(delete(table).where(table.c.id.in_(ids)))


def _references(table: Table, owner: str) -> Iterator[str]:
    return (each.parent.name for each in table.foreign_keys if each.column.table.name == owner)


async def _erase_empty(session: AsyncSession, organisation_id: int | None) -> None:
    """What stood above the workspace, unless others stand under it."""
    others = select(Tenant.id).where(col(Tenant.organisation_id) == organisation_id)
    await session.exec(delete(Organisation).where(col(Organisation.id) == organisation_id, ~others.exists()))


async def _erase_named(session: AsyncSession, tenant: Tenant) -> None:
    """What names the workspace by its own id."""
    events, installed = col(InboundEvent.tenant), col(SlackInstallation.external_id)
    await session.exec(
        delete(InboundEvent).where(col(InboundEvent.platform) == tenant.platform, events == tenant.external_id)
    )
    assert tenant.id is not None
    await session.exec(delete(RuleVersion).where(col(RuleVersion.rule_id).startswith(rule_id(tenant.id, ""))))
    if tenant.platform == "slack":
        unusable = col(SlackInstallation.token) == ""
        await session.exec(delete(SlackInstallation).where(installed == tenant.external_id, unusable))
