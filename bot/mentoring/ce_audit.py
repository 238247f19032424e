"""What an auditor asks for, of one credential and one of its periods: what was asked, what counts, and each course that
was taken for it. Read for the files of `bot.files.ce_audit` and for the reply that offers them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.ce_cycles import cycle_on
from bot.mentoring.ce_records import Kept, Record, load
from content.credentials import CredentialRule


@dataclass(frozen=True, slots=True)
class Line:
    """One course, as far as it is for this credential."""

    day: date
    title: str
    provider: str
    amount: int
    """Hundredths of the rule's unit."""
    kinds: tuple[str, ...]
    number: str
    link: str


@dataclass(frozen=True, slots=True)
class Audited:
    """One credential in one period."""

    kept: Kept
    lines: tuple[Line, ...]
    """Of the period, the oldest first; all there are, where nobody can say which period it is."""


async def audited(
    session: AsyncSession, member_id: int, rules: Sequence[CredentialRule], day: date, rule_id: str = ""
) -> list[Audited]:
    """What a member holds, or the one credential of it, in the periods that hold a day of theirs."""
    record = await load(session, member_id, rules, day)
    return [audit(record, kept) for kept in record.kept if rule_id in ("", kept.rule.id)]


def audit(record: Record, kept: Kept) -> Audited:
    """One of what a member holds, in the period that its standing is of."""
    together = _together(record, kept)
    cycle = kept.standing.cycle
    of_period = [row for row in record.courses if cycle is None or cycle.holds(row.day)]
    lines = [_line(row, together) for row in reversed(of_period)]
    return Audited(kept, tuple(line for line in lines if line.amount))


def day_before(record: Record, kept: Kept) -> date | None:
    """A day of the period before, where something was logged in it."""
    cycle = kept.standing.cycle
    if cycle is None or cycle.first == date.min:
        return None
    holding = kept.standing.holding
    before = cycle_on(holding.rule.cycle, holding.certificate, cycle.first - timedelta(days=1))
    together = _together(record, kept)
    if before is None or not any(before.holds(row.day) and set(row.amounts) & together for row in record.courses):
        return None
    return before.last


def _together(record: Record, kept: Kept) -> set[str]:
    """The credentials that share its credits, itself among them."""
    pool = kept.rule.pool
    return {kept.rule.id, *(each.rule.id for each in record.kept if pool and each.rule.pool == pool)}


def _line(row: Any, together: set[str]) -> Line:
    return Line(
        day=row.day,
        title=row.title,
        provider=row.provider,
        amount=max((row.amounts.get(each, 0) for each in together), default=0),
        kinds=tuple(row.kinds),
        number=row.index_number,
        link=row.link,
    )
