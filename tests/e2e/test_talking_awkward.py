"""What nobody means to type, on both databases: every line gets a clear sentence, and nothing wrong is stored."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.model.people import Member
from tests.fakes.coached import Coached, coached


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return coached(database, knowledge, calendar)


@pytest.mark.parametrize("word", ["stop.", "STOP!", "“stop”", "`stop`", "ｓｔｏｐ", "parar.", "/mentor /mentor stop"])
async def test_stop_works_however_it_is_typed(office: Coached, word: str) -> None:
    await office.say("coach on")
    assert (await office.say(word)).title == "Stopped. I will not write to you unasked"
    assert not (await office.plan()).is_on


@pytest.mark.parametrize("line", ["stop?", "why did you stop", "stop the noise at the front desk"])
async def test_a_question_about_stopping_stops_nothing(office: Coached, line: str) -> None:
    await office.say("coach on")
    await office.say(line)
    assert (await office.plan()).is_on


@pytest.mark.parametrize("digit", ["²", "①", "9²"])
async def test_digits_that_are_no_numbers(office: Coached, digit: str) -> None:
    await office.say("coach on")
    before = await office.plan()
    assert (await office.say(f"coach settings {digit}")).title == "I could not read that hour"
    assert await office.plan() == before


async def test_settings_that_say_nothing_show_what_there_is_to_choose(office: Coached) -> None:
    await office.say("coach on")
    shown = (await office.say("coach settings")).title
    for words in (",", "time", "at on"):
        assert (await office.say(f"coach settings {words}")).title == shown, words


EDGES = {
    "America/New_York": ("plan get-an-outside-view 9999-12-31 23:59", "That is more than a year away"),
    "Asia/Tokyo": ("plan get-an-outside-view 0001-01-01 0:30", "That time has passed"),
    "Etc/GMT+12": ("coach pause 9999-12-31", "That is more than a year away"),
    "America/Metlakatla": ("coach pause 0001-01-01", "That day is not ahead of us"),
}


@pytest.mark.parametrize("zone", EDGES)
async def test_the_first_and_the_last_year_of_the_calendar(office: Coached, zone: str) -> None:
    await office.say(PLACED, zone=zone)
    await office.say("coach on", zone=zone)
    line, title = EDGES[zone]
    assert (await office.say(line, zone=zone)).title == title


async def test_a_zone_in_small_letters_is_kept_by_its_own_name(office: Coached) -> None:
    """A file system that tells letters apart finds it by no other."""
    await office.say("coach on", zone="america/chicago")
    assert await _member(office.database) == ("America/Chicago",)


async def _member(database: Database) -> tuple[str | None]:
    async with database.work() as session:
        return ((await session.exec(select(Member.zone))).one(),)


async def test_a_use_seconds_after_the_last_counts_for_a_note_between_them(office: Coached) -> None:
    await office.say(PLACED)
    await office.say("coach on")
    await _wait_for_the_note(office, but=timedelta(seconds=5))
    await office.say("home")
    await office.wait(timedelta(seconds=10))
    await office.say("home")
    for _ in range(2):
        await _wait_for_the_note(office)
    assert len(office.platform.received) == 3
    assert (await office.plan()).backoff == "none"


async def _wait_for_the_note(office: Coached, *, but: timedelta = timedelta(0)) -> None:
    due = (await office.plan()).next_due_at
    assert due is not None
    await office.wait(due - but - office.calendar.now())
