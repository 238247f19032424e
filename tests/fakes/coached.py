"""Sample members under real coaching: the shipped nudges and content, the real planner and courier, and a platform
that only counts. For the end-to-end tests of coaching.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge, Request
from bot.database import Database
from bot.message import Button, Buttons, Message
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery
from bot.model.people import Member
from bot.visit import Deployment
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from jobs.tick import TickReport, tick
from tests.fakes.shipped import shipped_words
from tests.fakes.toy_post import Platform

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Coached:
    """A sample workspace whose members talk and are written to."""

    database: Database
    conversation: Conversation
    office: PostOffice
    calendar: FixedClock
    platform: Platform
    machine: FixedClock

    async def say(
        self, line: str, *, user: str = "U1", zone: str | None = "America/New_York", tenant: str = "T1"
    ) -> Message:
        return await self.conversation.answer(Request("demo", tenant, user, line, zone=zone, reference=user))

    async def tick(self) -> TickReport:
        """Looks are a minute apart on the machine's clock, wherever the calendar stands."""
        self.machine.move(MINUTE)
        return await tick(self.office, patience=timedelta(0))  # its clock stands still, however long one waits

    async def look(self) -> TickReport:
        """Plan what is due, and send nothing yet."""
        return await tick(self.office, deliver=False)

    async def wait(self, by: timedelta, *, user: str = "U1", step: timedelta = DAY) -> list[Message]:
        """Let time pass, with a look at the clock after each step and at the end; what the member received."""
        before = len(self.platform.received)
        while by > timedelta(0):
            self.calendar.move(min(by, step))
            by -= step
            await self.tick()
        return [message for address, message in self.platform.received[before:] if address.user == user]

    async def wait_until(self, instant: datetime, *, user: str = "U1", step: timedelta = DAY) -> list[Message]:
        return await self.wait(instant - self.calendar.now(), user=user, step=step)

    async def ledger(self, user: str = "U1") -> Sequence[Delivery]:
        mine = select(Delivery).join(Member, col(Member.id) == col(Delivery.member_id)).where(Member.user_id == user)
        async with self.database.work() as session:
            return (await session.exec(mine.order_by(col(Delivery.due_at), col(Delivery.id)))).all()

    async def plan(self, user: str = "U1") -> CoachingPlan:
        mine = select(CoachingPlan).join(Member, col(Member.id) == col(CoachingPlan.member_id))
        async with self.database.work() as session:
            return (await session.exec(mine.where(Member.user_id == user))).one()


def coached(
    database: Database, knowledge: Knowledge, calendar: FixedClock, *, operators: Sequence[tuple[str, str]] = ()
) -> Coached:
    """`operators` are the people who run the mentor, as (tenant, user)."""
    machine = FixedClock(calendar.now())
    clocks = Clocks(calendar=calendar, machine=machine)
    platform = Platform()
    people = tuple(("demo", tenant, user) for tenant, user in operators)
    deployment = Deployment(organisation="Sample", operators=people)
    office = PostOffice(
        database=database,
        nudges=find_nudges(),
        messengers={"demo": platform},
        clocks=clocks,
        library=knowledge.library,
        wordings=knowledge.wordings,
        deployment=deployment,
    )
    words = shipped_words()
    conversation = Conversation(database, knowledge, words, clocks=clocks, deployment=deployment)
    return Coached(database, conversation, office, calendar, platform, machine)


def buttons_of(message: Message) -> list[Button]:
    """Every button of a message, in order."""
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]
