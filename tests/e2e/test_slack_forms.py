"""Forms as windows over Slack: opened at once by a button, filled in a moment later, submitted as a line that somebody
could have typed, and answered within their acknowledgement.
"""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.clock import Clocks
from bot.conversation import Conversation, Request
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import Message
from tests.fakes.block_kit import Json, every
from tests.fakes.slack import FakeSlack, Held, running_slack
from tests.fakes.slack_door import USER, Door, Echo, button, open_door

ANSWERS = dict(word.split("=") for word in PLACED.split()[1:])


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def door(slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation) -> AsyncIterator[Door]:
    async with open_door(slack, database, clocks, conversation) as opened:
        yield opened


def _said(shown: Json | None) -> str:
    return "\n".join(text for text in every(shown, "text") if isinstance(text, str))


def _opener(shown: Json, command: str) -> Json:
    """The button of a message or view that opens a form."""
    found = [
        element
        for block in shown["blocks"]
        for element in block.get("elements", ())
        if element.get("value") == command and element["action_id"].startswith("f:")
    ]
    assert found, f"no button opens {command!r}"
    return {"block_id": "b", **found[0]}


async def _opened(door: Door, shown: Json, command: str) -> Json:
    """The window once it is filled."""
    door.slack.views.modals.clear()
    trigger = door.slack.views.trigger()
    answer = await door.press(_opener(shown, command), trigger=trigger)
    assert (answer.status, await answer.text()) == (200, "")
    await door.slack.until(lambda: len(_states(door.slack)) == 2)
    return door.slack.views.window()


def _states(slack: FakeSlack) -> list[Json]:
    return [state for states in slack.views.modals.values() for state in states]


class Slow(Echo):
    """The real conversation, once it is let go on."""

    def __init__(self, conversation: Conversation, *, held: asyncio.Event) -> None:
        super().__init__(held=held)
        self._conversation = conversation

    async def answer(self, request: Request) -> Message:
        await super().answer(request)
        return await self._conversation.answer(request)


async def _slash(door: Door, line: str) -> Json:
    answer: Json = await (await door.slash(line)).json()
    return answer


async def test_placement_in_one_window(door: Door, slack: FakeSlack) -> None:
    window = await _opened(door, await _slash(door, "home"), "start")
    waiting, _ = _states(slack)
    assert "One moment" in _said(waiting)
    assert "/mentor start" in _said(waiting)
    assert window["title"]["text"] == "Find your step"
    assert len([block for block in window["blocks"] if block["type"] == "input"]) == 6
    filled = {question: f"{question}={choice}" for question, choice in ANSWERS.items()}
    told = await door.submit(window, filled)
    assert told
    assert told["response_action"] == "update"
    assert "step 3" in _said(told["view"])
    await slack.until(lambda: len(slack.responses) == 1)
    assert "step 3" in slack.responses[0]["text"]
    assert "step 3" in (await _slash(door, "home"))["text"]


async def test_the_settings_of_the_weekly_note(door: Door, slack: FakeSlack) -> None:
    window = await _opened(door, await _slash(door, "coach on"), "coach settings")
    told = await door.submit(
        window, {"weekday": "Fridays", "hour": "09:15", "zone": "America/Denver", "topics": "step"}
    )
    assert "Fridays at 09:15" in _said(told)
    assert "America/Denver" in _said(await _slash(door, "coach"))
    window = await _opened(door, await _slash(door, "coach"), "coach settings")
    again = await door.submit(window, {}, trigger="untouched")
    assert "Fridays at 09:15" in _said(again)


async def test_a_pause_from_today_and_one_that_begins_later(door: Door, slack: FakeSlack) -> None:
    window = await _opened(door, await _slash(door, "coach on"), "coach pause")
    assert "Dec" in _said(await door.submit(window, {"until": "2026-12-15"}))
    window = await _opened(door, await _slash(door, "coach resume"), "coach pause")
    await door.submit(window, {"from": "2026-12-20", "until": "2027-01-04"}, trigger="other")
    assert "January 4" in _said(await _slash(door, "coach settings"))


async def test_what_does_not_fit_stands_beside_its_field(door: Door, slack: FakeSlack) -> None:
    await _slash(door, PLACED)
    window = await _opened(door, await _slash(door, "next"), "plan get-an-outside-view")
    told = await door.submit(window, {"day": "2020-01-01", "time": "09:00"})
    assert told
    [(block_id, why)] = told["errors"].items()
    assert ":day:" in block_id
    assert why == "That time has passed"
    assert slack.responses == []
    told = await door.submit(window, {"day": "2026-11-26", "time": "12:30", "place": "break room"}, trigger="again")
    assert "break room" in _said(told)
    assert "Thu 26 Nov 2026, 12:30, break room" in _said(await _slash(door, "home"))


async def test_the_day_of_a_milestone(door: Door, slack: FakeSlack) -> None:
    name = "milestone finish-bachelor-degree"
    window = await _opened(door, await _slash(door, name), name)
    told = await door.submit(window, {"day": "2020-05-31"})
    assert told
    assert list(told) == ["response_action", "errors"]
    assert "May 31, 2028" in _said(await door.submit(window, {"day": "2028-05-31"}, trigger="again"))
    again = await _opened(door, await _slash(door, name), name)
    assert list(every(again, "initial_date")) == ["2028-05-31"]


async def test_a_line_on_what_changed(door: Door, slack: FakeSlack) -> None:
    await _slash(door, PLACED)
    window = await _opened(door, await _slash(door, "result list-your-schooling "), "result list-your-schooling")
    told = await door.submit(window, {"text": "Found <!channel> 9 credits & more"})
    assert "Found &lt;!channel&gt; 9 credits &amp; more" in _said(told)


async def test_patient_data_in_a_form_is_refused_and_not_kept(door: Door, slack: FakeSlack) -> None:
    window = await _opened(door, await _slash(door, "result list-your-schooling"), "result list-your-schooling")
    told = await door.submit(window, {"text": "Patient Jane Roe, DOB 04/12/1961, MRN 445566, has diabetes"})
    assert "may include patient information" in _said(told)
    assert "Jane Roe" not in json.dumps(told)
    assert "Jane" not in _said(await _slash(door, "result"))


async def test_a_window_that_slack_does_not_open_leaves_the_typed_way(door: Door, slack: FakeSlack) -> None:
    await _slash(door, PLACED)
    pressed = _opener(await _slash(door, "next"), "plan get-an-outside-view")
    await door.press(pressed, trigger=slack.views.trigger(expired=True))
    await slack.until(lambda: len(slack.responses) == 1)
    [said] = slack.responses
    assert said["replace_original"] is True
    assert "`/mentor plan get-an-outside-view Thursday 12:30, break room`" in _said(said)
    assert [block["type"] for block in said["blocks"]].count("input") == 1
    assert slack.views.modals == {}


async def test_on_home_the_typed_way_is_left_there(door: Door, slack: FakeSlack) -> None:
    await door.open_home()
    await slack.until(lambda: len(slack.views.homes.get(USER, ())) == 1)
    home = slack.views.homes[USER][0]
    await door.press_in(home, _opener(home, "start"), trigger=slack.views.trigger(expired=True))
    await slack.until(lambda: len(slack.views.homes[USER]) == 2)
    assert "Question 1 of 6" in _said(slack.views.homes[USER][1])


async def test_a_form_from_home_is_shown_on_home(door: Door, slack: FakeSlack) -> None:
    await door.open_home()
    await slack.until(lambda: len(slack.views.homes.get(USER, ())) == 1)
    home = slack.views.homes[USER][0]
    await door.press_in(home, _opener(home, "start"), trigger=slack.views.trigger())
    await slack.until(lambda: len(_states(slack)) == 2)
    filled = {question: f"{question}={choice}" for question, choice in ANSWERS.items()}
    told = await door.submit(slack.views.window(), filled)
    assert "step 3" in _said(told)
    await slack.until(lambda: "You are on step 3" in _said(slack.views.homes[USER][-1]))
    assert slack.responses == []


async def test_a_button_in_a_window_changes_the_window(door: Door, slack: FakeSlack) -> None:
    await _slash(door, PLACED)
    window = await _opened(door, await _slash(door, "next"), "plan get-an-outside-view")
    told = await door.submit(window, {"day": "2026-11-26"})
    assert told
    result = {**told["view"], "id": window["id"]}
    await door.press_in(result, button("done get-an-outside-view"))
    await slack.until(lambda: len(_states(slack)) == 3)
    done = slack.views.window()
    assert "Done: Get an outside view" in _said(done)
    assert done["submit"]["text"]  # what changed can be told in the same window
    told = await door.submit(done, {"words": "Fewer denials"}, trigger="told")
    assert "Fewer denials" in _said(told)
    await door.press_in(done, {**button("start"), "action_id": "f:1"}, trigger="start")
    await slack.until(lambda: len(_states(slack)) == 4)
    assert slack.views.window()["title"]["text"] == "Find your step"
    assert slack.views.modals.keys() == {window["id"]}


async def test_a_slow_form_is_answered_in_time_and_filled_later(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, conversation: Conversation
) -> None:
    slow = Slow(conversation, held=asyncio.Event())
    assert slow.held
    async with open_door(slack, sqlite, clocks, conversation) as door:
        window = await _opened(door, await _slash(door, "home"), "start")
    async with open_door(slack, sqlite, clocks, slow, answer_within=0.05) as door:
        filled = {question: f"{question}={choice}" for question, choice in ANSWERS.items()}
        told = await door.submit(window, filled)
        assert "One moment" in _said(told)
        slow.held.set()
        await slack.until(lambda: len(_states(slack)) == 3)
    assert "step 3" in _said(slack.views.window())


async def test_what_does_not_fit_is_told_late_too(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, conversation: Conversation
) -> None:
    name = "milestone finish-bachelor-degree"
    slow = Slow(conversation, held=asyncio.Event())
    assert slow.held
    async with open_door(slack, sqlite, clocks, conversation) as door:
        window = await _opened(door, await _slash(door, name), name)
    async with open_door(slack, sqlite, clocks, slow, answer_within=0.05) as door:
        assert "One moment" in _said(await door.submit(window, {"day": "2020-05-31"}))
        slow.held.set()
        await slack.until(lambda: len(_states(slack)) == 3)
    again = slack.views.window()
    assert again["private_metadata"] == window["private_metadata"]
    assert [len(block["hint"]["text"]) > 10 for block in again["blocks"] if block["type"] == "input"] == [True]


async def test_a_form_submitted_twice_is_kept_once(door: Door, slack: FakeSlack) -> None:
    window = await _opened(door, await _slash(door, "result list-your-schooling"), "result list-your-schooling")
    both = [door.submit(window, {"text": "Found 9 credits"}, trigger=trigger) for trigger in ("one", "other")]
    assert all(await asyncio.gather(*both))
    assert "Found 9 credits" in (listed := _said(await _slash(door, "result")))
    assert listed.count("Found 9 credits") == 1


async def test_a_forged_window_says_nothing_but_a_line(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    echo = Echo()
    view: Json = {"id": "V1", "type": "modal", "callback_id": "form", "blocks": []}
    async with open_door(slack, sqlite, clocks, echo) as door:
        for metadata in ("", "{", "[]", '{"line": 5, "origin": ""}', '{"line": "", "origin": ""}'):
            assert await door.submit({**view, "private_metadata": metadata}, {}, trigger=metadata) is None
        assert echo.heard == []
        told = {"line": "done x%3Cb%3E", "origin": "https://evil.test/x"}
        await door.submit({**view, "private_metadata": json.dumps(told)}, {}, trigger="line")
    assert [request.text for request in echo.heard] == ["done x<b>"]
    assert slack.responses == []


async def test_a_held_window_is_opened_before_the_answer_is_known(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    echo = Echo(held=asyncio.Event())
    assert echo.held
    async with open_door(slack, sqlite, clocks, echo) as door:
        pressing = asyncio.create_task(
            door.press({**button("coach pause"), "action_id": "f:0"}, trigger=slack.views.trigger())
        )
        await slack.until(lambda: len(_states(slack)) == 1)
        echo.held.set()
        assert (await pressing).status == 200
        await slack.until(lambda: len(_states(slack)) == 2)
    assert "coach pause" in _said(slack.views.window())


async def test_a_window_closed_meanwhile_is_left_closed(
    door: Door, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slow = Held()
    slack.goes_wrong("views.update", slow)
    await _slash(door, "coach on")
    await door.press({**button("coach pause"), "action_id": "f:0"}, trigger=slack.views.trigger())
    await slack.until(lambda: "views.update" in slack.calls)
    slack.views.modals.clear()
    slow.until.set()
    assert (await door.slash("home")).status == 200
    assert "background_error" not in [getattr(record, "event", "") for record in caplog.records]
