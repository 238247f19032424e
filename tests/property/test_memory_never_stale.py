"""What is remembered of somebody is never stale: whatever is written, by this process, by another one or past every
door, an answer says what one without memory says.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlmodel import SQLModel

from bot.clock import Clocks, FixedClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge, Request
from bot.database import Database, open_database
from bot.memory import Memory
from bot.mentoring.samples import PLACED
from bot.model.people import Member, Tenant
from bot.visit import Deployment
from tests.conftest import MONDAY

SAID = (
    PLACED,
    "done",
    "undo",
    "later",
    "stop",
    "coach on",
    "coach less",
    "coach pause 2027-01-10",
    "coach resume",
    "coach settings friday",
    "coach settings Asia/Tokyo",
    "plan get-an-outside-view Thursday 12:30, break room",
    "milestone finish-bachelor-degree May 2028",
    "ce add cmm earned 2026-03-01 expires 2027-03-01",
    'ce log 8 "Law" 2026-05-04',
)
ASKED = ("home", "home", "next", "roadmap", "faq do I need a degree")
"""`home` twice: the second time from memory."""
NUMBERS = count()
"""No two examples, which share a file, have a person or a request in common."""
Act = Callable[["Desk"], Awaitable[Any]]


class Desk:
    """One member, a conversation that remembers, one in another process that does too, and one that never does."""

    def __init__(self, url: str, knowledge: Knowledge) -> None:
        self.calendar = FixedClock(MONDAY)
        self._clocks = Clocks(calendar=self.calendar, machine=FixedClock(MONDAY))
        self._knowledge = knowledge
        self.databases = [open_database(url) for _ in range(3)]
        self.databases[2].memory = Memory(lambda: None)
        self.here, self.there, self.plain = map(self._conversation, self.databases)
        self.person = ("demo", "T1", f"U{next(NUMBERS)}")

    def _conversation(self, database: Database) -> Conversation:
        words, deployment = vocabulary(find_commands()), Deployment(organisation="Sample")
        return Conversation(database, self._knowledge, words, clocks=self._clocks, deployment=deployment)

    async def ask(self, who: Conversation) -> list[object]:
        asked = [Request(*self.person, line, once=f"n{next(NUMBERS)}") for line in ASKED]
        return [await who.answer(each) for each in asked]

    async def change(self, table: type[SQLModel], **values: Any) -> None:
        """Past every door, by another connection."""
        async with self.databases[1].work() as session:
            await session.exec(update(table).values(**values))

    async def erase(self) -> None:
        async with self.databases[1].work() as session:
            await session.exec(delete(SQLModel.metadata.tables["progressevent"]))

    async def close(self) -> None:
        for database in self.databases:
            await database.close()


def _says(line: str, *, there: bool) -> Act:
    return lambda desk: (desk.there if there else desk.here).answer(Request(*desk.person, line))


def _waits(hours: int) -> Act:
    async def wait(desk: Desk) -> None:
        desk.calendar.move(timedelta(hours=hours))

    return wait


ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(_says, st.sampled_from(SAID), there=st.booleans()),
    st.builds(_waits, st.integers(1, 400)),
    st.sampled_from(
        [
            lambda desk: desk.change(Member, zone="America/Los_Angeles"),
            lambda desk: desk.change(Member, deactivated_at=MONDAY),
            lambda desk: desk.change(Member, home_opened_at=MONDAY),
            lambda desk: desk.change(Tenant, quiet_from=600, quiet_to=900),
            lambda desk: desk.erase(),
        ]
    ),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=3, max_size=6))
async def test_an_answer_from_memory_is_the_answer(sqlite_url: str, knowledge: Knowledge, acts: list[Act]) -> None:
    desk = Desk(sqlite_url, knowledge)
    try:
        await _says(PLACED, there=False)(desk)
        for act in acts:
            await desk.ask(desk.here)
            known = desk.databases[0].memory.of(desk.person)
            assert known is not None
            assert known.visitor is not None  # so that there is something that could be stale
            await act(desk)
            assert await desk.ask(desk.here) == await desk.ask(desk.plain)
    finally:
        await desk.close()
