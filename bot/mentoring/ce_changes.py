"""What another version of a credential's rule changes for somebody who holds it. Rules are remembered by version, so
that the old and the new one can be reckoned side by side. Called by the ledger's look at changed rules, and by whatever
brings new rules into use.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.ce_records import Kept, Record, courses_for
from bot.mentoring.ce_standing import Standing, standing
from bot.model.credentials import RuleVersion
from bot.visitors import insert_new
from content.credentials import CredentialRule

RECKONED = frozenset(("unit", "required", "pool", "totals", "splits", "cycle", "carry_over", "proration"))
"""What numbers and dates come from."""


@dataclass(frozen=True, slots=True)
class Change:
    """How somebody stands by the rule as it was, and as it is, on the same day with the same courses."""

    kept: Kept
    before: Standing

    @property
    def is_felt(self) -> bool:
        """Something is different for this person."""
        return _told(self.before) != _told(self.kept.standing)


def _told(now: Standing) -> tuple[object, ...]:
    parts = now.count.parts if now.count else ()
    asked = tuple((part.part.name, part.least, part.most) for part in parts)
    return (now.required, now.cycle.last if now.cycle else None, now.left, asked)


async def remember(session: AsyncSession, rules: Iterable[CredentialRule]) -> None:
    """Keep what these versions say, those that are not kept yet."""
    wanted = {(rule.id, rule.version): rule for rule in rules}
    mine = select(RuleVersion.rule_id, RuleVersion.version).where(
        col(RuleVersion.rule_id).in_({name for name, _ in wanted})
    )
    for known in (await session.exec(mine)).all():
        wanted.pop((known[0], known[1]), None)
    for rule in wanted.values():
        said = rule.model_dump(mode="json", include=set(RECKONED))
        await insert_new(session, RuleVersion, rule_id=rule.id, version=rule.version, rule=said)


async def change_since(session: AsyncSession, record: Record, kept: Kept, version: int) -> Change | None:
    """What changed for somebody since a version; None where nobody kept what it said."""
    old = await session.get(RuleVersion, (kept.rule.id, version))
    return change(record, kept, old.rule) if old else None


def change(record: Record, kept: Kept, said: Mapping[str, Any]) -> Change:
    """The same record by a rule that differs in what was `said` before."""
    rule = CredentialRule.model_validate({**kept.rule.model_dump(mode="json"), **said})
    together = {each.rule.id for each in record.kept if rule.pool and each.rule.pool == rule.pool}
    courses = courses_for(rule, record.courses, {rule.id, *together})
    before = standing(replace(kept.standing.holding, rule=rule), courses, kept.standing.today)
    return Change(kept, before)
