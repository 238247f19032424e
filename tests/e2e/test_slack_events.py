"""Somebody writes to the mentor in plain words: the event is stored, acknowledged, then answered once, whatever happens
in between.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from adapters.slack.api import SlackApi
from adapters.slack.heard import heard
from adapters.slack.meeting import connect_workspace
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation
from bot.database import Database
from bot.model.inbound import InboundEvent
from tests.fakes.slack import Broken, Cut, FakeSlack, Held, Refused, Throttled, running_slack
from tests.fakes.slack_door import USER, Echo, open_door, wiring

PATIENT = "Patient Jane Roe, DOB 04/12/1961, MRN 445566, has diabetes"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


async def _events(database: Database) -> Sequence[InboundEvent]:
    async with database.work() as session:
        return (await session.exec(select(InboundEvent))).all()


def _direct(words: str) -> dict[str, Any]:
    return {"type": "message", "channel_type": "im", "channel": "D0SAMPLE1", "user": USER, "text": words}


def _words(said: dict[str, Any]) -> str:
    return str(said["blocks"][-1]["text"]["text"])


async def test_a_direct_message_is_answered_where_it_was_written(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        answer = await door.write("do I need a degree?")
        assert (answer.status, await answer.text()) == (200, "")
        await slack.until(lambda: len(slack.posted) == 1)
    [said] = slack.posted
    assert said["channel"] == "D0SAMPLE1"
    assert "degree" in said["text"].lower()
    assert said["unfurl_links"] is False
    [event] = await _events(database)
    assert event.worked_at is not None
    assert event.words == ""


async def test_the_channel_of_a_direct_message_is_remembered(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    echo = Echo()
    async with open_door(slack, sqlite, clocks, echo) as door:
        await door.write("a &amp; b", thread_ts="1764000000.000001")
        await slack.until(lambda: len(slack.posted) == 1)
    [request] = echo.heard
    assert (request.text, request.reference) == ("a & b", "D0SAMPLE1")
    assert slack.posted[0]["thread_ts"] == "1764000000.000001"


async def test_an_event_that_comes_twice_is_answered_once(slack: FakeSlack, database: Database, clocks: Clocks) -> None:
    echo = Echo()
    async with open_door(slack, database, clocks, echo) as door:
        both = [door.write("done", event_id="Ev7"), door.write("done", event_id="Ev7")]
        assert [answer.status for answer in await asyncio.gather(*both)] == [200, 200]
        await slack.until(lambda: len(slack.posted) == 1)
        assert (await door.write("done", event_id="Ev7")).status == 200
        await door.write("next", event_id="Ev8")
        await slack.until(lambda: len(slack.posted) == 2)
    assert [request.text for request in echo.heard] == ["done", "next"]


async def _left_behind(database: Database, clocks: Clocks, count: int = 1, **more: Any) -> None:
    """Rows of a run that was killed."""
    async with database.work() as session:
        for number in range(1, count + 1):
            said = heard("T0SAMPLE1", f"Ev{number}", _direct(f"line {number}"), clocks.machine.now())
            assert said is not None
            session.add(InboundEvent(**{**said.model_dump(), **more}))


async def test_a_restart_goes_on_where_the_last_run_stopped(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    await _left_behind(database, clocks, count=2)  # killed between acknowledging and working
    echo = Echo()
    async with open_door(slack, database, clocks, echo):
        await slack.until(lambda: len(slack.posted) == 2)
    assert [request.text for request in echo.heard] == ["line 1", "line 2"]
    async with open_door(slack, database, clocks, echo) as door:
        await door.write("line 3", event_id="Ev3")
        await slack.until(lambda: len(slack.posted) == 3)
    assert [request.text for request in echo.heard] == ["line 1", "line 2", "line 3"]


async def test_what_was_begun_and_broken_off_is_said_not_done_again(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    echo = Echo()
    begun = clocks.machine.now() - timedelta(minutes=3)
    await _left_behind(sqlite, clocks, claims=1, lease_until=begun + timedelta(minutes=2))
    async with open_door(slack, sqlite, clocks, echo):
        await slack.until(lambda: len(slack.posted) == 1)
    assert echo.heard == []
    assert slack.posted[0]["text"] == "I was interrupted"
    assert [(event.claims, bool(event.worked_at)) for event in await _events(sqlite)] == [(2, True)]


async def test_what_another_process_works_on_is_left_to_it(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    echo = Echo()
    await _left_behind(sqlite, clocks, claims=1, lease_until=clocks.machine.now() + timedelta(minutes=1))
    async with open_door(slack, sqlite, clocks, echo) as door:
        await door.write("mine", event_id="EvMine")
        await slack.until(lambda: len(slack.posted) == 1)
    assert [request.text for request in echo.heard] == ["mine"]
    assert [event.claims for event in await _events(sqlite)] == [1, 1]


async def test_one_slow_person_does_not_hold_up_another(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    held = Held()
    slack.goes_wrong("chat.postMessage", held)
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        await door.write("slow", event_id="Ev1")
        await slack.until(lambda: "chat.postMessage" in slack.calls)
        await door.write("slow too", event_id="Ev2")
        await door.write("quick", event_id="Ev3", user="U0SAMPLE2", channel="D0SAMPLE2")
        await slack.until(lambda: len(slack.posted) == 1)
        held.until.set()
        await slack.until(lambda: len(slack.posted) == 3)
    assert [_words(said) for said in slack.posted] == ["quick", "slow", "slow too"]


async def test_a_mention_is_answered_to_its_asker_alone(slack: FakeSlack, database: Database, clocks: Clocks) -> None:
    event = {"type": "app_mention", "channel": "C0GENERAL", "user": USER, "text": "<@U0MENTOR1> next", "ts": "1.2"}
    echo = Echo()
    async with open_door(slack, database, clocks, echo) as door:
        assert (await door.tell(event)).status == 200
        await slack.until(lambda: len(slack.posted) == 1)
    assert slack.calls.count("chat.postEphemeral") == 1
    assert (slack.posted[0]["channel"], slack.posted[0]["user"]) == ("C0GENERAL", USER)
    assert [(request.text, request.reference) for request in echo.heard] == [("<@U0MENTOR1> next", "")]


async def test_where_the_mentor_is_no_guest_it_answers_directly(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    event = {"type": "app_mention", "channel": "C0SECRET", "user": USER, "text": "next", "ts": "1.2"}
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        await door.tell(event)
        await slack.until(lambda: len(slack.posted) == 1)
    assert slack.posted[0]["channel"] == USER


async def test_only_people_speaking_to_us_are_heard(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    said = _direct("hello")
    others = [
        {**said, "bot_id": "B1"},
        {**said, "user": "U0MENTOR1", "bot_id": "B0"},
        {**said, "subtype": "message_changed", "message": {"user": USER, "text": "edited"}},
        {**said, "subtype": "message_deleted"},
        {**said, "hidden": True},
        {**said, "channel_type": "channel", "channel": "C0GENERAL"},
        {**said, "type": "message_metadata_posted"},
        {"type": "message", "channel_type": "im", "channel": "D0SAMPLE1", "text": "from nobody"},
    ]
    echo = Echo()
    async with open_door(slack, sqlite, clocks, echo) as door:
        for number, event in enumerate(others):
            assert (await door.tell(event, event_id=f"Ev{number}")).status == 200
        await door.tell({**said, "text": "last"}, event_id="EvLast")
        await slack.until(lambda: len(slack.posted) == 1)
    assert [request.text for request in echo.heard] == ["last"]
    assert len(await _events(sqlite)) == 1


async def test_our_own_words_are_not_heard_once_we_know_our_id(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    echo = Echo()
    api = SlackApi(wiring(slack, sqlite, clocks, echo).settings)
    await connect_workspace(api, sqlite, clocks.calendar, asyncio.Event())
    await api.close()
    async with open_door(slack, sqlite, clocks, echo) as door:
        await door.write("me again", user="U0MENTOR1", event_id="Ev1")
        await door.write("hello", event_id="Ev2")
        await slack.until(lambda: len(slack.posted) == 1)
    assert [request.text for request in echo.heard] == ["hello"]


async def test_what_looks_like_patient_data_is_refused_and_kept_nowhere(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    echo, held = Echo(), Held()
    slack.goes_wrong("chat.postMessage", held)
    async with open_door(slack, database, clocks, echo) as door:
        await door.write(PATIENT)
        await slack.until(lambda: "chat.postMessage" in slack.calls)
        assert [(event.worked_at, event.words) for event in await _events(database)] == [(None, "")]
        held.until.set()
        await slack.until(lambda: len(slack.posted) == 1)
    assert slack.posted[0]["text"] == "That may include patient information, so I did not save it"
    assert "privacy officer" in _words(slack.posted[0])
    assert [(event.withheld, event.words) for event in await _events(database)] == [(True, "")]
    assert echo.heard == []


@pytest.mark.parametrize(
    ("mishap", "posts"),
    [
        (Throttled("0"), 1),
        (Broken(503), 0),
        (Refused("internal_error"), 0),
        (Refused("account_inactive"), 0),
        (Cut(taken=True), 1),
        (Cut(taken=False), 0),
    ],
    ids=str,
)
async def test_an_answer_is_never_posted_twice(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, mishap: Any, posts: int
) -> None:
    slack.goes_wrong("chat.postMessage", mishap)
    echo = Echo()
    async with open_door(slack, sqlite, clocks, echo) as door:
        await door.write("first", event_id="Ev1")
        await slack.until(lambda: "chat.postMessage" in slack.calls)
        await door.write("second", event_id="Ev2")
        await slack.until(lambda: len(slack.posted) == posts + 1)
    assert [_words(said) for said in slack.posted] == ["first", "second"][1 - posts :]
    assert [request.text for request in echo.heard] == ["first", "second"]
    assert all(event.worked_at for event in await _events(sqlite))


async def test_an_event_that_cannot_be_stored_comes_again(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        async with sqlite.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE inboundevent RENAME TO elsewhere")
        assert (await door.write("the words of a member")).status == 503
        async with sqlite.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inboundevent")
        assert "event_not_kept" in [getattr(record, "event", "") for record in caplog.records]
        assert "the words of a member" not in caplog.text
        assert (await door.write("hello")).status == 200
        await slack.until(lambda: len(slack.posted) == 1)


async def test_ids_are_forgotten_after_days_and_twice_interrupted_events_at_once(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    assert isinstance(clocks.machine, FixedClock)
    old = clocks.machine.now()
    await _left_behind(sqlite, clocks, claims=2, lease_until=old - timedelta(minutes=1))
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        await door.write("hello", event_id="EvOld")
        await slack.until(lambda: len(slack.posted) == 1)
    assert [event.worked_at for event in await _events(sqlite)] == [old, old]
    clocks.machine.move(timedelta(days=4))
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        await door.write("hello", event_id="EvNew")
        await slack.until(lambda: len(slack.posted) == 2)
    assert [event.event_id for event in await _events(sqlite)] == ["EvNew"]
