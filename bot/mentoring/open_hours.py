"""When a message may reach a member: closed days and quiet hours of the workspace, and the member's own leave. Pure.
The weekly nudge asks before it sends, and the coaching screens ask what is to come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.clock import change_of_clocks, instant_of, local_day
from bot.model.coaching import CoachingPlan
from bot.model.people import Tenant

ON_TIME = timedelta(hours=1)
"""So long after the member's own hour a message still counts as coming at that hour."""
CLOSED = "closed"
QUIET_HOURS = "quiet hours"
PAUSED = "paused until "
EARLY = "not its hour yet"
"""The names of the reasons in the ledger; "closed" and "paused until" are followed by what it is."""

_FAR = datetime(9000, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a workspace wants no message, the last one included."""

    first_day: date
    last_day: date
    name: str = ""

    def holds(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Leave:
    """A member's own pause: local days without messages."""

    begins: date | None
    """None for a pause that has begun."""
    ends: date
    """The first day on which messages may come again."""

    def holds(self, day: date) -> bool:
        return (self.begins is None or self.begins <= day) and day < self.ends


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local minutes after midnight between which no message comes. They may span midnight; the same twice is none."""

    starts: int = 20 * 60
    ends: int = 7 * 60
    by_workspace: bool = False
    """Set by an administrator: then they hold a member's own hour too."""

    def holds(self, minute: int) -> bool:
        if self.starts <= self.ends:
            return self.starts <= minute < self.ends
        return minute >= self.starts or minute < self.ends


MENTORS_OWN = Quiet()
"""Where no administrator has said otherwise. They never hold an hour that a member chose, only what comes late."""

Cause = Closure | Leave | Quiet


@dataclass(frozen=True, slots=True)
class Opening:
    """The first instant at which a message may go, and what keeps it from going before."""

    at: datetime
    cause: Cause | None = None
    """The first thing that held it; None where nothing does."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now."""

    until: datetime
    cause: Cause | None
    """None: the member's own hour is still to come, because they are in another zone now or chose another hour."""

    @property
    def reason(self) -> str:
        """As the ledger names it."""
        return name_of(self.cause) if self.cause else EARLY


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Everything that decides when one member may be written to. Asked about instants, in UTC."""

    zone: ZoneInfo
    own: time
    """The member's own local hour."""
    closures: tuple[Closure, ...] = ()
    quiet: Quiet = MENTORS_OWN
    leave: Leave | None = None

    def wait(self, slot: datetime, now: datetime) -> Wait | None:
        """Whether the message of a slot must wait, and until when; None when it may go now.

        `slot` is the member's own instant, in the zone they are in now. What falls on a closed day goes on the next
        open one at the member's own hour; what falls into quiet hours goes when they end.
        """
        planned = self.first_open(slot)
        if now < planned.at:
            return Wait(planned.at, planned.cause)
        opening = self.first_open(now)
        return Wait(opening.at, opening.cause) if opening.at > now else None

    def first_open(self, at: datetime) -> Opening:
        """The first instant from `at` on at which a message may go."""
        first: Cause | None = None
        while at < _FAR and (cause := self.held_by(at)) is not None:
            first = first or cause
            at = self._after(at, cause)
        return Opening(at, first)

    def held_by(self, at: datetime) -> Cause | None:
        """What forbids a message at this very instant; the strongest first."""
        local = at.astimezone(self.zone)
        if self.leave and self.leave.holds(local.date()):
            return self.leave
        if closure := next((each for each in self.closures if each.holds(local.date())), None):
            return closure
        if not self.quiet.holds(local.hour * 60 + local.minute):
            return None
        return self.quiet if self.quiet.by_workspace or not self._is_own_hour(at) else None

    def _after(self, at: datetime, cause: Cause) -> datetime:
        """The next instant worth a look: what holds now does not hold then."""
        match cause:
            case Leave(ends=day):
                return self._own_on(day, at)
            case Closure(last_day=day):
                return self._own_on(min(day, date.max - _DAY) + _DAY, at)
            case Quiet(by_workspace=True):
                return self._quiet_ends(at)
            case Quiet():
                return min(self._quiet_ends(at), *(each for each in self._own_hours(at) if each > at))

    def _own_on(self, day: date, at: datetime) -> datetime:
        """The member's hour on a day. Where the clocks jump over midnight it may lie on the day before: then later."""
        instant = instant_of(day, self.own, self.zone)
        while instant <= at:
            day += _DAY
            instant = instant_of(day, self.own, self.zone)
        return instant

    def _quiet_ends(self, at: datetime) -> datetime:
        """The first instant at which the local clock shows a time outside the quiet hours."""
        while self.quiet.holds((local := at.astimezone(self.zone)).hour * 60 + local.minute):
            minutes = (self.quiet.ends - local.hour * 60 - local.minute) % (24 * 60)
            into = timedelta(seconds=local.second, microseconds=local.microsecond)
            ahead = at - into + timedelta(minutes=minutes)
            at = change_of_clocks(self.zone, at, ahead) or ahead
        return at

    def _is_own_hour(self, at: datetime) -> bool:
        return any(each <= at < each + ON_TIME for each in self._own_hours(at))

    def _own_hours(self, at: datetime) -> Iterator[datetime]:
        """The member's own hour on the days around an instant."""
        today = local_day(at, self.zone)
        return (instant_of(today + n * _DAY, self.own, self.zone) for n in (-1, 0, 1, 2))


def name_of(cause: Cause) -> str:
    """The reason as the ledger names it: "closed: Thanksgiving", "quiet hours", "paused until 2027-01-04"."""
    match cause:
        case Closure(name=name):
            return f"{CLOSED}: {name}" if name else CLOSED
        case Leave(ends=day):
            return f"{PAUSED}{day}"
        case Quiet():
            return QUIET_HOURS


def quiet_of(tenant: Tenant) -> Quiet:
    """The workspace's own quiet hours, or the mentor's."""
    if tenant.quiet_from is None or tenant.quiet_to is None:
        return MENTORS_OWN
    return Quiet(tenant.quiet_from, tenant.quiet_to, by_workspace=True)


class Timing(Protocol):
    """What decides when notes come, of a `CoachingPlan`: the row, or as much of it."""

    @property
    def weekday(self) -> int: ...
    @property
    def minute(self) -> int: ...
    @property
    def every_weeks(self) -> int: ...
    @property
    def backoff(self) -> str: ...
    @property
    def paused_from(self) -> date | None: ...
    @property
    def paused_until(self) -> date | None: ...


def leave_of(plan: Timing) -> Leave | None:
    """The member's pause or leave, over or not; None when there is none."""
    return Leave(plan.paused_from, plan.paused_until) if plan.paused_until else None


def hours_of(tenant: Tenant, plan: CoachingPlan, zone: ZoneInfo, closures: Sequence[Closure]) -> OpenHours:
    """What decides about one member's weekly note."""
    own = time(*divmod(plan.minute, 60))
    return OpenHours(zone, own, tuple(closures), quiet_of(tenant), leave_of(plan))
