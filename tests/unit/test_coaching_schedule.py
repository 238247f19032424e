"""When the next note falls due, as the choices of a member change: pure, on plans in memory."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Week
from bot.mentoring.coaching import due_instant, follow_zone, is_paused, pace, reschedule
from bot.model.coaching import CoachingPlan

NEW_YORK, AUCKLAND = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Noon in New York, in the week 2026-W48."""


def plan(**chosen: object) -> CoachingPlan:
    made = CoachingPlan(member_id=1, is_on=True)
    for name, value in chosen.items():
        setattr(made, name, value)
    return made


def test_the_first_note_comes_this_week_where_its_hour_is_still_ahead() -> None:
    new = plan()
    reschedule(new, NEW_YORK, MONDAY)
    assert (new.next_slot, new.next_due_at) == ("2026-W48", datetime(2026, 11, 25, 17, tzinfo=UTC))
    reschedule(new, NEW_YORK, MONDAY + timedelta(days=2))
    assert new.next_slot == "2026-W49"


def test_nothing_comes_while_off_or_silent() -> None:
    for quiet in (plan(is_on=False), plan(backoff="silent")):
        quiet.next_slot, quiet.next_due_at = "2026-W48", MONDAY
        reschedule(quiet, NEW_YORK, MONDAY)
        assert [quiet.next_slot, quiet.next_due_at] == [None, None]


def test_a_week_planned_before_gets_no_second_note() -> None:
    later_day = plan(last_slot="2026-W48", weekday=4)
    reschedule(later_day, NEW_YORK, MONDAY)
    assert later_day.next_slot == "2026-W49"


@pytest.mark.parametrize(
    ("every_weeks", "backoff", "slot"),
    [(1, "none", "2026-W49"), (2, "none", "2026-W50"), (1, "fortnightly", "2026-W50"), (2, "asked", "2026-W50")],
)
def test_the_pace(every_weeks: int, backoff: str, slot: str) -> None:
    paced = plan(every_weeks=every_weeks, backoff=backoff, last_slot="2026-W48")
    reschedule(paced, NEW_YORK, MONDAY + timedelta(days=3))
    assert paced.next_slot == slot
    assert pace(paced) == Week.parse(slot).weeks_since(Week(2026, 48))


def test_a_pause_ends_on_its_day() -> None:
    paused = plan(paused_until=date(2026, 12, 9))  # a Wednesday
    reschedule(paused, NEW_YORK, MONDAY)
    assert paused.next_slot == "2026-W50"
    paused.paused_until = date(2026, 12, 10)
    reschedule(paused, NEW_YORK, MONDAY)
    assert paused.next_slot == "2026-W51"
    assert is_paused(paused, NEW_YORK, datetime(2026, 12, 10, 4, 59, tzinfo=UTC))
    assert not is_paused(paused, NEW_YORK, datetime(2026, 12, 10, 5, 0, tzinfo=UTC))


def test_a_note_at_midnight_comes_on_the_day_a_pause_ends() -> None:
    paused = plan(paused_until=date(2026, 12, 9), minute=0)
    reschedule(paused, NEW_YORK, MONDAY)
    assert paused.next_due_at == datetime(2026, 12, 9, 5, 0, tzinfo=UTC)


def test_moving_keeps_the_week_and_takes_the_hour_there() -> None:
    moved = plan()
    reschedule(moved, NEW_YORK, MONDAY)
    follow_zone(moved, AUCKLAND)
    assert (moved.next_slot, moved.next_due_at) == ("2026-W48", datetime(2026, 11, 24, 23, tzinfo=UTC))


def test_moving_past_the_hour_makes_the_note_late_not_lost() -> None:
    """At 11:00 on Wednesday in New York it is Thursday in Auckland."""
    moved, now = plan(), datetime(2026, 11, 25, 16, tzinfo=UTC)
    reschedule(moved, NEW_YORK, now)
    follow_zone(moved, AUCKLAND)
    assert moved.next_slot == "2026-W48"
    assert moved.next_due_at is not None
    assert timedelta(0) < now - moved.next_due_at < timedelta(hours=48)


def test_moving_with_nothing_to_come() -> None:
    off = plan(is_on=False)
    follow_zone(off, AUCKLAND)
    assert off.next_due_at is None


def test_awkward_minutes() -> None:
    late = plan(weekday=6, minute=23 * 60 + 59)
    assert due_instant(late, Week(2026, 48), NEW_YORK) == datetime(2026, 11, 30, 4, 59, tzinfo=UTC)
