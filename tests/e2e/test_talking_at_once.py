"""One person's requests that meet: presses side by side, first words side by side, and what an answer costs."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import func, select

from bot.clock import FixedClock
from bot.conversation import Conversation, Request
from bot.database import Database
from bot.errors import SeenBefore
from bot.mentoring.samples import PLACED
from bot.model.coaching import CoachingPlan
from bot.model.people import Member, Tenant
from bot.model.progress import PlannedAction
from bot.model.questions import OpenQuestion
from tests.fakes.talking import Talk, happened

PRESSED = {
    "done get-an-outside-view": "done",
    "later get-an-outside-view": "later",
    "smaller get-an-outside-view": "smaller",
    "result Cut the checklist from 9 pages to 3": "result",
    "plan get-an-outside-view tomorrow 12:30": "planned",
    "milestone finish-bachelor-degree May 2028": "dated",
    "milestone finish-bachelor-degree reached": "reached",
    "step 5 go": "moved",
}


@pytest.mark.parametrize("line", PRESSED)
async def test_a_button_pressed_many_times_at_once_counts_once(talk: Talk, database: Database, line: str) -> None:
    await talk(PLACED)
    await asyncio.gather(*(talk(line) for _ in range(8)))
    assert [row.kind for row in await happened(database)] == ["placed", PRESSED[line]]
    async with database.work() as session:
        planned = (await session.exec(select(func.count()).select_from(PlannedAction))).one()
    assert planned == (1 if line.startswith("plan") else 0)


async def test_first_words_at_once_make_one_person(talk: Talk, database: Database) -> None:
    titles = {message.title for message in await asyncio.gather(*(talk("coach on") for _ in range(8)))}
    async with database.work() as session:
        for table in (Tenant, Member, CoachingPlan):
            assert (await session.exec(select(func.count()).select_from(table))).one() == 1
    assert titles == {"Weekly coaching is on", "Weekly coaching is on already"}


async def test_the_same_id_elsewhere_is_somebody_else(conversation: Conversation, database: Database) -> None:
    places = [("demo", "T1"), ("demo", "T2"), ("slack", "T1")]
    await conversation.answer(Request(*places[0], "U1", "result Cut the checklist from 9 pages to 3"))
    listed = [await conversation.answer(Request(*place, "U1", "result")) for place in places]
    assert [message.title for message in listed] == ["What changed: one line so far", "No lines yet", "No lines yet"]
    async with database.work() as session:
        assert (await session.exec(select(func.count()).select_from(Member))).one() == 3


async def test_an_answer_asked_for_again_costs_one_read_and_no_write(talk: Talk, database: Database) -> None:
    await talk("faq do I need a degree")
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement.split(maxsplit=1)[0])

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await talk("faq do I need a degree")
    assert [word for word in said if word != "BEGIN"] == ["SELECT"]


async def test_what_only_reads_until_it_has_something_to_keep_keeps_it_once(talk: Talk, database: Database) -> None:
    await talk("faq do I need a degree")
    await asyncio.gather(*(talk("zxqv blorp wuggle") for _ in range(3)))
    async with database.work() as session:
        kept = (await session.exec(select(OpenQuestion.redacted))).all()
    assert kept == ["zxqv blorp wuggle"] * 3


async def test_a_greeting_is_said_to_newcomers_alone(conversation: Conversation) -> None:
    greeting = Request("demo", "T1", "U7", "home", is_greeting=True)
    await conversation.answer(greeting)
    with pytest.raises(SeenBefore):
        await conversation.answer(greeting)


async def test_what_only_reads_follows_what_was_said_before_it_at_once(talk: Talk, database: Database) -> None:
    """Nothing about the member is remembered between two lines."""
    await talk(PLACED)
    before = await talk("home")
    async with database.work() as session:
        member = (await session.exec(select(Member))).one()
        member.home_opened_at = member.welcomed_at
    assert (before.has_page, (await talk("home")).has_page) == (False, True)
    await talk("step 5 go")
    assert (await talk("home")).title != before.title


@pytest.mark.parametrize("line", ["faq do I need a degree", "home", "roadmap", "next", "help", "resources"])
async def test_the_use_of_what_only_reads_counts_as_being_alive(
    talk: Talk, database: Database, calendar: FixedClock, line: str
) -> None:
    await talk("coach on")
    calendar.move(timedelta(seconds=10))  # with coaching on, to the second
    await talk(line)
    async with database.work() as session:
        assert (await session.exec(select(Member.last_active_at))).one() == calendar.now()
