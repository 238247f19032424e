"""Which certificates the members of a cohort hold, as far as a date is printed on them. Read for
`bot.mentoring.cohort_records` and `bot.mentoring.cohort_sums`, of those alone who share it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import local_day
from bot.mentoring.ce_cycles import Basis
from bot.mentoring.ce_records import Kept, Record, load_all, rules_by_id
from bot.mentoring.cohort_dates import SOON, Held
from bot.mentoring.cohort_sharing import zone_of
from content.credentials import Anchor, CredentialRule

_TABLES = SQLModel.metadata.tables
_HELD, _MEMBER, _SHARE = _TABLES["heldcredential"].c, _TABLES["member"].c, _TABLES["cohortshare"].c
AT_ONCE = 5000
"""Members whose courses are read in one statement."""
_DAY = timedelta(days=1)


IS_CLOSE = or_(
    _HELD.expires <= bindparam("close_until"), _HELD.rule_id.in_(bindparam("repeated", expanding=True))
).label("is_close")
"""Courses may tell more of it: its day is near, or its training may have been done again since. Of any other the
printed day is all.
"""


def with_days(sharing: Select[Any]) -> Select[Any]:
    """Certificates with a printed day to come, of rules that are kept, and of those who share them. It is asked with
    `days_asked`.
    """
    mine = (_HELD.member_id == _SHARE.member_id, _HELD.removed_at.is_(None))
    is_known = _HELD.rule_id.in_(bindparam("known_rules", expanding=True))
    return sharing.where(*mine, _HELD.expires >= bindparam("ends_from"), is_known)


def one_by_one(sharing: Select[Any]) -> Select[Any]:
    """What `certificates_of` reads of them."""
    columns = (_HELD.member_id, _HELD.rule_id, _HELD.expires, _MEMBER.zone, IS_CLOSE)
    return with_days(sharing.add_columns(*columns)).where(_MEMBER.id == _SHARE.member_id)


def days_asked(rules: Iterable[CredentialRule], now: datetime) -> dict[str, Any]:
    """Values for these statements."""
    today = now.date()
    return {
        "known_rules": [rule.id for rule in rules],
        "repeated": [rule.id for rule in rules if rule.cycle.anchor is Anchor.LAST_DONE],
        "ends_from": today - _DAY,  # in some zone it is still that day
        "close_until": today + timedelta(days=SOON + 1),
    }


async def certificates_of(
    session: AsyncSession, rows: Sequence[Row[Any]], rules: Sequence[CredentialRule], now: datetime
) -> Mapping[int, tuple[Held, ...]]:
    """Member → what they hold, by rows of `one_by_one`."""
    by_id = rules_by_id(rules)
    records = await _records(session, [row for row in rows if row.is_close], rules, now)
    found: dict[int, list[Held]] = defaultdict(list)
    for row in rows:
        kept = records[row.member_id].find(row.rule_id) if row.member_id in records else None
        found[row.member_id].append(_held(by_id[row.rule_id], row, kept))
    return {member: tuple(held) for member, held in found.items()}


async def _records(
    session: AsyncSession, rows: Iterable[Row[Any]], rules: Sequence[CredentialRule], now: datetime
) -> Mapping[int, Record]:
    todays = {row.member_id: local_day(now, zone_of(row.zone)) for row in rows}
    members = list(todays)
    found: dict[int, Record] = {}
    for first in range(0, len(members), AT_ONCE):
        found |= await load_all(session, members[first : first + AT_ONCE], rules, todays)
    return found


def _held(rule: CredentialRule, row: Row[Any], kept: Kept | None) -> Held:
    """A training that was done again ends on a day that is printed nowhere."""
    cycle = kept.standing.cycle if kept else None
    if rule.cycle.anchor is Anchor.LAST_DONE and cycle is not None and cycle.basis is not Basis.PRINTED:
        return Held(rule.short, cycle.last, is_printed=False)
    is_met = kept is not None and cycle is not None and cycle.last == row.expires and kept.standing.is_complete
    return Held(rule.short, row.expires, is_printed=True, is_met=is_met)
