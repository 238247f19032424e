"""Cohorts and their people: who manages which, who is in which, and what each shares. Called by the `cohort` command
and its kin; what a manager sees of it is decided in `bot.mentoring.cohort_view`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Update
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_rows import Shared
from bot.model.cohorts import Cohort, CohortManager, CohortMembership, CohortShare
from bot.model.people import Member, Tenant
from bot.visitors import insert_new

MOST = 20
"""Cohorts that one person may manage at a time."""


async def create(session: AsyncSession, tenant: Tenant, owner: int, name: str, now: datetime) -> Cohort:
    """A new cohort with its owner, who is its first manager."""
    assert tenant.id is not None
    cohort = Cohort(tenant_id=tenant.id, name=name, created_at=now)
    session.add(cohort)
    await session.flush()
    session.add(CohortManager(cohort_id=id_of(cohort), member_id=owner, is_owner=True, since=now))
    await session.flush()
    return cohort


async def managed(
    session: AsyncSession, member_id: int, *, archived: bool = False
) -> Sequence[tuple[Cohort, CohortManager]]:
    """The cohorts somebody manages, oldest first."""
    wanted = select(Cohort, CohortManager).join(CohortManager, col(CohortManager.cohort_id) == col(Cohort.id))
    is_over = col(Cohort.archived_at).is_not(None) if archived else col(Cohort.archived_at).is_(None)
    mine = wanted.where(CohortManager.member_id == member_id, is_over).order_by(col(Cohort.id))
    return (await session.exec(mine)).all()


async def joined(session: AsyncSession, member_id: int, *, also_archived: bool = False) -> Sequence[Cohort]:
    """The cohorts somebody is in, oldest first. Archived ones may be opened again."""
    wanted = select(Cohort).join(CohortMembership, col(CohortMembership.cohort_id) == col(Cohort.id))
    runs = () if also_archived else (col(Cohort.archived_at).is_(None),)
    is_in = (col(CohortMembership.left_at).is_(None), *runs)
    mine = wanted.where(CohortMembership.member_id == member_id, *is_in).order_by(col(Cohort.id))
    return (await session.exec(mine)).all()


async def managers_of(session: AsyncSession, cohort_id: int) -> Sequence[tuple[CohortManager, Member]]:
    """Who sees what the cohort's members share; the owner first."""
    wanted = select(CohortManager, Member).join(Member, col(Member.id) == col(CohortManager.member_id))
    order = (col(CohortManager.is_owner).desc(), col(CohortManager.since), col(CohortManager.member_id))
    return (await session.exec(wanted.where(CohortManager.cohort_id == cohort_id).order_by(*order))).all()


async def manager(session: AsyncSession, cohort_id: int, member_id: int) -> CohortManager | None:
    return await session.get(CohortManager, (cohort_id, member_id))


async def hand_over(session: AsyncSession, cohort_id: int, to: int, now: datetime) -> None:
    """Make somebody the owner; whoever was it stays a manager."""
    await _add_manager(session, cohort_id, to, now)
    of_it = update(CohortManager).where(col(CohortManager.cohort_id) == cohort_id)
    await session.exec(of_it.values(is_owner=False))  # first, because there is one owner at a time
    await session.exec(of_it.where(col(CohortManager.member_id) == to).values(is_owner=True))


async def add_manager(session: AsyncSession, cohort_id: int, who: int, now: datetime) -> None:
    await _add_manager(session, cohort_id, who, now)


async def _add_manager(session: AsyncSession, cohort_id: int, who: int, now: datetime) -> None:
    new = CohortManager(cohort_id=cohort_id, member_id=who, since=now)
    await insert_new(session, CohortManager, **new.model_dump())


async def join(
    session: AsyncSession, cohort_id: int, member_id: int, fields: Collection[Shared], now: datetime
) -> None:
    """Be in a cohort, and share these fields. Whoever was in it before comes back with nothing else."""
    new = CohortMembership(cohort_id=cohort_id, member_id=member_id, joined_at=now)
    if not await insert_new(session, CohortMembership, **new.model_dump()):
        row = await session.get_one(CohortMembership, (cohort_id, member_id))
        row.joined_at, row.left_at, row.hears = now, None, True
    await share(session, cohort_id, member_id, fields, now)


async def leave(session: AsyncSession, cohort_id: int, member_id: int, now: datetime) -> None:
    """Out, and nothing is shared any more."""
    await unshare(session, cohort_id, member_id, list(Shared))
    mine = update(CohortMembership).where(
        col(CohortMembership.cohort_id) == cohort_id, col(CohortMembership.member_id) == member_id
    )
    await session.exec(mine.values(left_at=now))


async def share(
    session: AsyncSession, cohort_id: int, member_id: int, fields: Collection[Shared], now: datetime
) -> None:
    """Let managers see these fields from now on. One that is shared already goes on as it was."""
    for field in sorted(fields):
        new = CohortShare(cohort_id=cohort_id, member_id=member_id, field=field, since=now)
        if not await insert_new(session, CohortShare, **new.model_dump()):
            again = _shares(cohort_id, member_id, [field]).where(col(CohortShare.since).is_(None))
            await session.exec(again.values(since=now))


async def unshare(session: AsyncSession, cohort_id: int, member_id: int, fields: Collection[Shared]) -> None:
    """Take these fields out of everybody's sight at once."""
    await session.exec(_shares(cohort_id, member_id, fields).values(since=None))


def _shares(cohort_id: int, member_id: int, fields: Collection[Shared]) -> Update:
    return update(CohortShare).where(
        col(CohortShare.cohort_id) == cohort_id,
        col(CohortShare.member_id) == member_id,
        col(CohortShare.field).in_([field.value for field in fields]),
    )


async def shares_of(session: AsyncSession, cohort_id: int, member_id: int) -> frozenset[Shared]:
    """What a member shares with a cohort's managers now."""
    mine = select(CohortShare.field).where(
        CohortShare.cohort_id == cohort_id, CohortShare.member_id == member_id, col(CohortShare.since).is_not(None)
    )
    return frozenset(Shared(each) for each in (await session.exec(mine)).all())


async def hush(session: AsyncSession, member_id: int) -> bool:
    """Nothing comes unasked any more on account of a cohort: no word, no digest. Whether anything could have."""
    words = update(CohortMembership).where(col(CohortMembership.member_id) == member_id, col(CohortMembership.hears))
    digests = update(CohortManager).where(
        col(CohortManager.member_id) == member_id, col(CohortManager.digest_at).is_not(None)
    )
    ended = [await session.exec(words.values(hears=False)), await session.exec(digests.values(digest_at=None))]
    return any(each.rowcount for each in ended)


def id_of(cohort: Cohort) -> int:
    assert cohort.id is not None
    return cohort.id
