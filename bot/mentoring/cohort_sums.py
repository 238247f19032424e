"""Reads a cohort's figures alone for `bot.mentoring.cohort_view`: in sums, so that ten thousand members are a few
hundred rows. Called by the pages; `bot.mentoring.cohort_records` counts anew whoever came or went.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import Select, and_, bindparam, case, distinct, exists, func, or_, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_batches import Standing, is_in_place
from bot.mentoring.cohort_quiet import SURELY_CURRENT
from bot.mentoring.cohort_rows import COUNTED, LATELY, Facts, Shared, has, place_of
from bot.mentoring.cohort_settling import would_count
from bot.mentoring.cohort_sharing import BITS, EACH, FIELDS, IS_SHARED, PLACE, SOME, Of, plain, whole
from bot.mentoring.cohort_tallies import ANYWHERE, Tally, tallies_of
from bot.mentoring.cohort_view import Sum, Sums, View, summed
from bot.mentoring.stages import LATER
from bot.model.cohorts import Cohort
from bot.model.people import Tenant
from content.pack import Pack

_TABLES = SQLModel.metadata.tables
_MEMBER, _SHARE, _BATCH = (_TABLES[name].c for name in ("member", "cohortshare", "cohortbatch"))
_INVITATION = _TABLES["cohortinvitation"].c
_ALL = frozenset(Shared)
_Batches = Mapping[int, Record[Any]]


@dataclass(slots=True)
class _Kind:
    """People who share something and are alike in place, batches, stage and use."""

    facts: Facts
    """Of any of them; of one alone, where they wait to be counted."""
    is_about: bool
    """They used it lately."""
    batches: Mapping[Shared, int]
    people: int


async def figures_of(session: AsyncSession, cohort: Cohort, tenant: Tenant, pack: Pack, now: datetime) -> View | None:
    """What a manager of the cohort may know now (calendar clock), without rows. It only reads: None where somebody is
    to be counted anew.
    """
    of, is_locked = await whole(session, cohort), bool(tenant.cohorts_locked)
    rows = await plain(session, select(*_BATCH).where(*of.these(_BATCH)))
    batches = {row.id: row for row in rows}
    kinds = await _kinds_of(session, of, now)
    if not _are_whole(kinds, batches):
        return None
    if await would_count(session, cohort, _waiting(kinds), now, is_strict=is_locked):
        return None
    has = defaultdict[int, list[tuple[Facts, int]]](list)
    for batch, times, facts in [*_kept(kinds, now), *await tallies_of(session, of, pack, now)]:
        has[batch].append((facts, times))
    sums = [Sum(Shared(row.field), row.size, has[row.id], row.region, row.site) for row in rows]
    counted, field = _counted(kinds, is_locked=is_locked)
    invited = counted + await _invited_besides(session, of, field)
    return summed(Sums(of.cohort_id, cohort.name, sums, counted, invited, is_locked), now)


def _kinds() -> Select[Any]:
    left = {field: and_(IS_SHARED[field], EACH[field].c.batch_id.is_(None)) for field in COUNTED}
    left[Shared.STEP] = and_(left[Shared.STEP], _MEMBER.step.is_not(None))
    # Most people are counted in all: a sum without a gap says so faster than any other question.
    is_in_all = reduce(add, (EACH[field].c.batch_id for field in COUNTED)).is_not(None)
    waits, at = and_(~is_in_all, or_(*left.values())), _MEMBER.stage_moved_at
    is_onward = and_(at > bindparam("lately"), at <= bindparam("now"), at > EACH[Shared.STEP].c.since)
    each = SOME.sharers(
        case((waits, _MEMBER.id)).label("member_id"),
        case((waits, BITS)).label("bits"),
        case((_MEMBER.step > LATER, LATER), else_=_MEMBER.step).label("step"),
        case((is_onward, _MEMBER.stage_before)).label("before"),
        func.coalesce(_MEMBER.last_active_at > bindparam("about"), False).label("is_about"),
        *PLACE,
        *(EACH[field].c.batch_id.label(f"batch_{field.value}") for field in COUNTED),
    ).subquery()
    return select(*each.c, func.count().label("people")).group_by(*each.c)


_KINDS = _kinds()


async def _kinds_of(session: AsyncSession, of: Of, now: datetime) -> list[_Kind]:
    asked = {"cohort_id": of.cohort_id, "workspaces": list(of.workspaces)}
    times = {"now": now, "lately": now - LATELY, "about": now - SURELY_CURRENT}
    return [_kind(row) for row in await plain(session, _KINDS, **asked, **times)]


def _kind(row: Record[Any]) -> _Kind:
    facts = Facts(
        row.member_id or 0, "", FIELDS[row.bits] if row.bits else _ALL, ANYWHERE, step=row.step, stage_before=row.before
    )
    facts.region, facts.site = row.region or "", row.site or ""
    numbers = row[-len(COUNTED) - 1 : -1]
    batches = {field: number for field, number in zip(COUNTED, numbers, strict=True) if number is not None}
    return _Kind(facts, bool(row.is_about), batches, row.people)


def _are_whole(kinds: Iterable[_Kind], batches: _Batches) -> bool:
    """Whether everybody is there who was counted, and where they were."""
    standing = {number: Standing(row.size, (row.region, row.site)) for number, row in batches.items()}
    there: dict[int, int] = defaultdict(int)
    for each in kinds:
        here = place_of(each.facts)
        for field, number in each.batches.items():
            if number in standing and has(each.facts, field) and is_in_place(here, standing[number]):
                there[number] += each.people
    return all(there[number] == batch.size for number, batch in standing.items())


def _waiting(kinds: Iterable[_Kind]) -> Mapping[Shared, list[Facts]]:
    """Field → who shares it and is counted nowhere."""
    singly = [each for each in kinds if each.facts.member_id]
    return {
        field: [each.facts for each in singly if has(each.facts, field) and field not in each.batches]
        for field in COUNTED
    }


def _kept(kinds: Iterable[_Kind], now: datetime) -> list[Tally]:
    """What stands in the members' own rows: their stages, and who used it lately."""
    steps, about = defaultdict[tuple[int, int | None, int | None], int](int), defaultdict[int, int](int)
    for each in kinds:
        if Shared.STEP in each.batches:
            steps[each.batches[Shared.STEP], each.facts.step, each.facts.stage_before] += each.people
        if Shared.ACTIVITY in each.batches and each.is_about:
            about[each.batches[Shared.ACTIVITY]] += each.people
    active = Facts(0, "", frozenset({Shared.ACTIVITY}), ANYWHERE, last_active_at=now)
    return [
        *((batch, people, _placed(step, before, now)) for (batch, step, before), people in steps.items()),
        *((batch, people, active) for batch, people in about.items()),
    ]


def _placed(step: int | None, before: int | None, now: datetime) -> Facts:
    """`before` stands for those alone who came from there lately, while they shared it."""
    shares, since = frozenset({Shared.STEP}), now - LATELY
    return Facts(0, "", shares, ANYWHERE, step=step, stage_before=before, stage_moved_at=now, step_since=since)


def _counted(kinds: Sequence[_Kind], *, is_locked: bool) -> tuple[int, Shared | None]:
    """Who is said to share something, as `bot.mentoring.cohort_view` has it: how many, and of which field alone."""
    if is_locked:
        of_field = {field: sum(each.people for each in kinds if field in each.batches) for field in COUNTED}
        most = max(COUNTED, key=of_field.__getitem__)
        return of_field[most], most
    return sum(each.people for each in kinds if each.batches), None


async def _invited_besides(session: AsyncSession, of: Of, field: Shared | None) -> int:
    """How many people were invited by name and are not counted, in that field or in any."""
    person, batch = _INVITATION.invited_id, _SHARE.batch_id
    is_in = exists().where(*of.these(_SHARE), _SHARE.member_id == person, _SHARE.since.is_not(None), batch.is_not(None))
    if field is not None:
        is_in = is_in.where(_SHARE.field == field.value)
    wanted = select(func.count(distinct(person))).where(*of.these(_INVITATION), person.is_not(None), ~is_in)
    return int((await plain(session, wanted))[0][0])
