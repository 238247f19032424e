"""Which period of a credential a day belongs to. Pure; asked by `bot.mentoring.ce_standing` and by the CE alerts.

The date printed on the certificate always wins; whatever is reckoned from a rule says that it is.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from content.credentials import Anchor
from content.credentials import Cycle as Rule

_DAY = timedelta(days=1)


class Basis(StrEnum):
    """Where the last day of a period comes from."""

    PRINTED = "printed"
    """It stands on the member's certificate."""
    DERIVED = "derived"
    """Reckoned by the issuer's rule."""
    INFERRED = "inferred"
    """Reckoned by a rule whose newest published period is over."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a member told of what they hold."""

    earned: date | None = None
    expires: date | None = None
    """As printed."""
    month: int | None = None
    """In which dues are due, 1 to 12, where the period hangs on that."""
    done: tuple[date, ...] = ()
    """When it was done again, for what must be repeated."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One period, its first and its last day included."""

    first: date
    last: date
    basis: Basis
    whole_first: date
    """The first day of the whole period, where the member came later."""

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


Ends = Callable[[int], date]
"""The last day of the period of a number; each is later than the one before. Raises ValueError or OverflowError beyond
the calendar."""


def cycle_on(rule: Rule, held: Certificate, day: date) -> Cycle | None:
    """The one period that holds a day; None before the credential was earned, and where nobody can say.

    What must be repeated is different: there the period runs on until it was done, so its last day may be over.
    """
    if rule.anchor is Anchor.LAST_DONE:
        return _since_last(rule, held, day)
    if held.earned and day < held.earned:
        return None
    if rule.months is None:
        return _until_printed(held, day)
    if held.expires:
        return _found(rule, held, _printed_ends(rule, held, rule.months), day)
    ends = _ends(rule, held, rule.months)
    return _found(rule, held, ends, day) if ends else None


def _found(rule: Rule, held: Certificate, ends: Ends, day: date) -> Cycle | None:
    assert rule.months is not None
    try:
        number = (day.year - ends(0).year) * 12 // rule.months - 2
        if begins := _begins(rule, held):
            number = max(0, number)
        while ends(number) < day:
            number += 1
        last = ends(number)
        whole_first = begins if begins and number == 0 else ends(number - 1) + _DAY
    except (ValueError, OverflowError):
        return None
    first = max(whole_first, held.earned) if held.earned else whole_first
    return Cycle(first, last, _basis(rule, held, number, last), whole_first)


def _begins(rule: Rule, held: Certificate) -> date | None:
    """The day on which the first period of somebody's own begins; None where periods were there before them."""
    is_common = rule.anchor in (Anchor.COMMON_BLOCK, Anchor.MEMBERSHIP_MONTH)
    return None if held.expires or is_common else held.earned


def _basis(rule: Rule, held: Certificate, number: int, last: date) -> Basis:
    if held.expires:
        return Basis.PRINTED if number == 0 else Basis.DERIVED
    is_open = rule.published_until is not None and last > rule.published_until
    return Basis.INFERRED if is_open else Basis.DERIVED


def _until_printed(held: Certificate, day: date) -> Cycle | None:
    if held.expires is None or day > held.expires:
        return None
    first = held.earned or date.min
    return Cycle(first, held.expires, Basis.PRINTED, first)


def _since_last(rule: Rule, held: Certificate, day: date) -> Cycle | None:
    """From the last time it was done; a day that its paper names counts until it is done again."""
    assert rule.months is not None
    times = sorted({*held.done, *([held.earned] if held.earned else ())})
    so_far = [each for each in times if each <= day]
    if not so_far:
        return _until_printed(held, day)
    start = so_far[-1]
    if held.expires and start == held.earned and start <= held.expires:
        return Cycle(start, held.expires, Basis.PRINTED, start)
    last = later(start, rule.months)
    return Cycle(start, min(last, start + timedelta(days=rule.days)) if rule.days else last, Basis.DERIVED, start)


def _printed_ends(rule: Rule, held: Certificate, months: int) -> Ends:
    """Period 0 ends on the printed day; a month's last day stays a month's last day."""
    assert held.expires is not None
    expires = held.expires
    if rule.anchor is Anchor.MONTH_END and expires == _month_end(expires):
        return lambda number: _month_end(later(expires.replace(day=1), number * months))
    return lambda number: later(expires, number * months)


def _ends(rule: Rule, held: Certificate, months: int) -> Ends | None:
    """By the rule alone; None where the member has not told what it takes."""
    match rule.anchor:
        case Anchor.COMMON_BLOCK:
            assert rule.first_day is not None
            first_day = rule.first_day
            return lambda number: later(first_day, (number + 1) * months) - _DAY
        case Anchor.MEMBERSHIP_MONTH:
            return _membership_ends(held.month, months) if held.month else None
        case _ if held.earned is None:
            return None
        case _:
            return _personal_ends(rule, held.earned, months)


def _personal_ends(rule: Rule, earned: date, months: int) -> Ends | None:
    match rule.anchor:
        case Anchor.ANNIVERSARY:
            return lambda number: later(earned, (number + 1) * months) - _DAY
        case Anchor.MONTH_END:
            month = earned.replace(day=1)
            return lambda number: _month_end(later(month, (number + 1) * months))
        case Anchor.CALENDAR_YEAR:
            return _yearly(_first_year_end(earned, rule.first_at_least or 0), months)
        case Anchor.FIXED_DAY:
            assert rule.day is not None
            return _yearly(_fixed_first(earned, rule.day, months), months)
        case _:
            return None


def _yearly(first: date, months: int) -> Ends:
    return lambda number: later(first, number * months)


def _first_year_end(earned: date, at_least: int) -> date:
    """The first 31 December that leaves a member at least so many months."""
    year_end = date(earned.year, 12, 31)
    wanted = later(earned, at_least) - _DAY
    return year_end if year_end >= wanted else date(wanted.year, 12, 31)


def _fixed_first(earned: date, day: str, months: int) -> date:
    """The last such day within the first period's months: no later than the certificate can say."""
    month, number = (int(part) for part in day.split("-"))
    limit = later(earned, months)
    found = _day_in(limit.year, month, number)
    return found if found <= limit else _day_in(limit.year - 1, month, number)


def _membership_ends(month: int, months: int) -> Ends:
    """The first day of the month, since nobody knows on which of them dues fall due; years as odd as the month is."""
    base = 2001 if month % 2 else 2000
    return lambda number: later(date(base, month, 1), number * months)


def later(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _day_in(year, month + 1, day.day)


def _day_in(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _month_end(day: date) -> date:
    return _day_in(day.year, day.month, 31)
