"""In every zone, at every awkward hour, over years of clock changes: one slot a local week, moving zones included.

Exhaustive in the weeks around each change, against an oracle that only reads the wall clock; sampled in all
other weeks and for members who move.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.clock import Week, instant_of, local_day, slot_instant, zone_names
from bot.mentoring.coaching import due_instant, follow_zone, reschedule
from bot.model.coaching import CoachingPlan

HOURS = (
    time(0, 0),
    time(0, 15),
    time(0, 30),
    time(1, 30),
    time(2, 0),
    time(2, 30),
    time(3, 0),
    time(23, 30),
    time(23, 59),
)
FIRST, LAST = datetime(2020, 1, 6, tzinfo=UTC), datetime(2033, 1, 3, tzinfo=UTC)
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)

Change = tuple[datetime, timedelta, timedelta]
"""The instant of a change of offset, and the offsets before and after it."""


@cache
def changes(name: str) -> tuple[Change, ...]:
    """Every change of offset in a zone between FIRST and LAST."""
    zone, found, start = ZoneInfo(name), [], FIRST
    while start < LAST:
        before, after = _offset(start, zone), _offset(start + WEEK, zone)
        if before != after:
            found.append((_boundary(start, start + WEEK, zone), before, after))
        start += WEEK
    return tuple(found)


def _boundary(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The first minute of the offset that holds at `late`."""
    offset = _offset(early, zone)
    minutes = (late - early) // MINUTE
    low, high = 0, minutes
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(early + middle * MINUTE, zone) == offset else (low, middle)
    return early + high * MINUTE


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


@cache
def distinct() -> tuple[ZoneInfo, ...]:
    """One zone of each set of names that share all their rules in these years."""
    first: dict[object, str] = {}
    for name in sorted(zone_names()):
        first.setdefault((_offset(FIRST, ZoneInfo(name)), changes(name)), name)
    return tuple(map(ZoneInfo, first.values()))


def test_every_name_is_covered() -> None:
    assert len(zone_names()) > 590
    assert len(distinct()) > 60
    assert sum(len(changes(zone.key)) for zone in distinct()) > 800


def test_around_every_change_each_slot_is_the_first_such_minute_of_its_day() -> None:
    """The oracle reads the wall clock all through the days around a change."""
    compared = 0
    for zone in distinct():
        for at, before, after in changes(zone.key):
            compared += _compare_days(zone, at, after - before)
    assert compared > 20_000


def _compare_days(zone: ZoneInfo, at: datetime, shift: timedelta) -> int:
    middle = local_day(at, zone)
    start = at.replace(minute=0) - 2 * DAY
    # Every offset of these years is a multiple of a quarter of an hour, so no awkward hour falls on another minute.
    minutes = (minute for quarter in range(0, 4 * 1440 + 60, 15) for minute in (quarter, quarter + 14))
    first_seen: dict[datetime, datetime] = {}
    for minute in minutes:
        instant = start + minute * MINUTE
        first_seen.setdefault(instant.astimezone(zone).replace(tzinfo=None, fold=0), instant)
    days = [middle + n * DAY for n in (-1, 0, 1)]
    for day in days:
        for hour in HOURS:
            wall = datetime.combine(day, hour)
            seen = first_seen.get(wall) or first_seen[wall + shift]  # a skipped time moves forward by the skip
            assert slot_instant(Week.of(day), day.weekday(), hour, zone) == seen, (zone.key, wall)
    return len(days) * len(HOURS)


def test_around_every_change_each_week_has_one_slot_in_itself() -> None:
    """Three weeks on either side: slots follow each other, each within the local week it is named for."""
    counted = 0
    for zone in distinct():
        for at, _, _ in changes(zone.key):
            week = Week.of(local_day(at, zone))
            weeks = [week.plus(n) for n in (-2, -1, 0, 1, 2)]
            counted += sum(_one_slot_each(zone, weeks, weekday, hour) for weekday in range(7) for hour in HOURS)
    assert counted > 250_000


def _one_slot_each(zone: ZoneInfo, weeks: Sequence[Week], weekday: int, hour: time) -> int:
    slots = [slot_instant(week, weekday, hour, zone) for week in weeks]
    assert [Week.of(local_day(slot, zone)) for slot in slots] == list(weeks), (zone.key, weekday, hour)
    apart = [later - earlier for earlier, later in pairwise(slots)]
    assert all(6 * DAY - timedelta(hours=1) < gap < 8 * DAY + timedelta(hours=1) for gap in apart), zone.key
    return len(slots)


def test_in_years_of_other_weeks_too() -> None:
    """Sampled: whole years of one weekday and hour in each zone."""
    chance = random.Random(26)
    years = (LAST - FIRST) // WEEK - 60
    for zone in distinct():
        start = Week.of(FIRST.date()).plus(chance.randrange(years))
        weeks = [start.plus(n) for n in range(53)]
        for _ in range(3):
            _one_slot_each(zone, weeks, chance.randrange(7), chance.choice(HOURS))


class Life:
    """A member whose plan is kept by the rules of coaching, and a planner that looks once an hour."""

    def __init__(self, chance: random.Random, start: datetime) -> None:
        self.chance = chance
        self.now = start
        self.zone = chance.choice(distinct())
        self.plan = CoachingPlan(member_id=1, is_on=True, weekday=chance.randrange(7))
        self.plan.minute = self._hour()
        self.planned: list[tuple[Week, timedelta]] = []
        reschedule(self.plan, self.zone, self.now)

    def _hour(self) -> int:
        hour = self.chance.choice(HOURS)
        return hour.hour * 60 + hour.minute

    def move(self) -> None:
        self.zone = self.chance.choice(distinct())
        follow_zone(self.plan, self.zone)

    def change_rhythm(self) -> None:
        self.plan.weekday, self.plan.minute = self.chance.randrange(7), self._hour()
        reschedule(self.plan, self.zone, self.now)

    def look(self) -> None:
        """What the planner does with a member who is due."""
        plan = self.plan
        assert plan.next_slot is not None
        assert plan.next_due_at is not None
        if plan.next_due_at > self.now:
            return
        week = Week.parse(plan.next_slot)
        self.planned.append((week, self.now - plan.next_due_at))
        plan.last_slot, plan.next_slot = str(week), str(week.plus(1))
        plan.next_due_at = due_instant(plan, week.plus(1), self.zone)

    def hours(self, number: int) -> Iterator[None]:
        for _ in range(number):
            self.look()
            self.now += timedelta(hours=1)
            yield


def test_moving_between_zones_neither_loses_nor_doubles_a_local_week() -> None:
    """Members move again and again, the first time just around a change of the clocks."""
    lives = 0
    for seed in range(250):
        chance = random.Random(seed)
        life = Life(chance, _near_a_change(chance))
        for hour, _ in enumerate(life.hours(24 * 7 * 8)):
            if chance.random() < (0.05 if hour < 24 * 10 else 0.005):
                life.move()
        weeks = [week for week, _ in life.planned]
        assert weeks == [weeks[0].plus(n) for n in range(len(weeks))], seed
        assert 7 <= len(weeks) <= 9, seed
        assert max(late for _, late in life.planned) <= timedelta(hours=27), seed
        lives += 1
    assert lives == 250


def test_changing_day_and_hour_never_gives_a_week_two() -> None:
    most = 0
    for seed in range(150):
        chance = random.Random(seed)
        life = Life(chance, _near_a_change(chance))
        for _ in life.hours(24 * 7 * 8):
            if chance.random() < 0.02:
                chance.choice((life.move, life.change_rhythm))()
        weeks = [week for week, _ in life.planned]
        assert len(weeks) == len(set(weeks)), seed
        assert weeks == sorted(weeks), seed
        most = max(most, len(weeks))
    assert most >= 6


def _near_a_change(chance: random.Random) -> datetime:
    zone = chance.choice([zone for zone in distinct() if changes(zone.key)])
    at, _, _ = chance.choice(changes(zone.key))
    return at - chance.randrange(1, 9 * 24) * timedelta(hours=1)


def test_a_day_without_a_midnight_still_has_its_slot() -> None:
    """The oracle above is worth nothing if it never met a gap: Cairo's begins at midnight."""
    cairo = ZoneInfo("Africa/Cairo")
    gaps = [at for at, before, after in changes("Africa/Cairo") if after > before]
    assert gaps
    day = local_day(gaps[-1], cairo)
    assert instant_of(date(day.year, day.month, day.day), time(0, 15), cairo).astimezone(cairo).time() == time(1, 15)
