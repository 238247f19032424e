"""Dates and times as people type them ("Thursday 12:30", "in 2 weeks", "2026-12-20"), read in the member's language
and zone. Called by the commands that take a day: `coach pause`, `plan`, `milestone`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dateparser
from babel.dates import get_day_names, get_month_names

MAX_WORDS = 10
"""Words that a day and a time may take; what comes after them is not read."""
MAX_LENGTH = 60
"""Characters of the same."""

_LEAD = {
    "en": re.compile(r"^(?:(?:until|till|til|by|on|for|from|the)\s+)+"),
    "es": re.compile(r"^(?:(?:hasta|para|desde|por|el|la)\s+)+"),
}
_COMING = {"en": re.compile(r"^(?:this|next|coming)\s+"), "es": re.compile(r"^(?:este|proximo|siguiente)\s+")}
_HALVES = {"noon": "12:00", "midday": "12:00", "midnight": "00:00", "mediodia": "12:00", "medianoche": "00:00"}
_CLOCK = re.compile(
    r"(?:\b(?:at|a las?)\s+|@\s*)?(?<![\d/.-])(?P<hour>\d{1,2})"
    r"(?:(?:[:.](?P<minute>\d\d)|h(?P<minute_h>\d\d)?)(?:\s*(?P<half>[ap])\.?m?\.?)?|\s*(?P<half_only>[ap])\.?m\.?)"
    r"(?![\w:/-])"
)
_BARE_HOUR = re.compile(r"(?:\b(?:at|a las?)\s+|@\s*)(?P<hour>\d{1,2})(?![\w:./-])")
_WEEKDAY_HOUR = re.compile(r"^(?P<day>[^\W\d]+)\s+(?P<hour>\d{1,2})$")
_NTH = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)$")
_ISO_DAY = re.compile(r"^(\d{4}-\d\d-\d\d)(?:t(?=\d))?")
_SPAN = {
    "en": (re.compile(r"^(?:\d+|an?|one|two|three|four|five|six) (?:days?|weeks?|months?)$"), "in "),
    "es": (re.compile(r"^(?:\d+|una?) (?:dias?|semanas?|mes|meses)$"), "en "),
}
"""A stretch of time alone, and what makes it one that lies ahead."""
_PARSERS = ["relative-time", "absolute-time"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody's language, zone and present, in which their words are read."""

    locale: str
    zone: ZoneInfo
    now: datetime
    """By the calendar clock, in UTC."""

    @property
    def here(self) -> datetime:
        """The member's own wall clock, without its zone."""
        return self.now.astimezone(self.zone).replace(tzinfo=None)

    def day(self, words: str) -> date | None:
        """The local day, a past one included; a day without a year is the next such day. None when unreadable."""
        if len(words) > MAX_LENGTH:
            return None
        said = _plain(words, self.locale)
        for way in (self._iso, self._weekday, self._nth, self._month, self._parsed):
            if found := way(said):
                return found
        return None

    def moment(self, words: str) -> datetime | None:
        """The local day and time, without its zone, a past one included. None when either is missing or unreadable."""
        if len(words) > MAX_LENGTH:
            return None
        said = _plain(words, self.locale)
        found, rest = _clock_in(said)
        if found is None and (hour := _WEEKDAY_HOUR.match(said)):
            found, rest = _hour(hour["hour"]), hour["day"]
        if found is None:
            return self._relative_moment(said)
        return self._at(rest, found)

    def moment_and_rest(self, words: str) -> tuple[datetime, str] | None:
        """A day and time at the front of a line, and the words after it ("break room"). None when it opens otherwise.

        The longest front that reads as a moment counts.
        """
        said = words.split()
        for count in range(min(len(said), MAX_WORDS), 0, -1):
            if moment := self.moment(" ".join(said[:count]).strip(",; ")):
                return moment, " ".join(said[count:]).strip(",;- ")
        return None

    def _at(self, day_words: str, at: time) -> datetime | None:
        if not day_words:
            today = datetime.combine(self.here.date(), at)
            return today if today > self.here else today + timedelta(days=1)
        if (day := self.day(day_words)) is None:
            return None
        moment = datetime.combine(day, at)
        is_today = weekday_named(day_words, self.locale) == self.here.weekday()
        if is_today and moment - timedelta(days=7) > self.here:
            return moment - timedelta(days=7)  # "Thursday 12:30", said on a Thursday morning
        return moment

    def _relative_moment(self, said: str) -> datetime | None:
        """ "In 2 hours": a moment without a time of its own."""
        if not re.search(r"\b(?:hours?|minutes?|min|horas?|minutos?)\b", said):
            return None
        found = self._dateparser(said, PARSERS=_PARSERS[:1])
        return found.replace(second=0, microsecond=0) if found else None

    def _iso(self, said: str) -> date | None:
        try:
            return date.fromisoformat(said)
        except ValueError:
            return None

    def _weekday(self, said: str) -> date | None:
        name = _COMING.get(self.locale, _COMING["en"]).sub("", said)
        if (weekday := weekday_named(name, self.locale)) is None:
            return None
        today = self.here.date()
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)

    def _nth(self, said: str) -> date | None:
        """ "The 12th": the next 12th."""
        if (found := _NTH.match(said)) is None:
            return None
        days = (self.here.date() + timedelta(days=ahead) for ahead in range(1, 63))
        return next((day for day in days if day.day == int(found[1])), None)

    def _month(self, said: str) -> date | None:
        """ "January": its first day."""
        names = {_bare(name): number for number, name in get_month_names("wide", locale=self.locale).items()}
        if (month := names.get(said)) is None:
            return None
        today = self.here.date()
        return date(today.year + (month <= today.month), month, 1)

    def _parsed(self, said: str) -> date | None:
        if not re.search(r"[^\W\d]|\d[/.-]\d", said):
            return None  # a bare number is no day
        stretch, ahead = _SPAN.get(self.locale, _SPAN["en"])
        said = ahead + said if stretch.match(said) else said
        found = self._dateparser(said, PARSERS=_PARSERS, REQUIRE_PARTS=["day", "month"])
        return found.date() if found else None

    def _dateparser(self, said: str, **settings: Any) -> datetime | None:
        given = {
            "RELATIVE_BASE": self.here,
            "PREFER_DATES_FROM": "future",
            "RETURN_AS_TIMEZONE_AWARE": False,
            **settings,
        }
        # Types of the package's settings lag behind what it takes.
        parse: Callable[..., datetime | None] = dateparser.parse
        found = parse(said, languages=[self.locale], settings=given)
        return found if found and found.year > 1900 else None


def clock_time(words: str) -> time | None:
    """A time of day: "12:15", "9am", "noon", "9". None when there is no such time.

    A number from 1 to 6 alone, or with minutes and without a leading zero, means the afternoon.
    """
    said = _halves(_bare(words))
    if said.isdecimal() and len(said) <= 2:
        return _hour(said)
    found, rest = _clock_in(said)
    return found if not rest else None


def weekday_named(word: str, locale: str) -> int | None:
    """The weekday (Monday is 0) of a name, its plural or at least its first three letters; None if it is none."""
    said = _bare(word).rstrip(".")
    for number, name in get_day_names("wide", locale=locale).items():
        whole = _bare(name)
        if said in (whole, whole + "s") or (len(said) >= 3 and whole.startswith(said.removesuffix("s"))):
            return int(number)
    return None


def _plain(words: str, locale: str) -> str:
    said = _halves(_bare(words).strip(",;. "))
    said = _ISO_DAY.sub(r"\1 ", said).strip()
    return _LEAD.get(locale, _LEAD["en"]).sub("", said)


def _bare(words: str) -> str:
    """Small letters without accents, single spaces."""
    letters = unicodedata.normalize("NFD", words.casefold())
    return " ".join("".join(ch for ch in letters if not unicodedata.combining(ch)).split())


def _halves(said: str) -> str:
    return " ".join(_HALVES.get(word, word) for word in said.split())


def _clock_in(said: str) -> tuple[time | None, str]:
    """The time of day in a text and the words around it; (None, the text) when there is none."""
    match = _CLOCK.search(said) or _BARE_HOUR.search(said)
    if match is None:
        return None, said
    parts = match.groupdict()
    minute = int(parts.get("minute") or parts.get("minute_h") or 0)
    half = parts.get("half") or parts.get("half_only")
    found = _hour(match["hour"], minute, half)
    rest = f"{said[: match.start()]} {said[match.end() :]}"
    return found, " ".join(rest.split()).strip(",;@ ")


def _hour(digits: str, minute: int = 0, half: str | None = None) -> time | None:
    hour = int(digits)
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif 1 <= hour <= 6 and len(digits) == 1:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
