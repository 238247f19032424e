"""Reads a line about CE as people type it: `1.5 live "OSHA update" 2026-11-03 for cmm`, `cmm earned 2026-03-01`. Pure;
what is missing is left open, and `bot.mentoring.ce_add` and `ce_log` say what they need.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from bot.mentoring.days import Reader

TITLE_LENGTH = 120
LINK_LENGTH = 500
_QUOTED = re.compile(r'["“”](.*)["“”]')
_ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_LINK = re.compile(r"(?:\blink\s+)?(https?://\S+)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\bno\.?|\bnumber|\bindex(?: number)?|#)\s*([\w./-]{1,40})(?=\s|$)", re.IGNORECASE)
_STOP = r"(?=\s+(?:for|by|on|no\.?|number|index|link)\s|\s+#|\s+\d{4}-\d\d-\d\d|\s+https?://|\s*$)"
_FOR = re.compile(rf"\bfor\s+(.+?){_STOP}", re.IGNORECASE)
_BY = re.compile(rf"\b(?:by|from)\s+(.+?){_STOP}", re.IGNORECASE)
_ON = re.compile(rf"\bon\s+(.+?){_STOP}", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = re.compile(
    r"\b(?:today|yesterday|(?:last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    rf"|{_MONTH}\.? \d{{1,2}}(?:,? \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?"
    r"|\d{1,2}/\d{1,2}(?:/\d{2,4})?)(?=\W|$)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(?<![\w.,/-])(-?\d{1,6}(?:[.,]\d{1,4})?)(?![\w/-])")
_UNITS = {
    **dict.fromkeys(("hour", "hours", "hrs", "hr", "h"), "hour"),
    **dict.fromkeys(("ceu", "ceus"), "ceu"),
    **dict.fromkeys(("point", "points", "pts"), "point"),
    **dict.fromkeys(("contact-hour", "contact-hours"), "contact-hour"),
    **dict.fromkeys(("credit", "credits", "ce", "ces"), ""),
}
"""Words for a unit → its name in the rules; "" fits any."""
_NAME = re.compile(r"([\w-]+(?: training| of them)?)(?:[\s=:]+(\d{1,4}(?:[.,]\d{1,4})?)(?=\s|$))?", re.IGNORECASE)
_FILLER = frozenset(("of", "a", "an", "the", "and", "in", "course", "class", "webinar"))


@dataclass(frozen=True, slots=True)
class For:
    """A credential that a course is for, as typed, and the amount for it where it is another."""

    name: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """What a line about a course says."""

    amount: Decimal | None = None
    unit: str = ""
    """As typed, by its name in the rules; empty where any is meant."""
    kinds: tuple[str, ...] = ()
    title: str = ""
    day: date | None = None
    bad_day: str = ""
    """Words that should be a day and are none."""
    for_: tuple[For, ...] = ()
    provider: str = ""
    number: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What a line about a credential says."""

    name: str = ""
    days: dict[str, date] = field(default_factory=dict)
    """"earned", "expires"."""
    month: int | None = None
    misread: str = ""
    """Of which word the day could not be read."""


def read_logged(line: str, kinds: frozenset[str], reader: Reader) -> Logged:
    """`kinds` are the words that are no part of a title."""
    rest, title = _taken(_QUOTED, line)
    rest, link = _taken(_LINK, rest)
    rest, named = _taken(_FOR, rest)
    wanted, over = _for(named)
    rest = f"{rest} {over}"
    rest, provider = _taken(_BY, rest)
    rest, day_words = _day_words(rest)
    rest, number = _taken(_NUMBER, rest)
    rest, amount = _taken(_AMOUNT, rest)
    words = rest.split()
    units = [word for word in words if word.lower().strip(",") in _UNITS]
    said = [word.lower().strip(",") for word in (*words, *provider.split())]
    own = [word for word in said if word in kinds]
    left = [word for word in words if word not in units and word.lower().strip(",") not in kinds]
    if not title and any(word.lower() not in _FILLER for word in left):
        title = " ".join(left)
    day = _past(day_words, reader) if day_words else None
    return Logged(
        amount=decimal(amount),
        unit=_UNITS[units[0].lower().strip(",")] if units else "",
        kinds=tuple(dict.fromkeys(own)),
        title=title.strip(" ,;")[:TITLE_LENGTH],
        day=day,
        bad_day=day_words if day_words and day is None else "",
        for_=wanted,
        provider=provider.strip(' ,;"“”')[:TITLE_LENGTH],
        number=number,
        link=link.rstrip(".,;)")[:LINK_LENGTH],
    )


def read_added(line: str, reader: Reader) -> Added:
    """ "cmm earned 2026-03-01 expires 2027-03-01", "cpc month March": the name is what stands before the first word."""
    parts = re.split(r"\b(earned|certified|expires|expiring|until|month)\b[:\s]*", line, flags=re.IGNORECASE)
    days: dict[str, date] = {}
    month, misread = None, ""
    for word, said in zip(parts[1::2], parts[2::2], strict=True):
        key = {"certified": "earned", "expiring": "expires", "until": "expires"}.get(word.lower(), word.lower())
        words = said.strip(" ,;")
        if key == "month":
            month = _month(words, reader)
            misread = misread or ("" if month else key)
        elif found := _past(words, reader) if key == "earned" else reader.day(words):
            days[key] = found
        else:
            misread = misread or key
    return Added(parts[0].strip(" ,;"), days, month, misread)


def decimal(words: str) -> Decimal | None:
    """A number as typed, with a point or a comma."""
    try:
        return Decimal(words.replace(",", "."))
    except InvalidOperation:
        return None


def _taken(pattern: re.Pattern[str], line: str) -> tuple[str, str]:
    """The line without what the pattern found, and that."""
    if (found := pattern.search(line)) is None:
        return line, ""
    return f"{line[: found.start()]} {line[found.end() :]}".strip(), found[1].strip()


def _day_words(line: str) -> tuple[str, str]:
    for pattern in (_ISO, _DAY):
        if found := pattern.search(line):
            rest = f"{line[: found.start()].removesuffix('on ')} {line[found.end() :]}"
            return rest.strip(), found[0]
    return _taken(_ON, line)


def _past(words: str, reader: Reader) -> date | None:
    """A day without a year is the last such one, since nobody logs what is still to come."""
    said = re.sub(r"^last\s+", "", words, flags=re.IGNORECASE)
    day = reader.day(said)
    if day is None or re.search(r"\d{4}|/\d\d$", said) or day <= reader.here.date():
        return day
    named = re.fullmatch(r"[a-z]+", said, re.IGNORECASE)
    return date.fromordinal(day.toordinal() - 7) if named else _year_before(day)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _for(words: str) -> tuple[tuple[For, ...], str]:
    """The credentials named, and the words behind them that belong to something else."""
    found, over = [], []
    for part in re.split(r"\s*(?:,|;|&|\band\b|\+)\s*", words):
        if one := _NAME.match(part.strip()):
            found.append(For(one[1], decimal(one[2]) if one[2] else None))
            over.append(part.strip()[one.end() :])
    return tuple(found), " ".join(over)


def _month(words: str, reader: Reader) -> int | None:
    if words.isdecimal():
        return int(words) if 1 <= int(words) <= 12 else None
    day = reader.day(words)
    return day.month if day else None
