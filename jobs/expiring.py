"""Tells the operators in time that a secret ends: who is due for which of the five reminders. `jobs.service` and
`jobs.tick` look; the rows go the ledger's way, and `jobs.nudges.secret_ends` says what they say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import Delivery
from bot.model.people import Member, Tenant
from bot.visitors import find_member, find_tenant
from jobs.ledger import NewDelivery, insert
from jobs.nudges.secret_ends import KIND
from jobs.post_office import PostOffice

RUNGS = (1, 7, 14, 30, 60)
"""Days before the end at which the operators are told, each once; the last first."""
Person = tuple[str, str, str]
"""Platform, tenant and user, by the platform's own ids."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One rung of one secret, due now."""

    setting: str
    ends: date
    rung: int
    until: datetime
    """When the next rung, or the end, overtakes it."""

    @property
    def slot(self) -> str:
        return f"{self.setting}:{self.ends}:{self.rung}"


def due_reminders(secrets: Sequence[tuple[str, date]], now: datetime) -> Iterator[Reminder]:
    """What is due by the calendar at `now`: of each secret at most one, the closest to its end. Days are UTC's."""
    for setting, ends in secrets:
        left = (ends - now.astimezone(UTC).date()).days
        rung = next((each for each in RUNGS if 0 < left <= each), None)
        if rung is not None:
            sooner = max((each for each in RUNGS if each < rung), default=0)
            yield Reminder(setting, ends, rung, datetime.combine(ends - timedelta(days=sooner), time(), UTC))


async def plan_reminders(session: AsyncSession, office: PostOffice, now: datetime) -> list[int]:
    """The ledger rows of what is due, for every operator who can be reached and has none yet; their ids.

    `now` is by the calendar clock.
    """
    operators = [person for person in office.deployment.operators if person[0] in office.messengers]
    new: list[NewDelivery] = []
    for reminder in due_reminders(office.deployment.secrets_expire, now) if operators else ():
        told = await _told(session, reminder)
        new += [await _row(session, person, reminder, now) for person in operators if person not in told]
    return await insert(session, new)


async def _told(session: AsyncSession, reminder: Reminder) -> set[Person]:
    wanted = (
        select(Tenant.platform, Tenant.external_id, Member.user_id)
        .join(Member, col(Member.tenant_id) == col(Tenant.id))
        .join(Delivery, col(Delivery.member_id) == col(Member.id))
        .where(Delivery.kind == KIND, Delivery.slot == reminder.slot)
    )
    return set((await session.exec(wanted)).all())


async def _row(session: AsyncSession, person: Person, reminder: Reminder, now: datetime) -> NewDelivery:
    platform, external_id, user = person
    tenant = await find_tenant(session, platform, external_id, now)
    member = await find_member(session, tenant, user, now)
    assert tenant.id is not None
    assert member.id is not None
    about = {"setting": reminder.setting, "ends": reminder.ends.isoformat()}
    return NewDelivery(tenant.id, member.id, KIND, reminder.slot, due_at=now, expires_at=reminder.until, content=about)
