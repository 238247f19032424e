"""The Home tab: published when somebody opens it, kept up to date from then on, and pressed like a message."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.model.coaching import CoachingPlan
from bot.model.people import Member
from tests.fakes.block_kit import every
from tests.fakes.slack import FakeSlack, Held, Refused, running_slack
from tests.fakes.slack_admin import deliver
from tests.fakes.slack_door import USER, Door, button, open_door
from tests.fakes.view_kit import view_faults

BUSY = (PLACED, "coach on", "plan get-an-outside-view Thursday 12:30, break room")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def door(slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation) -> AsyncIterator[Door]:
    async with open_door(slack, database, clocks, conversation) as opened:
        yield opened


async def _homes(slack: FakeSlack, number: int) -> dict[str, Any]:
    """Home as it looks once it was published so often."""
    await slack.until(lambda: len(slack.views.homes.get(USER, ())) >= number)
    assert len(slack.views.homes[USER]) == number
    return slack.views.homes[USER][-1]


def _said(view: dict[str, Any]) -> str:
    return "\n".join(text for text in every(view, "text") if isinstance(text, str))


def _commands(view: dict[str, Any]) -> list[str]:
    return [value for value in every(view, "value") if isinstance(value, str)]


async def test_a_member_sees_their_step_what_is_due_and_their_settings(door: Door, slack: FakeSlack) -> None:
    for line in BUSY:
        await door.slash(line)
    assert (await door.open_home()).status == 200
    home = await _homes(slack, 1)
    said, commands = _said(home), _commands(home)
    assert "You are on step 3 of 7" in said
    assert "Get an outside view of you" in said
    assert "Thu 26 Nov 2026, 12:30, break room" in said
    assert "Your next weekly note comes" in said
    assert "Wednesdays at 12:00" in said
    assert {"done get-an-outside-view", "smaller get-an-outside-view", "coach settings", "coach pause"} < set(commands)


async def test_a_stranger_is_welcomed_on_home_and_then_nowhere_else(door: Door, slack: FakeSlack) -> None:
    await door.open_home()
    said = _said(await _homes(slack, 1))
    for words in ("career mentor", "your step, what you", "Your employer may be able to read", "`/mentor stop` ends"):
        assert words in said
    assert "privacy" in _commands(slack.views.homes[USER][-1])
    answer = _said(await (await door.slash("faq do I need a degree")).json())
    assert "your step, what you" not in answer


async def test_somebody_who_never_opened_home_has_none(door: Door, slack: FakeSlack) -> None:
    await door.slash(PLACED)
    await door.press(button("coach on"))
    await door.write("done")
    await slack.until(lambda: len(slack.posted) == 1)
    assert "views.publish" not in slack.calls


async def test_home_follows_what_is_said_elsewhere(door: Door, slack: FakeSlack) -> None:
    await door.slash(PLACED)
    await door.open_home()
    await _homes(slack, 1)
    await door.slash("done get-an-outside-view")
    assert "1 / 9" in _said(await _homes(slack, 2))
    await door.write("undo")
    assert "0 / 9" in _said(await _homes(slack, 3))
    await door.slash("faq do I need a degree")
    await door.slash("coach on")
    assert "Wednesdays at 12:00" in _said(await _homes(slack, 4))


async def test_home_is_remembered_over_a_restart(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        await door.open_home()
        await _homes(slack, 1)
    async with database.work() as session:
        [member] = (await session.exec(select(Member))).all()
        assert member.home_opened_at == clocks.machine.now()
    async with open_door(slack, database, clocks, conversation) as door:
        await door.slash(PLACED)
        assert "You are on step 3" in _said(await _homes(slack, 2))


async def test_a_press_on_home_shows_its_reply_there(door: Door, slack: FakeSlack) -> None:
    await door.slash(PLACED)
    await door.open_home()
    home = await _homes(slack, 1)
    assert (await door.press_in(home, button("done get-an-outside-view"))).status == 200
    home = await _homes(slack, 2)
    said = _said(home)
    assert said.index("Done: Get an outside view") < said.index("You are on step 3") < said.index("1 / 9")
    assert slack.responses == []
    assert slack.posted == []
    await door.press_in(home, button("roadmap"), trigger="3")
    assert "1 / 9" in _said(await _homes(slack, 3))


async def test_the_same_press_on_home_twice_at_once_does_one_thing(door: Door, slack: FakeSlack) -> None:
    await door.slash(PLACED)
    await door.open_home()
    home = await _homes(slack, 1)
    done = button("done get-an-outside-view")
    await asyncio.gather(*(door.press_in(home, done, trigger=str(number)) for number in range(2)))
    await door.slash("home")
    await slack.until(lambda: "1 / 9" in _said(slack.views.homes[USER][-1]))
    kept = await (await door.slash("privacy")).json()
    assert "*Actions marked done*\n1" in _said(kept)


async def test_changes_that_come_at_once_are_drawn_once(door: Door, slack: FakeSlack) -> None:
    await door.slash(PLACED)
    await door.open_home()
    await _homes(slack, 1)
    slow = Held()
    slack.goes_wrong("views.publish", slow)
    await door.slash("done get-an-outside-view")
    await slack.until(lambda: slack.calls.count("views.publish") == 2)
    for line in ("undo", "coach on", "coach settings friday", "done get-an-outside-view"):
        await door.slash(line)
    slow.until.set()
    await slack.until(lambda: "Fridays" in _said(slack.views.homes[USER][-1]))
    assert len(slack.views.homes[USER]) == 3


async def test_a_note_that_went_out_shows_on_home_and_counts_as_no_use(
    door: Door, slack: FakeSlack, database: Database, clocks: Clocks, knowledge: Knowledge
) -> None:
    for user in (USER, "U0SAMPLE2"):
        await door.slash("coach on", user_id=user)
        await door.slash("coach settings America/Chicago", user_id=user)
    await door.open_home()  # the other never does
    await _homes(slack, 1)
    assert isinstance(clocks.calendar, FixedClock)
    clocks.calendar.move(timedelta(days=2, hours=1))  # past noon on Wednesday, in Chicago
    for number in range(2, 4):
        assert (await deliver(door, database, clocks, knowledge)).sent == 2
        await _homes(slack, number)
        clocks.calendar.move(timedelta(weeks=1))
    await deliver(door, database, clocks, knowledge)  # after two without a word it comes every other week
    assert list(slack.views.homes) == [USER]
    async with database.reading() as session:
        plans = (await session.exec(select(CoachingPlan))).all()
        assert [plan.backoff for plan in plans] == ["fortnightly"] * 2


async def test_two_processes_leave_the_newer_home_standing(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with (
        open_door(slack, database, clocks, conversation) as one,
        open_door(slack, database, clocks, conversation) as other,
    ):
        await one.slash(PLACED)
        await one.open_home()
        await _homes(slack, 1)
        await other.slash("done get-an-outside-view")
        await _homes(slack, 2)
        await one.slash("coach on")  # knows the first Home only: Slack tells it that there is a newer one
        home = await _homes(slack, 3)
    assert slack.calls.count("views.publish") == 4
    assert "1 / 9" in _said(home)
    assert "Wednesdays" in _said(home)


async def test_home_that_slack_refuses_harms_nothing(
    door: Door, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.goes_wrong("views.publish", Refused("not_enabled"))
    await door.open_home()
    await slack.until(lambda: "views.publish" in slack.calls)
    assert (await door.slash("home")).status == 200
    assert "background_error" not in [getattr(record, "event", "") for record in caplog.records]


async def test_opening_the_messages_welcomes_once(door: Door, slack: FakeSlack) -> None:
    for number in range(3):
        await door.open_home("messages", event_id=f"Ev{number}")
    await slack.until(lambda: len(slack.posted) == 1)
    [welcome] = slack.posted
    assert welcome["channel"] == "D0SAMPLE1"
    assert welcome["text"] == "Welcome. I am your career mentor"
    assert "privacy" in _commands(welcome)
    await door.write("help", event_id="EvWrite")
    await slack.until(lambda: len(slack.posted) == 2)
    assert "your step, what you" not in _said(slack.posted[1])


async def test_whoever_wrote_first_is_welcomed_there_and_not_again(door: Door, slack: FakeSlack) -> None:
    answer = _said(await (await door.slash("faq do I need a degree")).json())
    assert "your step, what you" in answer
    await door.open_home("messages")
    await door.write("help", event_id="EvWrite")
    await slack.until(lambda: len(slack.posted) == 1)
    assert "your step, what you" not in _said(slack.posted[0])


async def test_the_checker_of_views_knows_their_limits() -> None:
    divider = {"type": "divider"}
    modal: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [divider]}
    assert view_faults(modal) == []
    bad: list[dict[str, Any]] = [
        {"title": {"type": "plain_text", "text": "x" * 25}},
        {"title": {"type": "plain_text", "text": ""}},
        {"blocks": [divider] * 101},
        {"blocks": []},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"type": "home"},
        {
            "blocks": [
                {
                    "type": "input",
                    "label": {"type": "plain_text", "text": "L"},
                    "element": {"type": "datepicker", "action_id": "a", "initial_date": "2026-02-30"},
                }
            ]
        },
    ]
    assert [change for change in bad if not view_faults({**modal, **change})] == []
