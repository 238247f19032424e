"""Somebody presses a button, picks an option or fills in a field: Slack gets an empty acknowledgement, and the message
is replaced.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.render import render
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import Button, Buttons, Choice, Input, Message
from tests.fakes.block_kit import every
from tests.fakes.slack import Broken, FakeSlack, running_slack
from tests.fakes.slack_door import Echo, button, open_door

DONE = "Done: Get an outside view of you. Well done!"
ALREADY = "Already done: Get an outside view of you"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


async def test_a_pressed_button_replaces_its_message(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        first = await (await door.slash("faq which one")).json()
        [pressed, *_] = [
            element
            for block in first["blocks"]
            for element in block.get("elements", ())
            if element["type"] == "button" and element["value"].startswith("faq ")
        ]
        answer = await door.press(pressed)
        assert (answer.status, await answer.text()) == (200, "")
        await slack.until(lambda: len(slack.responses) == 1)
    [said] = slack.responses
    assert said["replace_original"] is True
    assert "response_type" not in said
    assert said["text"]
    assert len(said["blocks"]) >= 2
    assert slack.posted == []


def _drawn() -> list[dict[str, Any]]:
    options = (Button("Monday", "coach on mon"), Button("Tuesday & more", "coach on tue <b> & 100%"))
    return render(
        Message(
            "A message",
            (Buttons((options[1],)), Choice("Day", options), Input("What changed?", "result")),
        )
    )


async def test_every_kind_of_press_says_its_command(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    _, actions, choice, field, submit = _drawn()
    block_id, action_id = field["block_id"], field["element"]["action_id"]
    typed = {"values": {block_id: {action_id: {"type": "plain_text_input", "value": "fewer denials"}}}}
    echo = Echo()
    async with open_door(slack, sqlite, clocks, echo) as door:
        await door.press(actions["elements"][0], trigger="1")
        await door.press({**choice["accessory"], "selected_option": choice["accessory"]["options"][1]}, trigger="2")
        await door.press({**field["element"], "block_id": block_id, "value": "fewer denials"}, trigger="3", state=typed)
        await door.press(submit["elements"][0], trigger="4", state=typed)
        await slack.until(lambda: len(slack.responses) == 4)
    command = "coach on tue <b> & 100%"
    assert [request.text for request in echo.heard] == [
        command,
        command,
        "result fewer denials",
        "result fewer denials",
    ]


async def test_the_same_press_twice_is_done_once(slack: FakeSlack, database: Database, clocks: Clocks) -> None:
    echo = Echo()
    async with open_door(slack, database, clocks, echo) as door:
        for _ in range(2):
            assert (await door.press(button("done a-17"), trigger="9.9.same")).status == 200
        assert (await door.press(button("undo"), trigger="9.9.other")).status == 200
        await slack.until(lambda: len(slack.responses) == 2)
    assert [request.text for request in echo.heard] == ["done a-17", "undo"]


async def test_a_slow_press_is_acknowledged_in_time_and_finished_later(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    held = asyncio.Event()
    echo = Echo(held=held)
    async with open_door(slack, sqlite, clocks, echo, answer_within=0.05) as door:
        answer = await door.press(button("home"))
        assert (answer.status, await answer.text()) == (200, "")
        held.set()
        await slack.until(lambda: len(slack.responses) == 1)
    assert slack.responses[0]["replace_original"] is True


async def test_a_broken_press_shows_a_kind_sentence(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    async with open_door(slack, sqlite, clocks, Echo(fails=True)) as door:
        assert (await door.press(button("home"))).status == 200
        await slack.until(lambda: len(slack.responses) == 1)
    assert slack.responses[0]["text"] == "Something went wrong on my side"


async def test_a_response_url_that_is_no_address_is_logged_and_not_called(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        for number, address in enumerate(("http://[", "http://127.0.0.1:99999999/x", "https://evil.test/x", "x")):
            assert (await door.press(button("home"), trigger=f"{number}", response_url=address)).status == 200
    assert [getattr(record, "event", "") for record in caplog.records].count("reply_lost") == 4
    assert "background_error" not in [getattr(record, "event", "") for record in caplog.records]


async def test_a_broken_response_url_is_logged(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    slack.goes_wrong("respond", Broken(500))
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        assert (await door.press(button("home"))).status == 200
    assert "reply_lost" in [getattr(record, "event", "") for record in caplog.records]


async def test_a_double_click_does_one_thing(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    """Two presses, each with a trigger and a signature of its own, side by side."""
    async with open_door(slack, database, clocks, conversation) as door:
        await door.slash(PLACED)
        done = button("done get-an-outside-view")
        both = await asyncio.gather(*(door.press(done, trigger=str(number)) for number in range(2)))
        assert [answer.status for answer in both] == [200, 200]
        await slack.until(lambda: len(slack.responses) == 2)
        assert "*Actions marked done*\n1" in _texts(await (await door.slash("privacy")).json())
    titles = sorted(said["text"] for said in slack.responses)
    assert titles == [ALREADY, DONE]


async def test_a_button_is_right_three_weeks_later(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    """What it names was done meanwhile, and the member is at another action: it means what it says."""
    stale = button("done get-an-outside-view")
    async with open_door(slack, database, clocks, conversation) as door:

        async def press(pressed: dict[str, Any], number: int) -> str:
            await door.press(pressed, trigger=str(number))
            await slack.until(lambda: len(slack.responses) == number)
            return str(slack.responses[-1]["text"])

        await door.slash(PLACED)
        assert await press(stale, 1) == DONE
        for clock in (clocks.calendar, clocks.machine):
            assert isinstance(clock, FixedClock)
            clock.move(timedelta(weeks=3))
        assert await press(stale, 2) == ALREADY
        await press(button("undo done get-an-outside-view"), 3)
        assert await press(stale, 4) == DONE


def _texts(shown: dict[str, Any]) -> str:
    return "\n".join(text for text in every(shown, "text") if isinstance(text, str))
