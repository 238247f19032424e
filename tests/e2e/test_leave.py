"""A member's own leave on both databases: said ahead, shown, kept, ended by itself, taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import Input, plain
from bot.model.deliveries import State
from tests.fakes.coached import Coached, coached
from tests.fakes.talking import buttons

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEDNESDAY = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
"""Noon in New York, two days after the tests' clocks begin; the weekly note's hour."""
LEAVE = "coach pause 20 Dec to 4 Jan"
SHOWN = "from Sunday, December 20 until Monday, January 4, 2027"


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    opened = coached(database, knowledge, calendar, operators=[("T1", "boss")])
    await opened.say(PLACED)
    await opened.say("coach on")
    return opened


async def four_weeks(office: Coached) -> int:
    """Of somebody who uses the mentor, until four days before the leave; how many notes came."""
    notes = 0
    for week in range(4):
        notes += len(await office.wait_until(WEDNESDAY + week * WEEK))
        await office.say("home")
    return notes


async def test_a_leave_ahead_shows_and_changes_nothing_yet(office: Coached) -> None:
    message = await office.say(LEAVE)
    assert message.title == "Your pause is planned"
    assert "start again by themselves on Monday, January 4, 2027" in plain(message)
    assert "First note: Wed 25 Nov 2026, 12:00" in plain(message)
    for line in ("coach", "coach next", "coach settings"):
        shown = await office.say(line)
        assert f"Pause ahead: {SHOWN}" in plain(shown), line
        assert "paused" not in shown.title, line
    assert "coach resume" in buttons(await office.say("coach")).values()
    assert await four_weeks(office) == 4


async def test_a_leave_begins_and_ends_by_itself(office: Coached) -> None:
    await office.say(LEAVE)
    await four_weeks(office)
    assert "Next note: Wed 6 Jan 2027, 12:00" in plain(await office.say("coach next"))
    assert await office.wait_until(WEDNESDAY + 4 * WEEK) == []
    away = await office.say("coach")
    assert away.title == "Weekly coaching is paused"
    assert "Paused until: Mon 4 Jan 2027" in plain(away)
    assert "paused until January 4, 2027" in plain(await office.say("home"))
    assert await office.wait_until(WEDNESDAY + 6 * WEEK - timedelta(minutes=1)) == []
    assert len(await office.wait(timedelta(minutes=1))) == 1
    back = await office.say("coach")
    assert back.title == "Weekly coaching is on"
    assert "ause" not in plain(back)
    slots = [(row.slot, row.state) for row in await office.ledger()]
    assert slots[-2:] == [("2026-W51", State.SENT), ("2027-W01", State.SENT)], "nothing was planned meanwhile"


async def test_every_other_week_goes_on_right_after_a_leave(office: Coached) -> None:
    """Weeks 48, 50 and 52 would be theirs; 52 lies in the leave."""
    await office.say("coach less")
    await office.say(LEAVE)
    await office.wait_until(WEDNESDAY + 2 * WEEK)
    await office.say("home")
    assert len(await office.wait_until(WEDNESDAY + 6 * WEEK)) == 1
    assert [row.slot for row in await office.ledger()] == ["2026-W48", "2026-W50", "2027-W01"]


@pytest.mark.parametrize("word", ["coach resume", "coach on"])
async def test_a_leave_is_taken_back(office: Coached, word: str) -> None:
    before = await office.plan()
    await office.say(LEAVE)
    message = await office.say(word)
    assert message.title == "The pause ahead is taken back"
    assert "Pause ahead:" not in plain(message)
    assert await office.plan() == before
    assert (await office.say("coach resume")).title == "Your weekly notes are on"


async def test_coach_on_ends_a_pause_that_has_begun(office: Coached) -> None:
    await office.say("coach pause 4 weeks")
    message = await office.say("coach on")
    assert message.title == "Your weekly notes go on"
    assert "Wed 25 Nov 2026, 12:00" in plain(message)


async def test_a_leave_that_has_begun_already_is_a_pause(office: Coached) -> None:
    for words in ("20 Nov to 4 Jan", "from today until 1/4", "2026-11-23 to 2027-01-04"):
        message = await office.say(f"coach pause {words}")
        assert message.title == "Weekly coaching is paused", words
        assert "Paused until: Mon 4 Jan 2027" in plain(message)


async def test_a_new_pause_takes_the_place_of_another_and_says_so(office: Coached) -> None:
    await office.say(LEAVE)
    assert f"You have a pause ahead, {SHOWN}." in plain(await office.say("coach pause"))
    again = await office.say(LEAVE)
    assert "takes the place" not in plain(again), "the same, said twice"
    now = await office.say("coach pause 2 weeks")
    assert f"This takes the place of your pause {SHOWN}." in plain(now)
    assert "December 20" not in plain(await office.say("coach"))
    ahead = await office.say(LEAVE)
    assert "This takes the place of your pause until Monday, December 7." in plain(ahead)
    assert (await office.plan()).next_due_at == WEDNESDAY


REFUSED = {
    "4 Jan to 20 Dec": "The first day comes after the last",
    "2026-12-20 to 2026-12-20": "The first day comes after the last",
    "2027-01-04 to 2026-12-20": "The first day comes after the last",
    "2026-11-01 to 2026-11-23": "Those days are over",
    "2028-01-01 to 2028-01-05": "That is too far away, or too long",
    "2026-12-20 to 2028-01-04": "That is too far away, or too long",
    "2026-12-20 to 9999-12-31": "That is too far away, or too long",
    "from 20 Dec": "Until when?",
    "20 Dec to whenever": "I could not read that date",
}


async def test_a_leave_nobody_can_keep_gets_a_clear_sentence(office: Coached) -> None:
    await office.say("coach on")
    before = await office.plan()
    for words, title in REFUSED.items():
        message = await office.say(f"coach pause {words}")
        assert message.title == title, words
        assert any(isinstance(block, Input) for block in message.blocks), words
        assert await office.plan() == before
    backwards = plain(await office.say("coach pause 4 Jan to 20 Dec"))
    assert "from Monday, January 4, 2027 until Sunday, December 20, so nothing was changed" in backwards


async def test_the_end_of_a_leave_is_asked_for_where_it_was_left_out(office: Coached) -> None:
    message = await office.say("coach pause from 20 Dec")
    (field,) = [block for block in message.blocks if isinstance(block, Input)]
    assert field.command == "coach pause 2026-12-20 to"
    assert (await office.say(f"{field.command} 4 Jan")).title == "Your pause is planned"


async def test_a_note_that_waits_for_an_open_day_heeds_the_leave_in_between(office: Coached) -> None:
    await office.say("admin holidays add 2026-11-25 to 2026-11-26 Thanksgiving", user="boss")
    await office.say("coach pause 27 Nov to 30 Nov")
    message = plain(await office.say("coach next"))
    assert "No note comes for Wednesday, November 25." in message
    assert "Next note: Wed 2 Dec 2026, 12:00" in message
    assert len(await office.wait_until(WEDNESDAY + WEEK)) == 1
    assert [(row.slot, row.state, row.reason) for row in await office.ledger()] == [
        ("2026-W48", State.SKIPPED, "closed: Thanksgiving"),
        ("2026-W49", State.SENT, ""),
    ]


async def test_privacy_shows_the_days_that_are_kept(office: Coached) -> None:
    assert "Your pause" not in plain(await office.say("privacy"))
    await office.say(LEAVE)
    assert f"Your pause: {SHOWN}" in plain(await office.say("privacy"))
    await office.say("coach resume")
    assert "Your pause" not in plain(await office.say("privacy"))


async def test_turning_it_off_forgets_the_leave(office: Coached) -> None:
    await office.say(LEAVE)
    await office.say("coach off")
    assert "Pause ahead:" not in plain(await office.say("coach on"))


async def test_a_reminder_comes_during_leave_because_the_member_asked(office: Coached) -> None:
    await office.say("coach pause from tomorrow to 4 Jan")
    await office.say("plan get-an-outside-view wednesday 12:30")
    assert len(await office.wait_until(WEDNESDAY + timedelta(minutes=30))) == 1
