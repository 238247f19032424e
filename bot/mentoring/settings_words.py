"""What somebody wants changed about their weekly note, read from their words ("friday 9:30 Chicago topics step").
Pure. Called by `coach settings`.
"""

import re
from dataclasses import dataclass
from datetime import time
from typing import Literal

from bot.mentoring.coaching import TOPICS
from bot.mentoring.days import clock_time, weekday_named
from bot.mentoring.zones import find_zone

_NOISE = {"at", "on", "in", "and", "every", "zone", "timezone", "day", "hour", "time", "a", "las", "los", "el"}
AUTO = "auto"
"""In the place of a zone: the one that the platform tells."""
_HALF = re.compile(r"[ap]\.?m?\.?,?", re.IGNORECASE)
_TOPIC_WORDS = {
    **dict.fromkeys(("step", "steps", "action", "actions"), "step"),
    **dict.fromkeys(("networking", "network"), "networking"),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What shall change; None stays as it is."""

    weekday: int | None = None
    at: time | None = None
    zone: str | None = None
    """An IANA name, or `AUTO`."""
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Misread:
    """The words that mean nothing here."""

    what: Literal["hour", "zone", "topics"]
    words: str


def read_wishes(words: str, locale: str) -> Wishes | Misread:
    """Every wish in a line, in any order; topics come last, after the word "topics"."""
    front, named, back = (f" {words} ").lower().partition(" topics ")
    topics = _topics(back.split()) if named else None
    if isinstance(topics, Misread):
        return topics
    timed = _take_time(front.split())
    if isinstance(timed, Misread):
        return timed
    at, rest = timed
    weekday, rest = _take_weekday(rest, locale)
    whole = " ".join(word.strip(",") for word in rest)
    place = " ".join(word for word in whole.split() if word not in _NOISE)
    if place == AUTO:
        return Wishes(weekday, at, AUTO, topics)
    zone = find_zone(whole) or find_zone(place)  # "los" is part of a city, or of "los viernes"
    if place and zone is None:
        return Misread("zone", place)
    return Wishes(weekday, at, zone.key if zone else None, topics)


def _topics(words: list[str]) -> tuple[str, ...] | Misread:
    named = [word.strip(",") for word in words if word.strip(",") not in _NOISE]
    wanted = {_TOPIC_WORDS.get(word) for word in named}
    if not wanted or None in wanted:
        return Misread("topics", " ".join(named))
    return tuple(topic for topic in TOPICS if topic in wanted)


def _take_time(words: list[str]) -> tuple[time | None, list[str]] | Misread:
    """The first time of day in the words, and the words without it."""
    for index, word in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) and _HALF.fullmatch(words[index + 1]) else ""
        found = clock_time(f"{word} {after}".strip(" ,"))
        if found is not None:
            return found, words[:index] + words[index + (2 if after else 1) :]
        if word[0].isdigit():
            return Misread("hour", f"{word} {after}".strip())
    return None, words


def _take_weekday(words: list[str], locale: str) -> tuple[int | None, list[str]]:
    for index, word in enumerate(words):
        named = word.strip(",")
        weekday = weekday_named(named, locale)
        weekday = weekday_named(named, "en") if weekday is None else weekday
        if weekday is not None:
            return weekday, words[:index] + words[index + 1 :]
    return None, words
