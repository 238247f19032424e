"""Keeps the batches of people whom a cohort's figures count together: who came or went since the last look is counted
anew. Called by `bot.mentoring.cohort_records` for each view with figures; `bot.mentoring.cohort_batches` has the rules.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_batches import (
    PATIENCE,
    New,
    Place,
    Settled,
    Sharer,
    Standing,
    is_in_place,
    same_place,
    settle,
)
from bot.mentoring.cohort_view import COUNTED, Batch, Facts, Shared, has, place_of
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
    """People who share something and are counted alike: what is known of each of them, and who they are."""

    facts: Facts
    batches: Numbers
    members: list[int]


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


async def as_counted(
    session: AsyncSession, cohort: Cohort, people: Sequence[Known], now: datetime, *, is_strict: bool
) -> list[Batch] | None:
    """Who is counted, where nothing is to change in that; writes nothing."""
    count = await _count(session, cohort, people, now, is_strict=is_strict)
    return None if any(each.ended or each.new for each in count.changes.values()) else count.batches


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
    alike, batches, left = _alike(people), list[Batch](), dict[Shared, list[Known]]()
    standing = {field: _standing(rows, field) for field in COUNTED}
    for number, field in enumerate(COUNTED):
        whole, left[field] = _split(alike, number, standing[field])
        batches += (Batch(field, members, *standing[field][each].place) for each, members in whole.items())
        for each in whole:
            del standing[field][each]
    waiting = {one for some in left.values() for each in some for one in each.members}
    waits = await _waits(session, id_of(cohort), waiting, now)
    known = await _known_before(session, id_of(cohort), waiting) if is_strict else frozenset()
    changes = {field: settle(_sharers(left[field], field, waits, known), standing[field]) for field in COUNTED}
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
) -> tuple[Mapping[int, frozenset[int]], list[Known]]:
    """The batches of which everybody is there, and all who are in none of those: the few that `settle` need look at."""
    there: dict[int | None, list[Known]] = defaultdict(list)
    for group in alike:
        if has(one := group[0].facts, COUNTED[place]):
            number = group[0].batches[place]
            batch = standing.get(number) if number is not None else None
            there[number if batch is not None and is_in_place(place_of(one), batch) else None] += group
    ids = {number: frozenset(chain.from_iterable(each.members for each in there[number])) for number in standing}
    whole = {number: members for number, members in ids.items() if len(members) == standing[number].size}
    return whole, [each for number, some in there.items() if number not in whole for each in some]


def _sharers(people: Iterable[Known], field: Shared, waits: _Waits, known: Collection[object]) -> list[Sharer]:
    found: list[Sharer] = []
    for each in people:
        for member in each.members:
            has_waited, was_counted = waits[member, field.value]
            was_counted |= member in known or (member, field.value) in known
            found.append(Sharer(member, has_waited, was_counted=was_counted, place=place_of(each.facts)))
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
