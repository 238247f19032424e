"""Answers that wait: behind one another, for Slack, or for the end of the server. None is lost, none is said twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.slack.background import Background
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation
from bot.database import Database
from tests.fakes.slack import FakeSlack, Held, Throttled, running_slack
from tests.fakes.slack_door import Echo, button, open_door


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


async def test_what_waits_behind_a_slow_answer_for_longer_than_a_lease_is_answered_once(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    assert isinstance(clocks.machine, FixedClock)
    held, echo = Held(), Echo()
    slack.goes_wrong("chat.postMessage", held)
    async with open_door(slack, sqlite, clocks, echo) as door:
        await door.write("slow", event_id="Ev1")
        await slack.until(lambda: "chat.postMessage" in slack.calls)
        await door.write("behind it", event_id="Ev2")
        await door.write("quick", event_id="Ev3", user="U0SAMPLE2", channel="D0SAMPLE2")
        await slack.until(lambda: len(slack.posted) == 1)  # so the one before it was taken over too
        clocks.machine.move(timedelta(minutes=3))
        await door.write("quick again", event_id="Ev4", user="U0SAMPLE2", channel="D0SAMPLE2")
        await slack.until(lambda: len(slack.posted) == 2)
        held.until.set()
        await door.write("last", event_id="Ev5")
        await slack.until(lambda: any("last" in str(said) for said in slack.posted))
    assert [request.text for request in echo.heard] == ["slow", "quick", "quick again", "behind it", "last"]
    assert len(slack.posted) == 5
    assert "interrupted" not in str(slack.posted)


async def test_work_that_begins_while_the_rest_is_let_finish_is_let_finish_too() -> None:
    """As the reply to a press that was still worked when the server was told to stop."""
    background, may_end = Background(), asyncio.Event()
    done: list[str] = []

    async def press() -> None:
        await may_end.wait()
        background.start(reply())

    async def reply() -> None:
        await asyncio.to_thread(done.append, "replied")
        done.append("and noted")

    background.start(press())
    closing = asyncio.create_task(background.close())
    asyncio.get_running_loop().call_soon(may_end.set)
    await closing
    assert done == ["replied", "and noted"]


async def test_a_welcome_that_slack_puts_off_is_said_a_moment_later(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, conversation: Conversation
) -> None:
    slack.goes_wrong("chat.postMessage", Throttled("0"))
    async with open_door(slack, sqlite, clocks, conversation) as door:
        await door.open_home("messages")
        await slack.until(lambda: slack.calls.count("chat.postMessage") == 2)
        await slack.until(lambda: len(slack.posted) == 1)
    assert "employer" in str(slack.posted[0])


async def test_a_reply_that_slack_puts_off_replaces_its_message_a_moment_later(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    slack.goes_wrong("respond", Throttled("0"))
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        await door.press(button("done a-17"))
        await slack.until(lambda: len(slack.responses) == 1)
    assert "done a-17" in str(slack.responses)
