"""The only place that knows what time it is, and the only one that turns local days and hours into instants.

Two clocks are injected everywhere: `calendar` (who is due; tests, `tick --now` and the playground move it) and
`machine` (leases, pacing, retries, audit; never moved). The planner and the coaching rules ask `Slot` questions here.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""


class MachineClock:
    """The machine's own time. Never moved."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """A calendar that the playground, `tick --now` and tests put elsewhere; it runs on from there with the machine."""

    def __init__(self, machine: Clock, offset: timedelta = timedelta(0)) -> None:
        self._machine = machine
        self.offset = offset

    def now(self) -> datetime:
        return self._machine.now() + self.offset

    def move(self, by: timedelta) -> None:
        self.offset += by


class FixedClock:
    """A calendar that stands still, as `tick --now` and tests need it."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant

    def move(self, by: timedelta) -> None:
        self._instant += by


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks, handed to whatever needs to know the time."""

    calendar: Clock
    machine: Clock


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week of somebody's local calendar: the slot of a weekly message, whatever zone it is read in."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Week":
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read "2026-W48". Raises ValueError on anything else."""
        year, _, number = text.partition("-W")
        week = cls(int(year), int(number))
        week.day(0)  # raises for a week that does not exist
        return week

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"

    def day(self, weekday: int) -> date:
        """The day of this week; Monday is 0."""
        return date.fromisocalendar(self.year, self.number, weekday + 1)

    def plus(self, weeks: int) -> "Week":
        return Week.of(self.day(0) + timedelta(weeks=weeks))

    def weeks_since(self, earlier: "Week") -> int:
        return (self.day(0) - earlier.day(0)).days // 7


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The one instant (UTC) of a local day and time.

    A time that the clocks skip moves forward by as much as they skipped; one that comes twice counts the first time.
    What lies beyond the first or the last year that can be written is their end.
    """
    local = datetime.combine(day, at.replace(fold=0), tzinfo=zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if day.year == 1 else datetime.max.replace(tzinfo=UTC)


def slot_instant(week: Week, weekday: int, at: time, zone: ZoneInfo) -> datetime:
    """When the weekly slot of `week` falls due, in UTC. Monday is 0."""
    return instant_of(week.day(weekday), at, zone)


def first_slot(weekday: int, at: time, zone: ZoneInfo, *, after: datetime, not_before: Week | None = None) -> Week:
    """The first week whose slot lies strictly after an instant (and is no earlier than `not_before`)."""
    week = Week.of(local_day(after, zone)).plus(-1)
    while slot_instant(week, weekday, at, zone) <= after:
        week = week.plus(1)
    return max(week, not_before) if not_before else week


def change_of_clocks(zone: ZoneInfo, after: datetime, until: datetime) -> datetime | None:
    """The instant (UTC, to the second) after `after` and no later than `until` from which the zone's clocks show
    another offset; None when they show the same one at both ends. Meant for stretches of a day or so.
    """
    before = after.astimezone(zone).utcoffset()
    if until <= after or until.astimezone(zone).utcoffset() == before:
        return None
    early, late = 0, int((until - after).total_seconds()) + 1
    while late - early > 1:
        middle = (early + late) // 2
        is_before = (after + timedelta(seconds=middle)).astimezone(zone).utcoffset() == before
        early, late = (middle, late) if is_before else (early, middle)
    return min(after.astimezone(UTC) + timedelta(seconds=late), until.astimezone(UTC))


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA name ("America/New_York"), whatever its case; None if there is none."""
    known = _by_small_letters().get(name.strip().replace(" ", "_").lower())
    return ZoneInfo(known) if known else None


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name this machine knows."""
    return frozenset(available_timezones())


@cache
def _by_small_letters() -> dict[str, str]:
    return {name.lower(): name for name in zone_names()}
