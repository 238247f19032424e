"""What the people of a cohort's batches have in other tables than their own, and how often it is there. Called by
`bot.mentoring.cohort_sums`, which knows that all of them are there.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, extract, func, or_, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.ce_own_rules import rules_for
from bot.mentoring.cohort_dates import Held
from bot.mentoring.cohort_endings import COLUMNS, certificates_of, is_close, with_days
from bot.mentoring.cohort_quiet import SURELY_CURRENT, SURELY_QUIET
from bot.mentoring.cohort_records import RHYTHM, done, milestones_of, rhythm_of, zone_of
from bot.mentoring.cohort_rows import Facts, Shared
from bot.mentoring.cohort_sharing import Of, plain
from bot.mentoring.progress import Kind
from content.pack import Pack

ANYWHERE = ZoneInfo("UTC")
"""The zone of those for whom it makes no difference."""
Tally = tuple[int, int, Facts]
"""A batch, how often something is there, and what."""
_TABLES = SQLModel.metadata.tables
_MEMBER, _PLAN, _SHARE, _OUTCOME, _HELD = (
    _TABLES[name].c for name in ("member", "coachingplan", "cohortshare", "outcome", "heldcredential")
)
_DATED = _TABLES["progressevent"].alias("dated").c


async def tallies_of(session: AsyncSession, of: Of, pack: Pack, now: datetime) -> list[Tally]:
    """All that is counted and not empty."""
    parts = [
        await _actions(session, of, pack),
        await _away(session, of, now),
        await _outcomes(session, of),
        await _certificates(session, of, pack, now),
    ]
    return [each for part in parts for each in part]


def _facts(field: Shared, zone: ZoneInfo = ANYWHERE, **known: Any) -> Facts:
    return Facts(0, "", frozenset({field}), zone, **known)


def _counting(of: Of, field: Shared, *columns: Any) -> Select[Any]:
    return of.sharing(field, _SHARE.batch_id, *columns).where(_SHARE.batch_id.is_not(None))


async def _actions(session: AsyncSession, of: Of, pack: Pack) -> Iterable[Tally]:
    each = done(_counting(of, Shared.ACTIONS), pack).group_by(_SHARE.batch_id).subquery().c
    rows = await plain(session, select(each.batch_id, func.sum(each.number)).group_by(each.batch_id))
    return [(batch, 1, _facts(Shared.ACTIONS, actions=int(number))) for batch, number in map(tuple, rows)]


async def _outcomes(session: AsyncSession, of: Of) -> Iterable[Tally]:
    wanted = _counting(of, Shared.OUTCOMES, _OUTCOME.kind, func.count()).where(_OUTCOME.member_id == _SHARE.member_id)
    rows = await plain(session, wanted.group_by(_SHARE.batch_id, _OUTCOME.kind))
    return [(batch, times, _facts(Shared.OUTCOMES, outcomes=(kind,))) for batch, kind, times in map(tuple, rows)]


async def _away(session: AsyncSession, of: Of, now: datetime) -> Iterable[Tally]:
    """Who did not use it lately, one by one: their own rhythm, a pause or a milestone may excuse them. Of whom that is
    out of the question, nothing is read.
    """
    used = _MEMBER.last_active_at
    dated = exists().where(_DATED.member_id == _MEMBER.id, _DATED.kind == Kind.DATED.value)
    may_be_excused = or_(used > now - SURELY_QUIET, _PLAN.paused_until.is_not(None), dated)
    is_away = (_MEMBER.id == _SHARE.member_id, used <= now - SURELY_CURRENT, may_be_excused)
    plans = _TABLES["member"].outerjoin(_TABLES["coachingplan"], _PLAN.member_id == _MEMBER.id)
    wanted = _counting(of, Shared.ACTIVITY, _MEMBER.id, used, _MEMBER.zone, *RHYTHM).select_from(plans).where(*is_away)
    rows = await plain(session, wanted)
    excused = of.sharing(Shared.ACTIVITY).select_from(plans).where(*is_away)
    days = await milestones_of(session, excused) if rows else {}
    found = []
    for row in rows:
        every_weeks, leave = rhythm_of(row)
        known = {"every_weeks": every_weeks, "leave": leave, "milestones": days.get(row.id, ())}
        facts = _facts(Shared.ACTIVITY, zone_of(row.zone), last_active_at=row.last_active_at, **known)
        found.append((row.batch_id, 1, facts))
    return found


async def _certificates(session: AsyncSession, of: Of, pack: Pack, now: datetime) -> Iterable[Tally]:
    """Those whose day is close one by one; of the others, how many end in a month."""
    rules = rules_for(pack, of.workspaces.values())
    close, sharing = is_close(rules, now), _counting(of, Shared.CE)
    far = with_days(sharing.add_columns(func.count(), func.max(_HELD.expires)), rules, now).where(~close)
    months = [extract(part, _HELD.expires) for part in ("year", "month")]
    found = [
        (batch, times, _facts(Shared.CE, certificates=(Held("", day, is_printed=True),)))
        for batch, times, day in map(tuple, await plain(session, far.group_by(_SHARE.batch_id, *months)))
    ]
    near = with_days(sharing.add_columns(*COLUMNS, close.label("is_close")), rules, now).where(close)
    rows = await plain(session, near)
    held = await certificates_of(session, rows, rules, now)
    whose = {row.member_id: row for row in rows}
    for member, certificates in held.items():
        facts = _facts(Shared.CE, zone_of(whose[member].zone), certificates=certificates)
        found.append((whose[member].batch_id, 1, facts))
    return found
