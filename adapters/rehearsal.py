"""Plays the examples that commands and nudges carry, each for a new sample member on an empty stage: what they bring
is what the gallery shows and what the golden files hold.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import create_mock_engine
from sqlalchemy.schema import ExecutableDDLElement
from sqlmodel import SQLModel

from bot import model
from bot.clock import Clocks, FixedClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge, Request
from bot.database import open_database
from bot.errors import CannotLook
from bot.message import Message
from bot.ports import Address, Receipt
from bot.visit import Deployment
from bot.visitors import find_tenant
from bot.words import Command, Example
from jobs.nudges import Nudge, find_nudges
from jobs.outbox import LedgerOutbox
from jobs.planner import plan_due
from jobs.post_office import PostOffice
from jobs.tick import tick

BEGINS = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Noon on a Monday in New York."""
ZONE = "America/New_York"
PLATFORM, TENANT, USER = "demo", "STAGE", "sample-member"
DEPLOYMENT = Deployment(organisation="Sample Clinics")
LOOK_EVERY = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=15)

assert model.__all__  # its import registers the tables that a stage creates


@dataclass(frozen=True, slots=True)
class Scene:
    """An example, and whose it is."""

    owner: Command | Nudge
    number: int
    """Counted from 1 for each owner."""
    example: Example

    @property
    def name(self) -> str:
        """The command's word, or the nudge's kind; fit for a folder."""
        if isinstance(self.owner, Command):
            return self.owner.name.replace(" ", "-")
        return f"nudge-{self.owner.kind}"


def scenes() -> Sequence[Scene]:
    """Every example of every command and nudge, in the order of their names."""
    owners: tuple[Command | Nudge, ...] = (*find_commands(), *find_nudges())
    return [Scene(owner, number, one) for owner in owners for number, one in enumerate(owner.examples, 1)]


async def play(knowledge: Knowledge, scene: Scene) -> Message:
    """What a scene brings: the reply to its line, or the message that then arrives by itself."""
    if isinstance(scene.owner, Command):
        return await rehearse(knowledge, scene.example)
    return await await_nudge(knowledge, scene.owner, scene.example)


async def rehearse(knowledge: Knowledge, example: Example) -> Message:
    """The reply to an example's line, after the lines before it."""
    async with _stage(knowledge, by_operator=example.by_operator) as stage:
        return await stage.talk(example)


async def await_nudge(knowledge: Knowledge, nudge: Nudge, example: Example) -> Message:
    """The first message of that kind to arrive after an example's lines.

    Raises LookupError when two weeks bring none.
    """
    async with _stage(knowledge, by_operator=example.by_operator) as stage:
        await stage.talk(example)
        await stage.begin(nudge)
        office = stage.office((nudge,))
        await tick(office)  # somebody may have started one by hand
        while not stage.caught and stage.calendar.now() < BEGINS + LONGEST_WAIT:
            stage.calendar.move(LOOK_EVERY)
            planned = await plan_due(stage.database, (nudge,), stage.calendar.now())
            if planned.planned.total():
                await tick(office)
        if stage.caught:
            return stage.caught[0]
    raise LookupError(f"no {nudge.kind} message came within two weeks of {example.line!r}")


class _Stage:
    """An empty database, a clock that stands still, one member, and a messenger that keeps what it is handed."""

    def __init__(self, knowledge: Knowledge, *, by_operator: bool) -> None:
        self.knowledge = knowledge
        self.calendar = FixedClock(BEGINS)
        self.clocks = Clocks(calendar=self.calendar, machine=FixedClock(BEGINS))
        self.database = open_database("sqlite://")
        self.caught: list[Message] = []
        deployment = replace(DEPLOYMENT, operators=((PLATFORM, TENANT, USER),)) if by_operator else DEPLOYMENT
        self._conversation = Conversation(
            self.database,
            knowledge,
            vocabulary(find_commands()),
            clocks=self.clocks,
            deployment=deployment,
            outbox=LedgerOutbox(),
        )

    async def talk(self, example: Example) -> Message:
        for line in example.after:
            await self._say(line)
        return await self._say(example.line)

    async def _say(self, line: str) -> Message:
        return await self._conversation.answer(Request(PLATFORM, TENANT, USER, line, zone=ZONE))

    async def begin(self, nudge: Nudge) -> None:
        """Let one go, where no line brings any."""
        if nudge.begin:
            now = self.calendar.now()
            async with self.database.work() as session:
                await nudge.begin(session, await find_tenant(session, PLATFORM, TENANT, now), USER, now)

    def office(self, nudges: tuple[Nudge, ...]) -> PostOffice:
        return PostOffice(
            database=self.database,
            nudges=nudges,
            messengers={PLATFORM: self},
            clocks=self.clocks,
            library=self.knowledge.library,
            wordings=self.knowledge.wordings,
            deployment=DEPLOYMENT,
        )

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:  # noqa: ARG002
        self.caught.append(message)
        return Receipt(key)

    async def look_up(self, address: Address, *, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise CannotLook


@cache
def _tables() -> str:
    """What makes all tables: written once, because a gallery has a hundred stages."""
    statements: list[str] = []

    def keep(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = create_mock_engine("sqlite://", keep)
    SQLModel.metadata.create_all(engine, checkfirst=False)
    return ";\n".join(statements)


@asynccontextmanager
async def _stage(knowledge: Knowledge, *, by_operator: bool = False) -> AsyncIterator[_Stage]:
    stage = _Stage(knowledge, by_operator=by_operator)
    try:
        async with stage.database.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver
            await driver.executescript(_tables())
        yield stage
    finally:
        await stage.database.close()
