"""What the people of a cohort's batches have in other tables than their own, and how often it is there. Called by
`bot.mentoring.cohort_sums`, which knows that all of them are there.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, exists, extract, func, or_, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.ce_own_rules import rules_for
from bot.mentoring.cohort_dates import Held
from bot.mentoring.cohort_endings import IS_CLOSE, certificates_of, days_asked, one_by_one, with_days
from bot.mentoring.cohort_quiet import SURELY_CURRENT, SURELY_QUIET
from bot.mentoring.cohort_records import RHYTHM, done, milestones_of, open_to_all, rhythm_of
from bot.mentoring.cohort_rows import Facts, Shared
from bot.mentoring.cohort_sharing import SOME, Of, plain, zone_of
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


def _counting(field: Shared, *columns: Any) -> Select[Any]:
    return SOME.sharing(field, _SHARE.batch_id, *columns).where(_SHARE.batch_id.is_not(None))


def _sum_of_actions() -> Select[Any]:
    each = done(_counting(Shared.ACTIONS)).group_by(_SHARE.batch_id).subquery().c
    return select(each.batch_id, func.sum(each.number)).group_by(each.batch_id)


def _number_of_outcomes() -> Select[Any]:
    wanted = _counting(Shared.OUTCOMES, _OUTCOME.kind, func.count())
    return wanted.where(_OUTCOME.member_id == _SHARE.member_id).group_by(_SHARE.batch_id, _OUTCOME.kind)


def _number_of_endings() -> Select[Any]:
    """Of those that are not close: how many end in a month, and on which day the last of them."""
    months = [extract(part, _HELD.expires) for part in ("year", "month")]
    wanted = with_days(_counting(Shared.CE, func.count(), func.max(_HELD.expires)))
    return wanted.where(~IS_CLOSE.element).group_by(_SHARE.batch_id, *months)


def _away(sharing: Select[Any]) -> Select[Any]:
    """Those who did not use it lately, and for whom a pause or a milestone may be the reason, or their own rhythm."""
    used = _MEMBER.last_active_at
    dated = exists().where(_DATED.member_id == _MEMBER.id, _DATED.kind == Kind.DATED.value)
    may_be_excused = or_(used > bindparam("quiet"), _PLAN.paused_until.is_not(None), dated)
    plans = _TABLES["member"].outerjoin(_TABLES["coachingplan"], _PLAN.member_id == _MEMBER.id)
    is_away = (_MEMBER.id == _SHARE.member_id, used <= bindparam("about"), may_be_excused)
    return sharing.select_from(plans).where(*is_away)


_ACTIONS, _OUTCOMES, _ENDINGS = _sum_of_actions(), _number_of_outcomes(), _number_of_endings()
_CLOSE = one_by_one(_counting(Shared.CE)).where(IS_CLOSE.element)
_AWAY = _away(_counting(Shared.ACTIVITY, _MEMBER.id, _MEMBER.last_active_at, _MEMBER.zone, *RHYTHM))
_EXCUSES = _away(SOME.sharing(Shared.ACTIVITY))


async def tallies_of(session: AsyncSession, of: Of, pack: Pack, now: datetime) -> list[Tally]:
    """All that is counted and not empty."""
    cohort = {"cohort_id": of.cohort_id}
    actions = await plain(session, _ACTIONS, **cohort, open_to_all=open_to_all(pack))
    outcomes = await plain(session, _OUTCOMES, **cohort)
    return [
        *((batch, 1, _facts(Shared.ACTIONS, actions=int(number))) for batch, number in map(tuple, actions)),
        *((batch, times, _facts(Shared.OUTCOMES, outcomes=(kind,))) for batch, kind, times in map(tuple, outcomes)),
        *await _activity(session, now, **cohort),
        *await _certificates(session, of, pack, now, **cohort),
    ]


def _facts(field: Shared, zone: ZoneInfo = ANYWHERE, **known: Any) -> Facts:
    return Facts(0, "", frozenset({field}), zone, **known)


async def _activity(session: AsyncSession, now: datetime, **cohort: int) -> Iterable[Tally]:
    """One by one. Of those who are away for sure, nothing is read."""
    asked = {**cohort, "about": now - SURELY_CURRENT, "quiet": now - SURELY_QUIET}
    rows = await plain(session, _AWAY, **asked)
    days = await milestones_of(session, _EXCUSES, **asked) if rows else {}
    found = []
    for row in rows:
        every_weeks, leave = rhythm_of(row)
        known = {"every_weeks": every_weeks, "leave": leave, "milestones": days.get(row.id, ())}
        facts = _facts(Shared.ACTIVITY, zone_of(row.zone), last_active_at=row.last_active_at, **known)
        found.append((row.batch_id, 1, facts))
    return found


async def _certificates(session: AsyncSession, of: Of, pack: Pack, now: datetime, **cohort: int) -> Iterable[Tally]:
    """Those whose day is close one by one."""
    rules = rules_for(pack, of.workspaces.values())
    asked = {**cohort, **days_asked(rules, now)}
    months = await plain(session, _ENDINGS, **asked)
    close = await plain(session, _CLOSE, **asked)
    found = [
        (batch, times, _facts(Shared.CE, certificates=(Held("", day, is_printed=True),)))
        for batch, times, day in map(tuple, months)
    ]
    held = await certificates_of(session, close, rules, now)
    whose = {row.member_id: row for row in close}
    for member, certificates in held.items():
        facts = _facts(Shared.CE, zone_of(whose[member].zone), certificates=certificates)
        found.append((whose[member].batch_id, 1, facts))
    return found
