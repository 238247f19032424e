"""One look at the clock, from beginning to end: plan who is due, deliver until it is settled, say what became of it.
Called by `preceptor tick` and by tests.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import sqlite_file
from bot.database import Database, open_database
from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant
from jobs import ledger
from jobs.courier import Courier
from jobs.engine import new_courier, recover_all
from jobs.expiring import plan_reminders
from jobs.nudges.secret_ends import KIND
from jobs.planner import BATCH, plan_due
from jobs.post_office import PostOffice
from jobs.sole_sender import sole_sender

PATIENCE = timedelta(seconds=90)
"""The longest single wait for a workspace that asked for one, or whose pace does."""


@dataclass(slots=True)
class TickReport:
    """What one tick did."""

    planned: Counter[str] = field(default_factory=Counter)
    """Kind → deliveries stored."""
    sent: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason → deliveries not sent on purpose."""
    failed: Counter[str] = field(default_factory=Counter)
    """Reason → deliveries that the platform refused for good, or that could not be composed."""
    unsure: Counter[str] = field(default_factory=Counter)
    """Reason → deliveries that may have arrived: not repeated, or still to be looked for."""
    waiting: int = 0
    """Deliveries that are due and still to be sent."""
    broken: list[str] = field(default_factory=list)
    """Kinds whose planning raised an error."""
    holder: str | None = None
    """The process that delivers, when this one may not."""


@dataclass(frozen=True, slots=True)
class Would:
    """A delivery that would be tried now."""

    platform: str
    tenant: str
    """The workspace's own id on that platform."""
    user: str
    """The member's own id on that platform."""
    kind: str
    slot: str
    due_at: datetime


async def tick(
    office: PostOffice, *, deliver: bool = True, patience: timedelta = PATIENCE, stop: asyncio.Event | None = None
) -> TickReport:
    """Plan what is due by the calendar clock and, with `deliver`, send it.

    Ends when nothing is left that can go without a single wait longer than `patience`, or when told to stop: then what
    is being sent is finished and recorded first. When another process delivers from this database, it is left to that
    one, and `holder` names it.
    """
    async with office.database.work() as session:
        reminders = await plan_reminders(session, office, office.clocks.calendar.now())
    counts = await plan_due(office.database, office.nudges, office.clocks.calendar.now(), stop=stop)
    counts.planned[KIND] += len(reminders)
    report = TickReport(planned=counts.planned, skipped=+counts.skipped, broken=counts.broken)
    if not deliver or await _deliver(office, report, patience, stop):
        async with office.database.work() as session:
            report.waiting = await ledger.count_due(session, office.clocks.calendar.now())
            report.unsure += await ledger.count_looked_for(session)
    return report


async def _deliver(office: PostOffice, report: TickReport, patience: timedelta, stop: asyncio.Event | None) -> bool:
    """False when there was nothing to deliver, whoever may."""
    with sole_sender(office.database) as right:
        report.holder = right.holder
        if not await _has_work(office):
            return False
        if right.holder is None:
            await recover_all(office, right)
            await _work_off(new_courier(office), report, patience, stop)
        return True


async def _has_work(office: PostOffice) -> bool:
    """One question in place of a courier's ten, because most looks at the clock find nothing to send."""
    async with office.database.glancing() as session:
        return await ledger.has_open(session, office.clocks.calendar.now())


async def _work_off(courier: Courier, report: TickReport, patience: timedelta, stop: asyncio.Event | None) -> None:
    try:
        await courier.deliver_due(patience=patience, stop=stop)
    finally:
        courier.abandon()
    _add(report, courier.tally)


def _add(report: TickReport, tally: Counter[tuple[State, str]]) -> None:
    report.sent += sum(number for (state, _), number in tally.items() if state is State.SENT)
    for kept, wanted in (
        (report.skipped, State.SKIPPED),
        (report.failed, State.FAILED),
        (report.unsure, State.UNSURE),
    ):
        kept.update({reason: number for (state, reason), number in tally.items() if state is wanted})


async def dry_run(office: PostOffice) -> tuple[TickReport, Sequence[Would]]:
    """What a tick would plan, and who would get what; nothing is stored and nothing sent.

    Consent and the like are asked again when a message is composed, so that fewer may be sent. Raises sqlite3.Error or
    OSError where there is no room for a copy of a SQLite file.
    """
    now = office.clocks.calendar.now()
    report = TickReport()
    async with _apart(office.database) as database, AsyncSession(database.engine) as session:
        while missed := await ledger.skip_missed(session, now, BATCH):
            report.skipped[ledger.MISSED] += missed
        for nudge in office.nudges:
            while nudge.plan and await nudge.plan(session, now, BATCH):
                pass
            report.planned[nudge.kind] = len(ledger.inserted(session)) - report.planned.total()
        report.planned[KIND] = len(await plan_reminders(session, office, now))
        report.skipped.update(each.reason for each in ledger.inserted(session) if each.state is State.SKIPPED)
        would = await _who_would(session, now)
        await session.rollback()
    report.waiting = len(would)
    return report, would


@asynccontextmanager
async def _apart(database: Database) -> AsyncIterator[Database]:
    """Where it can be tried out. Of a SQLite file that is a copy, as who answers people would wait for the original."""
    if database.file is None:
        yield database
        return
    with TemporaryDirectory(prefix=".preceptor-dry-run-", dir=database.file.parent) as folder:
        copied = Path(folder) / "copy.db"
        await asyncio.to_thread(sqlite_file.copy_whole, database.file, copied, is_live=True)
        apart = open_database(f"sqlite:///{copied}")
        try:
            yield apart
        finally:
            await apart.close()


async def _who_would(session: AsyncSession, now: datetime) -> list[Would]:
    pending = (
        select(Delivery, Member, Tenant)
        .join(Member, col(Member.id) == col(Delivery.member_id))
        .join(Tenant, col(Tenant.id) == col(Delivery.tenant_id))
        .where(col(Delivery.state) == State.PENDING, col(Delivery.due_at) <= now)
        .order_by(col(Delivery.due_at), col(Delivery.id))
    )
    return [
        Would(tenant.platform, tenant.external_id, member.user_id, delivery.kind, delivery.slot, delivery.due_at)
        for delivery, member, tenant in (await session.exec(pending)).all()
    ]
