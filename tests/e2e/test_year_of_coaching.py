"""A year of weekly notes from every placement result, with the real planner and courier: nothing blank, nothing again
inside its gap, never two in a local week, for a member who presses Done and one who presses Not this week.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest

from bot.clock import FixedClock, Week, local_day
from bot.conversation import Knowledge
from bot.database import Database, open_database
from bot.mentoring.placement import place
from bot.message import plain
from bot.model.deliveries import Delivery, State
from content.pack import Pack
from tests.fakes.coached import Coached, buttons_of, coached

WEEK = timedelta(weeks=1)
NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
"""A Monday, so that the year holds both changes of the clocks."""


@pytest.fixture
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


def placements(pack: Pack) -> Mapping[int, str]:
    """Step → a line of answers that places somebody there."""
    questions = pack.placement.questions
    found: dict[int, str] = {}
    for choices in product(*(question.choices for question in questions)):
        answers = {question.id: choice.id for question, choice in zip(questions, choices, strict=True)}
        line = " ".join(["start", *(f"{question}={choice}" for question, choice in answers.items())])
        found.setdefault(place(answers, pack.placement).step, line)
        if len(found) == len(pack.steps):
            break
    return found


async def test_a_year_from_every_placement(sqlite: Database, knowledge: Knowledge, pack: Pack) -> None:
    lines = placements(pack)
    assert sorted(lines) == [1, 2, 3, 4, 5, 6, 7]
    habits = {f"{habit}-{step}": (habit, line) for step, line in lines.items() for habit in ("done", "later")}
    habits["done-unplaced"] = ("done", "home")
    await _live_a_year(coached(sqlite, knowledge, FixedClock(START)), habits, pack)


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
            assert message.words() <= 60
            assert len(plain(message).split()) > 20, plain(message)
            pressed = [
                each.command for each in buttons_of(message) if each.command.split()[0] == habits[address.user][0]
            ]
            assert len(pressed) == 1, plain(message)
            await office.say(pressed[0], user=address.user)
        office.calendar.move(WEEK)
    for user in habits:
        _check_year(await office.ledger(user), pack, presses=habits[user][0])


def _check_year(ledger: Sequence[Delivery], pack: Pack, *, presses: str) -> None:
    assert [row.state for row in ledger] == [State.SENT] * 52
    weeks = [Week.of(local_day(row.sent_at, NEW_YORK)) for row in ledger if row.sent_at]
    assert len(set(weeks)) == 52
    assert [str(week) for week in weeks] == [row.slot for row in ledger]
    practices = {practice.id: practice for practice in pack.practices}
    _check_gaps(ledger, "suggestion", {idea.id: idea.gap_weeks for idea in pack.suggestions})
    _check_gaps(ledger, "action", {each.id: each.gap_weeks for each in pack.practices})
    actions = {action.id: pack.action_gap_weeks for step in pack.steps for action in step.actions}
    _check_gaps(ledger, "action", actions)
    if presses == "done":
        done = [row.content["action"] for row in ledger if row.content["action"] not in practices]
        assert len(done) == len(set(done))
        assert len(done) >= 9


def _check_gaps(ledger: Sequence[Delivery], kind: str, gaps: Mapping[str, int]) -> None:
    weeks = defaultdict(list)
    for row in ledger:
        weeks[row.content.get(kind)].append(Week.parse(row.slot))
    for thing, gap in gaps.items():
        for earlier, later in pairwise(weeks[thing]):
            assert later.weeks_since(earlier) >= gap, (thing, earlier, later)
