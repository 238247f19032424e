"""Quiet hours on both databases: an administrator's hold every weekly note, the mentor's own only what comes late. And
what they must never hold: a member's own hour, a reminder, a sample slot.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import plain
from bot.model.deliveries import State
from bot.samples import Sample, seed
from jobs.tick import tick
from tests.fakes.coached import Coached, coached

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
TEN_AT_NIGHT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
"""Wednesday in New York."""
SEVEN = TEN_AT_NIGHT + 9 * HOUR
QUIET = "admin quiet 19:00 to 7:00"


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    """A member on nights, who chose ten in the evening."""
    opened = coached(database, knowledge, calendar, operators=[("T1", "boss")])
    await opened.say(PLACED)
    await opened.say("coach on")
    await opened.say("coach settings wednesday 22:00")
    return opened


async def told(office: Coached, user: str = "U1") -> list[tuple[State, str]]:
    return [(row.state, row.reason) for row in await office.ledger(user)]


async def test_the_hour_that_a_member_chose_counts_where_no_administrator_said_otherwise(office: Coached) -> None:
    assert "quiet" not in plain(await office.say("coach"))
    assert len(await office.wait_until(TEN_AT_NIGHT)) == 1


async def test_within_the_hour_after_it_too(office: Coached) -> None:
    office.calendar.move(TEN_AT_NIGHT + 59 * MINUTE - office.calendar.now())
    await office.tick()
    assert await told(office) == [(State.SENT, "")]


async def test_an_administrators_quiet_hours_always_win_and_the_member_is_told(office: Coached) -> None:
    await office.say(QUIET, user="boss")
    swallowed = "Your workspace keeps quiet from 19:00 to 07:00, and your hour (22:00) falls into that."
    for line in ("coach", "coach next", "coach settings", "coach settings 22:00"):
        assert swallowed in plain(await office.say(line)), line
    assert "First note: Thu 26 Nov 2026, 07:00" in plain(await office.say("coach"))
    await office.wait_until(TEN_AT_NIGHT)
    assert await told(office) == [(State.PENDING, "quiet hours")]
    assert await office.wait_until(SEVEN - MINUTE) == []
    assert len(await office.wait(MINUTE)) == 1
    assert "It waited until then. The reason: quiet hours." in plain(await office.say("coach why"))


async def test_quiet_hours_that_end_let_a_waiting_note_go(office: Coached) -> None:
    await office.say(QUIET, user="boss")
    await office.wait_until(TEN_AT_NIGHT + 10 * MINUTE)
    await office.say("admin quiet off", user="boss")
    assert "quiet" not in plain(await office.say("coach"))
    assert len(await office.wait(MINUTE)) == 1


async def test_another_workspace_is_none_the_quieter(office: Coached) -> None:
    await office.say("coach on", user="U2", tenant="T2")
    await office.say("coach settings wednesday 22:00", user="U2", tenant="T2")
    await office.say(QUIET, user="boss")
    for line in ("coach", "coach next", "coach settings"):
        assert "quiet" not in plain(await office.say(line, user="U2", tenant="T2")), line
    assert len(await office.wait_until(TEN_AT_NIGHT, user="U2")) == 1


async def test_a_late_note_never_comes_at_night(office: Coached) -> None:
    """Down at noon, back at half past ten in the evening."""
    await office.say("coach settings wednesday 12:00")
    office.calendar.move(TEN_AT_NIGHT + 30 * MINUTE - office.calendar.now())
    await office.tick()
    assert await told(office) == [(State.PENDING, "quiet hours")]
    message = plain(await office.say("coach next"))
    assert "late notes never come between 20:00 and 07:00. So it comes on Thursday, November 26 at 07:00." in message
    assert await office.wait_until(SEVEN - MINUTE) == []
    assert len(await office.wait(MINUTE)) == 1


async def test_a_late_note_of_somebody_on_nights_may_come_at_their_hour(office: Coached) -> None:
    """Down on Wednesday evening, back on Thursday at nine: their own hour comes before the morning does."""
    office.calendar.move(TEN_AT_NIGHT + 23 * HOUR - office.calendar.now())
    await office.tick()
    assert await told(office) == [(State.PENDING, "quiet hours")]
    assert len(await office.wait(HOUR)) == 1


async def test_a_zone_that_changes_between_plan_and_send_is_judged_in_the_new_one(office: Coached) -> None:
    """Ten in the evening in New York is seven in Los Angeles: the member's own hour is three hours away."""
    office.calendar.move(TEN_AT_NIGHT - office.calendar.now())
    await office.look()
    await office.say("coach settings America/Los_Angeles")
    await office.tick()
    assert await office.wait_until(TEN_AT_NIGHT + 3 * HOUR - MINUTE) == []
    assert len(await office.wait(MINUTE)) == 1


async def test_a_member_who_moves_east_gets_it_in_the_morning(office: Coached) -> None:
    """Ten in the evening in New York is four in the morning in Madrid, where the hour has passed."""
    office.calendar.move(TEN_AT_NIGHT - office.calendar.now())
    await office.look()
    await office.say("coach settings Europe/Madrid")
    await office.tick()
    assert await told(office) == [(State.PENDING, "quiet hours")]
    assert "Next note: Thu 26 Nov 2026, 07:00" in plain(await office.say("coach next"))
    assert len(await office.wait(3 * HOUR)) == 1


async def test_another_day_chosen_between_plan_and_send(office: Coached) -> None:
    """This week's note follows where it can; it is not lost where it cannot."""
    office.calendar.move(TEN_AT_NIGHT - office.calendar.now())
    await office.look()
    await office.say("coach settings friday 12:00")
    await office.tick()
    assert len(await office.wait_until(datetime(2026, 11, 27, 17, tzinfo=UTC))) == 1
    await office.wait_until(datetime(2026, 12, 4, 16, 59, tzinfo=UTC))
    office.calendar.move(MINUTE)
    await office.look()
    await office.say("coach settings monday 12:00")  # that of this week is over
    assert len(await office.wait(MINUTE)) == 1
    assert await told(office) == [(State.SENT, ""), (State.SENT, "")]


async def test_a_reminder_comes_when_the_member_asked_for_it(office: Coached) -> None:
    await office.say(QUIET, user="boss")
    await office.say("plan get-an-outside-view wednesday 21:30, kitchen table")
    (reminder,) = await office.wait_until(TEN_AT_NIGHT - 30 * MINUTE)
    assert reminder.discreet == "Your reminder is here"


@pytest.mark.parametrize("hour", range(0, 24, 3))
async def test_sample_members_who_are_due_now_get_their_note_at_any_hour(
    sqlite: Database, knowledge: Knowledge, hour: int
) -> None:
    now = datetime(2026, 12, 25, hour, 7, 31, tzinfo=UTC)
    async with sqlite.work() as session:
        await seed(session, Sample(30, workspaces=2, due_now=True), now)
    report = await tick(coached(sqlite, knowledge, FixedClock(now)).office)
    assert (report.sent, report.waiting, dict(report.skipped)) == (30, 0, {})
