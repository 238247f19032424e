"""The week of a cohort in counts, on Monday mornings, for managers who asked for it. Found by the planner and the
courier through `NUDGE`.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week, local_day
from bot.mentoring.cohort_records import view_of
from bot.mentoring.cohort_rows import Shared
from bot.mentoring.cohort_running import next_digest
from bot.mentoring.cohort_view import LEAST
from bot.mentoring.cohort_words import digest_message
from bot.mentoring.cohorts import create, id_of, join, manager
from bot.model.cohorts import Cohort, CohortManager
from bot.model.deliveries import State
from bot.model.people import Member, Tenant
from bot.visit import zone_or_guess
from bot.visitors import find_member
from bot.words import Example
from jobs.ledger import MISSED, NOW, NewDelivery, insert
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip
from jobs.opening import opening

KIND = "cohort-digest"
GRACE = timedelta(days=2)
_IS_DUE = col(CohortManager.digest_at) <= NOW


async def plan(session: AsyncSession, now: datetime, limit: int) -> int:
    """Plan at most `limit` digests that are due; a slot is a manager's local week and the cohort."""
    wanted = (
        select(CohortManager, Member)
        .join(Member, col(Member.id) == col(CohortManager.member_id))
        .where(_IS_DUE)
        .order_by(col(CohortManager.digest_at))
        .limit(limit)
        .with_for_update(of=CohortManager, skip_locked=True)
    )
    due = (await session.exec(wanted, params={NOW.key: now})).all()
    await insert(session, [_row(row, member, now) for row, member in due])
    for row, member in due:
        row.digest_at = next_digest(zone_or_guess(member.zone), now)
        session.add(row)
    return len(due)


def _row(row: CohortManager, member: Member, now: datetime) -> NewDelivery:
    assert row.digest_at is not None
    week = Week.of(local_day(row.digest_at, zone_or_guess(member.zone)))
    is_missed = now > row.digest_at + GRACE
    return NewDelivery(
        tenant_id=member.tenant_id,
        member_id=row.member_id,
        kind=KIND,
        slot=f"{week}-{row.cohort_id}",
        due_at=row.digest_at,
        expires_at=row.digest_at + GRACE,
        state=State.SKIPPED if is_missed else State.PENDING,
        reason=MISSED if is_missed else "",
        content={"cohort": row.cohort_id},
    )


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """The counts as they stand now, to somebody who still manages the cohort and wants them."""
    number = letter.delivery.content["cohort"]
    cohort = await letter.session.get(Cohort, number)
    row = await manager(letter.session, number, letter.delivery.member_id)
    if cohort is None or cohort.archived_at is not None or row is None or row.digest_at is None:
        return Skip("opted out")
    if held := await opening(letter):
        return held
    view = await view_of(letter.session, cohort, letter.tenant, letter.pack, letter.now)
    message = digest_message(letter.say, view)
    return Composed(message, letter.delivery.content) if message else Skip("nothing to say")


async def begin(session: AsyncSession, tenant: Tenant, user_id: str, now: datetime) -> None:
    """A cohort of sample members for this manager, with the digest on, for rehearsals."""
    person = await find_member(session, tenant, user_id, now)
    assert person.id is not None
    cohort = await create(session, tenant, person.id, "Sample learners", now)
    for number in range(LEAST):
        member = await find_member(session, tenant, f"sample-colleague-{number}", now)
        assert member.id is not None
        member.step, member.last_active_at = 1 + number, now
        session.add(member)
        await join(session, id_of(cohort), member.id, list(Shared), now)
    row = await manager(session, id_of(cohort), person.id)
    assert row is not None
    row.digest_at = next_digest(zone_or_guess(person.zone), now)
    session.add(row)


NUDGE = Nudge(
    kind=KIND,
    plan=plan,
    due=select(col(CohortManager.cohort_id)).where(_IS_DUE),
    compose=compose,
    examples=(Example("help"),),
    begin=begin,
)
