"""Holidays and blackout dates on both databases: a note goes on the next open day at the member's own hour, or is left
out by name, and the member is told before and after. One workspace's days are nobody else's.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import plain
from bot.model.deliveries import State
from tests.fakes.coached import Coached, coached
from tests.fakes.talking import buttons, options

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
THURSDAY = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
"""Noon in New York, three days after the tests' clocks begin: Thanksgiving."""
THANKSGIVING = "admin holidays add 2026-11-26 Thanksgiving"


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    """A member who chose Thursdays, and an operator who uses the mentor now and then."""
    opened = coached(database, knowledge, calendar, operators=[("T1", "boss"), ("T2", "other-boss")])
    await opened.say(PLACED)
    await opened.say("coach on")
    await opened.say("coach settings thursday 12:00")
    return opened


async def told(office: Coached, user: str = "U1") -> list[tuple[str, State, str]]:
    return [(row.slot, row.state, row.reason) for row in await office.ledger(user)]


async def test_a_note_that_falls_on_a_holiday_comes_the_day_after_at_its_hour(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    assert await office.wait_until(THURSDAY + DAY - timedelta(minutes=1), step=4 * HOUR) == []
    assert len(await office.wait(timedelta(minutes=1))) == 1
    assert await told(office) == [("2026-W48", State.SENT, "")]
    assert len(await office.wait(6 * DAY)) == 1, "the week after has its own Thursday"


async def test_the_member_is_told_before_meanwhile_and_after(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    moved = (
        "Thursday, November 26 is closed in your workspace (Thanksgiving), so your note comes on Friday, November 27"
    )
    for line in ("coach next", "coach", "coach settings", "coach why"):
        message = plain(await office.say(line))
        assert f"{moved} at 12:00." in message, line
    next_note = plain(await office.say("coach next"))
    assert "Next note: Fri 27 Nov 2026, 12:00" in next_note
    assert "Your own rhythm stays as it is: Thursdays at 12:00, every week." in next_note
    assert "Fri 27 Nov 2026, 12:00" in plain(await office.say("home"))
    await office.wait_until(THURSDAY + HOUR)
    assert "Next note: Fri 27 Nov 2026, 12:00" in plain(await office.say("coach next")), "while it waits"
    why = plain(await office.say("coach why"))
    assert "waits until then. The reason: a closed day in your workspace (Thanksgiving)." in why
    await office.wait_until(THURSDAY + DAY)
    why = plain(await office.say("coach why"))
    assert "sent. It waited until then. The reason: a closed day in your workspace (Thanksgiving)." in why
    assert "Next note: Thu 3 Dec 2026, 12:00" in plain(await office.say("coach next"))


async def test_what_cannot_come_within_two_days_is_left_out_by_name(office: Coached) -> None:
    await office.say("admin holidays add 2026-11-26 to 2026-11-28 Thanksgiving", user="boss")
    message = plain(await office.say("coach next"))
    assert "Next note: Thu 3 Dec 2026, 12:00" in message
    assert "No note comes for Thursday, November 26. The reason: a closed day in your workspace (Thanks" in message
    assert await office.wait_until(THURSDAY + 5 * DAY) == []
    assert await told(office) == [("2026-W48", State.SKIPPED, "closed: Thanksgiving")]
    why = plain(await office.say("coach why"))
    assert "not sent. The reason: a closed day in your workspace (Thanksgiving), and by the next open hour" in why
    assert len(await office.wait(2 * DAY)) == 1


async def test_two_days_are_still_in_time(office: Coached) -> None:
    await office.say("admin holidays add 2026-11-26 to 2026-11-27", user="boss")
    assert "comes on Saturday, November 28 at 12:00" in plain(await office.say("coach next"))
    assert len(await office.wait_until(THURSDAY + 2 * DAY, step=4 * HOUR)) == 1


async def test_one_that_is_added_after_planning_holds_too(office: Coached) -> None:
    office.calendar.move(THURSDAY - office.calendar.now())
    await office.look()
    await office.say(THANKSGIVING, user="boss")
    await office.tick()
    assert await told(office) == [("2026-W48", State.PENDING, "closed: Thanksgiving")]
    assert len(await office.wait(DAY)) == 1


async def test_a_late_note_meets_the_holiday_it_comes_to(office: Coached) -> None:
    """The process was down at noon on Thursday; Friday, when it is back, is closed."""
    await office.say("admin holidays add 2026-11-27 Day after Thanksgiving", user="boss")
    office.calendar.move(THURSDAY + 20 * HOUR - office.calendar.now())
    await office.tick()
    assert await told(office) == [("2026-W48", State.PENDING, "closed: Day after Thanksgiving")]
    assert len(await office.wait_until(THURSDAY + 2 * DAY)) == 1


async def test_a_day_that_was_taken_off_the_list_is_open(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    listed = await office.say("admin holidays", user="boss")
    removed = await office.say(options(listed)["Nov 26: Thanksgiving"], user="boss")
    assert removed.title == "Open again: Thursday, November 26 (Thanksgiving)"
    assert "closed" not in plain(await office.say("coach next"))
    assert len(await office.wait_until(THURSDAY)) == 1
    back = await office.say(buttons(removed)["Put it back"], user="boss")
    assert back.title == "Closed: Thursday, November 26 (Thanksgiving)"


async def test_a_day_that_was_closed_by_mistake_frees_the_notes_that_wait(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    await office.wait_until(THURSDAY + timedelta(minutes=10))
    assert await told(office) == [("2026-W48", State.PENDING, "closed: Thanksgiving")]
    (remove,) = options(await office.say("admin holidays", user="boss")).values()
    await office.say(remove, user="boss")
    assert len(await office.wait(timedelta(minutes=1))) == 1


async def test_another_hour_counts_for_a_note_that_waits(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    await office.wait_until(THURSDAY + HOUR)
    await office.say("coach settings 9:00")
    assert "Next note: Fri 27 Nov 2026, 09:00" in plain(await office.say("coach next"))
    assert len(await office.wait_until(THURSDAY + 21 * HOUR)) == 1


async def test_a_day_is_closed_where_the_member_is(office: Coached) -> None:
    """The same Thursday begins 18 hours earlier in Auckland."""
    for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
        await office.say("coach on", user=zone, zone=zone)
        await office.say("coach settings thursday 12:00", user=zone, zone=zone)
    await office.say(THANKSGIVING, user="boss")
    await office.wait_until(THURSDAY)
    await office.wait(2 * DAY, step=HOUR)
    sent = {user: (await office.ledger(user))[0].sent_at for user in ("Pacific/Auckland", "Pacific/Honolulu")}
    assert sent["Pacific/Auckland"] == datetime(2026, 11, 26, 23, tzinfo=UTC)
    assert sent["Pacific/Honolulu"] == datetime(2026, 11, 27, 22, tzinfo=UTC)


async def test_moving_past_the_holiday_is_judged_where_the_member_is_now(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    await office.wait_until(THURSDAY + HOUR)
    await office.say("coach settings Europe/Madrid")  # seven in the evening there, and Thursday still
    assert "Next note: Fri 27 Nov 2026, 12:00" in plain(await office.say("coach next"))
    assert len(await office.wait_until(THURSDAY + 18 * HOUR)) == 1


async def test_moving_west_while_a_note_waits(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    await office.wait_until(THURSDAY + HOUR)
    await office.say("coach settings Pacific/Honolulu")
    assert "Next note: Fri 27 Nov 2026, 12:00" in plain(await office.say("coach next"))
    assert await office.wait_until(THURSDAY + 28 * HOUR, step=4 * HOUR) == []
    assert len(await office.wait(HOUR)) == 1


async def test_another_workspace_sees_and_suffers_nothing_of_it(office: Coached) -> None:
    await office.say("coach on", user="U2", tenant="T2")
    await office.say("coach settings thursday 12:00", user="U2", tenant="T2")
    await office.say(THANKSGIVING, user="boss")
    assert "No closed days are set" in plain(await office.say("admin holidays", user="other-boss", tenant="T2"))
    for line in ("coach", "coach next", "coach settings", "home"):
        assert "closed" not in plain(await office.say(line, user="U2", tenant="T2")), line
    assert len(await office.wait_until(THURSDAY, user="U2")) == 1
    assert await told(office, "U2") == [("2026-W48", State.SENT, "")]


async def test_nobody_removes_another_workspaces_days(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    listed = await office.say("admin holidays", user="boss")
    (remove,) = options(listed).values()
    refused = await office.say(remove, user="other-boss", tenant="T2")
    assert refused.title == "That one is not on the list"
    assert "Thanksgiving" not in plain(refused)
    assert "Thanksgiving" in plain(await office.say("admin holidays", user="boss"))


async def test_a_reminder_is_the_members_own_appointment(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    await office.say("plan get-an-outside-view 2026-11-26 12:30")
    (reminder,) = await office.wait_until(THURSDAY + HOUR / 2)
    assert reminder.discreet == "Your reminder is here"


async def test_opting_out_while_a_note_waits_is_respected(office: Coached) -> None:
    await office.say(THANKSGIVING, user="boss")
    await office.wait_until(THURSDAY + HOUR)
    await office.say("stop")
    assert await office.wait_until(THURSDAY + WEEK) == []
    assert await told(office) == [("2026-W48", State.SKIPPED, "opted out")]


async def test_the_federal_holidays_are_closed_with_one_press(office: Coached) -> None:
    offer = await office.say("admin holidays us", user="boss")
    assert "Thursday, November 26: Thanksgiving Day" in plain(offer)
    assert buttons(offer)["Close all of these"] == "admin holidays us all"
    await office.say(options(offer)["Friday, December 25: Christmas Day"], user="boss")
    assert "Christmas Day" not in plain(await office.say("admin holidays us", user="boss"))
    assert "12 more days are closed" in plain(await office.say("admin holidays us all", user="boss"))
    assert "All of them are closed days already." in plain(await office.say("admin holidays us", user="boss"))
    assert "(Thanksgiving Day)" in plain(await office.say("coach next"))
    nobodys = await office.say("admin holidays", user="other-boss")
    assert "Thanksgiving" not in plain(nobodys)
