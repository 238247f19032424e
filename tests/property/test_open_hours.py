"""When a member may be written to, in every zone, around every change of the clocks, for any closed days, leave and
quiet hours: compared with an oracle that does nothing but watch the wall clock go by.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import instant_of, local_day, zone_names
from bot.mentoring.open_hours import ON_TIME, Closure, Leave, OpenHours, Quiet
from tests.property.test_clock_slots import FIRST, LAST, changes

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
MANY = settings(max_examples=120, deadline=None)

# Every offset of these years is a multiple of a quarter of an hour: between quarters nothing begins or ends.
QUARTERS = st.integers(0, 95).map(lambda quarter: quarter * 15)


@cache
def changing() -> list[str]:
    """The zones whose clocks change in these years."""
    return [name for name in sorted(zone_names()) if changes(name)]


ZONES = st.deferred(lambda: st.one_of(st.sampled_from(sorted(zone_names())), st.sampled_from(changing()))).map(ZoneInfo)
QUIETS = st.builds(Quiet, QUARTERS, QUARTERS, by_workspace=st.booleans())


@st.composite
def instants(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """A quarter of an hour, most often one near a change of the zone's clocks."""
    if draw(st.integers(0, 3)) and changes(zone.key):
        number = draw(st.integers(0, len(changes(zone.key)) - 1))
        return changes(zone.key)[number][0] + draw(st.integers(-64, 8) | st.integers(-300, 100)) * QUARTER
    return FIRST + draw(st.integers(0, (LAST - FIRST) // QUARTER)) * QUARTER


@st.composite
def moments(draw: st.DrawFn, *, days: bool = True) -> tuple[OpenHours, datetime]:
    """Somebody's hours, and an instant. Without `days` nothing is closed and nobody is on leave."""
    zone = draw(ZONES)
    at = draw(instants(zone))
    near = st.integers(-2, 4).map(lambda ahead: local_day(at, zone) + ahead * DAY)
    closures = st.lists(st.builds(_closure, near, st.integers(0, 3)), max_size=3 if days else 0)
    leaves = st.none() | st.builds(Leave, st.none() | near, near)
    own = draw(QUARTERS)
    return (
        OpenHours(
            zone,
            time(own // 60, own % 60),
            tuple(draw(closures)),
            draw(QUIETS),
            draw(leaves) if days else None,
        ),
        at,
    )


def _closure(first: date, more: int) -> Closure:
    return Closure(first, first + more * DAY, "sample")


def own_hours(hours: OpenHours, at: datetime, days: int) -> dict[datetime, date]:
    """The member's own hour, as instants, and the day that each belongs to."""
    start = local_day(at, hours.zone)
    return {instant_of(start + n * DAY, hours.own, hours.zone): start + n * DAY for n in range(-2, days)}


def is_quiet(hours: OpenHours, at: datetime) -> bool:
    local, quiet = at.astimezone(hours.zone).time(), hours.quiet
    starts, ends = time(*divmod(quiet.starts, 60)), time(*divmod(quiet.ends, 60))
    if starts == ends:
        return False
    return starts <= local < ends if starts < ends else not ends <= local < starts


def watch(hours: OpenHours, at: datetime, step: timedelta = QUARTER) -> datetime:
    """The oracle: the first instant that is on an open day, after a closed one not before the member's own hour, and
    not in quiet hours; the mentor's own quiet hours spare the hour after the member's.
    """
    own, shut = own_hours(hours, at, 30), None
    spared = [] if hours.quiet.by_workspace else list(own)
    for n in range(25 * DAY // step):
        now = at + n * step
        day = now.astimezone(hours.zone).date()
        if _is_shut(hours, day):
            shut = day
        elif shut is None or (now in own and own[now] > shut):
            shut = None
            if not is_quiet(hours, now) or any(each <= now < each + ON_TIME for each in spared):
                return now
    raise AssertionError("no open hour in more than three weeks")


def _is_shut(hours: OpenHours, day: date) -> bool:
    leave = hours.leave
    away = leave is not None and (leave.begins or date.min) <= day < leave.ends
    return away or any(closure.first_day <= day <= closure.last_day for closure in hours.closures)


@MANY
@given(moments())
def test_the_first_open_instant_is_the_one_that_the_wall_clock_shows(moment: tuple[OpenHours, datetime]) -> None:
    hours, at = moment
    opening = hours.first_open(at)
    assert opening.at == watch(hours, at)
    assert (opening.cause is None) == (opening.at == at)


@MANY
@given(moments(days=False), st.integers(0, 14))
def test_quiet_hours_end_to_the_minute(moment: tuple[OpenHours, datetime], minutes: int) -> None:
    hours, at = moment
    quiet = Quiet((hours.quiet.starts + minutes) % 1440, (hours.quiet.ends + 2 * minutes) % 1440, by_workspace=True)
    hours = OpenHours(hours.zone, hours.own, quiet=quiet)
    at += timedelta(minutes=minutes)
    assert hours.first_open(at).at == watch(hours, at, timedelta(minutes=1))


@MANY
@given(moments(), st.integers(-12, 400))
def test_what_waits_goes_when_its_time_has_come(moment: tuple[OpenHours, datetime], quarters: int) -> None:
    """However late it is looked at: never held twice by the same rule, never in vain, and never at a forbidden hour."""
    hours, at = moment
    slot = instant_of(local_day(at, hours.zone), hours.own, hours.zone)
    now = at + quarters * QUARTER
    wait = hours.wait(slot, now)
    goes = wait.until if wait else now
    assert goes >= max(now, slot) if wait else goes >= slot
    assert hours.wait(slot, goes) is None
    assert watch(hours, goes) == goes


@MANY
@given(moments(days=False))
def test_the_mentors_own_quiet_hours_never_hold_the_members_own_hour(moment: tuple[OpenHours, datetime]) -> None:
    hours, at = moment
    mentors = OpenHours(hours.zone, hours.own, quiet=Quiet(hours.quiet.starts, hours.quiet.ends))
    slot = instant_of(local_day(at, hours.zone), hours.own, hours.zone)
    for late in range(4):
        assert mentors.wait(slot, slot + late * QUARTER) is None


@MANY
@given(moments())
def test_quiet_hours_of_no_length_are_none(moment: tuple[OpenHours, datetime]) -> None:
    hours, at = moment
    for by_workspace in (True, False):
        none = Quiet(hours.quiet.starts, hours.quiet.starts, by_workspace=by_workspace)
        free = OpenHours(hours.zone, hours.own, quiet=none)
        assert free.first_open(at).at == at


def test_every_zone_is_drawn_from() -> None:
    assert len(zone_names()) > 590
    assert len(changing()) > 200


SKIPPED = {
    "Pacific/Apia": date(2011, 12, 30),
    "Pacific/Fakaofo": date(2011, 12, 30),
    "Pacific/Kwajalein": date(1993, 8, 21),
    "Asia/Manila": date(1844, 12, 31),
}
"""Days that never were, because the zone moved over the date line."""


@pytest.mark.parametrize("name", SKIPPED)
@pytest.mark.parametrize("closed", [-1, 0, 1])
def test_a_day_that_never_was(name: str, closed: int) -> None:
    zone, day = ZoneInfo(name), SKIPPED[name]
    shut = Closure(day + closed * DAY, day + closed * DAY, "sample")
    hours = OpenHours(zone, time(12), (shut,))
    before = instant_of(day - DAY, time(12), zone)
    assert local_day(before + DAY, zone) == day + DAY
    expected: dict[int, Callable[[], datetime]] = {
        -1: lambda: before + DAY,  # the day after the closed one does not exist
        0: lambda: before,
        1: lambda: before,
    }
    assert hours.first_open(before).at == expected[closed]()
    after = hours.first_open(before + DAY).at
    assert after == (before + 2 * DAY if closed == 1 else before + DAY)


def test_a_closure_without_an_end_holds_for_good_and_breaks_nothing() -> None:
    for last in (date.max, date.max - DAY):
        hours = OpenHours(ZoneInfo("Pacific/Kiritimati"), time(0), (Closure(date.min, last, "sample"),))
        assert hours.first_open(datetime(2026, 11, 23, tzinfo=UTC)).at > datetime(8999, 1, 1, tzinfo=UTC)
