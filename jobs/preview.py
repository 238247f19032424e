"""What members will get in the coming weeks, found by living through them on a copy of the database. Called by
`preceptor nudges preview`; nothing is sent, and the real database is only read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, union_all
from sqlmodel import col, select

from bot import archive
from bot.archive_parts import Part
from bot.clock import Clocks, FixedClock
from bot.database import Database, open_database
from bot.errors import CannotLook
from bot.mentoring.progress import find_thing
from bot.message import Message
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant
from bot.model.progress import PlannedAction
from bot.ports import Address, Receipt
from bot.visit import zone_or_guess
from jobs.compose import FALLBACK
from jobs.courier import Courier
from jobs.ledger import key_of
from jobs.planner import plan_due
from jobs.post_office import Limits, PostOffice

STEP = timedelta(seconds=2)
"""The least that time moves on: longer than the pause between two messages to one member."""


@dataclass(frozen=True, slots=True)
class Coming:
    """One message that will go, or will be skipped."""

    member: Member
    tenant: Tenant
    plan: CoachingPlan | None
    delivery: Delivery
    at: datetime
    """When it goes (or is skipped), in the member's own zone."""
    what: str
    """The message in few words: its action and suggestion, or else its title; empty when it is skipped."""
    held: str
    """Why it goes later than its slot; empty when it does not."""


@dataclass(slots=True)
class _Caught:
    """Stands in for every platform: keeps what would have arrived."""

    clock: FixedClock
    messages: dict[str, tuple[datetime, Message]] = field(default_factory=dict)

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:  # noqa: ARG002
        self.messages[key] = (self.clock.now(), message)
        return Receipt(key)

    async def look_up(self, address: Address, *, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise CannotLook


async def preview(office: PostOffice, weeks: int, part: Part | None = None) -> Sequence[Coming]:
    """The messages of so many weeks from now on, in the order in which they go.

    As if nobody did anything meanwhile: a member who goes on using the mentor may get notes more often than this.
    """
    start = office.clocks.calendar.now()
    clock = FixedClock(start)
    caught = _Caught(clock)
    with TemporaryDirectory(prefix="preceptor-preview-") as folder:
        scratch = open_database(f"sqlite:///{Path(folder) / 'copy.db'}")
        try:
            await archive.prepare(scratch)
            await archive.copy(office.database, scratch, part)
            copy = replace(
                office,
                database=scratch,
                clocks=Clocks(calendar=clock, machine=clock),
                messengers=dict.fromkeys(("demo", "slack", "teams"), caught),
                limits=Limits(),
            )
            last = await _last_settled(scratch)
            held = await _live(copy, clock, start + timedelta(weeks=weeks))
            return await _told(copy, caught, held, last)
        finally:
            await scratch.close()


async def _live(office: PostOffice, clock: FixedClock, until: datetime) -> dict[int, str]:
    """Move from one thing that is due to the next; returns why deliveries were put off."""
    courier = Courier(office, by="preview")
    held: dict[int, str] = {}
    while (due := await _next(office.database)) and due <= until:
        clock.move(max(due - clock.now(), STEP))
        await plan_due(office.database, office.nudges, clock.now())
        await courier.deliver_due()
        held |= await _held(office.database)
    return held


async def _next(database: Database) -> datetime | None:
    moments = union_all(
        select(func.min(col(CoachingPlan.next_due_at)).label("at")),
        select(func.min(col(PlannedAction.due_at))).where(col(PlannedAction.planned_at).is_(None)),
        select(func.min(col(Delivery.due_at))).where(col(Delivery.state) == State.PENDING),
    ).subquery()
    async with database.work() as session:
        found: datetime | None = (await session.exec(select(func.min(moments.c.at)))).one()
    return found


async def _held(database: Database) -> dict[int, str]:
    waiting = select(Delivery.id, Delivery.reason).where(Delivery.state == State.PENDING, Delivery.reason != "")
    async with database.work() as session:
        return {each or 0: reason for each, reason in (await session.exec(waiting)).all()}


async def _last_settled(database: Database) -> set[int]:
    """What had been settled before the copy was made."""
    settled = select(Delivery.id).where(col(Delivery.state).not_in((State.PENDING, State.SENDING)))
    async with database.work() as session:
        return {each or 0 for each in (await session.exec(settled)).all()}


async def _told(office: PostOffice, caught: _Caught, held: dict[int, str], before: set[int]) -> list[Coming]:
    rows = (
        select(Delivery, Member, Tenant, CoachingPlan)
        .join(Member, col(Member.id) == col(Delivery.member_id))
        .join(Tenant, col(Tenant.id) == col(Delivery.tenant_id))
        .join(CoachingPlan, col(CoachingPlan.member_id) == col(Delivery.member_id), isouter=True)
        .where(col(Delivery.state).in_((State.SENT, State.SKIPPED, State.FAILED)))
    )
    async with office.database.work() as session:
        found = [row for row in (await session.exec(rows)).all() if row[0].id not in before]
    coming = []
    for delivery, member, tenant, plan in found:
        at, message = caught.messages.get(key_of(delivery), (delivery.due_at, None))
        local = at.astimezone(zone_or_guess(member.zone))
        what = _what(office, delivery, message) if message else ""
        coming.append(Coming(member, tenant, plan, delivery, local, what, held.get(delivery.id or 0, "")))
    return sorted(coming, key=lambda each: (each.at, each.delivery.id or 0))


def _what(office: PostOffice, delivery: Delivery, message: Message) -> str:
    pack = office.library.pack(FALLBACK)  # for an operator, whose language is English
    thing = find_thing(pack, delivery.content.get("action", ""))
    lines = {each.id: each.line for each in pack.suggestions}
    said = (thing.title if thing else "", lines.get(delivery.content.get("suggestion", ""), ""))
    return " + ".join(each for each in said if each) or message.title
