"""Which deliveries get a job of the queue now, and how long from now each is to begin. Called by `jobs.distributed`:
when deliveries are planned, and every few seconds for those that have no job, for whatever reason. PostgreSQL only.

The first in line of each workspace get jobs, as many as its pace lets go within `HORIZON`; the others wait in the
ledger. So the queue stays short whatever the backlog, and a job that is lost is replaced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.claims import LONGEST_WAIT, Due
from jobs.pacing import LOOK, SEND, Rate, Standing
from jobs.post_office import Limits

HORIZON = timedelta(seconds=15)
"""Jobs are made for what may go so soon."""
LONGEST_QUEUE = 5000
"""Jobs that wait at one time, at most."""
UNPACED = 1000
"""Jobs for one workspace whose platform has no rate, at most."""
PART = 250
"""Jobs made in one transaction, at most."""
MAY_BE_LATE = timedelta(minutes=1)
"""So long after its time, a job of which nothing was heard may be lost, and it is looked for."""

_KEY = 0x50524543
"""PostgreSQL's advisory locks are numbered; this one is ours (the letters PREC)."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A delivery that gets a job."""

    delivery_id: int
    wait: timedelta
    """From now until the job is to begin; zero for at once."""


async def is_alone(connection: AsyncConnection) -> bool:
    """Whether no other transaction is looking for deliveries without a job; until it ends, no other will be."""
    lock = text("SELECT pg_try_advisory_xact_lock(:key)").bindparams(key=_KEY)
    return bool((await connection.execute(lock)).scalar_one())


async def book(connection: AsyncConnection, due: Due, limits: Limits) -> list[Booking]:
    """Choose at most `PART` of what may go soon, or is to be looked for soon, and has no job; mark it as having one.

    With `due.only`, choose among the lines of those deliveries' workspaces.
    """
    room = min(PART, LONGEST_QUEUE - await _length(connection))
    looks = await _LOOKING.book(connection, due, limits.look_rates, room)
    return looks + await _SENDING.book(connection, due, limits.rates, room - len(looks))


async def _length(connection: AsyncConnection) -> int:
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
    return int((await connection.execute(waiting)).scalar_one())


@dataclass(frozen=True, slots=True)
class _Line:
    """The line of one workspace: what its pace lets it do from now on."""

    first: timedelta
    """From now until the first one may go,"""
    at_once: int
    """how many may go then,"""
    gap: timedelta
    """and how long each of the others comes after the one before."""
    places: int
    """How many may go within the horizon."""

    def wait(self, place: int) -> timedelta:
        """Of the one at that place, from 0."""
        return self.first + max(0, place + 1 - self.at_once) * self.gap


def _line(standing: Standing, rate: Rate | None, now: datetime) -> _Line:
    first = standing.free_at(rate, now) - now
    if first > HORIZON:
        return _Line(first, 0, timedelta(0), 0)
    if rate is None:
        return _Line(first, UNPACED, timedelta(0), UNPACED)
    at_once = max(1, standing.allowance(rate, now))
    return _Line(first, at_once, rate.gap, at_once + (HORIZON - first) // rate.gap)


def most_of_one(rates: Mapping[str, Rate]) -> int:
    """The most jobs that are out at one time for a workspace whose platform has a rate; 0 where none has."""
    return max((rate.burst + HORIZON // rate.gap for rate in rates.values()), default=0)


class _Act:
    """One kind of work that jobs are for. `which`, `order` and `not_before` are parts of its statements."""

    def __init__(self, name: str, which: str, order: str, not_before: str) -> None:
        self._name = name
        self._lines = text(_LINES.format(which=which))
        self._first_in_line = text(_FIRST_IN_LINE.format(which=which, order=order, not_before=not_before))

    async def book(self, connection: AsyncConnection, due: Due, rates: Mapping[str, Rate], room: int) -> list[Booking]:
        if room <= 0 or not (lines := await self._in_pace(connection, due, rates)):
            return []
        share = max(1, LONGEST_QUEUE // len(lines))
        given = {
            **_given(due),
            "tenants": list(lines),
            "places": [min(line.places, share) for line in lines.values()],
            "room": room,
        }
        found = (await connection.execute(self._first_in_line, given)).all()
        booked = [
            Booking(each, max(lines[tenant_id].wait(place), _until(not_before, due.machine)))
            for each, tenant_id, place, not_before in found
        ]
        await _mark(connection, booked, due.machine)
        return booked

    async def _in_pace(self, connection: AsyncConnection, due: Due, rates: Mapping[str, Rate]) -> dict[int, _Line]:
        """The workspaces with something in line that may go within the horizon."""
        given = {
            **_given(due),
            "act": self._name,
            "platforms": list(due.platforms),
            "only": None if due.only is None else list(due.only),
        }
        found = (await connection.execute(self._lines, given)).all()
        lines = {
            tenant_id: _line(Standing(next_at, held_until), rates.get(platform), due.machine)
            for tenant_id, platform, next_at, held_until in found
        }
        return {tenant_id: line for tenant_id, line in lines.items() if line.places}


def _given(due: Due) -> dict[str, object]:
    return {
        "calendar": due.calendar,
        "now": due.machine,
        "soon": due.machine + HORIZON,
        "far": due.machine + LONGEST_WAIT,
        "kinds": list(due.kinds),
    }


def _until(instant: datetime | None, now: datetime) -> timedelta:
    """Nothing for an instant that is past, and for one that only a clock set back can have left so far ahead."""
    wait = instant - now if instant else timedelta(0)
    return max(wait, timedelta(0)) if wait <= HORIZON else timedelta(0)


async def _mark(connection: AsyncConnection, booked: Sequence[Booking], now: datetime) -> None:
    if booked:
        untils = [now + each.wait + MAY_BE_LATE for each in booked]
        await connection.execute(_MARKED, {"ids": [each.delivery_id for each in booked], "untils": untils})


_LINES = """
SELECT tenant.id, tenant.platform, pace.next_at, pace.held_until
FROM tenant LEFT JOIN pace ON pace.tenant_id = tenant.id AND pace.act = :act
WHERE tenant.platform = ANY(:platforms)
    AND (CAST(:only AS integer[]) IS NULL OR tenant.id IN (SELECT tenant_id FROM delivery WHERE id = ANY(:only)))
    AND EXISTS (SELECT FROM delivery WHERE delivery.tenant_id = tenant.id AND kind = ANY(:kinds) AND {which} OFFSET 0)
"""
# OFFSET 0 keeps PostgreSQL from joining the workspaces with all that is pending, in place of one look for each.
# NOT IN is looked up in a hash. NOT EXISTS would be a join, planned badly where the table was empty a moment ago.
_FIRST_IN_LINE = """
SELECT delivery.id, delivery.tenant_id, line.place, delivery.{not_before}
FROM unnest(CAST(:tenants AS integer[]), CAST(:places AS integer[])) AS share (tenant_id, places)
    CROSS JOIN LATERAL (
        SELECT id, row_number() OVER (ORDER BY {order}, id) - 1 AS place
        FROM delivery
        WHERE tenant_id = share.tenant_id AND kind = ANY(:kinds) AND {which}
        ORDER BY {order}, id
        LIMIT share.places
    ) AS line
    JOIN delivery ON delivery.id = line.id
WHERE (queued_until IS NULL OR queued_until <= :now OR queued_until > :far)
    AND CAST(delivery.id AS text) NOT IN (
        SELECT queueing_lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queueing_lock IS NOT NULL
    )
ORDER BY line.place, delivery.id
LIMIT :room
FOR UPDATE OF delivery SKIP LOCKED
"""
_MARKED = text("""
UPDATE delivery SET queued_until = job.until
FROM unnest(CAST(:ids AS integer[]), CAST(:untils AS timestamptz[])) AS job (id, until)
WHERE delivery.id = job.id
""")
_SENDING = _Act(
    SEND,
    which="state = 'pending' AND due_at <= :calendar AND expires_at >= :calendar"
    " AND (retry_at IS NULL OR retry_at <= :soon OR retry_at > :far)",
    order="due_at",
    not_before="retry_at",
)
_LOOKING = _Act(LOOK, which="settle_at <= :soon", order="settle_at", not_before="settle_at")
