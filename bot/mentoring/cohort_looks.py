"""Who looked at whom, and when: one record for each viewer, page and hour, naming the people shown. Written by
whatever shows people to a manager; read to the member by `privacy`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.cohorts import Cohort, Look, LookPerson
from bot.model.people import Member
from bot.visitors import insert_new

SHOWN = 10
"""The newest looks that a member is shown."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a member."""

    viewer: Member
    cohort: str
    page: str
    hour: datetime


async def is_noted(
    session: AsyncSession, cohort_id: int, viewer: int, page: str, people: Collection[int], now: datetime
) -> bool:
    """Whether this hour's record names all of them already."""
    if not (others := set(people) - {viewer}):
        return True
    mine = _of_this_hour(cohort_id, viewer, page, now)
    before = select(LookPerson.member_id).join(Look, col(Look.id) == col(LookPerson.look_id)).where(*mine)
    return others <= set((await session.exec(before)).all())


async def note_look(
    session: AsyncSession, cohort_id: int, viewer: int, page: str, people: Collection[int], now: datetime
) -> None:
    """Remember that these people were shown to a viewer now (calendar clock). Oneself is nobody else."""
    if not (others := set(people) - {viewer}):
        return
    await insert_new(session, Look, cohort_id=cohort_id, viewer_id=viewer, page=page, hour=_hour(now))
    look = (await session.exec(select(Look).where(*_of_this_hour(cohort_id, viewer, page, now)))).one()
    before = set((await session.exec(select(LookPerson.member_id).where(LookPerson.look_id == look.id))).all())
    if new := [{"look_id": look.id, "member_id": each} for each in sorted(others - before)]:
        await session.exec(insert(LookPerson), params=new)


def _of_this_hour(cohort_id: int, viewer: int, page: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    whose = (col(Look.cohort_id) == cohort_id, col(Look.viewer_id) == viewer)
    return (*whose, col(Look.page) == page, col(Look.hour) == _hour(now))


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


async def looks_at(session: AsyncSession, member_id: int) -> Sequence[Seen]:
    """The newest looks at a member, newest first."""
    wanted = (
        select(Member, Cohort.name, Look.page, Look.hour)
        .join(Look, col(Look.viewer_id) == col(Member.id))
        .join(Cohort, col(Cohort.id) == col(Look.cohort_id))
        .join(LookPerson, col(LookPerson.look_id) == col(Look.id))
        .where(LookPerson.member_id == member_id)
        .order_by(col(Look.hour).desc(), col(Look.id).desc())
        .limit(SHOWN)
    )
    found = (await session.exec(wanted)).all()
    return [Seen(*each) for each in found]
