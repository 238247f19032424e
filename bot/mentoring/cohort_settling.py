"""Keeps the batches of people whom a cohort's figures count together: who came or went since the last look is counted
anew. Called by `bot.mentoring.cohort_records` for each view with figures, and asked by `bot.mentoring.cohort_sums`;
`bot.mentoring.cohort_batches` has the rules.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_batches import (
    PATIENCE,
    New,
    Settled,
    Sharer,
    Standing,
    is_in_place,
    same_place,
    settle,
)
from bot.mentoring.cohort_rows import COUNTED, Facts, Shared, has, place_of
from bot.mentoring.cohort_view import Batch, Place
from bot.mentoring.cohorts import id_of
from bot.model.cohorts import Cohort, CohortBatch, CohortManager, CohortShare

AT_ONCE = 5000
"""Rows read or changed in one statement."""
Numbers = Sequence[int | None]
"""The batch in which somebody is counted, for each of `COUNTED`; None for none."""
_Waits = Mapping[tuple[int, str], tuple[bool, bool]]
"""Member and field → whether they have waited for long, and whether they were ever counted."""


@dataclass(slots=True)
class Known:
    """Somebody who shares something: what is known of them, and where they are counted."""

    facts: Facts
    batches: Numbers


@dataclass(frozen=True, slots=True)
class _Count:
    """Who is counted, and what is to change in that."""

    batches: list[Batch]
    """As they stand, and whole."""
    changes: Mapping[Shared, Settled]
    labels: Mapping[Place, Place]
    """Places as the first batch there wrote them."""


async def count_anew(
    session: AsyncSession, cohort: Cohort, people: Sequence[Known], now: datetime, *, is_strict: bool
) -> list[Batch]:
    """Settle each field, keep what changed, and say who is counted now.

    `is_strict` where nobody sees rows: then whoever was counted in any cohort is nobody new, since the figures of two
    cohorts may be subtracted; nor is a manager, who knows what they share themself.
    """
    count = await _count(session, cohort, people, now, is_strict=is_strict)
    batches = list(count.batches)
    for field, settled in count.changes.items():
        await _end(session, settled.ended)
        for new in settled.new:
            label = count.labels.get(same_place(new.place), new.place)
            await _begin(session, id_of(cohort), field, new, label)
            batches.append(Batch(field, frozenset(new.members), *label))
    return batches


async def would_count(
    session: AsyncSession, cohort: Cohort, waiting: Mapping[Shared, Sequence[Facts]], now: datetime, *, is_strict: bool
) -> bool:
    """Whether any of those who share a field and are not counted would be now, all batches being whole."""
    sharers = await _sharers(session, id_of(cohort), waiting, now, is_strict=is_strict)
    return any(settle(some, {}).new for some in sharers.values())


async def start_over(session: AsyncSession, tenant_id: int) -> None:
    """Nobody was ever counted in this workspace's cohorts: managers saw all rows, and see figures alone from now on."""
    ours = select(Cohort.id).where(Cohort.tenant_id == tenant_id)
    shares = update(CohortShare).where(col(CohortShare.cohort_id).in_(ours))
    await session.exec(shares.values(batch_id=None, was_counted=False))
    await session.exec(delete(CohortBatch).where(col(CohortBatch.cohort_id).in_(ours)))


async def _count(
    session: AsyncSession, cohort: Cohort, people: Sequence[Known], now: datetime, *, is_strict: bool
) -> _Count:
    rows = (await session.exec(select(CohortBatch).where(CohortBatch.cohort_id == cohort.id))).all()
    alike, batches, left = _alike(people), list[Batch](), dict[Shared, list[Facts]]()
    standing = {field: _standing(rows, field) for field in COUNTED}
    for number, field in enumerate(COUNTED):
        whole, left[field] = _split(alike, number, standing[field])
        batches += (Batch(field, members, *standing[field][each].place) for each, members in whole.items())
        for each in whole:
            del standing[field][each]
    sharers = await _sharers(session, id_of(cohort), left, now, is_strict=is_strict)
    changes = {field: settle(sharers[field], standing[field]) for field in COUNTED}
    return _Count(batches, changes, {same_place((each.region, each.site)): (each.region, each.site) for each in rows})


def _alike(people: Iterable[Known]) -> list[list[Known]]:
    """The people in groups that are shared, counted and placed alike: there are far fewer of those."""
    groups: dict[object, list[Known]] = defaultdict(list)
    for each in people:
        one = each.facts
        groups[one.shares, bool(one.step), tuple(each.batches), one.region, one.site].append(each)
    return list(groups.values())


def _standing(rows: Iterable[CohortBatch], field: Shared) -> dict[int, Standing]:
    return {
        each.id: Standing(each.size, (each.region, each.site))
        for each in rows
        if each.field == field and each.id is not None
    }


def _split(
    alike: Iterable[list[Known]], place: int, standing: Mapping[int, Standing]
) -> tuple[Mapping[int, frozenset[int]], list[Facts]]:
    """The batches of which everybody is there, and all who are in none of those: the few that `settle` need look at."""
    there: dict[int | None, list[Facts]] = defaultdict(list)
    for group in alike:
        if has(one := group[0].facts, COUNTED[place]):
            number = group[0].batches[place]
            batch = standing.get(number) if number is not None else None
            counted = number if batch is not None and is_in_place(place_of(one), batch) else None
            there[counted] += [each.facts for each in group]
    ids = {number: frozenset(each.member_id for each in there[number]) for number in standing}
    whole = {number: members for number, members in ids.items() if len(members) == standing[number].size}
    return whole, [each for number, some in there.items() if number not in whole for each in some]


async def _sharers(
    session: AsyncSession, cohort_id: int, people: Mapping[Shared, Sequence[Facts]], now: datetime, *, is_strict: bool
) -> Mapping[Shared, list[Sharer]]:
    """Field → those who share it and are not counted."""
    waiting = {each.member_id for some in people.values() for each in some}
    waits = await _waits(session, cohort_id, waiting, now)
    known = await _known_before(session, cohort_id, waiting) if is_strict else frozenset()
    found: dict[Shared, list[Sharer]] = {field: [] for field in people}
    for field, some in people.items():
        for each in some:
            member = each.member_id
            has_waited, was_counted = waits[member, field.value]
            was_counted |= member in known or (member, field.value) in known
            found[field].append(Sharer(member, has_waited, was_counted=was_counted, place=place_of(each)))
    return found


async def _waits(session: AsyncSession, cohort_id: int, members: Collection[int], now: datetime) -> _Waits:
    """Asked of those alone who are not counted."""
    found: dict[tuple[int, str], tuple[bool, bool]] = {}
    for some in _parts(sorted(members)):
        wanted = select(CohortShare.member_id, CohortShare.field, CohortShare.since, CohortShare.was_counted).where(
            CohortShare.cohort_id == cohort_id, col(CohortShare.member_id).in_(some)
        )
        for member, field, since, was_counted in (await session.exec(wanted)).all():
            found[member, field] = (since is not None and since <= now - PATIENCE, was_counted)
    return found


async def _known_before(session: AsyncSession, cohort_id: int, members: Collection[int]) -> frozenset[object]:
    """Of these, the managers of the cohort; and with a field, those who were counted in any cohort."""
    mine = select(CohortManager.member_id).where(CohortManager.cohort_id == cohort_id)
    found: set[object] = set((await session.exec(mine)).all())
    for some in _parts(sorted(members)):
        anywhere = select(CohortShare.member_id, CohortShare.field).where(col(CohortShare.member_id).in_(some))
        found |= {tuple(each) for each in (await session.exec(anywhere.where(col(CohortShare.was_counted)))).all()}
    return frozenset(found)


async def _end(session: AsyncSession, batches: Collection[int]) -> None:
    for some in _parts(sorted(batches)):
        await session.exec(update(CohortShare).where(col(CohortShare.batch_id).in_(some)).values(batch_id=None))
        await session.exec(delete(CohortBatch).where(col(CohortBatch.id).in_(some)))


async def _begin(session: AsyncSession, cohort_id: int, field: Shared, new: New, label: Place) -> None:
    region, site = label
    batch = CohortBatch(cohort_id=cohort_id, field=field.value, size=len(new.members), region=region, site=site)
    session.add(batch)
    await session.flush()
    mine = update(CohortShare).where(col(CohortShare.cohort_id) == cohort_id, col(CohortShare.field) == field.value)
    for some in _parts(new.members):
        counted = mine.where(col(CohortShare.member_id).in_(some)).values(batch_id=batch.id, was_counted=True)
        await session.exec(counted, execution_options={"synchronize_session": False})


def _parts(members: Sequence[int]) -> Iterable[Sequence[int]]:
    return (members[first : first + AT_ONCE] for first in range(0, len(members), AT_ONCE))
