"""What `coach settings …` understands, and what it does not."""

from datetime import time

import pytest

from bot.mentoring.settings_words import Misread, Wishes, read_wishes
from bot.mentoring.zones import COMMON, find_zone, zones_like


@pytest.mark.parametrize(
    ("words", "wishes"),
    [
        ("Friday", Wishes(weekday=4)),
        ("on Wednesdays at noon", Wishes(weekday=2, at=time(12))),
        ("friday 9:30 America/Chicago", Wishes(4, time(9, 30), "America/Chicago")),
        ("9 am, chicago, mon", Wishes(0, time(9), "America/Chicago")),
        ("12:15", Wishes(at=time(12, 15))),
        ("new york", Wishes(zone="America/New_York")),
        ("zone america/kentucky/louisville", Wishes(zone="America/Kentucky/Louisville")),
        ("los angeles 9:00", Wishes(at=time(9), zone="America/Los_Angeles")),
        ("pacific time", Wishes(zone="America/Los_Angeles")),
        ("CST", Wishes(zone="America/Chicago")),
        ("topics networking", Wishes(topics=("networking",))),
        ("topics networking, step", Wishes(topics=("step", "networking"))),
        ("sunday 23:59 UTC topics step", Wishes(6, time(23, 59), "UTC", ("step",))),
    ],
)
def test_wishes(words: str, wishes: Wishes) -> None:
    assert read_wishes(words, "en") == wishes


@pytest.mark.parametrize(
    ("words", "misread"),
    [
        ("25:00", Misread("hour", "25:00")),
        ("friday 13 pm", Misread("hour", "13 pm")),
        ("9:75 chicago", Misread("hour", "9:75")),
        ("mars/olympus", Misread("zone", "mars/olympus")),
        ("someday", Misread("zone", "someday")),
        ("monday tuesday", Misread("zone", "tuesday")),
        ("topics", Misread("topics", "")),
        ("topics none", Misread("topics", "none")),
        ("topics step money", Misread("topics", "step money")),
    ],
)
def test_misread(words: str, misread: Misread) -> None:
    assert read_wishes(words, "en") == misread


def test_both_languages_know_the_weekdays_of_the_buttons() -> None:
    assert read_wishes("viernes 9:30", "es") == Wishes(4, time(9, 30))
    assert read_wishes("friday 9:30", "es") == Wishes(4, time(9, 30))
    assert read_wishes("los viernes a las 9", "es") == Wishes(4, time(9))


def test_the_names_of_the_united_states() -> None:
    assert len(COMMON) == 8
    for name, zone in COMMON.items():
        found = find_zone(name)
        assert found is not None
        assert found.key == zone


@pytest.mark.parametrize("words", ["", "x" * 3000, "../../etc/passwd", "🌍", "America/", "/", "none"])
def test_no_zone(words: str) -> None:
    assert find_zone(words) is None


def test_what_looks_like_a_zone() -> None:
    assert zones_like("America/Chigaco")[0] == "America/Chicago"
    assert zones_like("los angles")[0] == "America/Los_Angeles"
    assert zones_like("qqqqqq") == ()
    assert len(zones_like("America/New")) <= 3
