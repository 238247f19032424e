"""The nights on which clocks change: members whose weekly hour is skipped or comes twice, planned and delivered again
and again through those nights by two processes at once, one of them killed at times, with the calendar set back and
gone through once more. Each member gets exactly one note. Called by `python -m tests.chaos`.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import update

from bot.clock import Week
from bot.model.coaching import CoachingPlan
from bot.model.people import Member, Tenant
from bot.model.progress import ProgressEvent
from tests.chaos.mishaps import Rules
from tests.chaos.stage import Say, Stage, open_stage

ZONES = (
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "Europe/Paris",
    "Asia/Beirut",
    "Australia/Lord_Howe",
)
"""Gaps and repeats at one, two and three o'clock, over midnight, and of half an hour."""
YEAR = 2027
MEMBERS = 3
STEP = timedelta(minutes=30)
BEFORE, AFTER = timedelta(hours=1), timedelta(hours=2)
PLANNERS = 2
KILLED = 2
"""Planners, over all nights. What each leaves behind is looked for 30 and 45 seconds later, so there are few."""
TO_SETTLE = 20
"""Looks at most after the last hour of a night, until nothing is left to settle."""


@dataclass(frozen=True)
class Change:
    """One change of clocks, and an hour that it skips or repeats."""

    zone: str
    at: datetime
    local: datetime
    """The hour on the wall, without a zone."""
    due: datetime
    """The one instant at which that hour counts: moved forward where it is skipped, the first where it comes twice."""
    is_gap: bool


@dataclass
class Nights:
    """What came of it. Lists hold "zone: what"."""

    members: int = 0
    gaps: int = 0
    looks: int = 0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> dict[str, str]:
        """More rows for the table: what → figure."""
        told = f"{self.members} members, {self.gaps} of them in a skipped hour; {self.looks} looks, {self.kills} kills"
        return {"nights of clock changes": told, "  not exactly one note, or not then": "; ".join(self.wrong) or "0"}


def changes() -> list[Change]:
    """Every change of clocks of the year in these zones, in order."""
    found = [change for name in ZONES for change in _changes_in(name)]
    return sorted(found, key=lambda change: change.at)


def _changes_in(name: str) -> Iterator[Change]:
    zone, step = ZoneInfo(name), timedelta(minutes=15)
    at = datetime(YEAR, 1, 1, tzinfo=UTC)
    while at.year == YEAR:
        before, after = at.astimezone(zone).utcoffset(), (at + step).astimezone(zone).utcoffset()
        assert before is not None
        assert after is not None
        at += step
        if before != after:
            middle = (at + (before + after) / 2).replace(tzinfo=None)
            yield Change(name, at, middle, (middle - before).replace(tzinfo=UTC), is_gap=after > before)


async def nights(engine: str, say: Say, seed: int = 1) -> Nights:
    """Go through all of them on one engine, with the product's own waits."""
    chance, result = random.Random(seed), Nights()
    calm = Rules(chances={}, lag=5.0)
    async with open_stage(engine, calm, say, "victim") as stage:
        for change in changes():
            expected = await _settle_in(stage, change)
            result.members += MEMBERS
            result.gaps += MEMBERS * change.is_gap
            await _go_through(stage, change, result, chance)
            result.wrong += await _wrong(stage, change, expected)
            await _see_off(stage)
            say(f"  {change.zone} {change.local:%Y-%m-%d %H:%M} {'skipped' if change.is_gap else 'twice'}: done")
    return result


async def _settle_in(stage: Stage, change: Change) -> list[str]:
    """Members whose note is due in that hour; returns the keys of their notes."""
    week, zone = Week.of(change.local.date()), ZoneInfo(change.zone)
    async with stage.books.database.work() as session:
        # No quiet hours: the planners' calendars differ by hours, and what one finds late would wait for the morning.
        name = f"{change.zone} {change.at:%m}"
        tenant = Tenant(platform="slack", external_id=name, created_at=change.at, quiet_from=0, quiet_to=0)
        session.add(tenant)
        await session.flush()
        assert tenant.id
        users = [f"{change.zone}-{change.at:%m}-{number}" for number in range(MEMBERS)]
        long_ago = change.at - timedelta(days=3)
        people = [
            Member(tenant_id=tenant.id, user_id=user, zone=str(zone), step=1, created_at=long_ago) for user in users
        ]
        session.add_all(people)
        await session.flush()
        for person in people:
            assert person.id
            session.add(ProgressEvent(member_id=person.id, at=long_ago, kind="placed", subject="1"))
            session.add(_plan(person.id, change, week))
        await stage.far.add_members(dict.fromkeys(users, tenant.external_id))
    return [f"{person.id}:weekly:{week}" for person in people]


def _plan(member_id: int, change: Change, week: Week) -> CoachingPlan:
    local = change.local
    return CoachingPlan(
        member_id=member_id,
        is_on=True,
        opted_in_at=change.at - timedelta(days=3),
        weekday=local.weekday(),
        minute=local.hour * 60 + local.minute,
        next_slot=str(week),
        next_due_at=change.due,
    )


def instants(change: Change) -> list[datetime]:
    """At which a planner looks: through the night, back, and through it again."""
    first, last = change.at - BEFORE, change.at + AFTER
    forward = [first + STEP * number for number in range((last - first) // STEP + 1)]
    return [*forward, *forward[::-2], *forward]


async def _go_through(stage: Stage, change: Change, result: Nights, chance: random.Random) -> None:
    """Two planners at once, each with a calendar of its own. One may be killed, and begins again."""
    looks = [now.isoformat() for now in instants(change)]
    planners = [await stage.place.fork("night", *looks) for _ in range(PLANNERS)]
    if result.kills < KILLED and chance.random() < 0.5 and (port := await stage.far.ambush(10)):
        victim = next(each for each in planners if each.holds(port, stage.far.port))
        await victim.kill()
        await stage.far.release()
        result.kills += 1
        planners.append(await stage.place.fork("night", *looks))
    for planner in planners:
        await planner.ended.wait()
        result.looks += len(looks) * (not planner.was_killed)
        if planner.code and not planner.was_killed:
            result.wrong.append(f"{change.zone}: a planner ended with {planner.code}")
    for _ in range(TO_SETTLE):
        if await stage.books.is_settled():
            return
        await asyncio.sleep(5)
        planner = await stage.place.fork("night", looks[-1])
        await planner.ended.wait()


async def _wrong(stage: Stage, change: Change, expected: Sequence[str]) -> list[str]:
    arrivals = await stage.far.arrivals()
    rows = await stage.books.ask("SELECT member_id, kind, slot, state, due_at FROM delivery")
    ledger = {f"{member_id}:{kind}:{slot}": (state, due_at) for member_id, kind, slot, state, due_at in rows}
    wrong = []
    for key in expected:
        state, due_at = ledger.get(key, ("never planned", None))
        if state != "sent" or len(arrivals.get(key, ())) != 1:
            wrong.append(f"{change.zone}: {key} is {state} and arrived {len(arrivals.get(key, ()))} times")
        elif not _is_same(due_at, change.due):
            wrong.append(f"{change.zone}: {key} was due at {due_at}, not at {change.due}")
    return wrong


def _is_same(due_at: object, due: datetime) -> bool:
    """SQLite gives what it keeps, which is text in UTC."""
    told = datetime.fromisoformat(due_at) if isinstance(due_at, str) else due_at
    assert isinstance(told, datetime)
    return (told if told.tzinfo else told.replace(tzinfo=UTC)) == due


async def _see_off(stage: Stage) -> None:
    """Nobody of tonight is written to on the other nights."""
    async with stage.books.database.work() as session:
        await session.exec(update(CoachingPlan).values(is_on=False, next_slot=None, next_due_at=None))
