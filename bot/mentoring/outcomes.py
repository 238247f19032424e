"""What came of it, in the member's own report: enrolled, passed, promoted, kept a credential. Called by `outcome`;
whether a manager sees it is the member's choice, cohort by cohort.
"""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.cohorts import Outcome
from bot.visitors import insert_new

KINDS = ("enrolled", "kept", "passed", "promoted")
"""In a school or course, a credential kept, an exam passed, a new position."""


async def report(session: AsyncSession, member_id: int, kind: str, day: date) -> bool:
    """Keep that it happened; `day` is the member's own. Whether it is new."""
    return await insert_new(session, Outcome, member_id=member_id, kind=kind, day=day)


async def take_back(session: AsyncSession, member_id: int, kind: str) -> None:
    mine = (col(Outcome.member_id) == member_id, col(Outcome.kind) == kind)
    await session.exec(delete(Outcome).where(*mine))


async def outcomes_of(session: AsyncSession, member_id: int) -> Sequence[Outcome]:
    wanted = select(Outcome).where(Outcome.member_id == member_id).order_by(col(Outcome.day), col(Outcome.kind))
    return (await session.exec(wanted)).all()
