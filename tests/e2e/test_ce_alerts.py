"""CE alerts on their way, on both databases: each on its own local day at the member's hour, once, never after all is
done, and with the weekly note where both fall on one day.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.errors import Unsure
from bot.mentoring.samples import PLACED
from bot.message import plain
from bot.model.deliveries import State
from tests.fakes.coached import Coached, coached
from tests.fakes.toy_post import Trouble

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""The tests' clocks begin here: noon in New York. New York's clocks change on 14 March 2027."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CMM = "ce add cmm expires 2027-05-20"
LADDER = [
    "2027-01-18",
    "2027-02-19",
    "2027-03-21",
    "2027-04-20",
    "2027-05-06",
    "2027-05-13",
    "2027-05-19",
]
"""The pace, two thirds through the period, and 90, 60, 30, 14, 7 and 1 days."""


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return coached(database, knowledge, calendar)


async def told(office: Coached) -> list[tuple[str, State, str]]:
    return [(row.slot, row.state, row.reason) for row in await office.ledger() if row.kind == "ce-alert"]


async def test_the_ladder_is_climbed_once_at_the_local_hour(office: Coached) -> None:
    await office.say(CMM)
    await office.say("ce alerts on")
    for step in range(190):
        if step % 20 == 0:
            await office.say("home")
        await office.wait(DAY)
    sent = [(row.slot, row.sent_at) for row in await office.ledger() if row.state == State.SENT]
    assert [slot for slot, _ in sent] == LADDER
    assert all(at is not None for _, at in sent)
    assert len({slot for slot, _ in sent}) == len(sent)


async def test_at_the_members_hour_and_through_the_change_of_clocks(office: Coached) -> None:
    await office.say("ce add cmm expires 2027-04-14")
    await office.say("ce alerts 8:30")
    office.calendar.move(datetime(2027, 3, 15, 12, 29, tzinfo=UTC) - office.calendar.now())
    await office.tick()
    before = len(office.platform.received)
    await office.wait(timedelta(minutes=2), step=timedelta(minutes=1))
    (_, message) = office.platform.received[before]
    assert "12 CEUs to go by Apr 14, 2027" in plain(message)
    assert message.words() <= 60
    assert message.discreet == "Your reminder is ready"
    assert len(office.platform.received) == before + 1


async def test_nothing_comes_once_all_is_done_or_it_was_never_wanted(office: Coached) -> None:
    await office.say("ce add cmm expires 2026-12-24")
    await office.wait(3 * DAY)
    await office.say("ce alerts on")
    await office.say('ce log 12 "All of it" 2026-11-20')
    assert await office.wait(40 * DAY) == []
    assert {reason for _, _, reason in await told(office)} == {"complete"}


async def test_off_and_stop_end_them(office: Coached) -> None:
    await office.say("ce add cmm expires 2026-12-24")
    await office.say("ce alerts on")
    office.calendar.move(DAY)
    await office.look()
    await office.say("ce alerts off")
    await office.tick()
    assert await told(office) == [("2026-11-24", State.SKIPPED, "opted out")]
    await office.say("ce alerts on")
    assert "CE alerts are off too" in plain(await office.say("stop"))
    assert await office.wait(40 * DAY) == []


async def test_in_the_weekly_note_where_both_fall_on_one_day(office: Coached) -> None:
    for line in (PLACED, "coach on", "ce add cmm expires 2026-12-02", "ce alerts on"):
        await office.say(line)  # the note and the 7 days both fall on Wednesday, 25 November, at noon
    messages = await office.wait(3 * DAY, step=2 * HOUR)
    with_ce = [message for message in messages if "CMM" in plain(message)]
    assert len(with_ce) == 1
    assert with_ce[0].words() <= 60
    assert "12 CEUs to go by Dec 2, 2026" in plain(with_ce[0])
    assert len(messages) == 1
    assert await told(office) == [("2026-11-25", State.SKIPPED, "in the weekly note")]
    assert "it was in your weekly note" in plain(await office.say("coach why"))


async def test_without_a_note_that_day_it_comes_by_itself(office: Coached) -> None:
    for line in (PLACED, "coach on", "ce add cmm expires 2026-12-02", "ce alerts on", "coach settings topics step"):
        await office.say(line)
    await office.say("coach pause 2027-01-10")  # a pause of notes is none of CE alerts
    messages = await office.wait(10 * DAY, step=4 * HOUR)
    assert [slot for slot, state, _ in await told(office) if state == State.SENT] == ["2026-11-25", "2026-12-01"]
    assert len(messages) == 2


async def test_for_two_weeks_an_unsure_one_comes_again_and_says_so(office: Coached) -> None:
    await office.say("ce add cmm expires 2027-01-23")
    await office.say("ce alerts on")  # 60 days: 24 November; 14 days: 9 January
    office.platform.has_history = False
    office.platform.troubles["U1"] = [Trouble(Unsure("lost"), accepted=True)]
    assert len(await office.wait(10 * DAY)) == 1
    assert [(slot, state) for slot, state, _ in await told(office)] == [("2026-11-24", State.UNSURE)]
    await office.wait_until(datetime(2027, 1, 8, 17, tzinfo=UTC))
    office.platform.troubles["U1"] = [Trouble(Unsure("lost"), accepted=True)]
    first, second = await office.wait(2 * DAY)
    assert "You may have seen this before" not in plain(first)
    assert "You may have seen this before" in plain(second)


async def test_ignored_alerts_become_few_but_never_silent(office: Coached) -> None:
    await office.say(CMM)
    await office.say("ce alerts on")
    messages = await office.wait(185 * DAY)
    sent = [slot for slot, state, _ in await told(office) if state == State.SENT]
    assert sent[-3:] == ["2027-04-20", "2027-05-13", "2027-05-19"]
    assert "2027-05-06" not in sent
    assert sum("at 30, 7 and 1 days only" in plain(message) for message in messages) == 1


async def test_a_missed_one_goes_until_the_next_and_is_named_after_that(office: Coached) -> None:
    await office.say("ce add cmm expires 2026-12-24")
    await office.say("ce alerts on")  # 30 days: 24 November; 14 days: 10 December
    office.calendar.move(5 * DAY)
    await office.tick()
    assert await told(office) == [("2026-11-24", State.SENT, "")]
    office.calendar.move(datetime(2026, 12, 18, 17, tzinfo=UTC) - office.calendar.now())
    await office.tick()
    assert (await told(office))[1:] == [("2026-12-10", State.SKIPPED, "missed"), ("2026-12-17", State.SENT, "")]


async def test_in_another_zone_it_comes_at_the_hour_there(office: Coached) -> None:
    await office.say("ce add cmm expires 2026-12-24")
    await office.say("ce alerts on")
    await office.say("coach settings Tokyo")
    office.calendar.move(datetime(2026, 11, 24, 3, 1, tzinfo=UTC) - NOON)
    await office.tick()
    assert await told(office) == [("2026-11-24", State.SENT, "")]


async def test_a_closed_day_holds_it_unless_it_would_come_too_late(
    database: Database, knowledge: Knowledge, calendar: FixedClock
) -> None:
    office = coached(database, knowledge, calendar, operators=[("T1", "U1")])
    await office.say("admin holidays add 2026-11-24 Moving the office")
    for line in ("ce add cmm expires 2026-12-24", "ce alerts on"):
        await office.say(line)
        await office.say(line.replace("12-24", "11-25"), user="U2")
    await office.wait(DAY)
    assert [address.user for address, _ in office.platform.received] == []
    await office.wait(DAY)
    assert sorted(address.user for address, _ in office.platform.received) == ["U1", "U2"]
    await office.say("admin holidays add 2026-12-22 to 2026-12-28 The end of the year")
    await office.say("ce drop cmm", user="U2")
    await office.wait(28 * DAY)
    slots = [slot for slot, state, _ in await told(office) if state == State.SENT]
    assert slots == ["2026-11-24", "2026-12-10", "2026-12-17", "2026-12-23"]
