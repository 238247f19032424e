"""Dates and times as people type them, on a Thursday morning in New York."""

import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.mentoring.days import Reader, clock_time, weekday_named

NEW_YORK = ZoneInfo("America/New_York")
THURSDAY = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
"""9:00 in New York."""
ENGLISH = Reader("en", NEW_YORK, THURSDAY)
SPANISH = Reader("es", NEW_YORK, THURSDAY)


def _said(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment else None


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The package that reads dates has warned about itself before."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-20", date(2026, 12, 20)),
        ("until 2026-12-20", date(2026, 12, 20)),
        ("Dec 12", date(2026, 12, 12)),
        ("12 December 2026", date(2026, 12, 12)),
        ("Dec 12, 2026.", date(2026, 12, 12)),
        ("12/3", date(2026, 12, 3)),
        ("12/3/2026", date(2026, 12, 3)),
        ("12-24", date(2026, 12, 24)),
        ("jan 4", date(2027, 1, 4)),
        ("Monday", date(2026, 11, 30)),
        ("until next monday", date(2026, 11, 30)),
        ("THURSDAY", date(2026, 12, 3)),
        ("weds", date(2026, 12, 2)),
        ("tomorrow", date(2026, 11, 27)),
        ("next week", date(2026, 12, 3)),
        ("2 weeks", date(2026, 12, 10)),
        ("in two weeks", date(2026, 12, 10)),
        ("a month", date(2026, 12, 26)),
        ("the 12th", date(2026, 12, 12)),
        ("january", date(2027, 1, 1)),
        ("november", date(2027, 11, 1)),
        ("yesterday", date(2026, 11, 25)),
        ("2020-01-01", date(2020, 1, 1)),
    ],
)
def test_days(words: str, day: date) -> None:
    assert ENGLISH.day(words) == day


@pytest.mark.parametrize(
    "words",
    [
        "",
        "9",
        "0",
        "+5",
        "2026-02-30",
        "31 feb",
        "draft",
        "whenever",
        "after christmas",
        "x" * 5000,
        "💤",
        "Friday 1230",
    ],
)
def test_no_day(words: str) -> None:
    assert ENGLISH.day(words) is None


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("Thursday 12:30", "2026-11-26T12:30"),
        ("Thursday 8:30", "2026-12-03T08:30"),
        ("next Thursday 12:30", "2026-12-03T12:30"),
        ("12:30 thu", "2026-11-26T12:30"),
        ("at 9 friday", "2026-11-27T09:00"),
        ("friday 9", "2026-11-27T09:00"),
        ("monday at 2", "2026-11-30T14:00"),
        ("tomorrow noon", "2026-11-27T12:00"),
        ("today 3pm", "2026-11-26T15:00"),
        ("today 8am", "2026-11-26T08:00"),
        ("9:15 p.m.", "2026-11-26T21:15"),
        ("8am", "2026-11-27T08:00"),
        ("2026-12-12T12:30", "2026-12-12T12:30"),
        ("Dec 3, 2026 12:30", "2026-12-03T12:30"),
        ("9 dec 9am", "2026-12-09T09:00"),
        ("dec 3 2:30", "2026-12-03T14:30"),
        ("yesterday 9:00", "2026-11-25T09:00"),
        ("in 2 hours", "2026-11-26T11:00"),
    ],
)
def test_moments(words: str, moment: str) -> None:
    assert _said(ENGLISH.moment(words)) == moment


@pytest.mark.parametrize(
    "words", ["", "Thursday", "friday 25:00", "friday 9:75", "friday 13pm", "whenever 9:00", "in 2 weeks", "9" * 100]
)
def test_no_moment(words: str) -> None:
    assert ENGLISH.moment(words) is None


@pytest.mark.parametrize(
    ("line", "moment", "rest"),
    [
        ("Thursday 12:30, break room", "2026-11-26T12:30", "break room"),
        ("Thursday 12:30 break room", "2026-11-26T12:30", "break room"),
        ("Thursday 12:30, room 5", "2026-11-26T12:30", "room 5"),
        ("Dec 3, 2026 12:30 pm, upstairs", "2026-12-03T12:30", "upstairs"),
        ("tomorrow 2pm", "2026-11-27T14:00", ""),
    ],
)
def test_a_moment_and_what_follows(line: str, moment: str, rest: str) -> None:
    found = ENGLISH.moment_and_rest(line)
    assert found is not None
    assert (_said(found[0]), found[1]) == (moment, rest)


def test_a_line_that_opens_with_no_moment() -> None:
    assert ENGLISH.moment_and_rest("break room on Thursday 12:30") is None
    assert ENGLISH.moment_and_rest("word " * 700) is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("hasta el viernes", date(2026, 11, 27)),
        ("próximo lunes", date(2026, 11, 30)),
        ("mañana", date(2026, 11, 27)),
        ("2 semanas", date(2026, 12, 10)),
        ("un mes", date(2026, 12, 26)),
        ("12 de diciembre", date(2026, 12, 12)),
        ("enero", date(2027, 1, 1)),
    ],
)
def test_spanish_days(words: str, day: date) -> None:
    assert SPANISH.day(words) == day


def test_spanish_moments() -> None:
    assert _said(SPANISH.moment("el viernes a las 9")) == "2026-11-27T09:00"
    assert _said(SPANISH.moment("mañana a mediodía")) == "2026-11-27T12:00"


def test_a_day_is_read_where_the_member_is() -> None:
    """It is already Friday in Auckland."""
    assert Reader("en", ZoneInfo("Pacific/Auckland"), THURSDAY).day("tomorrow") == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("12:15", time(12, 15)),
        ("9am", time(9)),
        ("9 AM", time(9)),
        ("12am", time(0)),
        ("12 p.m.", time(12)),
        ("noon", time(12)),
        ("9", time(9)),
        ("2", time(14)),
        ("2:30", time(14, 30)),
        ("02:30", time(2, 30)),
        ("0:00", time(0)),
        ("13.45", time(13, 45)),
        ("24:00", None),
        ("25:00", None),
        ("9:60", None),
        ("13pm", None),
        ("0am", None),
        ("-1", None),
        ("", None),
        ("lunch", None),
        ("12:15 friday", None),
    ],
)
def test_times_of_day(words: str, found: time | None) -> None:
    assert clock_time(words) == found


def test_weekdays() -> None:
    assert [weekday_named(day, "en") for day in ("Mon", "tues", "Wednesdays", "thurs", "fri.", "sat", "sunday")] == [
        *range(7)
    ]
    assert weekday_named("sábado", "es") == 5
    assert weekday_named("miercoles", "es") == 2
    assert [weekday_named(word, "en") for word in ("", "m", "we", "someday", "fridge")] == [None] * 5
