"""The one place that decides what a viewer may know of one member. Pure; `bot.mentoring.cohort_view` makes lists and
figures of it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.clock import local_day
from bot.mentoring.cohort_dates import Ending, Held, endings
from bot.mentoring.cohort_quiet import quiet_since
from bot.mentoring.open_hours import Leave
from bot.mentoring.stages import stage_of

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
