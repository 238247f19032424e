"""The one place that decides what a viewer may know of a cohort. Pure: everything known goes in, what was shared comes
out, and chat, digest, pages and files are made of that alone. `bot.mentoring.cohort_records` reads the database for it,
and `bot.mentoring.cohort_sums` where figures are all that is asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bot.mentoring.cohort_rows import COUNTED, Facts, Row, Shared, shown

LEAST = 5
"""A figure counts at least so many people."""
Place = tuple[str, str]
"""Region and site."""


@dataclass(frozen=True, slots=True)
class Batch:
    """People whom the figures of one field count together."""

    field: Shared
    members: frozenset[int]
    region: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over whole batches. What counts nobody is 0 "of 0", and is not shown."""

    step_of: int = 0
    """How many people the steps count."""
    steps: Mapping[int, int] = field(default_factory=dict)
    moved: int = 0
    actions_of: int = 0
    actions: int = 0
    activity_of: int = 0
    current: int = 0
    outcomes_of: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    ce_of: int = 0
    soon: int = 0
    """Certificates that end within `SOON` days with something left to earn."""
    ends: Mapping[date, int] = field(default_factory=dict)
    """The first day of a month → certificates that end in it, from this month on."""


@dataclass(frozen=True, slots=True)
class Cohorts:
    """What is known of one cohort: the input of `project`."""

    cohort_id: int
    name: str
    people: Sequence[Facts]
    batches: Sequence[Batch] = ()
    invited: frozenset[int] = frozenset()
    """Who was invited by name, whatever became of it."""
    is_locked: bool = False
    """Managers see figures alone."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A batch of which nobody is asked for."""

    field: Shared
    people: int
    """How many are in it."""
    has: Sequence[tuple[Facts, int]]
    """What is known of the field's own, and how often it is there. Whoever has nothing in it stands nowhere."""
    region: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """What is known of one cohort where rows are not asked for: the input of `summed`."""

    cohort_id: int
    name: str
    batches: Sequence[Sum]
    counted: int
    invited: int
    """As in `View`."""
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a manager of a cohort may know. Everything that is drawn for one is made of this."""

    cohort_id: int
    name: str
    rows: tuple[Row, ...]
    whole: Figures
    regions: tuple[tuple[str, Figures], ...] = ()
    sites: tuple[tuple[str, str, Figures], ...] = ()
    """Region, site, figures."""
    counted: int = 0
    invited: int = 0
    """People invited by name, and those counted who came by a code."""
    is_locked: bool = False


@dataclass(slots=True)
class _Part:
    """A field's people at one place, and the rows that say something of it, with how often each is there."""

    people: int = 0
    has: list[tuple[Row, int]] = field(default_factory=list)


def project(known: Cohorts, now: datetime) -> View:
    """What may be known of a cohort at an instant of the calendar."""
    seen = {each.member_id: shown(each, now) for each in known.people}
    rows = () if known.is_locked else sorted((row for row in seen.values() if not row.is_empty), key=_order)
    counted, places = _counted(known), _places()
    for batch in known.batches:
        part = places[batch.region, batch.site][batch.field]
        part.people += len(batch.members)
        part.has += [(seen[member], 1) for member in batch.members]
    view = _without_rows(known, places)
    return replace(view, rows=tuple(rows), counted=len(counted), invited=len(counted | known.invited))


def summed(known: Sums, now: datetime) -> View:
    """The same without rows."""
    places = _places()
    for batch in known.batches:
        part = places[batch.region, batch.site][batch.field]
        part.people += batch.people
        part.has += [(shown(facts, now), times) for facts, times in batch.has]
    return replace(_without_rows(known, places), counted=known.counted, invited=known.invited)


def _places() -> dict[Place, dict[Shared, _Part]]:
    return defaultdict(lambda: {field: _Part() for field in COUNTED})


def _without_rows(known: Cohorts | Sums, there: Mapping[Place, Mapping[Shared, _Part]]) -> View:
    """The figures of each place; whatever is wider is their sum."""
    places = {place: figures(there[place]) for place in sorted(there)}
    return View(
        cohort_id=known.cohort_id,
        name=known.name,
        rows=(),
        whole=added(places.values()),
        regions=_regions(places),
        sites=tuple((*place, part) for place, part in places.items() if place[1]),
        is_locked=known.is_locked,
    )


def _counted(known: Cohorts) -> frozenset[int]:
    """Who is said to share something: all who are counted. Without rows only those of one field, or the difference
    between two figures would tell how few share the one and not the other.
    """
    of_field = {field: [batch.members for batch in known.batches if batch.field is field] for field in COUNTED}
    each = [frozenset[int]().union(*members) for members in of_field.values()]
    return max(each, key=len) if known.is_locked else frozenset[int]().union(*each)


def figures(parts: Mapping[Shared, _Part]) -> Figures:
    """The counts over these."""
    steps, doing = parts[Shared.STEP], parts[Shared.ACTIONS]
    here, came, held = parts[Shared.ACTIVITY], parts[Shared.OUTCOMES], parts[Shared.CE]
    ending = [(each, times) for row, times in held.has for each in row.endings]
    return Figures(
        step_of=steps.people,
        steps=_sorted((row.stage, times) for row, times in steps.has if row.stage),
        moved=sum(times for row, times in steps.has if row.moved),
        actions_of=doing.people,
        actions=sum((row.actions or 0) * times for row, times in doing.has),
        activity_of=here.people,
        current=sum(times for row, times in here.has if row.is_current),
        outcomes_of=came.people,
        outcomes=_sorted((kind, times) for row, times in came.has for kind in row.outcomes),
        ce_of=held.people,
        soon=sum(times for each, times in ending if each.is_soon),
        ends=_sorted((each.last.replace(day=1), times) for each, times in ending),
    )


def added(parts: Iterable[Figures]) -> Figures:
    """The counts of several groups of different people in one."""
    some = tuple(parts)
    return Figures(**{name: _sum([getattr(part, name) for part in some]) for name in Figures.__slots__} if some else {})


def _sum(values: Sequence[Any]) -> Any:
    if isinstance(values[0], int):
        return sum(values)
    return _sorted(pair for each in values for pair in each.items())


def _sorted(counts: Iterable[tuple[Any, int]]) -> Any:
    found: dict[Any, int] = defaultdict(int)
    for key, number in counts:
        found[key] += number
    return dict(sorted(found.items()))


def _regions(places: Mapping[Place, Figures]) -> tuple[tuple[str, Figures], ...]:
    names = sorted({region for region, _ in places if region})
    return tuple((name, added(part for (region, _), part in places.items() if region == name)) for name in names)


def _order(row: Row) -> tuple[object, ...]:
    """Who moved first, then who has been quiet the longest, then by step."""
    quiet = row.quiet_since or date.max
    return (not row.moved, quiet, -(row.stage or 0), row.user_id, row.member_id)
