"""A year of weekly notes with the real planner and courier: one in every local week, nothing blank, nothing again
inside its gap, for members who press Done and members who press Not this week. `tests/unit/test_year_of_notes.py`
words the same year from every placement.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import FixedClock, Week, local_day
from bot.conversation import Knowledge
from bot.database import Database, open_database
from bot.model.deliveries import Delivery, State
from content.pack import Pack
from tests.fakes.coached import Coached, coached
from tests.fakes.years import Told, check_year, placements, press

WEEK = timedelta(weeks=1)
NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
"""A Monday, so that the year holds both changes of the clocks."""


@pytest.fixture
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


@pytest.mark.long
async def test_a_year_of_four_members(sqlite: Database, knowledge: Knowledge, pack: Pack) -> None:
    lines = placements(pack)
    habits = {
        "done-unplaced": ("done", "home"),
        "done-1": ("done", lines[1]),
        "later-4": ("later", lines[4]),
        "later-7": ("later", lines[7]),
    }
    await _live_a_year(coached(sqlite, knowledge, FixedClock(START)), habits, pack)


@pytest.mark.long
async def test_a_year_on_postgresql_too(postgres_url: str, knowledge: Knowledge, pack: Pack) -> None:
    database = open_database(postgres_url)
    habits = {"done-2": ("done", placements(pack)[2])}
    await _live_a_year(coached(database, knowledge, FixedClock(START)), habits, pack)
    await database.close()


async def _live_a_year(office: Coached, habits: Mapping[str, tuple[str, str]], pack: Pack) -> None:
    for user, (_, line) in habits.items():
        await office.say(line, user=user)
        await office.say("coach on", user=user)
    office.calendar.move(timedelta(days=2))  # Wednesday, 13:00 in New York
    for _ in range(52):
        before = len(office.platform.received)
        await office.tick()
        for address, message in office.platform.received[before:]:
            await office.say(press(message, habits[address.user][0]), user=address.user)
        office.calendar.move(WEEK)
    for user, (habit, _) in habits.items():
        _check_ledger(await office.ledger(user), pack, habit=habit)


def _check_ledger(ledger: Sequence[Delivery], pack: Pack, *, habit: str) -> None:
    assert [row.state for row in ledger] == [State.SENT] * 52
    weeks = [Week.of(local_day(row.sent_at, NEW_YORK)) for row in ledger if row.sent_at]
    assert [str(week) for week in weeks] == [row.slot for row in ledger]
    check_year([Told(week, row.content) for week, row in zip(weeks, ledger, strict=True)], pack, habit=habit)
