"""A file that somebody asked for in Slack comes into their direct messages, once, whatever happens on the way."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation
from bot.database import Database
from bot.model.inbound import FILE, InboundEvent
from tests.fakes.block_kit import every
from tests.fakes.slack import Broken, Cut, FakeSlack, Refused, Throttled, running_slack
from tests.fakes.slack_door import USER, Door, button, open_door

LEASE_IS_OVER = timedelta(minutes=3)
GET_URL, COMPLETE, HISTORY = "files.getUploadURLExternal", "files.completeUploadExternal", "conversations.history"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


class World:
    """The mentor on a database, which may be started again."""

    def __init__(self, slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation) -> None:
        self.slack = slack
        slack.first_stamp = int(clocks.machine.now().timestamp())
        self._parts = (database, clocks, conversation)

    @asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[Door]:
        database, clocks, conversation = self._parts
        async with open_door(self.slack, database, clocks, conversation, **settings) as door:
            yield door

    async def waiting(self) -> Sequence[InboundEvent]:
        async with self._parts[0].reading() as session:
            return [each for each in (await session.exec(select(InboundEvent))).all() if each.kind == FILE]

    async def is_worked(self, number: int = 1) -> bool:
        """Once the mentor has stopped, which lets it finish what it does."""
        return [each.worked_at is not None for each in await self.waiting()] == [True] * number

    def after_a_while(self) -> None:
        machine = self._parts[1].machine
        assert isinstance(machine, FixedClock)
        machine.move(LEASE_IS_OVER)

    def said(self) -> list[str]:
        return [" ".join(t for t in every(each, "text") if isinstance(t, str)) for each in self.slack.posted]


@pytest.fixture
def world(slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation) -> World:
    return World(slack, database, clocks, conversation)


def _called(slack: FakeSlack, method: str, times: int) -> bool:
    return slack.calls.count(method) == times


async def test_a_file_comes_behind_the_answer_into_the_direct_messages(world: World, slack: FakeSlack) -> None:
    async with world.running() as door:
        told = await (await door.slash("export", channel_id="C0GENERAL")).json()
        await slack.until(lambda: len(slack.files.shown) == 1)
        await door.press(button("export"))
        await slack.until(lambda: len(slack.files.shown) == 2)
        await door.write("export")
        await slack.until(lambda: len(slack.files.shown) == 3)

    assert await world.is_worked(3)
    assert (told["response_type"], "Your whole record" in json.dumps(told)) == ("ephemeral", True)
    for upload in slack.files.shown:
        assert upload.channel == "D0SAMPLE1"
        record: Any = json.loads(upload.content or b"")
        assert [each["user_id"] for each in record["kept"]["member"]] == [USER]
    assert [each.details for each in await world.waiting()] == [{}] * 3  # nothing of it is kept


async def test_after_a_restart_it_is_handed_over_and_never_twice(world: World, slack: FakeSlack) -> None:
    """Cut off in each place: before anything showed, after Slack took it, and before it heard of it."""
    slack.goes_wrong(GET_URL, Cut(taken=False))
    slack.goes_wrong(COMPLETE, Cut(taken=True), Cut(taken=False))
    async with world.running() as door:
        await door.slash("export")
        await slack.until(lambda: GET_URL in slack.calls)
    for seen in (COMPLETE, HISTORY):  # taken at first; then looked for, and found
        world.after_a_while()
        async with world.running():
            await slack.until(partial(slack.calls.__contains__, seen))
    assert await world.is_worked()
    assert (len(slack.files.shown), slack.calls.count(COMPLETE)) == (1, 1)

    async with world.running() as door:
        await door.slash("export")
        await slack.until(lambda: slack.calls.count(COMPLETE) == 2)
    world.after_a_while()
    async with world.running():  # looked for, and not there: once more
        await slack.until(lambda: len(slack.files.shown) == 2)
    assert await world.is_worked(2)
    assert slack.calls.count(COMPLETE) == 3
    assert slack.posted == [each for each in slack.posted if "files" in each]  # nobody was told of any trouble


async def test_of_two_that_were_interrupted_both_come(world: World, slack: FakeSlack) -> None:
    slack.goes_wrong(GET_URL, Cut(taken=False), Cut(taken=False))
    async with world.running() as door:
        for number in (1, 2):
            await door.slash("export")
            await slack.until(partial(_called, slack, GET_URL, number))
    world.after_a_while()
    async with world.running():
        await slack.until(lambda: len(slack.files.shown) == 2)
    assert await world.is_worked(2)


@pytest.mark.parametrize(
    ("trouble", "settings", "words"),
    [
        ("missing_scope", {}, "*files:write*"),
        ("missing_scope", {"PUBLIC_URL": "https://mentor.example.org"}, "https://mentor.example.org/take/"),
        ("file_uploads_disabled", {}, "allow apps to upload files"),
    ],
)
async def test_what_slack_refuses_is_said_with_what_would_help(
    world: World, slack: FakeSlack, trouble: str, settings: dict[str, str], words: str
) -> None:
    slack.goes_wrong(GET_URL, Refused(trouble))
    async with world.running(**settings) as door:
        await door.slash("export")
        await slack.until(lambda: len(slack.posted) == 1)
    assert await world.is_worked()
    assert slack.posted[0]["channel"] == USER
    assert words in world.said()[0]
    assert slack.files.shown == []


async def test_where_nobody_may_look_it_is_said_to_be_unsure(world: World, slack: FakeSlack) -> None:
    slack.goes_wrong(COMPLETE, Throttled("0"), Broken(500))  # asked to wait, then lost
    async with world.running(SLACK_READ_BACK="no") as door:
        await door.slash("export")
        await slack.until(lambda: slack.calls.count(COMPLETE) == 2)
    world.after_a_while()
    async with world.running(SLACK_READ_BACK="no"):
        await slack.until(lambda: len(slack.posted) == 1)
    assert await world.is_worked()
    assert "cannot tell whether it came" in world.said()[0]
    assert slack.calls.count(COMPLETE) == 2
