"""Reads what is known of a cohort for `bot.mentoring.cohort_view`, and keeps the batches of its figures. Called by
whatever shows a cohort to a manager, or a row to its member. Ten thousand members cost no more statements than ten.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import Select, case, distinct, func, select, update
from sqlmodel import SQLModel, col, delete
from sqlmodel import select as rows_of
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_batches import PATIENCE, New, Sharer, Standing, is_in_place, same_place, settle
from bot.mentoring.cohort_endings import COLUMNS, certificates_of
from bot.mentoring.cohort_view import Batch, Cohorts, Facts, Row, Shared, View, has, place_of, project, shown
from bot.mentoring.open_hours import Leave
from bot.mentoring.progress import Kind
from bot.model.cohorts import Cohort, CohortBatch, CohortInvitation, CohortShare, Outcome
from bot.model.people import Tenant
from bot.visit import zone_or_guess
from content.pack import Pack

COUNTED = (Shared.STEP, Shared.ACTIONS, Shared.ACTIVITY, Shared.OUTCOMES, Shared.CE)
"""The fields that have figures."""
OPEN_STEPS = range(1, 5)
"""Whose actions count: from step 5 on, what somebody does there would tell where they are."""
UNKNOWN_RHYTHM = 2
"""Weeks, for those without weekly notes."""
_zone = cache(zone_or_guess)
AT_ONCE = 5000
"""Rows changed in one statement."""
_TABLES = SQLModel.metadata.tables
_MEMBER, _PLAN, _SHARE = _TABLES["member"].c, _TABLES["coachingplan"].c, _TABLES["cohortshare"].c
_MEMBERSHIP, _EVENT = _TABLES["cohortmembership"].c, _TABLES["progressevent"].c


_Shares = Mapping[int, Record[Any]]
"""Member → what they share, one bit for each field, since when, and where they are counted."""
_BITS = {field: 1 << place for place, field in enumerate(Shared)}
_FIELDS = {bits: frozenset(field for field, bit in _BITS.items() if bits & bit) for bits in range(1 << len(_BITS))}


@dataclass(frozen=True, slots=True)
class _Of:
    """A cohort, or one member of it."""

    cohort_id: int
    member_id: int | None = None

    def these(self, table: Any) -> tuple[Any, ...]:
        """The rows of a table that has both columns."""
        mine = () if self.member_id is None else (table.member_id == self.member_id,)
        return (table.cohort_id == self.cohort_id, *mine)

    def sharing(self, field: Shared, *columns: Any) -> Select[Any]:
        """What those who share a field have in another table, which the caller joins."""
        return select(*columns).where(*self.these(_SHARE), _SHARE.field == field.value, _SHARE.since.is_not(None))


async def view_of(session: AsyncSession, cohort: Cohort, tenant: Tenant, pack: Pack, now: datetime) -> View:
    """What a manager of the cohort may know now (calendar clock). Writes: people who came or went are counted anew."""
    assert cohort.id is not None
    # One at a time: two who look at once must not make two batches of the same people.
    await session.exec(rows_of(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    shares = await _shares(session, whole := _Of(cohort.id), now)
    people = await _facts(session, whole, pack, shares, now)
    known = Cohorts(
        cohort_id=cohort.id,
        name=cohort.name,
        people=people,
        batches=await _count_anew(session, cohort.id, people, shares),
        invited=await _invited(session, cohort.id),
        is_locked=bool(tenant.cohorts_locked),
    )
    return project(known, now)


async def row_of(session: AsyncSession, cohort_id: int, member_id: int, pack: Pack, now: datetime) -> Row | None:
    """The very row that managers see of one member; None where they see none."""
    shares = await _shares(session, one := _Of(cohort_id, member_id), now)
    people = await _facts(session, one, pack, shares, now)
    rows = [shown(each, now) for each in people]
    return next((row for row in rows if not row.is_empty), None)


async def _shares(session: AsyncSession, of: _Of, now: datetime) -> _Shares:
    """One row for each member: a row for each field would cost five times as much."""
    fields = [(_SHARE.field == field.value, bit) for field, bit in _BITS.items()]
    is_old = _SHARE.since <= now - PATIENCE
    wanted = select(
        _SHARE.member_id,
        func.sum(case(*fields, else_=0)).label("shared"),
        func.sum(case(*((is_it & is_old, bit) for is_it, bit in fields), else_=0)).label("waited"),
        func.sum(case(*((is_it & _SHARE.was_counted, bit) for is_it, bit in fields), else_=0)).label("counted"),
        func.max(case((_SHARE.field == Shared.STEP.value, _SHARE.since))).label("step_since"),
        *(func.max(case((_SHARE.field == field.value, _SHARE.batch_id))).label(field.value) for field in COUNTED),
    ).where(*of.these(_SHARE), _SHARE.since.is_not(None))
    return {row.member_id: row for row in await _all(session, wanted.group_by(_SHARE.member_id))}


async def _facts(session: AsyncSession, of: _Of, pack: Pack, shares: _Shares, now: datetime) -> list[Facts]:
    """What is known of those who share anything. What somebody does not share is not even read, where that is more
    than a column.
    """
    if not shares:
        return []
    done = await _done(session, of, pack)
    milestones = await _milestones(session, of)
    outcomes = await _outcomes(session, of)
    certificates = await certificates_of(session, of.sharing(Shared.CE, *COLUMNS), pack.credentials, now)
    return [
        Facts(
            member_id=row.id,
            user_id=row.user_id,
            shares=_FIELDS[shares[row.id].shared],
            step_since=shares[row.id].step_since,
            zone=_zone(row.zone),
            step=row.step,
            stage_before=row.stage_before,
            stage_moved_at=row.stage_moved_at,
            actions=done.get(row.id, 0),
            last_active_at=row.last_active_at,
            every_weeks=row.every_weeks if row.is_on else UNKNOWN_RHYTHM,
            leave=Leave(row.paused_from, row.paused_until) if row.paused_until else None,
            milestones=tuple(milestones.get(row.id, ())),
            outcomes=tuple(outcomes.get(row.id, ())),
            certificates=certificates.get(row.id, ()),
            region=row.region or "",
            site=row.site or "",
        )
        for row in await _all(session, _people(of))
        if row.id in shares
    ]


def _people(of: _Of) -> Select[Any]:
    """Those who are in it, and whose account is open."""
    names = ("id", "user_id", "zone", "step", "stage_before", "stage_moved_at", "last_active_at", "region", "site")
    plan = (_PLAN.is_on, _PLAN.every_weeks, _PLAN.paused_from, _PLAN.paused_until)
    return (
        select(*(_MEMBER[name] for name in names), *plan)
        .select_from(_TABLES["cohortmembership"])
        .join(_TABLES["member"], _MEMBER.id == _MEMBERSHIP.member_id)
        .outerjoin(_TABLES["coachingplan"], _PLAN.member_id == _MEMBER.id)
        .where(*of.these(_MEMBERSHIP), _MEMBERSHIP.left_at.is_(None), _MEMBER.deactivated_at.is_(None))
        .order_by(_MEMBER.id)
    )


async def _done(session: AsyncSession, of: _Of, pack: Pack) -> dict[int, int]:
    open_to_all = [action.id for step in pack.steps if step.number in OPEN_STEPS for action in step.actions]
    wanted = of.sharing(Shared.ACTIONS, _EVENT.member_id, func.count(distinct(_EVENT.subject)).label("number"))
    mine = (_EVENT.member_id == _SHARE.member_id, _EVENT.kind == Kind.DONE.value, _EVENT.undone_at.is_(None))
    counted = wanted.where(*mine, _EVENT.subject.in_(open_to_all)).group_by(_EVENT.member_id)
    return {row.member_id: row.number for row in await _all(session, counted)}


async def _milestones(session: AsyncSession, of: _Of) -> dict[int, list[date]]:
    """Member → the days of the milestones that they have set and not reached."""
    columns = (_EVENT.member_id, _EVENT.kind, _EVENT.subject, _EVENT.detail)
    mine = (_EVENT.member_id == _SHARE.member_id, _EVENT.kind.in_((Kind.DATED.value, Kind.REACHED.value)))
    wanted = of.sharing(Shared.ACTIVITY, *columns).where(*mine, _EVENT.undone_at.is_(None))
    days: dict[int, dict[str, date | None]] = defaultdict(dict)
    for row in await _all(session, wanted.order_by(_EVENT.id)):
        is_dated = row.kind == Kind.DATED.value
        days[row.member_id][row.subject] = date.fromisoformat(row.detail["date"]) if is_dated else None
    return {member: [day for day in each.values() if day] for member, each in days.items()}


async def _outcomes(session: AsyncSession, of: _Of) -> dict[int, list[str]]:
    wanted = of.sharing(Shared.OUTCOMES, col(Outcome.member_id), col(Outcome.kind))
    mine = wanted.where(col(Outcome.member_id) == _SHARE.member_id).order_by(col(Outcome.kind))
    found: dict[int, list[str]] = defaultdict(list)
    for row in await _all(session, mine):
        found[row.member_id].append(row.kind)
    return found


async def _invited(session: AsyncSession, cohort_id: int) -> frozenset[int]:
    wanted = rows_of(CohortInvitation.invited_id).where(CohortInvitation.cohort_id == cohort_id)
    return frozenset(each for each in (await session.exec(wanted)).all() if each is not None)


async def _count_anew(session: AsyncSession, cohort_id: int, people: Sequence[Facts], shares: _Shares) -> list[Batch]:
    """Settle each field, keep what changed, and say who is counted now."""
    standing = (await session.exec(rows_of(CohortBatch).where(CohortBatch.cohort_id == cohort_id))).all()
    labels = {same_place((each.region, each.site)): (each.region, each.site) for each in standing}
    batches: list[Batch] = []
    for field in COUNTED:
        mine = {
            each.id: Standing(each.size, (each.region, each.site))
            for each in standing
            if each.field == field and each.id is not None
        }
        whole, left = _split([each for each in people if has(each, field)], shares, field, mine)
        batches += (Batch(field, members, *mine[number].place) for number, members in whole.items())
        settled = settle(left, {number: each for number, each in mine.items() if number not in whole})
        await _end(session, settled.ended)
        for new in settled.new:
            label = labels.get(same_place(new.place), new.place)
            await _begin(session, cohort_id, field, new, label)
            batches.append(Batch(field, frozenset(new.members), *label))
    return batches


def _split(
    sharers: Sequence[Facts], shares: _Shares, field: Shared, standing: Mapping[int, Standing]
) -> tuple[Mapping[int, frozenset[int]], list[Sharer]]:
    """The batches of which everybody is there, and all who are in none of those: the few that `settle` need look at."""
    there: dict[int | None, list[Facts]] = defaultdict(list)
    name = field.value
    for each in sharers:
        number = getattr(shares[each.member_id], name)
        batch = standing.get(number)
        there[number if batch is not None and is_in_place(place_of(each), batch) else None].append(each)
    whole = {number for number, batch in standing.items() if len(there[number]) == batch.size}
    left = [
        _sharer(each, shares[each.member_id], field)
        for number in there
        if number not in whole
        for each in there[number]
    ]
    return {number: frozenset(each.member_id for each in there[number]) for number in whole}, left


def _sharer(facts: Facts, mine: Record[Any], field: Shared) -> Sharer:
    bit, batch = _BITS[field], getattr(mine, field.value)
    return Sharer(facts.member_id, bool(mine.waited & bit), batch, bool(mine.counted & bit), place_of(facts))


async def _end(session: AsyncSession, batches: Collection[int]) -> None:
    if batches:
        await session.exec(update(CohortShare).where(col(CohortShare.batch_id).in_(batches)).values(batch_id=None))
        await session.exec(delete(CohortBatch).where(col(CohortBatch.id).in_(batches)))


async def _begin(session: AsyncSession, cohort_id: int, field: Shared, new: New, label: tuple[str, str]) -> None:
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


async def _all(session: AsyncSession, wanted: Select[Any]) -> Sequence[Record[Any]]:
    """Plain rows: objects would cost more than all the rest."""
    return list(await (await session.connection()).execute(wanted))
