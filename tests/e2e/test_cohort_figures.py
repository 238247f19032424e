"""A cohort's figures are read in sums where rows are not asked for, and person by person where they are: on both
databases, whatever happens to the people, the two say the same, and the sums tell when somebody is to be counted anew.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.cohort_records import view_of
from bot.mentoring.cohort_rows import Shared
from bot.mentoring.cohort_sums import figures_of
from bot.mentoring.cohort_trend import Week, past_of, trend
from bot.mentoring.cohort_view import View
from bot.model.cohorts import Cohort, CohortBatch, CohortManager, CohortShare
from bot.model.credentials import HeldCredential, LoggedCourse
from bot.model.people import Member, Tenant
from bot.model.progress import StageChange
from bot.samples import Sample, seed
from tests.conftest import MONDAY
from tests.fakes.cohort_crowd import COHORT, Crowd, rows_of

PEOPLE = 40
TURNS = 12
TRAINING = "osha-bloodborne"


async def _asked(session: AsyncSession) -> tuple[Cohort, Tenant]:
    cohort = (await session.exec(select(Cohort).where(Cohort.id == COHORT))).one()
    return cohort, (await session.exec(select(Tenant).where(Tenant.id == cohort.tenant_id))).one()


async def _in_sums(database: Database, knowledge: Knowledge) -> View | None:
    async with database.reading() as session:
        asked = await _asked(session)
        return await figures_of(session, *asked, knowledge.library.pack("en"), MONDAY)


async def _one_by_one(database: Database, knowledge: Knowledge) -> tuple[View, bool]:
    """And whether somebody was counted anew."""
    async with database.work() as session:
        asked = await _asked(session)
        before = await rows_of(session, CohortBatch)
        view = await view_of(session, *asked, knowledge.library.pack("en"), MONDAY)
        return view, await rows_of(session, CohortBatch) != before


@pytest.mark.parametrize("is_locked", [False, True], ids=["rows too", "figures alone"])
async def test_sums_are_what_one_by_one_comes_to(database: Database, knowledge: Knowledge, *, is_locked: bool) -> None:
    dice = Random(20 + is_locked)
    actions = [each.id for step in knowledge.library.pack("en").steps for each in step.actions[:2]]
    async with database.work() as session:
        await seed(session, Sample(PEOPLE, cohort="Sample learners"), MONDAY)
        await session.exec(update(Tenant).values(cohorts_locked=is_locked))
        some = await session.exec(select(Member.id).where(col(Member.user_id).like("sample-%-%")))
        members = sorted(each for each in some.all() if each is not None)
        crowd = Crowd(dice, members, actions, MONDAY)
        await crowd.begin(session)
        await crowd.happen(session, 100)
    settled, said = [], []
    for turn in range(TURNS):
        in_sums = await _in_sums(database, knowledge)
        view, is_anew = await _one_by_one(database, knowledge)
        assert (in_sums is None) == is_anew, turn
        if is_anew:
            in_sums = await _in_sums(database, knowledge)
        assert in_sums == replace(view, rows=()), turn
        settled.append(is_anew)
        said.append(view.whole)
        async with database.work() as session:
            await crowd.happen(session, 30)
            if turn % 2:
                await crowd.come_and_go(session)
    assert {True, False} == set(settled)
    for figure in ("moved", "actions", "current", "outcomes", "soon", "ends", "steps"):
        assert any(getattr(each, figure) for each in said), figure


async def test_sums_know_what_seldom_happens(database: Database, knowledge: Knowledge) -> None:
    """A step onward before it was shared; a training done again, whose printed day is over; and, where nobody sees
    rows, five who are new, one of whom is a manager.
    """
    async with database.work() as session:
        await seed(session, Sample(12, cohort="Sample learners"), MONDAY)
        members = sorted((await session.exec(select(CohortShare.member_id).distinct())).all())
        await session.exec(update(CohortShare).values(since=MONDAY - timedelta(days=1)))
        moved = {"step": 3, "stage_before": 2, "stage_moved_at": MONDAY - timedelta(days=2)}
        await session.exec(update(Member).where(col(Member.id).in_(members)).values(region=None, site=None, **moved))
        day, amounts = MONDAY.date(), {TRAINING: 100}
        for each in members:
            ends = day + timedelta(days=90)
            session.add(HeldCredential(member_id=each, rule_id=TRAINING, rule_version=1, expires=ends, added_at=MONDAY))
            session.add(LoggedCourse(member_id=each, day=day, title="Sample", amounts=amounts, logged_at=MONDAY))
        late = update(CohortShare).where(col(CohortShare.member_id).in_(members[7:]))
        await session.exec(late.values(since=None))
    view, _ = await _one_by_one(database, knowledge)
    assert await _in_sums(database, knowledge) == replace(view, rows=())
    assert (view.whole.step_of, view.whole.moved) == (7, 0)
    assert (day + timedelta(days=90)).replace(day=1) not in view.whole.ends
    async with database.work() as session:
        await session.exec(late.values(since=MONDAY))
        await session.exec(update(Tenant).values(cohorts_locked=True))
        session.add(CohortManager(cohort_id=COHORT, member_id=members[7], since=MONDAY))
    assert await _in_sums(database, knowledge) is not None
    async with database.work() as session:
        await session.exec(delete(CohortManager).where(col(CohortManager.member_id) == members[7]))
    assert await _in_sums(database, knowledge) is None


async def test_weeks_hold_what_was_done_while_all_of_a_batch_shared_it(database: Database) -> None:
    """Of six who share since different days, week by week: nobody yet, one, one with a move that was taken back."""
    monday, now = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)
    async with database.work() as session:
        await seed(session, Sample(6, cohort="Sample learners"), MONDAY)
    changes = (
        (0, monday + timedelta(days=1), 1, 2),
        (0, monday + timedelta(days=8), 2, 4),
        (1, monday + timedelta(days=9), 3, 4),
        (1, monday + timedelta(days=10), 4, 3),
        (2, monday + timedelta(days=13), None, 2),
        (3, monday + timedelta(days=20), 4, 5),
        (4, monday + timedelta(days=21), 4, 5),
        (5, monday + timedelta(days=15), 3, 4),
        (5, monday + timedelta(days=16), 4, None),
    )
    async with database.work() as session:
        await session.exec(delete(StageChange))
        steps = select(CohortShare.member_id).where(CohortShare.field == Shared.STEP.value)
        members = sorted((await session.exec(steps)).all())
        session.add_all(
            StageChange(member_id=members[place], at=at, before=before, after=after)
            for place, at, before, after in changes
        )
        batch = CohortBatch(cohort_id=COHORT, field=Shared.STEP.value, size=6, region="North", site="Gate")
        session.add(batch)
        await session.flush()
        mine = update(CohortShare).where(col(CohortShare.field) == Shared.STEP.value)
        await session.exec(mine.values(batch_id=batch.id, since=monday - timedelta(days=9)))
        late = mine.where(col(CohortShare.member_id) == members[5])
        await session.exec(late.values(since=monday + timedelta(days=2)))
    async with database.reading() as session:
        weeks = trend(await past_of(session, COHORT, now), now)
    assert weeks == (Week(date(2026, 11, 9), 6, 1), Week(date(2026, 11, 16), 6, 1))
