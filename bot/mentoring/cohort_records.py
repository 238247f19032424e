"""Reads what is known of a cohort for `bot.mentoring.cohort_view`. Called by whatever shows a cohort to a manager, or a
row to its member. Ten thousand members cost no more statements than ten.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache, reduce
from operator import add, or_
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import Select, and_, case, distinct, func, select
from sqlmodel import SQLModel, col
from sqlmodel import select as rows_of
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_dates import Held
from bot.mentoring.cohort_endings import COLUMNS, certificates_of
from bot.mentoring.cohort_quiet import SURELY_CURRENT
from bot.mentoring.cohort_reach import workspaces_of
from bot.mentoring.cohort_settling import Known, as_counted, count_anew
from bot.mentoring.cohort_view import (
    COUNTED,
    LATELY,
    Batch,
    Cohorts,
    Facts,
    Row,
    Shared,
    View,
    project,
    shown,
)
from bot.mentoring.cohorts import id_of
from bot.mentoring.open_hours import Leave
from bot.mentoring.progress import Kind
from bot.model.cohorts import Cohort, CohortInvitation, Outcome
from bot.model.people import Tenant
from bot.visit import zone_or_guess
from content.pack import Pack

OPEN_STEPS = range(1, 5)
"""Whose actions count: from step 5 on, what somebody does there would tell where they are."""
UNKNOWN_RHYTHM = 2
"""Weeks, for those without weekly notes."""
_zone = cache(zone_or_guess)
_TABLES = SQLModel.metadata.tables
_MEMBER, _PLAN, _SHARE = _TABLES["member"].c, _TABLES["coachingplan"].c, _TABLES["cohortshare"].c
_MEMBERSHIP, _EVENT = _TABLES["cohortmembership"].c, _TABLES["progressevent"].c
_EACH = {field: _TABLES["cohortshare"].alias(f"shares_{field.value}") for field in Shared}
"""The shares of one member side by side: grouped rows would cost twice as much."""
_NAMES = 3
"""Columns of `_sharers` that tell people apart."""
_BITS = {field: 1 << place for place, field in enumerate(Shared)}
_FIELDS = {bits: frozenset(field for field, bit in _BITS.items() if bits & bit) for bits in range(1 << len(_BITS))}


class Parts(Enum):
    """What of a view is wanted: figures cost little without rows, and rows without figures."""

    ALL = "all"
    FIGURES = "figures"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class _Of:
    """A cohort, or one member of it."""

    cohort_id: int
    workspaces: Mapping[int, Tenant]
    """Whose people are in it."""
    home: int
    """Its own workspace."""
    member_id: int | None = None

    def these(self, table: Any) -> tuple[Any, ...]:
        """The rows of a table that has both columns."""
        mine = () if self.member_id is None else (table.member_id == self.member_id,)
        return (table.cohort_id == self.cohort_id, *mine)

    def sharing(self, field: Shared, *columns: Any) -> Select[Any]:
        """What those who share a field have in another table, which the caller joins."""
        return select(*columns).where(*self.these(_SHARE), _SHARE.field == field.value, _SHARE.since.is_not(None))


async def view_of(
    session: AsyncSession, cohort: Cohort, tenant: Tenant, pack: Pack, now: datetime, parts: Parts = Parts.ALL
) -> View:
    """What a manager of the cohort may know now (calendar clock). Figures write: people who came or went are counted
    anew.
    """
    if parts is not Parts.ROWS:
        # One at a time: two who look at once must not make two batches of the same people.
        await session.exec(rows_of(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    people = await _people(session, await _whole(session, cohort), pack, now, each_one=parts is not Parts.FIGURES)
    batches = (
        await count_anew(session, cohort, people, now, is_strict=bool(tenant.cohorts_locked))
        if parts is not Parts.ROWS
        else []
    )
    return project(await _known(session, cohort, tenant, people, batches, parts), now)


async def glimpse_of(
    session: AsyncSession, cohort: Cohort, tenant: Tenant, pack: Pack, now: datetime, parts: Parts = Parts.ALL
) -> View | None:
    """The same, in a session that only reads; None where somebody is to be counted anew."""
    people = await _people(session, await _whole(session, cohort), pack, now, each_one=parts is not Parts.FIGURES)
    batches = (
        await as_counted(session, cohort, people, now, is_strict=bool(tenant.cohorts_locked))
        if parts is not Parts.ROWS
        else []
    )
    if batches is None:
        return None
    return project(await _known(session, cohort, tenant, people, batches, parts), now)


async def _known(
    session: AsyncSession,
    cohort: Cohort,
    tenant: Tenant,
    people: Sequence[Known],
    batches: Sequence[Batch],
    parts: Parts,
) -> Cohorts:
    return Cohorts(
        cohort_id=id_of(cohort),
        name=cohort.name,
        people=[each.facts for each in people],
        alike={member: each.facts.member_id for each in people for member in each.members},
        batches=batches,
        invited=await _invited(session, id_of(cohort)) if parts is not Parts.ROWS else frozenset(),
        is_locked=bool(tenant.cohorts_locked),
        is_listed=parts is not Parts.FIGURES,
    )


async def row_of(session: AsyncSession, cohort: Cohort, member_id: int, pack: Pack, now: datetime) -> Row | None:
    """The very row that managers see of one member; None where they see none."""
    one = replace(await _whole(session, cohort), member_id=member_id)
    people = await _people(session, one, pack, now)
    rows = [shown(each.facts, now) for each in people]
    return next((row for row in rows if not row.is_empty), None)


async def _whole(session: AsyncSession, cohort: Cohort) -> _Of:
    return _Of(id_of(cohort), await workspaces_of(session, cohort), cohort.tenant_id)


_More = tuple[int, tuple[date, ...], tuple[str, ...], tuple[Held, ...]]


@dataclass(frozen=True, slots=True)
class _Besides:
    """Member → what stands in other tables than their own, of what they share."""

    done: Mapping[int, int]
    milestones: Mapping[int, tuple[date, ...]]
    outcomes: Mapping[int, tuple[str, ...]]
    certificates: Mapping[int, tuple[Held, ...]]

    def of(self, member: int) -> _More:
        days, kinds = self.milestones.get(member, ()), self.outcomes.get(member, ())
        return self.done.get(member, 0), days, kinds, self.certificates.get(member, ())


async def _people(session: AsyncSession, of: _Of, pack: Pack, now: datetime, *, each_one: bool = True) -> list[Known]:
    """What is known of those who share anything. What somebody does not share is not even read, where that is more
    than a column. Unless `each_one` is asked for, those who are alike in all but their names are read as one.
    """
    rows = await _all(session, _sharers(of, now))
    if not rows:
        return []
    besides = _Besides(
        done=await _done(session, of, pack),
        milestones=await _milestones(session, of),
        outcomes=await _outcomes(session, of),
        certificates=await certificates_of(session, of.sharing(Shared.CE, *COLUMNS), pack.credentials, now),
    )
    kinds: dict[object, list[int]] = {}
    found: list[Known] = []
    for row in rows:
        member = row[0]
        kind = member if each_one else (row[_NAMES:], besides.of(member))
        if (like := kinds.get(kind)) is None:
            kinds[kind] = like = []
            found.append(Known(_facts(of, row, besides, now), row[-len(COUNTED) :], like))
        like.append(member)
    return found


def _facts(of: _Of, row: Record[Any], besides: _Besides, now: datetime) -> Facts:
    workspace = of.workspaces[row.tenant_id]
    actions, milestones, outcomes, certificates = besides.of(row.id)
    return Facts(
        member_id=row.id,
        user_id=row.user_id,
        name=row.name or "",
        workspace="" if row.tenant_id == of.home else workspace.name or workspace.external_id,
        shares=_FIELDS[row.bits],
        step_since=row.step_since,
        zone=_zone(row.zone),
        step=row.step,
        stage_before=row.stage_before,
        stage_moved_at=row.moved_at,
        actions=actions,
        last_active_at=row.used_at or (now if row.is_about else None),
        every_weeks=row.every_weeks if row.is_on else UNKNOWN_RHYTHM,
        leave=Leave(row.paused_from, row.paused_until) if row.paused_until else None,
        milestones=milestones,
        outcomes=outcomes,
        certificates=certificates,
        region=row.region or "",
        site=row.site or "",
    )


def _sharers(of: _Of, now: datetime) -> Select[Any]:
    """Those who are in it, whose account is open, and who share something. Instants are costly to read, so they come
    where they may matter: of a use that is not of late, of a step of late.
    """
    is_shared = {field: table.c.since.is_not(None) for field, table in _EACH.items()}
    is_late, is_about = _MEMBER.stage_moved_at > now - LATELY, _MEMBER.last_active_at > now - SURELY_CURRENT
    columns = (
        *(_MEMBER[name] for name in ("id", "user_id", "name", "tenant_id", "zone", "step", "stage_before")),
        case((is_late, _MEMBER.stage_moved_at)).label("moved_at"),
        case((is_late, _EACH[Shared.STEP].c.since)).label("step_since"),
        case((~is_about, _MEMBER.last_active_at)).label("used_at"),
        is_about.label("is_about"),
        *(case((is_shared[Shared.PLACE], _MEMBER[name])).label(name) for name in ("region", "site")),
        *(_PLAN.is_on, _PLAN.every_weeks, _PLAN.paused_from, _PLAN.paused_until),
        reduce(add, (case((is_it, _BITS[field]), else_=0) for field, is_it in is_shared.items())).label("bits"),
        *(_EACH[field].c.batch_id.label(f"batch_{field.value}") for field in COUNTED),
    )
    joined = _TABLES["cohortmembership"].join(_TABLES["member"], _MEMBER.id == _MEMBERSHIP.member_id)
    joined = joined.outerjoin(_TABLES["coachingplan"], _PLAN.member_id == _MEMBER.id)
    for field, table in _EACH.items():
        mine = (table.c.cohort_id == of.cohort_id, table.c.member_id == _MEMBERSHIP.member_id)
        joined = joined.outerjoin(table, and_(*mine, table.c.field == field.value, table.c.since.is_not(None)))
    is_here = (*of.these(_MEMBERSHIP), _MEMBERSHIP.left_at.is_(None), _MEMBER.deactivated_at.is_(None))
    is_here = (*is_here, _MEMBER.tenant_id.in_(of.workspaces))
    wanted = select(*columns).select_from(joined).where(*is_here, reduce(or_, is_shared.values()))
    return wanted.order_by(_MEMBERSHIP.member_id)


async def _done(session: AsyncSession, of: _Of, pack: Pack) -> dict[int, int]:
    open_to_all = [action.id for step in pack.steps if step.number in OPEN_STEPS for action in step.actions]
    wanted = of.sharing(Shared.ACTIONS, _EVENT.member_id, func.count(distinct(_EVENT.subject)).label("number"))
    mine = (_EVENT.member_id == _SHARE.member_id, _EVENT.kind == Kind.DONE.value, _EVENT.undone_at.is_(None))
    counted = wanted.where(*mine, _EVENT.subject.in_(open_to_all)).group_by(_EVENT.member_id)
    return {row.member_id: row.number for row in await _all(session, counted)}


async def _milestones(session: AsyncSession, of: _Of) -> dict[int, tuple[date, ...]]:
    """Member → the days of the milestones that they have set and not reached."""
    columns = (_EVENT.member_id, _EVENT.kind, _EVENT.subject, _EVENT.detail)
    mine = (_EVENT.member_id == _SHARE.member_id, _EVENT.kind.in_((Kind.DATED.value, Kind.REACHED.value)))
    wanted = of.sharing(Shared.ACTIVITY, *columns).where(*mine, _EVENT.undone_at.is_(None))
    days: dict[int, dict[str, date | None]] = defaultdict(dict)
    for row in await _all(session, wanted.order_by(_EVENT.id)):
        is_dated = row.kind == Kind.DATED.value
        days[row.member_id][row.subject] = date.fromisoformat(row.detail["date"]) if is_dated else None
    return {member: tuple(day for day in each.values() if day) for member, each in days.items()}


async def _outcomes(session: AsyncSession, of: _Of) -> dict[int, tuple[str, ...]]:
    wanted = of.sharing(Shared.OUTCOMES, col(Outcome.member_id), col(Outcome.kind))
    mine = wanted.where(col(Outcome.member_id) == _SHARE.member_id).order_by(col(Outcome.kind))
    found: dict[int, list[str]] = defaultdict(list)
    for row in await _all(session, mine):
        found[row.member_id].append(row.kind)
    return {member: tuple(kinds) for member, kinds in found.items()}


async def _invited(session: AsyncSession, cohort_id: int) -> frozenset[int]:
    wanted = rows_of(CohortInvitation.invited_id).where(CohortInvitation.cohort_id == cohort_id)
    return frozenset(each for each in (await session.exec(wanted)).all() if each is not None)


async def _all(session: AsyncSession, wanted: Select[Any]) -> Sequence[Record[Any]]:
    """Plain rows: objects would cost more than all the rest."""
    found: Sequence[Record[Any]] = (await (await session.connection()).execute(wanted)).all()
    return found
