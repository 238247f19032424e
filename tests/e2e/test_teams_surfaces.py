"""What somebody meets in Teams, over real HTTP with real tokens: words are answered where they stand or in private,
presses in place, forms in dialogs, and a newcomer is welcomed.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.clock import Clocks
from bot.conversation import Conversation
from bot.database import Database
from tests.fakes.adaptive_kit import every, words
from tests.fakes.teams import OTHER, USER, FakeTeams, Held, running_teams
from tests.fakes.teams_door import TeamsDoor, open_teams
from tests.fakes.teams_keys import KeyServer, running_keys

Json = dict[str, Any]


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        yield running


@pytest.fixture
async def keys() -> AsyncIterator[KeyServer]:
    async with running_keys() as running:
        yield running


@pytest.fixture
async def door(
    teams: FakeTeams, keys: KeyServer, database: Database, clocks: Clocks, conversation: Conversation
) -> AsyncIterator[TeamsDoor]:
    async with open_teams(teams, keys, database, clocks, conversation, answer_within=60) as opened:
        yield opened


def button(card: Json, title: str) -> Json:
    """The one action of a card with that title."""
    [found] = [each for each in every({**card, "fallbackText": ""}) if each.get("title") == title and _acts(each)]
    return found


def _acts(element: Json) -> bool:
    return element["type"] == "Action.Execute" or (
        element["type"] == "Action.Submit" and ("msteams" in element["data"] or "fields" in element["data"])
    )


async def heard(teams: FakeTeams, number: int) -> Json:
    """The activity of that number that Teams took."""
    await teams.until(lambda: len(teams.sent) >= number)
    return teams.sent[number - 1]


async def test_words_in_a_personal_chat_are_answered_there(door: TeamsDoor, teams: FakeTeams) -> None:
    for number, line in enumerate(("faq do I need a degree?", "/mentor faq do I need a degree?", "/faq degree?"), 1):
        assert (await door.say(line)).status == 202
        answer = await heard(teams, number)
        assert answer["summary"] == "Do I need a degree, and which degree is best?"
        assert answer["conversation"]["id"] == teams.personal()


async def test_a_pressed_card_is_answered_with_the_card_that_takes_its_place(door: TeamsDoor, teams: FakeTeams) -> None:
    await door.say("start role=biller education=bachelor")
    asked = await heard(teams, 1)
    action = next(each for each in every(asked["attachments"][0]["content"]) if each["type"] == "Action.Execute")
    answer = await door.press(action, asked["id"])
    body = await answer.json()
    assert (answer.status, body["statusCode"], body["type"]) == (200, 200, "application/vnd.microsoft.card.adaptive")
    assert body["value"]["version"] == "1.5"
    assert body["value"] != asked["attachments"][0]["content"]
    assert len(teams.sent) == 1


async def test_an_older_client_has_its_card_replaced_once(door: TeamsDoor, teams: FakeTeams) -> None:
    await door.say("home")
    card = (await heard(teams, 1))["attachments"][0]["content"]
    fallback = button(card, "Ask a question")["fallback"]
    for _ in range(2):
        assert (await door.submit(fallback["data"], "act-1")).status == 202
    await door.say("privacy")
    await heard(teams, 2)
    assert [each["id"] for each in teams.updated] == ["act-1"]
    assert "in your own words" in teams.updated[0]["summary"]


async def test_a_card_that_is_gone_is_answered_below(door: TeamsDoor, teams: FakeTeams) -> None:
    await door.submit({"command": "privacy"}, "act-99")
    assert "who sees it" in (await heard(teams, 1))["summary"]
    assert teams.updated == []


async def test_a_form_opens_as_a_dialog_keeps_what_was_typed_and_replaces_its_card(
    door: TeamsDoor, teams: FakeTeams
) -> None:
    await door.say("coach on")
    await door.say("coach pause")
    asked = await heard(teams, 2)
    opener = button(asked["attachments"][0]["content"], "Pick the days")
    dialog = await (await door.invoke("task/fetch", {"data": opener["data"]}, asked["id"])).json()
    card = dialog["task"]["value"]["card"]["content"]
    assert (dialog["task"]["type"], dialog["task"]["value"]["title"]) == ("continue", "Pause weekly notes")
    [save] = card["actions"]
    start, end = (each["id"] for each in every(card) if each["type"] == "Input.Date")

    again = await (await door.invoke("task/submit", {"data": {**save["data"], start: "", end: "2020-01-01"}})).json()
    refused = again["task"]["value"]["card"]["content"]
    assert "2020-01-01" in [each.get("value") for each in every(refused)]
    assert "not ahead of us" in words(refused) or "after today" in words(refused)

    done = await door.invoke("task/submit", {"data": {**save["data"], start: "", end: "2027-01-15"}})
    assert (done.status, await done.text()) == (200, "")
    await teams.until(lambda: len(teams.updated) == 1)
    assert teams.updated[0]["id"] == asked["id"]
    assert "2027" in str(teams.updated[0]["attachments"][0]["content"])


async def test_a_form_that_comes_as_a_message_is_answered_in_its_place(door: TeamsDoor, teams: FakeTeams) -> None:
    """A dialog whose answer came too late stands in the chat, and is submitted from there."""
    await door.say("coach on")
    await heard(teams, 1)
    form = {"command": "coach pause", "fields": [["v-0", "from", "", "to"], ["v-1", "until", "", ""]], "origin": ""}
    await door.submit({**form, "v-0": "", "v-1": "2020-01-01"}, "act-1")
    await teams.until(lambda: len(teams.updated) == 1)
    [again] = teams.updated
    assert "2020-01-01" in str(again["attachments"])
    [save] = again["attachments"][0]["content"]["actions"]
    assert save["data"]["command"] == "coach pause"
    await door.submit({**save["data"], "v-0": "", "v-1": "2027-01-15"}, "act-1")
    await teams.until(lambda: len(teams.updated) == 2)
    assert "paused" in teams.updated[1]["summary"]


async def test_a_dialog_without_a_form_shows_the_reply_and_what_can_be_pressed_there(
    door: TeamsDoor, teams: FakeTeams
) -> None:
    opened = await (await door.invoke("task/fetch", {"data": {"command": "home"}})).json()
    card = opened["task"]["value"]["card"]["content"]
    assert {each["type"] for each in every(card) if each["type"].startswith("Action.")} == {"Action.Submit"}
    ask = next(each for each in every(card) if each.get("title") == "Ask a question")
    then = await (await door.invoke("task/submit", {"data": ask["data"]})).json()
    assert then["task"]["value"]["title"] == "Ask me in your own words"
    assert teams.sent == teams.updated == []


async def test_a_newcomer_is_welcomed_once_and_a_team_gets_one_line(door: TeamsDoor, teams: FakeTeams) -> None:
    await door.install_in()
    line = await heard(teams, 1)
    assert line["text"].startswith("I am the Career Mentor")
    assert len(line["text"]) < 300
    for _ in range(2):
        await door.install()
    welcome = await heard(teams, 2)
    assert "Your employer may" in words(welcome["attachments"][0]["content"])
    assert button(welcome["attachments"][0]["content"], "What managers see")
    await door.say("privacy")
    await heard(teams, 3)
    assert [each.get("summary") for each in teams.sent[1:]].count(welcome["summary"]) == 1


async def test_the_zone_and_the_language_are_those_of_the_client(
    door: TeamsDoor, teams: FakeTeams, database: Database
) -> None:
    await door.say("coach on")
    card = (await heard(teams, 1))["attachments"][0]["content"]
    assert "America/Chicago" in str(card)
    assert "I do not know your time zone" not in words(card)
    other = {"id": "29:2", "aadObjectId": OTHER, "name": "Another"}
    there = {"id": teams.personal(OTHER), "conversationType": "personal"}
    blank = {"from": other, "conversation": there, "localTimezone": None, "entities": None}
    await door.say("coach on", **blank)
    asked = await heard(teams, 2)
    assert "I do not know your time zone" in words(asked["attachments"][0]["content"])


async def test_patient_data_is_refused_on_every_surface(door: TeamsDoor, teams: FakeTeams) -> None:
    line = "result my patient John Smith, DOB 03/04/1962, MRN 1234567"
    await door.say(line)
    assert "may include patient information" in (await heard(teams, 1))["summary"]
    body = await (await door.press({"data": {"command": line}})).json()
    assert "may include patient information" in words(body["value"])
    dialog = await (await door.invoke("task/submit", {"data": {"command": line, "fields": []}})).json()
    assert "may include patient information" in words(dialog)


async def test_an_answer_that_takes_too_long_follows(
    teams: FakeTeams, keys: KeyServer, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    waits = Held()

    class Slow:
        async def answer(self, request: Any) -> Any:
            await waits.until.wait()
            return await conversation.answer(request)

    async with open_teams(teams, keys, database, clocks, Slow(), answer_within=0.2) as door:
        teams.sent.append({"id": "act-1"})
        body = await (await door.press({"data": {"command": "privacy"}})).json()
        assert (body["type"], body["value"]) == (
            "application/vnd.microsoft.activity.message",
            "This takes a moment. The answer follows here.",
        )
        waits.until.set()
        await teams.until(lambda: len(teams.updated) == 1)
    assert "who sees it" in words(teams.updated[0]["attachments"][0]["content"])


async def test_what_breaks_is_said_kindly_and_an_unknown_invoke_is_not_known(
    teams: FakeTeams, keys: KeyServer, database: Database, clocks: Clocks
) -> None:
    class Broken:
        async def answer(self, request: Any) -> Any:
            raise RuntimeError("a secret of the code")

    async with open_teams(teams, keys, database, clocks, Broken(), answer_within=60) as door:
        await door.say("home")
        answer = await heard(teams, 1)
        assert "Something went wrong on my side" in answer["summary"]
        body = await (await door.press({"data": {"command": "home"}})).json()
        assert "secret" not in str(body)
        assert "Something went wrong" in words(body["value"])
        assert (await door.invoke("actionableMessage/executeAction", {})).status == 501


AWKWARD: tuple[Json, ...] = (
    {},
    {"action": []},
    {"action": {"data": "home"}},
    {"data": None},
    {"data": {"command": 7, "fields": {"a": 1}}},
    {"data": {"command": "home", "fields": [[1, 2, 3, 4], "x", ["v-0", "a", "b", "c"]], "origin": {"id": 1}}},
    {"action": {"data": {"command": "home", "input": ["field-1"]}}},
)


async def test_no_shape_of_a_press_breaks_anything(door: TeamsDoor, teams: FakeTeams) -> None:
    for name in ("adaptiveCard/action", "task/fetch", "task/submit"):
        for value in AWKWARD:
            answer = await door.invoke(name, value, "../../v3/act")
            assert answer.status == 200, (name, value)
            assert "Something went wrong" not in await answer.text()
    for value in AWKWARD[1:]:
        assert (await door.submit(value, "act-77")).status == 202


async def test_nothing_a_person_types_becomes_a_mention_or_markup(door: TeamsDoor, teams: FakeTeams) -> None:
    await door.say("help <at>everyone</at>")
    await door.say("plan get-an-outside-view Thursday 12:30, **<at>all</at>** [x](https://example.org)")
    await heard(teams, 2)
    assert all("entities" not in each for each in teams.sent)
    assert "<at>" not in " ".join(each.get("summary", "") + each.get("text", "") for each in teams.sent)
    assert USER not in str([each["attachments"] for each in teams.sent])
