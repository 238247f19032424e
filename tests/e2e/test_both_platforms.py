"""The same words do the same thing in Slack and in Teams: each example of each command, typed through both platforms'
real doors, brings the same words, the same links and the same things to press, and neither drops any.
"""

import re
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.rehearsal import Scene, scenes
from adapters.slack.pressed import from_value
from bot.clock import Clocks
from bot.conversation import Conversation, Knowledge
from bot.database import Database, open_database
from bot.visit import Deployment
from bot.words import Command
from jobs.outbox import LedgerOutbox
from tests.fakes.adaptive_kit import CARD
from tests.fakes.adaptive_kit import every as every_element
from tests.fakes.shipped import shipped_words
from tests.fakes.slack import TEAM, running_slack
from tests.fakes.slack_door import Door, open_door
from tests.fakes.teams import TENANT, running_teams
from tests.fakes.teams_door import TeamsDoor, open_teams
from tests.fakes.teams_keys import running_keys

Json = dict[str, Any]
SCENES: Sequence[Scene] = [scene for scene in scenes() if isinstance(scene.owner, Command)]
PARTS = 4
"""Each a test of its own, so that none takes long."""
NAMED = frozenset(["the", "person", "who", "runs", "this", "mentor", "a", "member", "manager"])
"""Slack shows a mention under a name of its own; Teams shows the mentor's words for it."""
ONLY_THERE = {"me", "mentor", "ok"}
"""Slack writes its slash command before a line to type; in Teams a list has a button beside it."""
_MENTION = re.compile(r"<@\w+>")
_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")
_MARKDOWN_LINK = re.compile(r"\]\((https?://[^)\s]+)\)")


def _slack_user(number: int) -> str:
    return f"U0EXAMPLE{number}"


def _teams_user(number: int) -> str:
    return f"44444444-aaaa-bbbb-cccc-{number:012d}"


@asynccontextmanager
async def _mentor(
    path: Path, knowledge: Knowledge, clocks: Clocks, operators: tuple[tuple[str, str, str], ...]
) -> AsyncIterator[tuple[Database, Conversation]]:
    """One of its own for each platform, so that both give the same numbers to the same things."""
    database = open_database(f"sqlite:///{path}")
    deployment = Deployment(organisation="Sample Clinics", operators=operators)
    words, outbox = shipped_words(), LedgerOutbox()
    try:
        yield database, Conversation(database, knowledge, words, clocks=clocks, deployment=deployment, outbox=outbox)
    finally:
        await database.close()


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_example_means_the_same_on_both(
    part: int, sqlite_template: Path, tmp_path: Path, knowledge: Knowledge, clocks: Clocks
) -> None:
    assert len(SCENES) >= 60
    by_operators = [number for number, one in enumerate(SCENES) if one.example.by_operator]
    slack_operators = tuple(("slack", TEAM, _slack_user(number)) for number in by_operators)
    teams_operators = tuple(("teams", TENANT, _teams_user(number)) for number in by_operators)
    for name in ("slack", "teams"):
        shutil.copy(sqlite_template, tmp_path / f"{name}.db")
    async with (
        _mentor(tmp_path / "slack.db", knowledge, clocks, slack_operators) as (slack_base, in_slack),
        _mentor(tmp_path / "teams.db", knowledge, clocks, teams_operators) as (teams_base, in_teams),
        running_slack() as slack,
        running_teams() as teams,
        running_keys() as keys,
        open_door(slack, slack_base, clocks, in_slack, answer_within=60) as slack_door,
        open_teams(teams, keys, teams_base, clocks, in_teams) as teams_door,
    ):
        for number, scene in list(enumerate(SCENES))[part::PARTS]:
            here = await _in_slack(slack_door, scene, number)
            there = await _in_teams(teams_door, scene, number)
            name = f"{scene.name} {scene.number}: {scene.example.line!r}"
            assert _slack_lines(here) == _teams_lines(there), name
            assert _slack_links(here) == _teams_links(there), name
            assert _slack_words(here) ^ _teams_words(there) <= ONLY_THERE | _named(here), name
            assert len(_slack_words(here)) > 5, name


async def _in_slack(door: Door, scene: Scene, number: int) -> list[Json]:
    blocks: list[Json] = []
    for line in (*scene.example.after, scene.example.line):
        answer = await door.slash(line, user_id=_slack_user(number))
        blocks = (await answer.json())["blocks"]
    return blocks


async def _in_teams(door: TeamsDoor, scene: Scene, number: int) -> Json:
    """By somebody whose client tells no zone, since Slack tells none before the first answer."""
    user = _teams_user(number)
    chat = {"id": door.teams.personal(user), "conversationType": "personal", "tenantId": TENANT}
    sender = {"from": {"id": f"29:{number}", "aadObjectId": user}, "conversation": chat}
    card: Json = {}
    for line in (*scene.example.after, scene.example.line):
        before = len(_answers(door, chat["id"]))
        await door.say(line, **sender, localTimezone=None, entities=None)
        await door.teams.until(lambda before=before: len(_answers(door, chat["id"])) > before)  # type: ignore[misc]
        card = _answers(door, chat["id"])[-1]
    return card


def _answers(door: TeamsDoor, conversation: str) -> list[Json]:
    """The cards of one conversation, without those that offer a file behind an answer."""
    there = [each["attachments"][0] for each in door.teams.sent if each["conversation"]["id"] == conversation]
    return [each["content"] for each in there if each["contentType"] == CARD]


def _inside(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner)


def _slack_lines(blocks: list[Json]) -> set[str]:
    """What can be pressed, picked and filled in."""
    return {from_value(each["value"]).strip() for each in _inside(blocks) if isinstance(each.get("value"), str)}


def _teams_lines(card: Json) -> set[str]:
    lines = [one["value"] for each in _drawn(card) for one in each.get("choices", ())]
    for each in _drawn(card):
        data = each.get("data", {})
        if each.get("type") in ("Action.Execute", "Action.Submit") and (data["command"] or "input" not in data):
            lines.append(data["command"])
    return {line.strip() for line in lines}


def _drawn(card: Json) -> list[Json]:
    """Without what stands in for an element where a client cannot draw it."""
    inner = {id(each) for one in every_element(card) if "fallback" in one for each in every_element(one["fallback"])}
    return [each for each in every_element(card) if id(each) not in inner]


def _slack_links(blocks: list[Json]) -> set[str]:
    return {link for text in _slack_texts(blocks) for link, _ in _LINK.findall(text)}


def _teams_links(card: Json) -> set[str]:
    return {link for text in _teams_texts(card) for link in _MARKDOWN_LINK.findall(text)}


def _slack_texts(blocks: list[Json]) -> list[str]:
    return [each["text"] for each in _inside(blocks) if isinstance(each.get("text"), str)]


def _teams_texts(card: Json) -> Iterator[str]:
    for each in _drawn(card):
        yield from (each[name] for name in ("text", "title", "label", "placeholder") if isinstance(each.get(name), str))
        yield from (one["title"] for one in each.get("choices", ()))
        yield from (f"{one['title']} {one['value']}" for one in each.get("facts", ()))


def _slack_words(blocks: list[Json]) -> set[str]:
    bare = (_MENTION.sub(" ", _LINK.sub(r"\2", text)) for text in _slack_texts(blocks))
    return _words(text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") for text in bare)


def _named(blocks: list[Json]) -> frozenset[str]:
    return NAMED if any(_MENTION.search(text) for text in _slack_texts(blocks)) else frozenset()


def _teams_words(card: Json) -> set[str]:
    return _words(_MARKDOWN_LINK.sub("]", text).replace("\\", "") for text in _teams_texts(card))


def _words(texts: Iterator[str]) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", re.sub("[_ˍ]", " ", text).lower())}
