"""A member's zone comes from their Slack profile, once and without anybody waiting for it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from sqlmodel import select

from bot.clock import Clocks
from bot.conversation import Conversation
from bot.database import Database
from bot.model.people import Member
from tests.fakes.slack import Broken, FakeSlack, Refused, Throttled, running_slack
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


async def test_a_profile_without_a_zone_is_read_once(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        for _ in range(3):
            await door.slash("help", user_id="U0SAMPLE2")
    assert slack.calls.count("users.info") == 1
    assert await _zones(database) == [None]


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
