"""The one place that decides what a viewer may know of a cohort. Pure: everything known goes in, what was shared comes
out, and chat, digest, pages and files are made of that alone. `bot.mentoring.cohort_records` reads the database for it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import local_day
from bot.mentoring.cohort_dates import Ending, Held, endings
from bot.mentoring.cohort_quiet import quiet_since
from bot.mentoring.open_hours import Leave
from bot.mentoring.stages import stage_of

LEAST = 5
"""A figure counts at least so many people."""
LATELY = timedelta(days=7)
"""Somebody who moved on within this time did so "this week"."""


class Shared(StrEnum):
    """What a member may share, each by itself. Their own words are none of it."""

    STEP = "step"
    ACTIONS = "actions"
    """How many actions of steps 1 to 4 are done."""
    ACTIVITY = "activity"
    OUTCOMES = "outcomes"
    CE = "ce"
    """Certificates on which a date is printed, and those dates."""
    PLACE = "place"
    """Site and region."""


COUNTED = (Shared.STEP, Shared.ACTIONS, Shared.ACTIVITY, Shared.OUTCOMES, Shared.CE)
"""The fields that have figures."""


@dataclass(slots=True)  # frozen, ten thousand of them would take twice as long to make
class Facts:
    """All that is known of one member of a cohort, shared or not. Nobody but `shown` reads it."""

    member_id: int
    user_id: str
    shares: frozenset[Shared]
    zone: ZoneInfo
    name: str = ""
    """What the platform calls them; empty where it has not said."""
    workspace: str = ""
    """Theirs, where it is another than the cohort's own."""
    step: int | None = None
    step_since: datetime | None = None
    """When the step was last begun to be shared; None while it is not."""
    stage_before: int | None = None
    stage_moved_at: datetime | None = None
    actions: int = 0
    last_active_at: datetime | None = None
    every_weeks: int = 2
    """The member's own rhythm; two for those who have none."""
    leave: Leave | None = None
    milestones: tuple[date, ...] = ()
    """The days of what takes months and is not reached."""
    outcomes: tuple[str, ...] = ()
    certificates: tuple[Held, ...] = ()
    region: str = ""
    site: str = ""


@dataclass(slots=True)
class Row:
    """What a manager sees of one member. *Declined*, *not shared* and *no data* look the same: nothing."""

    member_id: int
    user_id: str
    name: str = ""
    """Stands in a row that holds something, so nobody is named for having joined."""
    workspace: str = ""
    """Where they come from, if it is not the cohort's own workspace."""
    stage: int | None = None
    """1 to 5; 5 is "5 or later"."""
    moved: bool = False
    """Onward, this week."""
    actions: int | None = None
    is_current: bool | None = None
    """There was an update lately, or none was to be expected."""
    quiet_since: date | None = None
    """The last update, where it is long ago for this member's rhythm."""
    outcomes: tuple[str, ...] = ()
    endings: tuple[Ending, ...] = ()
    """From today on, the next one first."""
    region: str = ""
    site: str = ""

    @property
    def near(self) -> tuple[Ending, ...]:
        """What ends within a week with something left to earn."""
        return tuple(each for each in self.endings if each.is_near)

    @property
    def is_empty(self) -> bool:
        is_said = (self.stage, self.actions, self.is_current) != (None, None, None)
        return not (is_said or self.outcomes or self.endings or self.region or self.site)


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
    alike: Mapping[int, int] = field(default_factory=dict)
    """Member → somebody among `people` who is like them in all that is counted; for those not in it, themself."""
    is_listed: bool = True
    """The rows are asked for."""


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


def project(known: Cohorts, now: datetime) -> View:
    """What may be known of a cohort at an instant of the calendar."""
    is_listed = known.is_listed and not known.is_locked
    seen = {each.member_id: shown(each, now) for each in known.people}
    rows = sorted((row for row in seen.values() if not row.is_empty), key=_order) if is_listed else ()
    seen |= {member: seen[other] for member, other in known.alike.items()}
    counted = _counted(known)
    places = _by_place(known.batches, seen)
    return View(
        cohort_id=known.cohort_id,
        name=known.name,
        rows=tuple(rows),
        whole=added(places.values()),
        regions=_regions(places),
        sites=tuple((*place, part) for place, part in places.items() if place[1]),
        counted=len(counted),
        invited=len(counted | known.invited),
        is_locked=known.is_locked,
    )


def _counted(known: Cohorts) -> frozenset[int]:
    """Who is said to share something: all who are counted. Without rows only those of one field, or the difference
    between two figures would tell how few share the one and not the other.
    """
    of_field = {field: [batch.members for batch in known.batches if batch.field is field] for field in COUNTED}
    each = [frozenset[int]().union(*members) for members in of_field.values()]
    return max(each, key=len) if known.is_locked else frozenset[int]().union(*each)


def shown(facts: Facts, now: datetime) -> Row:
    """A member's row: what they share, and nothing else."""
    shares = facts.shares
    quiet = quiet_since(facts, now) if Shared.ACTIVITY in shares else None
    is_seen = Shared.ACTIVITY in shares and facts.last_active_at is not None
    return Row(
        member_id=facts.member_id,
        user_id=facts.user_id,
        name=facts.name,
        workspace=facts.workspace,
        stage=stage_of(facts.step) if Shared.STEP in shares else None,
        moved=Shared.STEP in shares and _moved(facts, now),
        actions=(facts.actions or None) if Shared.ACTIONS in shares else None,
        is_current=quiet is None if is_seen else None,
        quiet_since=quiet,
        outcomes=facts.outcomes if Shared.OUTCOMES in shares else (),
        endings=endings(facts.certificates, local_day(now, facts.zone)) if Shared.CE in shares else (),
        region=facts.region if Shared.PLACE in shares else "",
        site=facts.site if Shared.PLACE in shares else "",
    )


def has(facts: Facts, field: Shared) -> bool:
    """Whether somebody shares a field and there is something in it to count."""
    return field in facts.shares and (field is not Shared.STEP or stage_of(facts.step) is not None)


def place_of(facts: Facts) -> tuple[str, str]:
    """Region and site, as shared; nowhere if not."""
    return (facts.region, facts.site) if Shared.PLACE in facts.shares else ("", "")


def _moved(facts: Facts, now: datetime) -> bool:
    """A step onward of the last days, made while it was shared."""
    at, before, stage, since = facts.stage_moved_at, facts.stage_before, stage_of(facts.step), facts.step_since
    if at is None or before is None or stage is None or since is None:
        return False
    return stage > before and since < at and now - LATELY < at <= now


def figures(batches: Iterable[Batch], seen: Mapping[int, Row]) -> Figures:
    """The counts over these batches."""
    members: dict[Shared, list[Row]] = {each: [] for each in Shared}
    for batch in batches:
        members[batch.field] += [seen[member] for member in batch.members]
    steps, doing = members[Shared.STEP], members[Shared.ACTIONS]
    here, came, held = members[Shared.ACTIVITY], members[Shared.OUTCOMES], members[Shared.CE]
    ending = [each for row in held for each in row.endings]
    return Figures(
        step_of=len(steps),
        steps=_sorted(Counter([row.stage for row in steps if row.stage])),
        moved=sum([row.moved for row in steps]),
        actions_of=len(doing),
        actions=sum([row.actions or 0 for row in doing]),
        activity_of=len(here),
        current=sum([bool(row.is_current) for row in here]),
        outcomes_of=len(came),
        outcomes=_sorted(Counter([kind for row in came for kind in row.outcomes])),
        ce_of=len(held),
        soon=sum(each.is_soon for each in ending),
        ends=_sorted(Counter([each.last.replace(day=1) for each in ending])),
    )


def _by_place(batches: Iterable[Batch], seen: Mapping[int, Row]) -> Mapping[tuple[str, str], Figures]:
    """Region and site → the counts there; whatever is wider is their sum."""
    there: dict[tuple[str, str], list[Batch]] = defaultdict(list)
    for each in batches:
        there[each.region, each.site].append(each)
    return {place: figures(there[place], seen) for place in sorted(there)}


def added(parts: Iterable[Figures]) -> Figures:
    """The counts of several groups of different people in one."""
    counts: dict[str, Any] = {}
    for part in parts:
        for name in Figures.__slots__:
            value = getattr(part, name)
            is_number = isinstance(value, int)
            counts[name] = counts.get(name, 0) + value if is_number else Counter(value) + counts.get(name, Counter())
    return Figures(**{name: _sorted(value) if isinstance(value, Counter) else value for name, value in counts.items()})


def _sorted(counts: Mapping[Any, int]) -> Any:
    return dict(sorted(counts.items()))


def _regions(places: Mapping[tuple[str, str], Figures]) -> tuple[tuple[str, Figures], ...]:
    names = sorted({region for region, _ in places if region})
    return tuple((name, added(part for (region, _), part in places.items() if region == name)) for name in names)


def _order(row: Row) -> tuple[object, ...]:
    """Who moved first, then who has been quiet the longest, then by step."""
    quiet = row.quiet_since or date.max
    return (not row.moved, quiet, -(row.stage or 0), row.user_id, row.member_id)
