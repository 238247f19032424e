"""The day of something far off, in somebody's own words. Used by `milestone`; nearer days are read by `days`."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from babel.dates import get_month_names
from dateparser.date import DateDataParser

from bot.mentoring.days import MAX_LENGTH, Reader

_END = {
    "en": re.compile(r"^(?:by\s+)?(?:the\s+)?end\s+of\s+", re.IGNORECASE),
    "es": re.compile(r"^(?:(?:para|a)\s+)?(?:el\s+)?(?:fin|final|finales)\s+de\s+", re.IGNORECASE),
}
"""Words before a month or a year that add nothing, because its last day is meant anyway."""
_YEARS = {
    "en": (re.compile(r"^(?:\d\d?|an?|one|two|three|four|five|six) years?$", re.IGNORECASE), "in "),
    "es": (re.compile(r"^(?:\d\d?|un|dos|tres|cuatro|cinco|seis) años?$", re.IGNORECASE), "en "),
}
"""A number of years alone, and what makes them lie ahead."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


def far_day(words: str, reader: Reader) -> date | None:
    """The local day that words mean, a past one included; None when they mean none.

    A month ("May 2027") means its last day and a year its last month; for the rest see `Reader.day`.
    """
    if not 3 <= len(words) <= MAX_LENGTH:
        return None
    said = _END.get(reader.locale, _END["en"]).sub("", words)
    years, ahead = _YEARS.get(reader.locale, _YEARS["en"])
    if years.match(said):
        return reader.day(ahead + said)
    return _end_of(said, reader) or reader.day(said)


def _end_of(said: str, reader: Reader) -> date | None:
    """The last day of a month or a year; None when the words name neither, or a day of one."""
    months = {name.casefold() for name in get_month_names("wide", locale=reader.locale).values()}
    if not _YEAR.search(said) and said.casefold() not in months:
        return None
    settings = {
        "RELATIVE_BASE": reader.here,
        "PREFER_DATES_FROM": "future",
        "PREFER_DAY_OF_MONTH": "last",
        "PREFER_MONTH_OF_YEAR": "last",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "PARSERS": ["absolute-time"],
    }
    # Types of the package's settings lag behind what it takes.
    parser: Callable[..., Any] = DateDataParser
    found = parser(languages=[reader.locale], settings=settings).get_date_data(said)
    return found.date_obj.date() if found.date_obj and found.period in ("month", "year") else None
