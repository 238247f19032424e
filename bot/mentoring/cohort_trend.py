"""A cohort's progress over weeks: how many of those counted moved on in each. Called by the pages, after `view_of` has
settled who is counted; like every figure it is made of whole batches (DECISIONS.md, "Figures are made of batches").
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_batches import Place
from bot.mentoring.cohort_view import Batch, Shared

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
class Past:
    """What is known of a cohort's last weeks."""

    batches: Sequence[Batch]
    """Those of the step, whole ones only."""
    since: Mapping[int, datetime]
    """Member → since when they share their step, without a break."""
    changes: Sequence[Change]

    def of_place(self, region: str, site: str) -> "Past":
        """The part that belongs to one region or site; the figures of a region count its sites' people."""
        here = [each for each in self.batches if each.region == region and site in ("", each.site)]
        return Past(here, self.since, self.changes)


def trend(past: Past, now: datetime) -> tuple[Week, ...]:
    """The full weeks before `now` (calendar clock) that count anybody.

    A batch counts in the weeks through which all of its people shared their step, so what they did before they
    agreed shows nowhere, and two weeks differ by whole batches.
    """
    first = _monday(now) - WEEKS * _WEEK
    onward = _onward(past.changes, first)
    of, moved = [0] * WEEKS, [0] * WEEKS
    for batch in past.batches:
        since = max(past.since[member] for member in batch.members)
        for week in range(max(0, -((first - since) // _WEEK)), WEEKS):
            of[week] += len(batch.members)
            moved[week] += len(batch.members & onward[week])
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
    """The last weeks of those who are counted. The caller has just asked for the cohort's view."""
    mine = (_SHARE.cohort_id == cohort_id, _SHARE.field == Shared.STEP.value, _SHARE.since.is_not(None))
    counted = select(_SHARE.member_id, _SHARE.since, _BATCH.id, _BATCH.region, _BATCH.site).join_from(
        _TABLES["cohortshare"], _TABLES["cohortbatch"], _BATCH.id == _SHARE.batch_id
    )
    changed = (
        select(_CHANGE.member_id, _CHANGE.at, _CHANGE.before, _CHANGE.after)
        .join_from(_TABLES["cohortshare"], _TABLES["stagechange"], _CHANGE.member_id == _SHARE.member_id)
        .where(*mine, _CHANGE.at >= _monday(now) - WEEKS * _WEEK)
        .order_by(_CHANGE.id)
    )
    connection = await session.connection()
    people = (await connection.execute(counted.where(*mine))).all()
    changes = [Change(*row) for row in (await connection.execute(changed)).all()]
    return Past(_batches(people), {row.member_id: row.since for row in people}, changes)


def _batches(people: Iterable[Any]) -> Sequence[Batch]:
    members: dict[int, set[int]] = defaultdict(set)
    places: dict[int, Place] = {}
    for row in people:
        members[row.id].add(row.member_id)
        places[row.id] = (row.region, row.site)
    return [Batch(Shared.STEP, frozenset(members[number]), *places[number]) for number in members]
