"""Sample members in a sample cohort, sharing everything, marked as such. Called by `preceptor seed --cohort`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_rows import Shared
from bot.mentoring.cohorts import create, id_of
from bot.mentoring.outcomes import KINDS
from bot.mentoring.progress import Kind
from bot.model.cohorts import Cohort, CohortManager, CohortMembership, CohortShare, Outcome
from bot.model.credentials import HeldCredential
from bot.model.people import Member, Tenant
from bot.model.progress import ProgressEvent, StageChange
from bot.visitors import find_member

MANAGER = "sample-manager"
"""Who owns the sample cohorts, by the platform's own id."""
WEEKS_AGO = 14
"""When they joined."""
SITES = 40
REGIONS = ("North", "East", "South", "West")
ACTIONS = ("list-your-schooling", "request-transcript", "map-a-visit", "get-an-outside-view", "gather-certificates")
CERTIFICATES = ("pahcom-cmm", "aapc-cpc", "pmi-cmom")


async def add_to_cohort(
    session: AsyncSession, tenant: Tenant, name: str, members: Sequence[int], now: datetime
) -> Cohort:
    """These members join the sample cohort of that name, which is made if there is none yet. Their past is made up:
    where they work, what they did and some hold, who moved on this week, who was not heard of for long, some outcomes.
    """
    cohort = await _cohort(session, tenant, name, now)
    number, before = id_of(cohort), now - WEEKS_AGO * timedelta(weeks=1)
    joined = [{"cohort_id": number, "member_id": each, "joined_at": before, "hears": True} for each in members]
    shares = [
        {"cohort_id": number, "member_id": each, "field": field.value, "since": before, "was_counted": False}
        for each in members
        for field in Shared
    ]
    await session.exec(insert(CohortMembership), params=joined)
    await session.exec(insert(CohortShare), params=shares)
    await session.exec(update(Member), params=[_past(each, now) for each in members])
    outcomes = [
        {"member_id": each, "kind": KINDS[each // 6 % 4], "day": now.date()} for each in members if each % 6 == 0
    ]
    if outcomes:
        await session.exec(insert(Outcome), params=outcomes)
    await session.exec(insert(StageChange), params=[_change(each, now) for each in members])
    done = [_done(each, number, now) for each in members for number in range(each % (len(ACTIONS) + 1))]
    if done:
        await session.exec(insert(ProgressEvent), params=done)
    certificates = [_certificate(each, now) for each in members if each % 5 == 0]
    if certificates:
        await session.exec(insert(HeldCredential), params=certificates)
    return cohort


def _certificate(member: int, now: datetime) -> dict[str, object]:
    """One with a printed date within the next year."""
    last = now.date() + timedelta(days=3 + (member // 5 - 1) * 83 % 360)
    rule = CERTIFICATES[member // 5 % len(CERTIFICATES)]
    return {"member_id": member, "rule_id": rule, "rule_version": 1, "expires": last, "added_at": now}


def _done(member: int, number: int, now: datetime) -> dict[str, object]:
    at = now - timedelta(days=3 + 7 * number)
    return {"member_id": member, "at": at, "kind": Kind.DONE.value, "subject": ACTIONS[number], "detail": {}}


def _change(member: int, now: datetime) -> dict[str, object]:
    """A step onward on one of the days since they joined, more of them lately."""
    days = (member * 37 % 83) * (member % 3 + 1) // 3
    return {"member_id": member, "at": now - timedelta(days=days + 1), "before": 1, "after": 2}


def _past(member: int, now: datetime) -> dict[str, object]:
    is_moved, is_quiet = member % 8 == 1, member % 9 == 2
    return {
        "id": member,
        "site": f"Sample clinic {member % SITES + 1}",
        "region": REGIONS[member % SITES % len(REGIONS)],
        "stage_before": 1 if is_moved else None,
        "stage_moved_at": now - timedelta(days=2) if is_moved else None,
        "last_active_at": now - timedelta(days=70 + member % 30) if is_quiet else now,
    }


async def _cohort(session: AsyncSession, tenant: Tenant, name: str, now: datetime) -> Cohort:
    owner = await find_member(session, tenant, MANAGER, now)
    assert owner.id is not None
    wanted = select(Cohort).join(CohortManager, col(CohortManager.cohort_id) == col(Cohort.id))
    mine = wanted.where(Cohort.name == name, CohortManager.member_id == owner.id, col(Cohort.archived_at).is_(None))
    found = (await session.exec(mine)).first()
    return found or await create(session, tenant, owner.id, name, now)
