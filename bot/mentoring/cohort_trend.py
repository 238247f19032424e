"""A cohort's progress over weeks: how many of those counted moved on in each. Called by the pages, after `view_of` has
settled who is counted; like every figure it is made of whole batches (DECISIONS.md, "Figures are made of batches").
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_view import Shared

WEEKS = 12
"""Full weeks that are looked back on."""
NOWHERE = 99
"""In place of a step: whoever stood on none has not moved on by being placed."""
_WEEK = timedelta(days=7)
_TABLES = SQLModel.metadata.tables
_SHARE, _BATCH, _CHANGE = (_TABLES[name].c for name in ("cohortshare", "cohortbatch", "stagechange"))


@dataclass(slots=True)
class Change:
    """A member's step became another to other people's eyes. In the order in which they happened."""

    member_id: int
    at: datetime
    """When, as far as its week goes."""
    before: int | None
    after: int | None


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
    changes: Sequence[Change]
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
        onward = _onward(batch.changes, first)
        for week in range(max(0, -((first - batch.since) // _WEEK)), WEEKS):
            of[week] += batch.people
            moved[week] += len(onward[week])
    return tuple(Week((first + week * _WEEK).date(), of[week], moved[week]) for week in range(WEEKS) if of[week])


def _monday(now: datetime) -> datetime:
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=today.weekday())
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


def _onward(changes: Iterable[Change], first: datetime) -> Sequence[set[int]]:
    """For each week, who ended it further on than they began it."""
    began: list[dict[int, int]] = [{} for _ in range(WEEKS)]
    ended: list[dict[int, int]] = [{} for _ in range(WEEKS)]
    for each in changes:
        week = (each.at - first) // _WEEK
        if 0 <= week < WEEKS:
            began[week].setdefault(each.member_id, each.before or NOWHERE)
            ended[week][each.member_id] = each.after or 0
    return [{member for member, stage in ended[week].items() if stage > began[week][member]} for week in range(WEEKS)]


async def past_of(session: AsyncSession, cohort_id: int, now: datetime) -> Past:
    """The last weeks of those who are counted. The caller has just asked for the cohort's figures."""
    mine = (_SHARE.cohort_id == cohort_id, _SHARE.field == Shared.STEP.value, _SHARE.since.is_not(None))
    batches = (
        select(_BATCH.id, _BATCH.region, _BATCH.site, _BATCH.size, func.max(_SHARE.since).label("since"))
        .join_from(_TABLES["cohortshare"], _TABLES["cohortbatch"], _BATCH.id == _SHARE.batch_id)
        .where(*mine)
        .group_by(_BATCH.id, _BATCH.region, _BATCH.site, _BATCH.size)
    )
    mondays = [_monday(now) + week * _WEEK for week in range(-WEEKS, 1)]
    # Which week it was is all that counts; to read 10,000 instants would cost more than all the rest.
    week_of = case(*((_CHANGE.at < after, week) for week, after in enumerate(mondays[1:])), else_=WEEKS)
    changed = (
        select(_SHARE.batch_id, _CHANGE.member_id, week_of, _CHANGE.before, _CHANGE.after)
        .join_from(_TABLES["cohortshare"], _TABLES["stagechange"], _CHANGE.member_id == _SHARE.member_id)
        .where(*mine, _SHARE.batch_id.is_not(None), _CHANGE.at >= mondays[0])
        .order_by(_CHANGE.id)
    )
    connection = await session.connection()
    changes: dict[int, list[Change]] = defaultdict(list)
    for batch, member, week, before, after in (await connection.execute(changed)).all():
        changes[batch].append(Change(member, mondays[week], before, after))
    return [
        Counted(row.size, row.since, changes[row.id], row.region, row.site)
        for row in (await connection.execute(batches)).all()
    ]
