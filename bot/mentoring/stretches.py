"""A stretch of days as people type it: "20 Dec to 4 Jan", "from 12/20 until 1/4", "Dec 24-26 Christmas". Called by
`coach pause` and `admin holidays`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from bot.clock import instant_of
from bot.mentoring.days import Reader

_BEGINS = re.compile(r"^(?:from|starting|beginning|desde(?: el)?|del|de)\s+(?:on\s+)?", re.IGNORECASE)
_GAPS = (
    re.compile(r"\s+(?P<gap>to|until|till|til|through|thru|for|hasta(?: el)?|al|a|[-–—])\s+", re.IGNORECASE),
    re.compile(r"\s*(?P<gap>[–—])\s*"),
    re.compile(r"(?<=\d)(?<!\d{4})(?<!-\d\d)(?P<gap>-)(?=\d)"),
)
"""What stands between two days, the clearest first; a hyphen within 2026-12-20 is none."""
_INCLUDED = {"through": True, "thru": True, "for": False}
"""Words that say whether the last day belongs to the stretch."""
_NUMBER = re.compile(r"^(?:the )?(\d{1,2})(?:st|nd|rd|th)?$", re.IGNORECASE)
_WORD, _NTH = r"[^\W\d_]+\.?", r"\d{1,2}(?:st|nd|rd|th)?"
_DAY = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?"
    rf"|(?:{_WORD},? )?{_WORD} {_NTH}(?:,? \d{{4}})?"
    rf"|(?:{_WORD},? )?{_NTH} (?:of |de )?{_WORD}(?:,? (?:de )?\d{{4}})?"
    rf"|(?:next |this )?{_WORD})"
)
_LENGTH = r"(?:\d+|an?|one|two|three) (?:days?|weeks?|months?)"
_GAP = r"(?: (?:to|until|till|til|through|thru|for|hasta(?: el)?|al|a) | ?[-–—] ?)"
_END = r"(?=[\s,;:.()]|$)"
_ONE_DAY = re.compile(rf"{_DAY}{_END}", re.IGNORECASE)
_TWO_DAYS = tuple(
    re.compile(rf"(?:(?:from|del|de) )?(?:{_DAY}|{_NTH}){_GAP}{last}{_END}", re.IGNORECASE)
    for last in (_LENGTH, _DAY, _NTH)
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|\d[/.]\d{1,2}[/.]\d\d(?!\d)")
_HALF_A_YEAR = timedelta(days=183)
"""Where the year is left open, nobody means a longer stretch."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Two days as somebody typed them; the first may lie after the last."""

    first: date
    last: date
    is_included: bool | None = None
    """Whether the last day belongs to it: so with "through Friday", not with "for 2 weeks", else left open."""

    @property
    def back(self) -> date:
        """The first day after a leave: the last one said, unless that belongs to it."""
        return self.last + timedelta(days=1) if self.is_included else self.last

    @property
    def final(self) -> date:
        """The last day of a closure: the one said, unless that does not belong to it."""
        return self.last - timedelta(days=1) if self.is_included is False else self.last


def opens_only(words: str) -> bool:
    """Whether the words say when something begins, and not when it ends ("from Monday")."""
    return _BEGINS.match(words) is not None


def read_stretch(words: str, reader: Reader) -> Stretch | None:
    """Two days, in the order they were said; None when the words are no two days.

    Years that are left open are chosen so that the days are close together and not over. A last day such as "Friday"
    or "2 weeks" counts from the first.
    """
    said = _BEGINS.sub("", words.strip(" ,;."))
    for pattern in _GAPS:
        for gap in pattern.finditer(said):
            is_included = _INCLUDED.get(gap["gap"].lower())
            if days := _read(said[: gap.start()], said[gap.end() :], reader, is_length=is_included is False):
                return Stretch(*days, is_included=is_included)
    return None


def days_and_rest(words: str, reader: Reader) -> tuple[Stretch, str] | None:
    """A day or two at the front of a line, and the words after them ("Christmas"). None when the line opens otherwise.

    Only what looks like a day is read as one: "2026-11-27 Day after Thanksgiving" is one day and a name.
    """
    for pattern in _TWO_DAYS:
        if (two := pattern.match(words)) and (stretch := read_stretch(two[0], reader)):
            return stretch, _name(words[two.end() :])
    if (one := _ONE_DAY.match(words)) and (day := reader.day(one[0])):
        return Stretch(day, day), _name(words[one.end() :])
    return None


def _name(rest: str) -> str:
    return rest.strip(",;:- –—()\"“”'")


def _read(first_words: str, last_words: str, reader: Reader, *, is_length: bool) -> tuple[date, date] | None:
    first, last = reader.day(first_words), reader.day(last_words)
    if first is None and last:
        first = _same_month(first_words, last)
    if last is None and first:
        last = _same_month(last_words, first)
    if first is None or last is None:
        return None
    later = replace(reader, now=instant_of(first, time(12), reader.zone)).day(last_words) or last
    if is_length:
        return first, later
    return _likeliest(_firsts(first, first_words), (last, later)) or (first, last)


def _same_month(words: str, day: date) -> date | None:
    """ "Dec 24 to 26": the number alone is a day of the other's month."""
    number = _NUMBER.match(words.strip())
    try:
        return day.replace(day=int(number[1])) if number else None
    except ValueError:
        return None


def _firsts(first: date, words: str) -> Iterator[date]:
    """The day as read, and a year before: it may have begun."""
    yield first
    if not _YEAR.search(words) and (first.month, first.day) != (2, 29):
        yield first.replace(year=first.year - 1)


def _likeliest(firsts: Iterator[date], lasts: tuple[date, date]) -> tuple[date, date] | None:
    """`lasts` are the last day as read today, and as read on the first day."""
    pairs = [(first, last) for first in firsts for last in lasts if timedelta(0) <= last - first <= _HALF_A_YEAR]
    return min(pairs, default=None)
