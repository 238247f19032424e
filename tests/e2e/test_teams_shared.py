"""The mentor is asked where others read along, in a channel or group chat of Teams: only the asker sees the answer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.clock import Clocks
from bot.conversation import Conversation
from bot.database import Database
from tests.fakes.adaptive_kit import words
from tests.fakes.teams import TEAMS_ID, FakeTeams, Says, running_teams
from tests.fakes.teams_door import GROUP, TEAM, TeamsDoor, open_teams
from tests.fakes.teams_keys import KeyServer, running_keys

Json = dict[str, Any]
THREAD = f"{TEAM};messageid=1700000000000"


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


async def heard(teams: FakeTeams, number: int) -> Json:
    """The activity of that number that Teams took."""
    await teams.until(lambda: len(teams.sent) >= number)
    return teams.sent[number - 1]


async def test_in_a_channel_the_answer_is_private_and_a_line_says_so(door: TeamsDoor, teams: FakeTeams) -> None:
    await door.say_in(THREAD, "faq do I need a degree?")
    line = await heard(teams, 2)
    answer = teams.sent[0]
    assert answer["conversation"]["id"] == teams.personal()
    assert "they can see your question" in words(answer["attachments"][0]["content"])
    assert line["conversation"]["id"] == THREAD
    assert "everybody here can see" in line["text"]
    assert "https://teams.microsoft.com/l/app/" in line["text"]
    assert "degree" not in str(line)


async def test_who_cannot_be_written_to_is_told_how_to_add_the_mentor(
    door: TeamsDoor, teams: FakeTeams, database: Database
) -> None:
    teams.goes_wrong("create", Says(403, "ForbiddenOperationException"))
    await door.say_in(GROUP, "coach on")
    line = await heard(teams, 1)
    assert line["conversation"]["id"] == GROUP
    assert "[Add me](https://teams.microsoft.com/l/app/" in line["text"]
    await door.say("coach settings")
    settings = await heard(teams, 2)
    assert "Turn off" not in words(settings["attachments"][0]["content"]), "nothing was carried out unseen"


async def test_where_teams_can_show_a_message_to_one_person_it_stands_in_the_channel(
    teams: FakeTeams, keys: KeyServer, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_teams(teams, keys, database, clocks, conversation, TEAMS_PREVIEW="yes") as door:
        await door.say_in(THREAD, "faq do I need a degree?")
        answer = await heard(teams, 1)
        assert (answer["_targeted"], answer["recipient"]["id"]) == (True, TEAMS_ID)
        assert answer["conversation"]["id"] == THREAD
        assert "they can see your question" in words(answer["attachments"][0]["content"])

        teams.goes_wrong("send", Says(403, "BotNotInConversationRoster"))
        await door.say_in(THREAD, "privacy")
        await heard(teams, 3)
    assert [each["_targeted"] for each in teams.sent] == [True, False, False]
    assert teams.sent[1]["conversation"]["id"] == teams.personal()


async def test_a_slash_command_is_answered_to_its_sender_alone_without_a_line(
    door: TeamsDoor, teams: FakeTeams
) -> None:
    said = door.activity(
        text="/faq do I need a degree?",
        conversation={"id": GROUP, "conversationType": "groupChat"},
        recipient={**door.activity()["recipient"], "isTargeted": True},
    )
    teams.conversations[GROUP] = ""
    await door.knock(said)
    answer = await heard(teams, 1)
    assert answer["_targeted"]
    assert "they can see your question" not in words(answer["attachments"][0]["content"])
    await door.say("privacy")
    await heard(teams, 2)
    assert len(teams.sent) == 2
