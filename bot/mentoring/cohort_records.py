"""Reads what is known of a cohort's people for `bot.mentoring.cohort_view`. Called by whatever shows a cohort to a
manager, or a row to its member. Ten thousand members cost no more statements than ten.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row as Record
from sqlalchemy import Select, bindparam, case, distinct, func
from sqlmodel import SQLModel, col
from sqlmodel import select as rows_of
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.ce_own_rules import rules_for
from bot.mentoring.cohort_dates import Held
from bot.mentoring.cohort_endings import certificates_of, days_asked, one_by_one
from bot.mentoring.cohort_quiet import SLOWEST, SURELY_CURRENT
from bot.mentoring.cohort_rows import COUNTED, LATELY, Facts, Row, Shared, shown
from bot.mentoring.cohort_settling import Known, count_anew
from bot.mentoring.cohort_sharing import BITS, EACH, FIELDS, PLACE, Of, plain, whole, zone_of
from bot.mentoring.cohort_view import Cohorts, View, project
from bot.mentoring.cohorts import id_of
from bot.mentoring.open_hours import Leave
from bot.mentoring.progress import Kind
from bot.model.cohorts import Cohort, CohortInvitation, Outcome
from bot.model.people import Tenant
from content.pack import Pack

OPEN_STEPS = range(1, 5)
"""Whose actions count: from step 5 on, what somebody does there would tell where they are."""
_TABLES = SQLModel.metadata.tables
_MEMBER, _PLAN, _SHARE, _EVENT = (
    _TABLES[name].c for name in ("member", "coachingplan", "cohortshare", "progressevent")
)
RHYTHM = (_PLAN.is_on, _PLAN.every_weeks, _PLAN.paused_from, _PLAN.paused_until)
"""What `rhythm_of` reads."""


async def view_of(session: AsyncSession, cohort: Cohort, tenant: Tenant, pack: Pack, now: datetime) -> View:
    """What a manager of the cohort may know now (calendar clock). It writes: who came or went is counted anew."""
    # One at a time: two who look at once must not make two batches of the same people.
    await session.exec(rows_of(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    people = await _people(session, await whole(session, cohort), pack, now)
    batches = await count_anew(session, cohort, people, now, is_strict=bool(tenant.cohorts_locked))
    invited = await _invited(session, id_of(cohort))
    return project(_known(cohort, tenant, people, batches=batches, invited=invited), now)


async def list_of(session: AsyncSession, cohort: Cohort, tenant: Tenant, pack: Pack, now: datetime) -> View:
    """The same without figures. It only reads."""
    people = await _people(session, await whole(session, cohort), pack, now)
    return project(_known(cohort, tenant, people), now)


def _known(cohort: Cohort, tenant: Tenant, people: Sequence[Known], **besides: Any) -> Cohorts:
    facts, is_locked = [each.facts for each in people], bool(tenant.cohorts_locked)
    return Cohorts(id_of(cohort), cohort.name, facts, is_locked=is_locked, **besides)


async def row_of(session: AsyncSession, cohort: Cohort, member_id: int, pack: Pack, now: datetime) -> Row | None:
    """The very row that managers see of one member; None where they see none."""
    one = replace(await whole(session, cohort), member_id=member_id)
    rows = [shown(each.facts, now) for each in await _people(session, one, pack, now)]
    return next((row for row in rows if not row.is_empty), None)


@dataclass(frozen=True, slots=True)
class _Besides:
    """Member → what stands in other tables than their own, of what they share."""

    done: Mapping[int, int]
    milestones: Mapping[int, tuple[date, ...]]
    outcomes: Mapping[int, tuple[str, ...]]
    certificates: Mapping[int, tuple[Held, ...]]


async def _people(session: AsyncSession, of: Of, pack: Pack, now: datetime) -> list[Known]:
    """What is known of those who share anything. What somebody does not share is not even read, where that is more
    than a column.
    """
    rows = await plain(session, _sharers(of, now))
    if not rows:
        return []
    rules = rules_for(pack, of.workspaces.values())
    holding = await plain(session, one_by_one(of.sharing(Shared.CE)), **days_asked(rules, now))
    besides = _Besides(
        done=await _done(session, of, pack),
        milestones=await milestones_of(session, of.sharing(Shared.ACTIVITY)),
        outcomes=await _outcomes(session, of),
        certificates=await certificates_of(session, holding, rules, now),
    )
    return [Known(_facts(of, row, besides, now), row[-len(COUNTED) :]) for row in rows]


def _facts(of: Of, row: Record[Any], besides: _Besides, now: datetime) -> Facts:
    workspace = of.workspaces[row.tenant_id]
    every_weeks, leave = rhythm_of(row)
    return Facts(
        member_id=row.id,
        user_id=row.user_id,
        name=row.name or "",
        workspace="" if row.tenant_id == of.home else workspace.name or workspace.external_id,
        shares=FIELDS[row.bits],
        step_since=row.step_since,
        zone=zone_of(row.zone),
        step=row.step,
        stage_before=row.stage_before,
        stage_moved_at=row.moved_at,
        actions=besides.done.get(row.id, 0),
        last_active_at=row.used_at or (now if row.is_about else None),
        every_weeks=every_weeks,
        leave=leave,
        milestones=besides.milestones.get(row.id, ()),
        outcomes=besides.outcomes.get(row.id, ()),
        certificates=besides.certificates.get(row.id, ()),
        region=row.region or "",
        site=row.site or "",
    )


def rhythm_of(row: Record[Any]) -> tuple[int, Leave | None]:
    """Weeks between a member's notes, and their pause."""
    leave = Leave(row.paused_from, row.paused_until) if row.paused_until else None
    return row.every_weeks if row.is_on else SLOWEST, leave


def _sharers(of: Of, now: datetime) -> Select[Any]:
    """Instants are costly to read, so they come where they may matter: of a use that is not of late, of a step of
    late.
    """
    is_late, is_about = _MEMBER.stage_moved_at > now - LATELY, _MEMBER.last_active_at > now - SURELY_CURRENT
    columns = (
        *(_MEMBER[name] for name in ("id", "user_id", "name", "tenant_id", "zone", "step", "stage_before")),
        case((is_late, _MEMBER.stage_moved_at)).label("moved_at"),
        case((is_late, EACH[Shared.STEP].c.since)).label("step_since"),
        case((~is_about, _MEMBER.last_active_at)).label("used_at"),
        is_about.label("is_about"),
        *PLACE,
        *RHYTHM,
        BITS,
        *(EACH[field].c.batch_id.label(f"batch_{field.value}") for field in COUNTED),
    )
    return of.sharers(*columns).order_by(_TABLES["cohortmembership"].c.member_id)


async def _done(session: AsyncSession, of: Of, pack: Pack) -> dict[int, int]:
    rows = await plain(session, done(of.sharing(Shared.ACTIONS, _EVENT.member_id)), open_to_all=open_to_all(pack))
    return {row.member_id: row.number for row in rows}


def open_to_all(pack: Pack) -> list[str]:
    """The actions that count."""
    return [action.id for step in pack.steps if step.number in OPEN_STEPS for action in step.actions]


def done(sharing: Select[Any]) -> Select[Any]:
    """For each of those who share it, how many actions they have done of those `open_to_all`."""
    mine = (_EVENT.member_id == _SHARE.member_id, _EVENT.kind == Kind.DONE.value, _EVENT.undone_at.is_(None))
    wanted = sharing.add_columns(func.count(distinct(_EVENT.subject)).label("number"))
    is_open = _EVENT.subject.in_(bindparam("open_to_all", expanding=True))
    return wanted.where(*mine, is_open).group_by(_EVENT.member_id)


async def milestones_of(session: AsyncSession, sharing: Select[Any], **values: Any) -> dict[int, tuple[date, ...]]:
    """Member → the days of the milestones that they have set and not reached."""
    columns = (_EVENT.member_id, _EVENT.kind, _EVENT.subject, _EVENT.detail)
    mine = (_EVENT.member_id == _SHARE.member_id, _EVENT.kind.in_((Kind.DATED.value, Kind.REACHED.value)))
    wanted = sharing.add_columns(*columns).where(*mine, _EVENT.undone_at.is_(None))
    days: dict[int, dict[str, date | None]] = defaultdict(dict)
    for row in await plain(session, wanted.order_by(_EVENT.id), **values):
        is_dated = row.kind == Kind.DATED.value
        days[row.member_id][row.subject] = date.fromisoformat(row.detail["date"]) if is_dated else None
    return {member: tuple(day for day in each.values() if day) for member, each in days.items()}


async def _outcomes(session: AsyncSession, of: Of) -> dict[int, tuple[str, ...]]:
    wanted = of.sharing(Shared.OUTCOMES, col(Outcome.member_id), col(Outcome.kind))
    mine = wanted.where(col(Outcome.member_id) == _SHARE.member_id).order_by(col(Outcome.kind))
    found: dict[int, list[str]] = defaultdict(list)
    for row in await plain(session, mine):
        found[row.member_id].append(row.kind)
    return {member: tuple(kinds) for member, kinds in found.items()}


async def _invited(session: AsyncSession, cohort_id: int) -> frozenset[int]:
    wanted = rows_of(CohortInvitation.invited_id).where(CohortInvitation.cohort_id == cohort_id)
    return frozenset(each for each in (await session.exec(wanted)).all() if each is not None)
