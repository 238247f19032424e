"""A toy post office for the tests and the bench of the ledger: a platform that counts, a nudge that says one line, and
sample members whose slot is due. The database is always real.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from gettext import GNUTranslations
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Clocks, Week
from bot.database import Database
from bot.errors import CannotLook
from bot.message import Message
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery
from bot.model.people import Member, Tenant
from bot.ports import Address, Messenger, Receipt
from bot.visit import Deployment
from content.library import Library
from content.pack import Pack
from content.wording import Wording
from jobs import ledger
from jobs.ledger import NewDelivery
from jobs.nudges import Composed, Letter, Nudge, Skip
from jobs.post_office import Limits, PostOffice

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Where the clocks of tests/conftest.py begin: every sample member's slot is this instant."""
FIRST_SLOT = "2026-W48"
NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with one send, and whether the platform had taken the message all the same."""

    error: BaseException
    accepted: bool = False


class Platform:
    """The far side of the network: keeps what it accepted, and goes wrong as it is told."""

    def __init__(self, *, latency: float = 0.0, expects: int = 1) -> None:
        self.latency = latency
        self.expects = expects
        self.has_all = asyncio.Event()
        """Set as soon as as many messages as expected were accepted."""
        self.asked: list[str] = []
        self.accepted: list[str] = []
        self.received: list[tuple[Address, Message]] = []
        self.troubles: dict[str, list[Trouble]] = defaultdict(list)
        """User → what goes wrong with the next sends to them."""
        self.is_open = asyncio.Event()
        """While it is not set, the platform keeps everybody waiting for its answer."""
        self.is_open.set()
        self.takes_in_silence = False
        """While it keeps everybody waiting: whether it has accepted the message before."""
        self.someone_waits = asyncio.Event()
        self.has_history = True
        self.not_shown_yet: set[str] = set()
        """What was accepted so lately that the history does not show it."""
        self.looked: list[str] = []
        self.look_troubles: list[BaseException] = []
        """What goes wrong with the next looks."""

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        self.asked.append(key)
        if self.latency:
            await asyncio.sleep(self.latency)
        if not self.is_open.is_set():
            await self._keep_waiting(address, message, key)
        trouble = self.troubles[address.user].pop(0) if self.troubles[address.user] else None
        if trouble is None or trouble.accepted:
            self._accept(address, message, key)
        if trouble is not None:
            raise trouble.error
        return Receipt(f"ts-{len(self.accepted)}")

    async def look_up(self, address: Address, *, key: str, since: datetime) -> Receipt | None:
        self.looked.append(key)
        if self.look_troubles:
            raise self.look_troubles.pop(0)
        if not self.has_history:
            raise CannotLook
        is_shown = key in self.accepted and key not in self.not_shown_yet
        return Receipt(f"ts-{self.accepted.index(key) + 1}") if is_shown else None

    async def _keep_waiting(self, address: Address, message: Message, key: str) -> None:
        if self.takes_in_silence:
            self._accept(address, message, key)
        self.someone_waits.set()
        await self.is_open.wait()

    def _accept(self, address: Address, message: Message, key: str) -> None:
        self.accepted.append(key)
        self.received.append((address, message))
        if len(self.accepted) >= self.expects:
            self.has_all.set()


async def plan_toy(session: AsyncSession, now: datetime, limit: int) -> int:
    """One note a week for everybody whose plan says so, in the way real nudges plan."""
    due = select(CoachingPlan, Member).join(Member, col(Member.id) == col(CoachingPlan.member_id))
    due = due.where(col(CoachingPlan.next_due_at) <= now).order_by(col(CoachingPlan.next_due_at)).limit(limit)
    found = (await session.exec(due)).all()
    await ledger.insert(session, [_row(plan, member) for plan, member in found])
    for plan, _ in found:
        assert plan.next_due_at
        assert plan.next_slot
        plan.last_slot, plan.next_slot = plan.next_slot, str(Week.parse(plan.next_slot).plus(1))
        plan.next_due_at += timedelta(weeks=1)
    return len(found)


def _row(plan: CoachingPlan, member: Member) -> NewDelivery:
    assert plan.next_due_at
    return NewDelivery(
        tenant_id=member.tenant_id,
        member_id=plan.member_id,
        kind="toy",
        slot=plan.next_slot or "",
        due_at=plan.next_due_at,
        expires_at=plan.next_due_at + timedelta(hours=48),
    )


async def compose_toy(letter: Letter) -> Composed | Skip:
    plan = await letter.session.get(CoachingPlan, letter.delivery.member_id)
    if plan is None or not plan.is_on:
        return Skip("opted out")
    return Composed(Message("Your weekly note is ready"), {"action": "sample-action"})


TOY = Nudge("toy", plan_toy, compose_toy, examples=())


def post_office(
    database: Database,
    clocks: Clocks,
    messengers: Mapping[str, Messenger],
    *,
    nudges: Sequence[Nudge] = (TOY,),
    limits: Limits | None = None,
) -> PostOffice:
    """Toy nudges need no content, so the library holds one empty pack."""
    return PostOffice(
        database=database,
        nudges=tuple(nudges),
        messengers=messengers,
        clocks=clocks,
        library=Library({("sample", "en"): Pack.model_construct(**NOTHING)}),
        wordings={"en": Wording("en", GNUTranslations(), frozenset())},
        deployment=Deployment(),
        limits=limits or Limits(),
    )


async def settle_in(database: Database, *, members: int = 3, tenants: int = 1, platform: str = "slack") -> None:
    """So many opted-in members in each of so many workspaces. User n of workspace t is called "Tt-Un", from 1."""
    async with database.work() as session:
        for t in range(1, tenants + 1):
            tenant = Tenant(platform=platform, external_id=f"T{t}", created_at=NOON)
            session.add(tenant)
            await session.flush()
            assert tenant.id
            people = [Member(tenant_id=tenant.id, user_id=f"T{t}-U{n}", created_at=NOON) for n in range(1, members + 1)]
            session.add_all(people)
            await session.flush()
            session.add_all(
                CoachingPlan(member_id=person.id or 0, is_on=True, weekday=0, next_slot=FIRST_SLOT, next_due_at=NOON)
                for person in people
            )


async def opt_out(database: Database, user_id: str) -> None:
    async with database.work() as session:
        member = (await session.exec(select(Member).where(Member.user_id == user_id))).one()
        plan = await session.get_one(CoachingPlan, member.id)
        plan.is_on, plan.next_due_at = False, None


async def rows(database: Database) -> list[Delivery]:
    """The whole ledger, in the order of its ids."""
    async with database.work() as session:
        return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())
