"""The one place that decides what a viewer may know of a cohort. Pure: everything known goes in, what was shared comes
out, and chat, digest, pages and files are made of that alone. `bot.mentoring.cohort_records` reads the database for it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.clock import local_day
from bot.mentoring.cohort_dates import Ending, Held, endings
from bot.mentoring.open_hours import Leave
from bot.mentoring.stages import stage_of

LEAST = 5
"""A figure counts at least so many people."""
LATELY = timedelta(days=7)
"""Somebody who moved on within this time did so "this week"."""
CADENCES = 3
"""So many of a member's own rhythms without a use, and there is "no update"."""


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


@dataclass(slots=True)  # frozen, ten thousand of them would take twice as long to make
class Facts:
    """All that is known of one member of a cohort, shared or not. Nobody but `shown` reads it."""

    member_id: int
    user_id: str
    shares: frozenset[Shared]
    zone: ZoneInfo
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
    seen = {each.member_id: shown(each, now) for each in known.people}
    counted = frozenset(member for batch in known.batches for member in batch.members)
    rows = sorted((row for row in seen.values() if not row.is_empty), key=_order)
    return View(
        cohort_id=known.cohort_id,
        name=known.name,
        rows=() if known.is_locked else tuple(rows),
        whole=figures(known.batches, seen),
        regions=_regions(known.batches, seen),
        sites=_sites(known.batches, seen),
        counted=len(counted),
        invited=len(counted | known.invited),
        is_locked=known.is_locked,
    )


def shown(facts: Facts, now: datetime) -> Row:
    """A member's row: what they share, and nothing else."""
    shares = facts.shares
    quiet = quiet_since(facts, now) if Shared.ACTIVITY in shares else None
    is_seen = Shared.ACTIVITY in shares and facts.last_active_at is not None
    return Row(
        member_id=facts.member_id,
        user_id=facts.user_id,
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


def quiet_since(facts: Facts, now: datetime) -> date | None:
    """The local day of the last update, where it is more than three of the member's own rhythms ago.

    A pause, a leave and a milestone that is under way excuse, and look like an update on their last day.
    """
    if facts.last_active_at is None:
        return None
    today = local_day(now, facts.zone)
    is_away = facts.leave is not None and facts.leave.holds(today)
    if is_away or any(day >= today for day in facts.milestones):
        return None
    excuses = [*facts.milestones, *([facts.leave.ends] if facts.leave and facts.leave.ends <= today else [])]
    last = max([local_day(facts.last_active_at, facts.zone), *excuses])
    return last if today - last > timedelta(weeks=CADENCES * facts.every_weeks) else None


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
        steps=dict(sorted(Counter(row.stage for row in steps if row.stage).items())),
        moved=sum(row.moved for row in steps),
        actions_of=len(doing),
        actions=sum(row.actions or 0 for row in doing),
        activity_of=len(here),
        current=sum(bool(row.is_current) for row in here),
        outcomes_of=len(came),
        outcomes=dict(sorted(Counter(kind for row in came for kind in row.outcomes).items())),
        ce_of=len(held),
        soon=sum(each.is_soon for each in ending),
        ends=dict(sorted(Counter(each.last.replace(day=1) for each in ending).items())),
    )


def _regions(batches: Collection[Batch], seen: Mapping[int, Row]) -> tuple[tuple[str, Figures], ...]:
    return tuple(
        (label, figures([each for each in batches if each.region == label], seen))
        for label in sorted({each.region for each in batches if each.region})
    )


def _sites(batches: Collection[Batch], seen: Mapping[int, Row]) -> tuple[tuple[str, str, Figures], ...]:
    places = sorted({(each.region, each.site) for each in batches if each.site})
    return tuple(
        (*place, figures([each for each in batches if (each.region, each.site) == place], seen)) for place in places
    )


def _order(row: Row) -> tuple[object, ...]:
    """Who moved first, then who has been quiet the longest, then by step."""
    quiet = row.quiet_since or date.max
    return (not row.moved, quiet, -(row.stage or 0), row.user_id, row.member_id)
