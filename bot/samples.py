"""Sample workspaces and members, marked as such: for the playground, for trying a load, and for tests.

Called by `preceptor seed` and `preceptor demo`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week, first_slot, slot_instant
from bot.model.coaching import CoachingPlan
from bot.model.people import Member, Tenant
from bot.model.progress import ProgressEvent
from bot.sample_cohorts import add_to_cohort
from bot.visitors import find_tenant

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Europe/Madrid",
    "Asia/Manila",
    "Asia/Kolkata",
    "Pacific/Auckland",
)
DAYTIME = (time(9), time(17))
BATCH = 1000
FIRST = "SAMPLE1"
"""The first sample workspace's own id."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How many sample members to make, and where."""

    members: int
    workspaces: int = 1
    platform: str = "demo"
    due_now: bool = False
    first: int = 0
    """The number of the first one, where a large sample is added in parts at one instant."""
    cohort: str = ""
    """The name of a cohort that all of them join in their workspace; empty for none."""


async def seed(session: AsyncSession, sample: Sample, now: datetime) -> int:
    """Add sample members with running coaching plans; returns how many. Seeding at another instant adds more."""
    stamp = f"{now:%Y%m%d%H%M%S%f}"
    tenants = [await _workspace(session, sample, number, now) for number in range(sample.workspaces)]
    last = sample.first + sample.members
    for first in range(sample.first, last, BATCH):
        numbers = range(first, min(first + BATCH, last))
        await _add(session, tenants, [f"sample-{stamp}-{number}" for number in numbers], sample, now)
    return sample.members


async def _workspace(session: AsyncSession, sample: Sample, number: int, now: datetime) -> Tenant:
    tenant = await find_tenant(session, sample.platform, f"SAMPLE{number + 1}", now)
    tenant.name = f"Sample workspace {number + 1}"
    await session.flush()
    return tenant


async def _add(
    session: AsyncSession, tenants: Sequence[Tenant], users: Sequence[str], sample: Sample, now: datetime
) -> None:
    zones = _daytime_zones(now) if sample.due_now else ZONES
    people = [
        {
            "tenant_id": tenants[number % len(tenants)].id,
            "user_id": user,
            "name": f"Sample member {int(user.rpartition('-')[2]) + 1}",
            "zone": zones[number % len(zones)],
            "step": 1 + number % 7,
            "locale": "en",
            "reference": "",
            "welcomed_at": now,
            "last_active_at": now,
            "created_at": now,
        }
        for number, user in enumerate(users)
    ]
    new = insert(Member).returning(col(Member.id), col(Member.tenant_id), col(Member.zone), col(Member.step))
    rows = (await session.exec(new, params=people)).all()
    await session.exec(insert(ProgressEvent), params=[_placed(row.id, row.step, now) for row in rows])
    for tenant in tenants if sample.cohort else ():
        mine = [row.id for row in rows if row.tenant_id == tenant.id]
        if mine:
            await add_to_cohort(session, tenant, sample.cohort, mine, now)
    plans = [_plan(row.id, ZoneInfo(row.zone), sample, now) for row in rows]
    await session.exec(insert(CoachingPlan), params=plans)


def _placed(member_id: int, step: int, now: datetime) -> dict[str, object]:
    return {"member_id": member_id, "at": now, "kind": "placed", "subject": str(step), "detail": {}}


def _plan(member_id: int, zone: ZoneInfo, sample: Sample, now: datetime) -> dict[str, object]:
    weekday, at = (2, time(12)) if not sample.due_now else _this_minute(now, zone)
    week = Week.of(now.astimezone(zone).date()) if sample.due_now else first_slot(weekday, at, zone, after=now)
    due = now.replace(second=0, microsecond=0) if sample.due_now else slot_instant(week, weekday, at, zone)
    return {
        "member_id": member_id,
        "is_on": True,
        "opted_in_at": now,
        "weekday": weekday,
        "minute": at.hour * 60 + at.minute,
        "topics": ["step", "networking"],
        "every_weeks": 1,
        "backoff": "none",
        "next_slot": str(week),
        "next_due_at": due.astimezone(UTC),
    }


def _this_minute(now: datetime, zone: ZoneInfo) -> tuple[int, time]:
    local = now.astimezone(zone)
    return local.weekday(), time(local.hour, local.minute)


def _daytime_zones(now: datetime) -> tuple[str, ...]:
    """The sample zones in which it is daytime now: they lie round the globe, so there is always one."""
    return tuple(_in_daytime(ZONES, now))


def _in_daytime(zones: Iterable[str], now: datetime) -> Iterable[str]:
    for name in zones:
        if DAYTIME[0] <= now.astimezone(ZoneInfo(name)).time() <= DAYTIME[1]:
            yield name
