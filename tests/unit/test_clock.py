"""Weeks, slots and zones: what `bot.clock` promises, by pinned examples. Every zone is walked in tests/property."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import (
    FixedClock,
    MovableClock,
    Week,
    first_slot,
    instant_of,
    local_day,
    slot_instant,
    zone_named,
)

NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_week_is_an_iso_week() -> None:
    assert str(Week.of(date(2026, 12, 31))) == "2026-W53"
    assert str(Week.of(date(2027, 1, 3))) == "2026-W53"
    assert str(Week.of(date(2027, 1, 4))) == "2027-W01"
    assert Week.parse("2026-W48") == Week(2026, 48)
    assert Week(2026, 48).day(2) == date(2026, 11, 25)


@pytest.mark.parametrize("text", ["2025-W53", "2026-W00", "2026-48", "", "soon", "2026-W"])
def test_no_such_week(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever its words
        Week.parse(text)


def test_weeks_are_counted_over_a_long_year() -> None:
    assert Week(2026, 53).plus(1) == Week(2027, 1)
    assert Week(2027, 1).plus(-1) == Week(2026, 53)
    assert Week(2027, 2).weeks_since(Week(2026, 52)) == 3
    assert Week(2026, 52).weeks_since(Week(2027, 2)) == -3


def test_an_ordinary_slot() -> None:
    assert slot_instant(Week(2026, 48), 2, time(12), NEW_YORK) == utc(2026, 11, 25, 17)


def test_a_skipped_time_moves_forward() -> None:
    """New York's clocks go from 2:00 to 3:00 on 8 March 2026."""
    assert instant_of(date(2026, 3, 8), time(2, 30), NEW_YORK) == utc(2026, 3, 8, 7, 30)
    assert utc(2026, 3, 8, 7, 30).astimezone(NEW_YORK).time() == time(3, 30)


def test_a_repeated_time_counts_the_first_time() -> None:
    """New York's clocks go from 2:00 back to 1:00 on 1 November 2026."""
    assert instant_of(date(2026, 11, 1), time(1, 30), NEW_YORK) == utc(2026, 11, 1, 5, 30)
    assert instant_of(date(2026, 11, 1), time(1, 30, fold=1), NEW_YORK) == utc(2026, 11, 1, 5, 30)


def test_what_lies_beyond_the_years_that_can_be_written_is_their_end() -> None:
    last, first = date(9999, 12, 31), date(1, 1, 1)
    assert instant_of(last, time(23, 59), NEW_YORK) == datetime.max.replace(tzinfo=UTC)
    assert instant_of(first, time(), ZoneInfo("Asia/Tokyo")) == datetime.min.replace(tzinfo=UTC)
    assert instant_of(last, time(12), NEW_YORK) == utc(9999, 12, 31, 17)


def test_midnight_that_does_not_exist() -> None:
    """Havana's clocks go from 0:00 to 1:00; an APScheduler cron trigger loses that week."""
    havana = ZoneInfo("America/Havana")
    assert instant_of(date(2026, 3, 8), time(0, 15), havana).astimezone(havana).time() == time(1, 15)


def test_a_day_that_does_not_exist() -> None:
    """Samoa had no 30 December 2011."""
    assert instant_of(date(2011, 12, 30), time(12), APIA) == utc(2011, 12, 30, 22)
    assert local_day(utc(2011, 12, 30, 22), APIA) == date(2011, 12, 31)


def test_the_first_slot_lies_strictly_after() -> None:
    noon = utc(2026, 11, 25, 17)
    week = Week(2026, 48)
    assert first_slot(2, time(12), NEW_YORK, after=noon - timedelta(seconds=1)) == week
    assert first_slot(2, time(12), NEW_YORK, after=noon) == week.plus(1)
    assert first_slot(2, time(12), NEW_YORK, after=noon - timedelta(days=3)) == week
    assert first_slot(2, time(12), NEW_YORK, after=noon, not_before=week.plus(3)) == week.plus(3)
    assert first_slot(2, time(12), NEW_YORK, after=noon, not_before=week.plus(-3)) == week.plus(1)


def test_the_first_slot_on_a_sunday_night_belongs_to_the_old_week() -> None:
    sunday_night = utc(2026, 11, 30, 4)  # 23:00 on Sunday in New York, Monday in UTC
    assert first_slot(6, time(23, 30), NEW_YORK, after=sunday_night) == Week(2026, 48)
    assert first_slot(0, time(0, 0), NEW_YORK, after=sunday_night) == Week(2026, 49)


def test_zones_by_name() -> None:
    found = zone_named(" america/new york ")
    assert found is not None
    assert found.key == "America/New_York"
    assert zone_named("Mars/Olympus_Mons") is None
    assert zone_named("") is None
    assert zone_named("../etc/passwd") is None


def test_clocks_that_can_be_moved() -> None:
    machine = FixedClock(utc(2026, 11, 23, 17))
    calendar = MovableClock(machine)
    calendar.move(timedelta(weeks=1))
    assert calendar.now() == utc(2026, 11, 30, 17)
    machine.move(timedelta(hours=1))
    assert calendar.now() == utc(2026, 11, 30, 18)
