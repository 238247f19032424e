"""A member's zone comes from their Slack profile, once and without anybody waiting for it."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from bot.clock import Clocks, FixedClock, instant_of
from bot.conversation import Conversation
from bot.database import Database
from bot.mentoring.leaving import KEPT, everywhere, leave
from bot.mentoring.samples import PLACED
from bot.model.coaching import CoachingPlan
from bot.model.people import Member
from bot.model.progress import PlannedAction
from jobs.erasing import erase_left
from tests.fakes.slack import TEAM, Broken, FakeSlack, Held, Refused, Throttled, running_slack
from tests.fakes.slack_door import button, open_door


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


async def test_a_zone_is_learned_once_after_the_answer(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        for number in range(3):
            await door.slash("help")
            await door.write("help", event_id=f"Ev{number}")
            await door.press(button("help"), trigger=str(number))
        await slack.until(lambda: len(slack.posted) == 3)
    assert slack.calls.count("users.info") == 1
    assert await _zones(database) == ["America/Chicago"]
    async with database.work() as session:
        assert (await session.exec(select(Member.name))).all() == ["Sample One"]


async def test_a_profile_without_a_zone_is_read_once(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        for _ in range(3):
            await door.slash("help", user_id="U0SAMPLE2")
    assert slack.calls.count("users.info") == 1
    assert await _zones(database) == [None]


async def test_what_was_planned_by_a_guess_follows_the_zone(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    """Slack's answer is a while in coming, and the member goes on talking."""
    coming = Held()
    slack.goes_wrong("users.info", coming)
    async with open_door(slack, database, clocks, conversation) as door:
        for line in (PLACED, "coach on", "plan get-an-outside-view 2026-11-26 12:30, break room"):
            await door.slash(line)
        assert await _planned(database) == _at_noon_and_half_past("America/New_York")
        coming.until.set()
    assert await _zones(database) == ["America/Chicago"]
    assert await _planned(database) == _at_noon_and_half_past("America/Chicago")


def _at_noon_and_half_past(zone: str) -> tuple[datetime, datetime]:
    note = instant_of(date(2026, 11, 25), time(12), ZoneInfo(zone))
    return note, instant_of(date(2026, 11, 26), time(12, 30), ZoneInfo(zone))


async def _planned(database: Database) -> tuple[datetime | None, datetime]:
    """When the weekly note and the reminder are due."""
    async with database.work() as session:
        plan = (await session.exec(select(CoachingPlan))).one()
        reminder = (await session.exec(select(PlannedAction))).one()
    return plan.next_due_at, reminder.due_at


async def test_a_zone_makes_no_plan_for_whoever_has_none(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        await door.slash("help")
    assert await _zones(database) == ["America/Chicago"]
    async with database.work() as session:
        assert (await session.exec(select(CoachingPlan))).all() == []


async def _zones(database: Database) -> Sequence[str | None]:
    async with database.work() as session:
        return (await session.exec(select(Member.zone))).all()


@pytest.mark.parametrize("mishap", [Broken(500), Refused("missing_scope"), Throttled("1")], ids=str)
async def test_no_zone_is_no_harm(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation, mishap: Any
) -> None:
    slack.goes_wrong("users.info", mishap)
    async with open_door(slack, database, clocks, conversation) as door:
        assert (await door.slash("help")).status == 200
        await slack.until(lambda: slack.calls.count("users.info") == 1)
    assert await _zones(database) == [None]
    async with open_door(slack, database, clocks, conversation) as door:
        assert (await door.slash("help")).status == 200
    assert await _zones(database) == ["America/Chicago"]


async def test_whoever_was_erased_and_comes_back_is_asked_about_anew(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    assert isinstance(clocks.machine, FixedClock)
    async with open_door(slack, database, clocks, conversation) as door:
        await door.slash("help")
        await slack.until(lambda: slack.calls.count("users.info") == 1)
        now = clocks.calendar.now()
        async with database.work() as session:
            await leave(session, everywhere("slack", TEAM), now)
        assert await erase_left(database, now + KEPT) == 1
        clocks.machine.move(KEPT)
        await door.slash("help")
        await slack.until(lambda: slack.calls.count("users.info") == 2)
