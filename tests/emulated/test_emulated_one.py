"""Our real server with a token for one workspace of a Slack that others wrote; the weekly note by the clock; and a
message that may have arrived, found again.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlmodel import col, select

from adapters.slack.api import SlackApi
from adapters.slack.transport import SlackMessenger
from bot.clock import MachineClock
from bot.database import open_database
from bot.errors import Unsure
from bot.message import Message, Paragraph, text
from bot.model.coaching import CoachingPlan
from bot.model.people import Member, Tenant
from bot.ports import Address
from bot.settings import read_settings
from tests.emulated.town import BOT, ONE, TEAM, Person, Town, open_town

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(modules, tmp_path_factory.mktemp("one"), ONE) as opened:
        yield opened


async def test_it_learns_whose_token_it_has(town: Town) -> None:
    async with town.serving():
        await town.shim.until(lambda: bool(town.shim.asked("auth.test")))
        page = await (await town.http.get(f"{town.url}/slack/install")).text()
        assert "installed already" in page
        writer = town.people["writer"]
        channel = (await writer.write("help"))["channel"]
        await town.shim.until(lambda: bool(town.shim.asked("chat.postMessage", channel=channel)))
        assert (await town.slash(writer, "home"))["blocks"]
    said = [message["user"] for message in await writer.inbox()]
    assert said == [writer.id, BOT], "it has answered itself"
    database = open_database(town.settings["DATABASE_URL"])
    async with database.reading() as session:
        tenant = (await session.exec(select(Tenant))).one()
    await database.close()
    assert (tenant.external_id, tenant.name, tenant.bot_user_id) == (TEAM, "Sample workspace", BOT)


async def test_the_weekly_note_comes_by_the_clock_and_once(town: Town) -> None:
    reader = town.people["reader"]
    async with town.serving():
        assert (await town.slash(reader, "coach on"))["blocks"]
    at = (await due(town, reader)) + timedelta(minutes=1)
    for sent in (1, 0):
        printed = await town.preceptor("tick", "--json", "--now", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert json.loads(printed)["sent"] == sent
    [note] = await reader.inbox()
    assert note["user"] == BOT
    assert note["metadata"]["event_type"] == "preceptor_delivery"
    assert len(note["blocks"]) > 1


async def due(town: Town, person: Person) -> datetime:
    """When their next weekly note is due."""
    wanted = select(CoachingPlan.next_due_at).join(Member, col(Member.id) == CoachingPlan.member_id)
    database = open_database(town.settings["DATABASE_URL"])
    async with database.reading() as session:
        found = (await session.exec(wanted.where(Member.user_id == person.id))).one()
    await database.close()
    assert found is not None
    return found


@asynccontextmanager
async def messenger_of(town: Town) -> AsyncIterator[SlackMessenger]:
    """As `preceptor tick` has one."""
    messenger = SlackMessenger(SlackApi(read_settings(dict(town.settings))), command="mentor")
    try:
        yield messenger
    finally:
        await messenger.close()


@pytest.mark.parametrize("name", ["planner", "presser"])
async def test_a_message_whose_answer_was_lost_is_found_where_it_went(town: Town, name: str) -> None:
    """Whether or not we know their conversation. The emulator does not go by `oldest`: it gives the whole history."""
    person, is_known = town.people[name], name == "planner"
    channel = (await person.ask("conversations.open", users=BOT))["channel"]["id"]
    address = Address("slack", TEAM, person.id, reference=channel if is_known else "")
    began, key = MachineClock().now(), f"key-{name}"
    async with messenger_of(town) as messenger:
        town.shim.losing.add("chat.postMessage")
        with pytest.raises(Unsure):
            await messenger.send(address, Message("Sample", (Paragraph(text("A sample note.")),)), key=key)
        found = await messenger.look_up(address, key=key, since=began)
        assert await messenger.look_up(address, key="another", since=began) is None
    assert found is not None
    assert found.reference == (await person.inbox())[-1]["ts"]
    assert len(town.shim.asked("conversations.open", users=person.id)) == (0 if is_known else 2)
