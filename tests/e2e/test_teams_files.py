"""A file that somebody asked for in Teams: behind a link where browsers reach the mentor, else through the card that
asks them whether to save it, which works for nobody else.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.clock import Clocks
from bot.conversation import Conversation
from bot.database import Database
from tests.fakes.adaptive_kit import words
from tests.fakes.teams import OTHER, TENANT, USER, FakeTeams, running_teams
from tests.fakes.teams_door import GROUP, TeamsDoor, open_teams
from tests.fakes.teams_files import CONSENT, INFO
from tests.fakes.teams_keys import running_keys

Json = dict[str, Any]
LINK = re.compile(r"https://mentor\.example\.org/take/([\w-]{40,})")
OTHERS = {"from": {"id": "29:2", "name": "Another", "aadObjectId": OTHER}}


class World:
    """The mentor beside a Teams of its own; opened with settings by each test."""

    def __init__(self, *parts: Any) -> None:
        self._parts = parts
        self._stack = AsyncExitStack()

    async def open(self, **settings: Any) -> TeamsDoor:
        teams = await self._stack.enter_async_context(running_teams())
        keys = await self._stack.enter_async_context(running_keys())
        opened = open_teams(teams, keys, *self._parts, answer_within=60, **settings)
        return await self._stack.enter_async_context(opened)

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def world(database: Database, clocks: Clocks, conversation: Conversation) -> AsyncIterator[World]:
    made = World(database, clocks, conversation)
    yield made
    await made.close()


async def _card(teams: FakeTeams, kind: str) -> tuple[str, Json]:
    """The activity and the attachment of the newest file card."""

    def cards() -> list[tuple[str, Json]]:
        return [(each["id"], a) for each in teams.sent for a in each["attachments"] if a["contentType"] == kind]

    await teams.until(lambda: bool(cards()))
    return cards()[-1]


def _answer(teams: FakeTeams, card: Json, action: str = "accept", name: str = "record.json") -> Json:
    context = card["content"][f"{action}Context"]
    agreed = {"uploadInfo": teams.store.place(name)} if action == "accept" else {}
    return {"type": "fileUpload", "action": action, "context": context, **agreed}


async def test_a_link_stands_in_the_answer_where_nobody_reads_along(world: World) -> None:
    door = await world.open(PUBLIC_URL="https://mentor.example.org/")
    await door.say("export")
    await door.teams.until(lambda: len(door.teams.sent) == 1)
    [first] = set(LINK.findall(str(door.teams.cards)))
    pressed = await (await door.press({"verb": "", "data": {"command": "export"}})).json()
    [second] = set(LINK.findall(str(pressed["value"])))
    assert first != second

    await door.say_in(GROUP, "export")
    await door.teams.until(lambda: len(door.teams.sent) == 4)
    linked = [each["conversation"]["id"] for each in door.teams.sent if LINK.search(str(each))]
    assert linked == [door.teams.personal()] * 2


async def test_without_a_public_address_teams_asks_and_keeps_it(world: World) -> None:
    door = await world.open()
    await door.say("export")
    asked, card = await _card(door.teams, CONSENT)
    assert (card["content"]["sizeInBytes"] > 500, card["content"]["description"]) == (True, "Your whole record")

    answer = await door.invoke("fileConsent/invoke", _answer(door.teams, card), asked)
    assert (answer.status, await answer.text()) == (200, "")
    _, shown = await _card(door.teams, INFO)
    await door.teams.until(lambda: door.teams.deleted == [asked])
    [(name, content)] = door.teams.store.kept.items()
    assert [row["user_id"] for row in json.loads(content)["kept"]["member"]] == [USER]
    assert shown["contentUrl"].endswith(name)

    await door.invoke("fileConsent/invoke", _answer(door.teams, card, name="again.json"), asked)
    await door.teams.until(lambda: "used or has ended" in words(door.teams.cards[-1]))
    assert list(door.teams.store.kept) == [name]


async def test_it_is_no_use_to_another_and_a_no_is_fine(world: World) -> None:
    door = await world.open()
    await door.say("export")
    asked, card = await _card(door.teams, CONSENT)
    stolen = _answer(door.teams, card)
    theirs = {"id": door.teams.personal(OTHER), "conversationType": "personal", "tenantId": TENANT}
    await door.invoke("fileConsent/invoke", stolen, asked, conversation=theirs, **OTHERS)
    await door.teams.until(lambda: "used or has ended" in words(door.teams.cards[-1]))
    assert door.teams.sent[-1]["conversation"]["id"] == theirs["id"]
    forgeries: list[Json] = [{}, {"context": {"offer": "x" * 9000}}, {"context": {"offer": {}}}, {"context": "offer"}]
    for forged in forgeries:
        assert (await door.invoke("fileConsent/invoke", forged)).status == 200

    await door.invoke("fileConsent/invoke", _answer(door.teams, card, "decline"), asked)
    await door.teams.until(lambda: "Fine, nothing was saved" in words(door.teams.cards[-1]))
    assert door.teams.store.kept == {}


async def test_what_the_store_refuses_is_said(world: World) -> None:
    door = await world.open()
    door.teams.store.refuses = 403
    await door.say("export")
    asked, card = await _card(door.teams, CONSENT)
    await door.invoke("fileConsent/invoke", _answer(door.teams, card), asked)
    await door.teams.until(lambda: "could not bring you record.json" in words(door.teams.cards[-1]))

    elsewhere = {**door.teams.store.place("far.json"), "uploadUrl": "https://elsewhere.example.org/upload"}
    await door.say("export")
    await door.teams.until(lambda: len(door.teams.sent) == 5)
    asked, card = await _card(door.teams, CONSENT)
    await door.invoke("fileConsent/invoke", {**_answer(door.teams, card), "uploadInfo": elsewhere}, asked)
    await door.teams.until(lambda: "could not bring you far.json" in words(door.teams.cards[-1]))
