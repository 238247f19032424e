"""Two days as people type them, and a day with a name, read on a Monday in November 2026."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.mentoring.days import Reader
from bot.mentoring.stretches import days_and_rest, opens_only, read_stretch

NEW_YORK = ZoneInfo("America/New_York")
HERE = Reader("en", NEW_YORK, datetime(2026, 11, 23, 17, tzinfo=UTC))
THERE = Reader("es", NEW_YORK, HERE.now)
DECEMBER, JANUARY = date(2026, 12, 20), date(2027, 1, 4)


@pytest.mark.parametrize(
    "words",
    [
        "20 Dec to 4 Jan",
        "from 12/20 until 1/4",
        "2026-12-20 to 2027-01-04",
        "from December 20th to January 4th",
        "Dec 20, 2026 till Jan 4, 2027.",
        "Dec 20 - Jan 4",
        "Dec 20–Jan 4",
        "12/20-1/4",
        "12/20/26 to 1/4/27",
        "Dec 20 for 15 days",
    ],
)
def test_two_days_in_many_ways(words: str) -> None:
    stretch = read_stretch(words, HERE)
    assert stretch
    assert (stretch.first, stretch.last) == (DECEMBER, JANUARY)


@pytest.mark.parametrize(
    "words", ["del 20 de diciembre al 4 de enero", "desde el 20 de dic hasta el 4 de enero", "20/12 a 4/1"]
)
def test_two_days_in_spanish(words: str) -> None:
    stretch = read_stretch(words, THERE)
    assert stretch
    assert (stretch.first, stretch.last) == (DECEMBER, JANUARY)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("Monday to Friday", date(2026, 11, 30), date(2026, 12, 4)),
        ("from Friday to Monday", date(2026, 11, 27), date(2026, 11, 30)),
        ("from today to Friday", date(2026, 11, 23), date(2026, 11, 27)),
        ("Dec 24-26", date(2026, 12, 24), date(2026, 12, 26)),
        ("24 to 26 Dec", date(2026, 12, 24), date(2026, 12, 26)),
        ("the 20th to the 24th", date(2026, 12, 20), date(2026, 12, 24)),
        ("20 Nov to 4 Jan", date(2026, 11, 20), JANUARY),  # it has begun
        ("20 Nov to 25 Nov", date(2026, 11, 20), date(2026, 11, 25)),
        ("1 Nov to 5 Nov", date(2027, 11, 1), date(2027, 11, 5)),  # over, so the next ones
        ("4 Jan to 20 Dec", JANUARY, DECEMBER),  # backwards, and left so
        ("2027-01-04 to 2026-12-20", JANUARY, DECEMBER),
    ],
)
def test_what_is_left_open_is_chosen_with_sense(words: str, first: date, last: date) -> None:
    stretch = read_stretch(words, HERE)
    assert stretch
    assert (stretch.first, stretch.last) == (first, last)


def test_whether_the_last_day_belongs_to_it() -> None:
    through, length, plain = (
        read_stretch(f"Dec 20 {end}", HERE) for end in ("through Jan 4", "for 3 days", "to Jan 4")
    )
    assert through
    assert length
    assert plain
    assert (through.back, through.final) == (date(2027, 1, 5), JANUARY)
    assert (length.back, length.final) == (date(2026, 12, 23), date(2026, 12, 22))
    assert (plain.back, plain.final) == (JANUARY, JANUARY)


@pytest.mark.parametrize("words", ["", "until Jan 4", "2 weeks", "2026-12-20", "Dec 20 to whenever", "to", "x to y"])
def test_what_is_no_two_days(words: str) -> None:
    assert read_stretch(words, HERE) is None


def test_a_beginning_without_an_end() -> None:
    assert opens_only("from Dec 20")
    assert not opens_only("until Dec 20")
    assert not opens_only("Dec 20")


NAMED = {
    "2026-12-24 to 2026-12-26 Christmas": (24, 26, "Christmas"),
    "Dec 24-26 Christmas break": (24, 26, "Christmas break"),
    "Dec 24 to 26: Christmas": (24, 26, "Christmas"),
    "Dec 24, Christmas Eve": (24, 24, "Christmas Eve"),
    "2026-12-24 (Office moves)": (24, 24, "Office moves"),
    "2026-12-24": (24, 24, ""),
    "2026-12-24 day before Christmas": (24, 24, "day before Christmas"),
    "2026-12-24 2 hour meeting": (24, 24, "2 hour meeting"),
    "2026-12-24 year end": (24, 24, "year end"),
    "2026-12-24 Moving to the new office": (24, 24, "Moving to the new office"),
    "2026-12-24 to the beach": (24, 24, "to the beach"),
    "Dec 24 May fair": (24, 24, "May fair"),
    "12/24 2nd floor painting": (24, 24, "2nd floor painting"),
    "Thursday, Dec 24 closed": (24, 24, "closed"),
    "24 Dec 2026 Party": (24, 24, "Party"),
}


@pytest.mark.parametrize("words", NAMED)
def test_days_with_a_name(words: str) -> None:
    first, last, name = NAMED[words]
    found = days_and_rest(words, HERE)
    assert found
    stretch, rest = found
    assert (stretch.first, stretch.final, rest) == (date(2026, 12, first), date(2026, 12, last), name)


@pytest.mark.parametrize("words", ["", "Christmas", "the office moves on Dec 24", "💤", "-", "x" * 2000, "1 " * 500])
def test_a_line_that_opens_with_no_day(words: str) -> None:
    assert days_and_rest(words, HERE) is None
