"""A cohort in a real database, and out of a seeded dice box anything that may happen to its people's figures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_rows import Shared
from bot.mentoring.outcomes import KINDS
from bot.mentoring.progress import Kind
from bot.model.coaching import CoachingPlan
from bot.model.cohorts import CohortInvitation, CohortManager, CohortMembership, CohortShare, Outcome
from bot.model.credentials import HeldCredential, LoggedCourse
from bot.model.people import Member
from bot.model.progress import ProgressEvent, StageChange

COHORT = 1
PLACES = ((None, None), ("North", "Gate"), ("North", "gate"), ("North", None), ("South", "Mill"))
RULES = ("pahcom-cmm", "aapc-cpc", "osha-bloodborne", "nobody-keeps-this")


class Crowd:
    """What happens to its people. Each call of `happen` is some of it."""

    def __init__(self, dice: Random, members: Sequence[int], actions: Sequence[str], now: datetime) -> None:
        self._dice, self._members, self._actions, self._now = dice, members, actions, now

    async def begin(self, session: AsyncSession) -> None:
        """Each shares some of it, since some day; two of them are managers too."""
        for member in self._members:
            for field in Shared:
                since = None if self._dice.random() < 0.15 else self._ago(25)
                mine = (col(CohortShare.member_id) == member, col(CohortShare.field) == field.value)
                await session.exec(update(CohortShare).where(*mine).values(since=since))
        for member in self._members[:2]:
            session.add(CohortManager(cohort_id=COHORT, member_id=member, since=self._now))

    async def happen(self, session: AsyncSession, times: int) -> None:
        """Any of these, to anybody."""
        ways = (
            self._use,
            self._plan,
            self._milestone,
            self._do,
            self._report,
            self._hold,
            self._hold,
            self._log,
            self._move_on,
            self._invite,
        )
        for _ in range(times):
            await self._dice.choice(ways)(session, self._dice.choice(self._members))

    async def come_and_go(self, session: AsyncSession) -> None:
        """Something that takes somebody out of the figures, or may bring them in."""
        ways = (self._share, self._share, self._place, self._leave, self._close, self._unplace)
        await self._dice.choice(ways)(session, self._dice.choice(self._members))

    def _ago(self, most: int) -> datetime:
        return self._now - timedelta(days=self._dice.randrange(most), minutes=self._dice.randrange(600))

    async def _set(self, session: AsyncSession, member: int, **values: Any) -> None:
        await session.exec(update(Member).where(col(Member.id) == member).values(**values))

    async def _use(self, session: AsyncSession, member: int) -> None:
        await self._set(session, member, last_active_at=self._dice.choice((None, self._ago(60), self._ago(60))))

    async def _plan(self, session: AsyncSession, member: int) -> None:
        until = self._dice.choice((None, self._ago(40).date(), self._now.date() + timedelta(days=9)))
        is_on, weeks = self._dice.random() < 0.8, self._dice.choice((1, 2))
        mine = update(CoachingPlan).where(col(CoachingPlan.member_id) == member)
        await session.exec(mine.values(is_on=is_on, every_weeks=weeks, paused_until=until))

    async def _milestone(self, session: AsyncSession, member: int) -> None:
        day = (self._now - timedelta(days=60) + timedelta(days=self._dice.randrange(120))).date()
        kind = self._dice.choice((Kind.DATED, Kind.DATED, Kind.REACHED))
        self._event(session, member, kind, "first-exam", {"date": day.isoformat()})

    async def _do(self, session: AsyncSession, member: int) -> None:
        self._event(session, member, Kind.DONE, self._dice.choice(self._actions), {})

    def _event(self, session: AsyncSession, member: int, kind: Kind, subject: str, detail: dict[str, Any]) -> None:
        undone = self._dice.choice((None, None, None, self._now))
        at = self._ago(90)
        row = ProgressEvent(member_id=member, at=at, kind=kind, subject=subject, detail=detail, undone_at=undone)
        session.add(row)

    async def _report(self, session: AsyncSession, member: int) -> None:
        kind = self._dice.choice(KINDS)
        mine = (col(Outcome.member_id) == member, col(Outcome.kind) == kind)
        if (await session.exec(select(Outcome).where(*mine))).first():
            await session.exec(delete(Outcome).where(*mine))
        else:
            session.add(Outcome(member_id=member, kind=kind, day=self._now.date()))
            await session.flush()

    async def _hold(self, session: AsyncSession, member: int) -> None:
        ahead = self._dice.choice((self._dice.randrange(-3, 45), self._dice.randrange(400)))
        day = self._dice.choice((None, *[self._now.date() + timedelta(days=ahead)] * 4))
        removed = self._dice.choice((None, None, None, self._now))
        rule = self._dice.choice(RULES)
        row = HeldCredential(member_id=member, rule_id=rule, rule_version=1, expires=day, added_at=self._now)
        row.removed_at = removed
        session.add(row)

    async def _log(self, session: AsyncSession, member: int) -> None:
        amounts = {rule: self._dice.choice((100, 9000)) for rule in RULES[:3]}
        day = self._ago(300).date()
        session.add(LoggedCourse(member_id=member, day=day, title="Sample", amounts=amounts, logged_at=self._now))

    async def _move_on(self, session: AsyncSession, member: int) -> None:
        before, step, at = self._dice.choice((None, 1, 3, 5)), self._dice.randrange(1, 8), self._ago(20)
        await self._set(session, member, step=step, stage_before=before, stage_moved_at=at)
        session.add(StageChange(member_id=member, at=at, before=before, after=min(step, 5)))

    async def _invite(self, session: AsyncSession, member: int) -> None:
        mine = select(CohortInvitation).where(CohortInvitation.invited_id == member)
        if (await session.exec(mine)).first() is None:
            row = CohortInvitation(
                cohort_id=COHORT,
                kind="person",
                invited_id=member,
                invited_by=self._members[0],
                created_at=self._now,
                expires_at=self._now + timedelta(days=9),
            )
            session.add(row)
            await session.flush()

    async def _share(self, session: AsyncSession, member: int) -> None:
        """Or no more."""
        since = self._dice.choice((None, self._ago(20)))
        mine = update(CohortShare).where(col(CohortShare.cohort_id) == COHORT, col(CohortShare.member_id) == member)
        field = self._dice.choice(list(Shared))
        await session.exec(mine.where(col(CohortShare.field) == field.value).values(since=since))

    async def _place(self, session: AsyncSession, member: int) -> None:
        region, site = self._dice.choice(PLACES)
        await self._set(session, member, region=region, site=site)

    async def _leave(self, session: AsyncSession, member: int) -> None:
        left = self._dice.choice((None, self._now))
        mine = update(CohortMembership).where(col(CohortMembership.cohort_id) == COHORT)
        await session.exec(mine.where(col(CohortMembership.member_id) == member).values(left_at=left))

    async def _close(self, session: AsyncSession, member: int) -> None:
        await self._set(session, member, deactivated_at=self._dice.choice((None, self._now)))

    async def _unplace(self, session: AsyncSession, member: int) -> None:
        await self._set(session, member, step=self._dice.choice((None, 2)))


async def rows_of(session: AsyncSession, *models: type[SQLModel]) -> list[tuple[str, ...]]:
    """Everything in these tables, to compare."""
    return [tuple(sorted(map(repr, (await session.exec(select(each))).all()))) for each in models]
