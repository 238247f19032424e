"""What answers leave behind, written for several at a time: told apart, kept from nobody, and there for all to see."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.database import Database, open_database
from bot.logbook import Logbook, Use
from bot.model.inbound import InboundEvent
from bot.model.people import Member
from bot.visitors import find_member, find_tenant

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
PEOPLE = 40


async def _members(database: Database) -> list[int]:
    async with database.work() as session:
        tenant = await find_tenant(session, "demo", "T1", NOW)
        found = [await find_member(session, tenant, f"U{number}", NOW) for number in range(PEOPLE)]
    return [member.id or 0 for member in found]


def _use(member: int, name: str, minutes: int = 0) -> Use:
    return Use(("demo", name), NOW, member, NOW + timedelta(minutes=minutes))


async def test_of_uses_with_one_name_one_is_the_first(database: Database) -> None:
    (member, other, *_), logbook = await _members(database), Logbook(database)
    answers = await asyncio.gather(*(logbook.note(_use(member, f"n{number % 3}")) for number in range(12)))
    assert sum(answers) == 3
    assert not await Logbook(database).note(_use(other, "n0", minutes=5))
    async with database.reading() as session:
        assert len((await session.exec(select(InboundEvent))).all()) == 3
        assert (await session.get_one(Member, other)).last_active_at is None  # who came again was not there


async def test_everybodys_use_is_noted(database: Database) -> None:
    members, logbook = await _members(database), Logbook(database)
    uses = [_use(member, f"n{member}", minutes=number) for number, member in enumerate(members)]
    assert all(await asyncio.gather(*map(logbook.note, uses)))
    async with database.reading() as session:
        seen = {member.id: member.last_active_at for member in (await session.exec(select(Member))).all()}
    assert seen == {use.member_id: use.seen_at for use in uses}
    assert len(seen) == PEOPLE


async def test_a_use_without_name_or_news_needs_no_database() -> None:
    assert await Logbook(None).note(Use(None, NOW, 1, None))  # type: ignore[arg-type]


async def test_what_is_noted_is_known_to_others_once_the_answer_may_go(database: Database) -> None:
    (member, *_), other = await _members(database), open_database(str(database.engine.url.render_as_string(False)))
    try:
        assert await Logbook(database).note(_use(member, "n1"))
        assert not await Logbook(other).note(_use(member, "n1"))
    finally:
        await other.close()


async def test_what_cannot_be_written_is_told_to_all_who_wait_and_the_next_is_written(sqlite: Database) -> None:
    """On PostgreSQL each is written by itself."""
    (member, *_), logbook = await _members(sqlite), Logbook(sqlite)
    refused = Use(("demo", "n1"), NOW.replace(tzinfo=None), member, None)
    answers = await asyncio.gather(logbook.note(refused), logbook.note(_use(member, "n2")), return_exceptions=True)
    assert [isinstance(answer, Exception) for answer in answers] == [True, True]
    assert await logbook.note(_use(member, "n2"))


async def test_beside_a_writer_elsewhere_a_note_waits_and_the_event_loop_does_not(database: Database) -> None:
    (member, *_), logbook = await _members(database), Logbook(database)
    if not database.file:
        pytest.skip("PostgreSQL's writers do not wait for one another")
    with closing(sqlite3.connect(database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        noting = asyncio.ensure_future(logbook.note(_use(member, "n1")))
        async with database.glancing() as session:  # goes on, and reads, while the note waits
            assert (await session.get_one(Member, member)).last_active_at is None
        assert not noting.done()
        other.execute("ROLLBACK")
        assert await noting


async def test_what_is_added_while_glancing_is_never_stored(database: Database) -> None:
    (member, *_) = await _members(database)
    async with database.glancing() as session:
        (await session.get_one(Member, member)).zone = "America/Denver"
    async with database.reading() as session:
        assert (await session.get_one(Member, member)).zone is None


async def test_a_transaction_that_was_cancelled_leaves_nothing_locked(database: Database) -> None:
    (member, *_), logbook = await _members(database), Logbook(database)
    if not database.file:
        pytest.skip("PostgreSQL's server looks after its own locks")
    with closing(sqlite3.connect(database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def change() -> None:
            async with database.answering() as session:
                (await session.get_one(Member, member)).zone = "America/Denver"

        changing = asyncio.ensure_future(change())
        for _ in range(20):
            await asyncio.sleep(0)
        changing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await changing
        other.execute("ROLLBACK")
    assert await logbook.note(_use(member, "n1"))


async def test_commits_that_promise_something_wait_for_the_disk(database: Database) -> None:
    """The same connection serves both kinds of transaction, in turn."""
    if not database.file:
        pytest.skip("PostgreSQL decides it for each transaction")

    async with database.noting() as connection:
        noting = (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one()
    async with database.answering() as session:
        answering = (await (await session.connection()).exec_driver_sql("PRAGMA synchronous")).scalar_one()
    assert (noting, answering) == (1, 2)
