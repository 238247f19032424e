"""What a member holds and has logged, read from and written to the database. Called by the `ce` command's parts, by
Home, and by the CE alerts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import select as columns
from sqlmodel import SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.ce_counting import kinds_of
from bot.mentoring.ce_cycles import Certificate
from bot.mentoring.ce_standing import Course, Holding, Standing, standing
from bot.model.credentials import AlertPlan, HeldCredential, LoggedCourse
from content.credentials import CredentialRule

KEPT = timedelta(days=30)
"""So long a deleted course can be brought back; then its words go for good."""
_COURSES = SQLModel.metadata.tables["loggedcourse"]
_READ = ("id", "member_id", "day", "title", "amounts", "kinds", "provider", "index_number", "link")
"""Columns of it that anybody asks for: instants would have to be read of each of hundreds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One credential that a member holds: the row, its rule, and how it stands."""

    row: HeldCredential
    rule: CredentialRule
    standing: Standing


@dataclass(frozen=True, slots=True)
class Record:
    """All of a member's CE."""

    kept: tuple[Kept, ...]
    courses: tuple[Any, ...]
    """The rows of `LoggedCourse` that count, as far as `_READ` goes, newest day first."""
    is_alerted: bool = False
    """They hold something and want CE alerts."""
    without_rule: tuple[str, ...] = ()
    """Ids of the rules of what else they hold: nobody keeps those rules any more."""

    def find(self, rule_id: str) -> Kept | None:
        return next((each for each in self.kept if each.rule.id == rule_id), None)


def rules_by_id(rules: Iterable[CredentialRule]) -> Mapping[str, CredentialRule]:
    return {rule.id: rule for rule in rules}


def named(rules: Iterable[CredentialRule], word: str) -> CredentialRule | None:
    """The rule that a member's word stands for ("cmm", "CMM", "pahcom-cmm")."""
    said = word.strip().lower().replace(" ", "-")
    return next((rule for rule in rules if said in names_of(rule)), None)


def names_of(rule: CredentialRule) -> tuple[str, ...]:
    return (rule.short.lower().replace(" ", "-"), rule.id, *rule.also)


async def load(session: AsyncSession, member_id: int, rules: Sequence[CredentialRule], today: date) -> Record:
    """A member's record as it stands on their own day. What no rule is about any more is named apart."""
    found = await load_all(session, [member_id], rules, {member_id: today})
    return found[member_id]


async def load_all(
    session: AsyncSession, members: Collection[int], rules: Sequence[CredentialRule], todays: Mapping[int, date]
) -> Mapping[int, Record]:
    """The same for many members at once, in two statements."""
    wanted = select(HeldCredential, AlertPlan.is_on).join(
        AlertPlan, col(AlertPlan.member_id) == col(HeldCredential.member_id), isouter=True
    )
    held = wanted.where(col(HeldCredential.member_id).in_(members), col(HeldCredential.removed_at).is_(None))
    rows: dict[int, list[HeldCredential]] = {each: [] for each in members}
    alerted: set[int] = set()
    for row, is_on in (await session.exec(held.order_by(col(HeldCredential.id)))).all():
        rows[row.member_id].append(row)
        alerted.update((row.member_id,) if is_on else ())
    courses = await _courses(session, [each for each in members if rows[each]])
    by_id = rules_by_id(rules)
    return {
        each: Record(
            _kept(rows[each], mine := courses.get(each, []), by_id, todays[each]),
            tuple(mine),
            each in alerted,
            tuple(row.rule_id for row in rows[each] if row.rule_id not in by_id),
        )
        for each in members
    }


async def _courses(session: AsyncSession, members: Collection[int]) -> Mapping[int, list[Any]]:
    if not members:
        return {}
    table = _COURSES.c
    mine = columns(*(table[name] for name in _READ)).where(table.member_id.in_(members), table.removed_at.is_(None))
    found: dict[int, list[Any]] = {}
    for row in await (await session.connection()).execute(mine.order_by(table.day.desc(), table.id.desc())):
        found.setdefault(row.member_id, []).append(row)  # plain rows: a member may have hundreds
    return found


def _kept(
    rows: Sequence[HeldCredential], courses: Sequence[Any], rules: Mapping[str, CredentialRule], today: date
) -> tuple[Kept, ...]:
    known = [row for row in rows if row.rule_id in rules]
    pools = [rules[row.rule_id].pool for row in known]
    kept = []
    for row in known:
        rule = rules[row.rule_id]
        together = {each.rule_id for each in known if rule.pool and rules[each.rule_id].pool == rule.pool}
        holding = Holding(rule, _certificate(row), row.own_required, pools.count(rule.pool) if rule.pool else 1)
        counted = courses_for(rule, courses, {rule.id, *together})
        kept.append(Kept(row, rule, standing(holding, counted, today)))
    return tuple(kept)


def _certificate(row: HeldCredential) -> Certificate:
    return Certificate(row.earned, row.expires, row.dues_month)


def courses_for(rule: CredentialRule, courses: Iterable[Any], together: Collection[str]) -> list[Course]:
    """What each course gave for a credential; those of one pool share their credits."""
    known: dict[tuple[str, ...], frozenset[str]] = {}
    found = []
    for row in courses:
        amount = max((row.amounts.get(each, 0) for each in together), default=0)
        if amount:
            words = tuple(row.kinds)
            if words not in known:
                known[words] = kinds_of(rule, words)
            found.append(Course(row.day, amount, known[words]))
    return found


async def held_row(session: AsyncSession, member_id: int, rule_id: str) -> HeldCredential | None:
    """The member's row for a rule; the last removed one where none is kept."""
    mine = select(HeldCredential).where(HeldCredential.member_id == member_id, HeldCredential.rule_id == rule_id)
    newest = mine.order_by(col(HeldCredential.removed_at).is_not(None), col(HeldCredential.id).desc())
    return (await session.exec(newest)).first()


async def course_row(session: AsyncSession, member_id: int, number: int) -> LoggedCourse | None:
    """The member's own course of that number, deleted or not."""
    mine = select(LoggedCourse).where(LoggedCourse.member_id == member_id, LoggedCourse.id == number)
    return (await session.exec(mine)).first()


async def delete_course(session: AsyncSession, row: LoggedCourse, now: datetime) -> None:
    """It no longer counts, and can be brought back for a while. Forgets what was deleted longer ago."""
    row.removed_at = now
    session.add(row)
    table = _COURSES.c
    old = (table.member_id == row.member_id, table.removed_at < now - KEPT)
    await session.exec(delete(LoggedCourse).where(*cast("Any", old)))


async def restore_course(session: AsyncSession, row: LoggedCourse, now: datetime) -> None:
    """It counts again, in place of the rows that corrected it one after another."""
    row.removed_at = None
    session.add(row)
    corrected = [row.id]
    while corrected:
        newer = select(LoggedCourse).where(
            LoggedCourse.member_id == row.member_id, col(LoggedCourse.replaces).in_(corrected)
        )
        corrected = []
        for each in (await session.exec(newer)).all():
            each.removed_at = each.removed_at or now
            session.add(each)
            corrected.append(each.id)
