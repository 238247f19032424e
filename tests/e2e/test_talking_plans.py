"""`plan <action> <when>` and its one reminder, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.progress import find_thing
from bot.mentoring.samples import PLACED
from bot.message import Input, plain
from bot.model.deliveries import State
from bot.model.progress import PlannedAction
from content.pack import Action
from jobs.nudges.plan_reminder import plan, reminder
from tests.fakes.coached import Coached, buttons_of, coached
from tests.fakes.talking import buttons

ACTION = "get-an-outside-view"
TUESDAY = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
"""12:30 in New York, the day after the tests' clocks begin."""


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    placed = coached(database, knowledge, calendar)
    await placed.say(PLACED)
    return placed


async def planned(office: Coached) -> list[PlannedAction]:
    async with office.database.work() as session:
        return list(await session.exec(select(PlannedAction)))


async def test_a_plan_brings_one_reminder_at_its_hour(office: Coached) -> None:
    message = await office.say(f"plan {ACTION} tomorrow 12:30, break room")
    assert message.title == "Planned: Get an outside view of you"
    assert "Tue 24 Nov 2026, 12:30" in plain(message)
    assert "Where: break room" in plain(message)
    assert await office.wait_until(TUESDAY - timedelta(minutes=1)) == []
    (note,) = await office.wait_until(TUESDAY)
    assert note.discreet == "Your reminder is here"
    assert "You planned this for now, break room:" in plain(note)
    assert [button.command for button in buttons_of(note)] == [f"done {ACTION}", f"later {ACTION}"]
    assert await office.wait(timedelta(weeks=1)) == []
    assert [(row.state, row.content) for row in await office.ledger()] == [(State.SENT, {"action": ACTION})]


async def test_a_plan_without_an_action_means_the_current_one(office: Coached) -> None:
    assert (await office.say("plan tomorrow 12:30")).title == "Planned: Get an outside view of you"
    assert [row.action_id for row in await planned(office)] == [ACTION]


NO_ACTION_NAMED = {
    "May 9 9am": "2027-05-09T09:00",
    "Dec. 1, 9:30, library": "2026-12-01T09:30",
    "december 1st at 2pm": "2026-12-01T14:00",
    "on May 9 9am": "2027-05-09T09:00",
    "on Thursday 12:30": "2026-11-26T12:30",
    "this Friday at 9": "2026-11-27T09:00",
    "next Tuesday 8am": "2026-11-24T08:00",
    "the 12th at 9am": "2026-12-12T09:00",
    "at 3pm": "2026-11-23T15:00",
    "in 2 hours": "2026-11-23T14:00",
    "in 3 days at 9am": "2026-11-26T09:00",
    "9 May 9am": "2027-05-09T09:00",
    "2026-12-01 9:00": "2026-12-01T09:00",
}


@pytest.mark.parametrize("words", NO_ACTION_NAMED)
async def test_a_day_and_hour_alone_plan_the_current_action(office: Coached, words: str) -> None:
    assert (await office.say(f"plan {words}")).title == "Planned: Get an outside view of you"
    assert [(row.action_id, row.local) for row in await planned(office)] == [(ACTION, NO_ACTION_NAMED[words])]


async def test_planning_again_replaces(office: Coached) -> None:
    await office.say(f"plan {ACTION} tomorrow 9:00")
    await office.say(f"plan {ACTION} tomorrow 12:30")
    assert [row.local for row in await planned(office)] == ["2026-11-24T12:30"]
    assert await office.wait_until(TUESDAY - timedelta(minutes=1)) == []
    assert len(await office.wait(timedelta(days=2))) == 0  # more than two hours late
    assert [(row.state, row.reason) for row in await office.ledger()] == [(State.SKIPPED, "missed")]
    assert "was not running in time" in plain(await office.say("coach why"))


async def test_a_reminder_goes_up_to_two_hours_late(office: Coached) -> None:
    await office.say(f"plan {ACTION} tomorrow 12:30")
    await office.say("plan rewrite-a-notice tomorrow 12:29")
    office.calendar.move(TUESDAY + timedelta(hours=2) - office.calendar.now())
    await office.tick()
    assert [(row.content["action"], row.state) for row in await office.ledger()] == [
        ("rewrite-a-notice", State.SKIPPED),
        (ACTION, State.SENT),
    ]


@pytest.mark.parametrize(
    ("lines", "reason", "told"),
    [
        ((f"done {ACTION}",), "done", "you had done it by then"),
        (("stop",), "stopped", "you had said stop"),
        ((f"plan {ACTION} Friday 9:00",), "planned anew", "you had planned it for another time"),
        ((f"undo planned {ACTION}",), "stopped", "you had said stop or taken the plan back"),
    ],
)
async def test_what_happened_meanwhile_keeps_the_reminder_back(
    office: Coached, lines: tuple[str, ...], reason: str, told: str
) -> None:
    """The row is in the ledger already when the member says so."""
    await office.say(f"plan {ACTION} tomorrow 12:30")
    office.calendar.move(TUESDAY - office.calendar.now())
    await office.look()
    for line in lines:
        await office.say(line)
    await office.tick()
    assert office.platform.received == []
    assert [(row.state, row.reason) for row in await office.ledger()] == [(State.SKIPPED, reason)]
    assert told in plain(await office.say("coach why"))


async def test_taking_a_plan_back(office: Coached) -> None:
    message = await office.say(f"plan {ACTION} tomorrow 12:30")
    await office.say(buttons(message)["Undo"])
    assert await planned(office) == []
    assert await office.wait(timedelta(weeks=1)) == []


NO_PLAN = {
    "yesterday 9:00": "That time has passed",
    "today 8am": "That time has passed",
    "2020-01-01 9:00": "That time has passed",
    "2031-01-01 9:00": "That is more than a year away",
    "whenever": "I could not read that day and hour",
    "Thursday": "I could not read that day and hour",
    "friday 25:00": "I could not read that day and hour",
    "<!channel> 💤": "I could not read that day and hour",
    "x" * 2900: "I could not read that day and hour",
    "": "Plan an action for a day and hour",
}


async def test_a_plan_nobody_can_keep(office: Coached) -> None:
    for words, title in NO_PLAN.items():
        message = await office.say(f"plan {ACTION} {words}")
        assert message.title == title, words
        assert f"plan {ACTION} Thursday 12:30, break room" in plain(message)
        assert any(isinstance(block, Input) and block.command == f"plan {ACTION}" for block in message.blocks)
    assert await planned(office) == []


async def test_an_action_that_does_not_exist(office: Coached) -> None:
    assert (await office.say("plan no-such-thing tomorrow 12:30")).title == "I have no action of that name"
    assert (await office.say("plan got-the-job tomorrow 12:30")).title == "“I got the job” is a milestone"
    assert await planned(office) == []


async def test_an_action_that_is_done(office: Coached) -> None:
    await office.say(f"done {ACTION}")
    assert (await office.say(f"plan {ACTION} tomorrow 12:30")).title == "You have done that one"
    assert await planned(office) == []


@pytest.mark.parametrize(
    "words", ["my career", "for a degree", "on becoming a manager", "may be too early", "in advance", "next steps"]
)
async def test_plans_that_are_questions(office: Coached, words: str) -> None:
    message = await office.say(f"plan {words}")
    assert "day and hour" not in message.title
    assert await planned(office) == []


async def test_a_reminder_follows_the_member_to_another_zone(office: Coached) -> None:
    await office.say(f"plan {ACTION} tomorrow 12:30")
    await office.say("coach settings Los Angeles")
    assert await office.wait_until(TUESDAY + timedelta(hours=3, minutes=-1)) == []
    assert len(await office.wait(timedelta(minutes=1))) == 1


async def test_a_plan_says_the_smaller_version_once_asked_for(office: Coached) -> None:
    await office.say(f"smaller {ACTION}")
    await office.say(f"plan {ACTION} tomorrow 12:30")
    (note,) = await office.wait_until(TUESDAY)
    thing = find_thing(office.office.library.pack("en"), ACTION)
    assert isinstance(thing, Action)
    assert thing.smaller.do in plain(note)


async def test_every_reminder_keeps_to_its_words(knowledge: Knowledge) -> None:
    pack, say = knowledge.library.pack("en"), knowledge.wordings["en"]
    everything = [*(action for step in pack.steps for action in step.actions), *pack.practices]
    assert len(everything) > 90
    for action in everything:
        for smaller in (False, True):
            assert reminder(say, action, "a b c d e f g h", smaller=smaller).words() <= 60


async def test_a_numbered_room_is_a_place_like_any_other(office: Coached) -> None:
    message = await office.say(f"plan {ACTION} Thursday 12:30, room 4")
    assert "Where: room 4" in plain(message)
    assert [(row.local, row.place) for row in await planned(office)] == [("2026-11-26T12:30", "room 4")]


async def test_a_long_place_is_cut(office: Coached) -> None:
    await office.say(f"plan {ACTION} tomorrow 12:30, " + "very " * 200 + "far")
    (row,) = await planned(office)
    assert len(row.place) <= 60
    assert len(row.place.split()) <= 8


async def test_reminders_of_the_past_cost_a_look_nothing(database: Database) -> None:
    """The statement that asks for due reminders reads an index that holds only those that wait."""
    seen: list[tuple[str, Any]] = []
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *told: seen.append((told[2], told[3])))
    async with database.work() as session:
        assert await plan(session, TUESDAY, 500) == 0
    (asked,) = [each for each in seen if "FROM plannedaction" in each[0]]
    async with database.work() as session:
        connection = await session.connection()
        if not database.is_sqlite:  # or it would rather read a table that is empty
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        way = await connection.exec_driver_sql(f"{explain} {asked[0]}", asked[1])
        assert "ix_plannedaction_waiting" in str(way.fetchall())


async def test_a_reminder_on_its_way_is_judged_where_the_member_is_now(office: Coached) -> None:
    """Half past twelve in New York is half past nine in Los Angeles: there it is still to come, more than its grace
    away, and it comes.
    """
    await office.say(f"plan {ACTION} tomorrow 12:30, break room")
    office.calendar.move(TUESDAY - office.calendar.now())
    await office.look()
    await office.say("coach settings Los Angeles")
    await office.tick()
    assert await office.wait_until(TUESDAY + timedelta(hours=2, minutes=59)) == []
    (note,) = await office.wait(timedelta(minutes=1))
    assert "break room" in plain(note)
    reasons = [(row.state, row.reason) for row in await office.ledger()]
    assert reasons == [(State.SKIPPED, "its hour is yet to come in your new time zone"), (State.SENT, "")]
    assert "its hour is yet to come in your new time zone, so it comes then." in plain(await office.say("coach why"))


async def test_a_reminder_whose_hour_is_long_over_where_the_member_is_now(office: Coached) -> None:
    await office.say(f"plan {ACTION} tomorrow 12:30, break room")
    office.calendar.move(TUESDAY - office.calendar.now())
    await office.look()
    await office.say("coach settings Europe/Madrid")
    await office.tick()
    assert await office.wait(timedelta(days=2)) == []
    assert "its hour had passed in your new time zone." in plain(await office.say("coach why"))


async def test_stopping_while_a_reminder_is_on_its_way(office: Coached) -> None:
    await office.say(f"plan {ACTION} tomorrow 12:30, break room")
    office.calendar.move(TUESDAY - office.calendar.now())
    await office.look()
    await office.say("stop")
    await office.tick()
    assert await office.wait(timedelta(days=2)) == []
    assert [(row.state, row.reason) for row in await office.ledger()] == [(State.SKIPPED, "stopped")]


async def test_a_zone_that_the_platform_tells_later_moves_the_reminder(office: Coached) -> None:
    await office.say(PLACED, user="U2", zone=None)
    await office.say(f"plan {ACTION} tomorrow 12:30", user="U2", zone=None)
    await office.say("home", user="U2", zone="America/Los_Angeles")
    assert [row.due_at for row in await planned(office)] == [TUESDAY + timedelta(hours=3)]
