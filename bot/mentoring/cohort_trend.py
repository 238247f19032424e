"""A cohort's progress over weeks: how many of those counted moved on in each. Called by the pages, after `view_of` has
settled who is counted; like every figure it is made of whole batches (DECISIONS.md, "Figures are made of batches").
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Select, bindparam, case, cast, func, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_rows import Shared

WEEKS = 12
"""Full weeks that are looked back on."""
NOWHERE = 0
"""In place of a stage: whoever stood on none has not moved on by being placed."""
_STAGES = 10
"""More than there are."""
_WEEK = timedelta(days=7)
_TABLES = SQLModel.metadata.tables
_SHARE, _BATCH, _CHANGE = (_TABLES[name].c for name in ("cohortshare", "cohortbatch", "stagechange"))


@dataclass(frozen=True, slots=True)
class Moves:
    """People of one batch who began a week on one stage and ended it on another."""

    at: datetime
    """When, as far as the week goes."""
    before: int
    after: int
    """`NOWHERE` for none."""
    people: int
    """How many."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday, in UTC."""

    monday: date
    of: int
    """How many people it counts."""
    moved: int
    """How many of them ended the week on a later step than they began it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A batch of people whose steps are counted together, and their last weeks."""

    people: int
    since: datetime
    """When the last of them began to share, without a break."""
    moves: Sequence[Moves]
    region: str = ""
    site: str = ""


Past = Sequence[Counted]
"""The last weeks of a cohort: of whole batches, each person in one."""


def of_place(past: Past, region: str, site: str) -> Past:
    """The part that belongs to one region or site; the figures of a region count its sites' people."""
    return [each for each in past if each.region == region and site in ("", each.site)]


def trend(past: Past, now: datetime) -> tuple[Week, ...]:
    """The full weeks before `now` (calendar clock) that count anybody.

    A batch counts in the weeks through which all of its people shared their step, so what they did before they
    agreed shows nowhere, and two weeks differ by whole batches.
    """
    first = _monday(now) - WEEKS * _WEEK
    of, moved = [0] * WEEKS, [0] * WEEKS
    for batch in past:
        begun = max(0, -((first - batch.since) // _WEEK))
        for week in range(begun, WEEKS):
            of[week] += batch.people
        for each in batch.moves:
            week = (each.at - first) // _WEEK
            if begun <= week < WEEKS and each.after > each.before != NOWHERE:
                moved[week] += each.people
    return tuple(Week((first + week * _WEEK).date(), of[week], moved[week]) for week in range(WEEKS) if of[week])


def _monday(now: datetime) -> datetime:
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=today.weekday())
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


async def past_of(session: AsyncSession, cohort_id: int, now: datetime) -> Past:
    """The last weeks of those who are counted. The caller has just asked for the cohort's figures."""
    last = _monday(now)
    ends = {f"week_{week}": last - (WEEKS - week) * _WEEK for week in range(WEEKS + 1)}
    connection = await session.connection()
    moves: dict[int, list[Moves]] = defaultdict(list)
    for batch, week, before, after, people in await connection.execute(_MOVES, {"cohort_id": cohort_id, **ends}):
        moves[batch].append(Moves(ends[f"week_{week}"], before, after, people))
    batches = await connection.execute(_BATCHES, {"cohort_id": cohort_id})
    return [Counted(row.size, row.since, moves[row.id], row.region, row.site) for row in batches]


def _moves() -> Select[Any]:
    """Batch, week, the stages on which somebody began and ended it, and how many did so."""
    at = _CHANGE.at
    begun: list[BindParameter[datetime]] = [bindparam(f"week_{week}") for week in range(WEEKS + 1)]
    week = case(*((at < begun[week + 1], week) for week in range(WEEKS)))
    # The stage rides on the number of its change, so that the first of a week brings the one, the last the other.
    number, stages = cast(_CHANGE.id, BigInteger) * _STAGES, (_CHANGE.before, _CHANGE.after)
    before, after = (number + func.coalesce(stage, NOWHERE) for stage in stages)
    mine = select(_SHARE.batch_id, _SHARE.member_id, week.label("week"), before.label("before"), after.label("after"))
    mine = mine.join_from(_TABLES["cohortshare"], _TABLES["stagechange"], _CHANGE.member_id == _SHARE.member_id)
    each = mine.where(*_MINE, _SHARE.batch_id.is_not(None), at >= begun[0], at < begun[WEEKS]).subquery().c
    whose = (each.batch_id, each.week)
    ends = (func.min(each.before) % _STAGES).label("before"), (func.max(each.after) % _STAGES).label("after")
    by_member = select(*whose, *ends).group_by(*whose, each.member_id).subquery().c
    return select(*by_member, func.count()).group_by(*by_member)


def _batches() -> Select[Any]:
    columns = (_BATCH.id, _BATCH.region, _BATCH.site, _BATCH.size)
    joined = select(*columns, func.max(_SHARE.since).label("since")).join_from(
        _TABLES["cohortshare"], _TABLES["cohortbatch"], _BATCH.id == _SHARE.batch_id
    )
    return joined.where(*_MINE).group_by(*columns)


_MINE = (_SHARE.cohort_id == bindparam("cohort_id"), _SHARE.field == Shared.STEP.value, _SHARE.since.is_not(None))
_MOVES, _BATCHES = _moves(), _batches()
