"""`admin …` on both databases: who may, what it says, and what it makes of whatever is typed."""

from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.message import Choice, Input, Mention, Message, Paragraph, plain
from tests.fakes.coached import Coached, coached
from tests.fakes.talking import buttons, fields, options

DAY = timedelta(days=1)


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return coached(database, knowledge, calendar, operators=[("T1", "boss"), ("T2", "stranger")])


async def boss(office: Coached, line: str) -> Message:
    return await office.say(f"admin {line}".strip(), user="boss")


def mentioned(message: Message) -> list[str]:
    found = [span for block in message.blocks if isinstance(block, Paragraph) for span in block.spans]
    return [span.user for span in found if isinstance(span, Mention)]


LINES = ("admin", "admin holidays", "admin holidays add 2026-12-24 Christmas", "admin quiet 19:00 to 7:00")


@pytest.mark.parametrize("line", LINES)
async def test_everybody_else_is_told_kindly_who_may(office: Coached, line: str) -> None:
    for user in ("U1", "stranger"):  # who runs it elsewhere runs it only there
        message = await office.say(line, user=user)
        assert message.title == "That is for the people who run me here"
        assert mentioned(message) == ["boss"]
        assert "coach pause" in plain(message)
    assert "No closed days are set" in plain(await boss(office, "holidays"))
    assert "None are set" in plain(await boss(office, "quiet"))


async def test_where_nobody_is_named_the_setting_is(office: Coached) -> None:
    message = await office.say("admin holidays", tenant="T3")
    assert mentioned(message) == []
    assert "OPERATORS" in plain(message)


async def test_only_those_who_may_are_offered_it(office: Coached) -> None:
    assert "admin" not in plain(await office.say("help"))
    assert "`admin` For the people who run me here" in plain(await office.say("help", user="boss"))
    assert "admin" not in buttons(await office.say("admins")).values()


async def test_admin_alone_says_what_there_is(office: Coached) -> None:
    message = plain(await boss(office, ""))
    assert "admin holidays" in message
    assert "admin quiet" in message


async def test_words_that_are_no_sub_verb_are_a_question(office: Coached) -> None:
    assert "run me" not in (await office.say("admin jobs in a clinic")).title


async def test_adding_listing_and_removing(office: Coached) -> None:
    added = await boss(office, "holidays add 2026-12-24 to 2026-12-26 Christmas")
    assert added.title == "Closed: Thursday, December 24 to Saturday, December 26 (Christmas)"
    assert "comes on the next open day" in plain(added)
    assert (await boss(office, "holidays add Dec 24-26 Christmas")).title.startswith("Closed already: ")
    await boss(office, "holidays add 1/1/2027")
    await boss(office, "holidays add Nov 26 Thanksgiving")
    listed = await boss(office, "holidays")
    assert [line for line in plain(listed).splitlines() if line.startswith("- ")] == [
        "- Thursday, November 26 (Thanksgiving)",
        "- Thursday, December 24 to Saturday, December 26 (Christmas)",
        "- Friday, January 1, 2027",
    ]
    assert list(options(listed)) == ["Nov 26: Thanksgiving", "Dec 24: Christmas", "Jan 1"]
    assert fields(listed) == ["admin holidays add"]
    remove = options(listed)["Dec 24: Christmas"]
    assert (await boss(office, remove.removeprefix("admin "))).title.startswith("Open again: Thursday, December 24 to")
    assert (await boss(office, remove.removeprefix("admin "))).title == "That one is not on the list", "pressed twice"
    assert len(options(await boss(office, "holidays"))) == 2


async def test_what_is_put_back_is_the_same(office: Coached) -> None:
    names = ("Christmas", "", "Day after Thanksgiving", "to be sure", "2nd floor", "*bold* <@U1> {braces}")
    for name in names:
        added = await boss(office, f"holidays add 2026-12-24 to 2026-12-26 {name}".strip())
        (remove,) = options(await boss(office, "holidays")).values()
        removed = await boss(office, remove.removeprefix("admin "))
        back = await boss(office, buttons(removed)["Put it back"].removeprefix("admin "))
        assert back.title == added.title
        assert name in back.title
        (remove,) = options(await boss(office, "holidays")).values()
        await boss(office, remove.removeprefix("admin "))


UNREAD = {
    "add": "I could not read those days",
    "add Christmas": "I could not read those days",
    "add 2026-02-30": "I could not read those days",
    "add 5": "I could not read those days",
    "add <!channel> 💤": "I could not read those days",
    f"add {'x' * 2900}": "I could not read those days",
    "every Friday": "I could not read those days",
    "remove Christmas": "I could not read those days",
    "add Dec 26 to Dec 24": "The last day comes before the first: Saturday, December 26 to Thursday, December 24",
    "add 2020-12-24 Christmas": "Those days are over: Thursday, December 24, 2020 (Christmas)",
    "add 2031-12-24": "That is too far away, or too long: Wednesday, December 24, 2031",
    "add 2026-12-24 to 2028-12-24": "That is too far away, or too long: Thursday, December 24 to Sunday, "
    "December 24, 2028",
    "add 2026-12-24 to 9999-12-31": "That is too far away, or too long: Thursday, December 24 to Friday, "
    "December 31, 9999",
    "remove 999999999": "That one is not on the list",
}


async def test_days_that_cannot_be_closed_change_nothing_and_say_why(office: Coached) -> None:
    for words, title in UNREAD.items():
        message = await boss(office, f"holidays {words}")
        assert message.title == title, words
        assert any(isinstance(block, Input) for block in message.blocks), words
    assert "No closed days are set" in plain(await boss(office, "holidays"))


async def test_days_that_are_over_leave_the_list(office: Coached) -> None:
    await boss(office, "holidays add 2026-11-23 to 2026-11-24 Repairs")
    office.calendar.move(DAY)
    assert len(options(await boss(office, "holidays"))) == 1
    office.calendar.move(DAY)
    listed = await boss(office, "holidays")
    assert not any(isinstance(block, Choice) for block in listed.blocks)


HOURS = {
    "19:00 to 7:00": "Quiet from 19:00 to 07:00",
    "7pm to 7am": "Quiet from 19:00 to 07:00",
    "from 19 until 7": "Quiet from 19:00 to 07:00",
    "19:30-6:30": "Quiet from 19:30 to 06:30",
    "6 to 6": "Quiet from 18:00 to 06:00",
    "12:00 to 1pm": "Quiet from 12:00 to 13:00",
    "noon to 14:00": "Quiet from 12:00 to 14:00",
    "midnight to 7": "Quiet from 00:00 to 07:00",
    "21:00 – 6am.": "Quiet from 21:00 to 06:00",
}


async def test_quiet_hours_in_words(office: Coached) -> None:
    for words, title in HOURS.items():
        message = await boss(office, f"quiet {words}")
        assert message.title == title, words
        assert title.removeprefix("Quiet ") in plain(await boss(office, "quiet")), words


async def test_quiet_hours_over_midnight_say_the_next_day(office: Coached) -> None:
    assert "from 19:00 to 07:00 the next day" in plain(await boss(office, "quiet 19:00 to 7:00"))
    assert "next day" not in plain(await boss(office, "quiet 12:00 to 13:00"))


async def test_quiet_hours_off(office: Coached) -> None:
    set_now = await boss(office, "quiet 19:00 to 7:00")
    off = await office.say(buttons(set_now)["No quiet hours of our own"], user="boss")
    assert off.title == "This workspace has no quiet hours of its own"
    assert "A note that is late never comes between 20:00 and 07:00" in plain(off)
    assert buttons(off) == {}
    assert (await boss(office, "quiet OFF")).title == off.title


NO_HOURS = {
    "whenever": "I could not read those hours",
    "19:00": "I could not read those hours",
    "25:00 to 7:00": "I could not read those hours",
    "19:00 to": "I could not read those hours",
    "at night to morning": "I could not read those hours",
    "7:00 to 7:00": "That is the same hour twice",
    "8 to 6": "That leaves little of the day for notes",
    "7:00 to 6:00": "That leaves little of the day for notes",
}


async def test_hours_nobody_can_keep_change_nothing_and_say_why(office: Coached) -> None:
    for words, title in NO_HOURS.items():
        message = await boss(office, f"quiet {words}")
        assert message.title == title, words
        assert fields(message) == ["admin quiet"], words
    assert "None are set" in plain(await boss(office, "quiet"))
