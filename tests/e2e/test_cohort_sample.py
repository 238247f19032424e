"""`preceptor seed --cohort`: all sample members join and share, on both databases; and the view of them is no slower to
ask for, however many they are.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from click.testing import CliRunner
from sqlalchemy import event
from sqlmodel import select

from adapters.cli.main import preceptor
from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.cohort_records import list_of, view_of
from bot.mentoring.cohort_view import View
from bot.model.cohorts import Cohort
from bot.model.people import Tenant
from bot.sample_cohorts import ACTIONS, MANAGER
from bot.samples import Sample, seed
from tests.conftest import MONDAY
from tests.fakes.coached import coached
from tests.fakes.cohorts import view


async def _seeded(database: Database, members: int, first: int = 0) -> None:
    async with database.work() as session:
        await seed(session, Sample(members, cohort="Sample learners", first=first), MONDAY)


async def _view(database: Database, knowledge: Knowledge, read: Callable[..., Awaitable[View]] = view_of) -> View:
    async with database.work() as session:
        cohort = (await session.exec(select(Cohort))).one()
        tenant = (await session.exec(select(Tenant).where(Tenant.id == cohort.tenant_id))).one()
        return await read(session, cohort, tenant, knowledge.library.pack("en"), MONDAY)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_all_join_and_share_and_the_manager_sees_them(
    database: Database, knowledge: Knowledge, calendar: FixedClock
) -> None:
    await _seeded(database, 60)
    await _seeded(database, 60, first=60)
    seen = await _view(database, knowledge)
    assert len(seen.rows) == seen.counted == seen.whole.step_of == 120
    assert sum(seen.whole.steps.values()) == 120
    assert seen.regions
    assert seen.whole.current < seen.whole.activity_of
    assert (await _view(database, knowledge, list_of)).rows == seen.rows
    assert seen.whole.moved > 0
    members = [row.member_id for row in seen.rows]
    assert seen.whole.actions == sum(each % (len(ACTIONS) + 1) for each in members)
    assert seen.whole.outcomes_of == 120
    assert seen.regions
    office = coached(database, knowledge, calendar)
    assert "120 people share something" in await view(office, user=MANAGER, tenant="SAMPLE1")


async def test_more_members_cost_no_more_statements(database: Database, knowledge: Knowledge) -> None:
    numbers = []
    for first, members in ((0, 20), (20, 180)):
        await _seeded(database, members, first)
        await _view(database, knowledge)  # counts those who are new
        with counted(database) as said:
            await _view(database, knowledge)
        numbers.append(len(said))
    assert numbers[0] == numbers[1] < 25


def test_the_command_says_who_manages_it(sqlite_url: str) -> None:
    line = ["seed", "--members", "5", "--cohort", "Sample learners"]
    done = CliRunner(env={"DATABASE_URL": sqlite_url}).invoke(preceptor, line)
    assert f"All are in 'Sample learners', which {MANAGER} manages" in done.output
    assert re.search(r"http://localhost:8000/dashboard/enter/[\w-]{40,}$", done.output.strip())
