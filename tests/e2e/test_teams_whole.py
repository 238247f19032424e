"""The whole of Teams as one story, through the real doors alone: the app is added, welcomes, answers, shows the
roadmap, refreshes a card, brings a weekly note, is blocked, leaves its member alone, and is removed.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant
from bot.visit import Deployment
from jobs.erasing import erase_left
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from jobs.tick import tick
from tests.fakes.adaptive_kit import every, words
from tests.fakes.every_table import contents
from tests.fakes.teams import PATIENCE, TENANT, USER, FakeTeams, Says, running_teams
from tests.fakes.teams_door import TeamsDoor, open_teams
from tests.fakes.teams_keys import APP, running_keys, token
from tests.fakes.teams_login import CLIENT_SECRET, TokenEndpoint, running_login

Json = dict[str, Any]
REGISTERED: Any = {
    "BOT_ACCESS_TOKEN": "",
    "MicrosoftAppPassword": CLIENT_SECRET,
    "MicrosoftAppType": "SingleTenant",
    "MicrosoftAppTenantId": TENANT,
}
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass
class Office:
    """One organization, one person in it, and the mentor's own clock and courier."""

    door: TeamsDoor
    database: Database
    clocks: Clocks
    knowledge: Knowledge
    login: TokenEndpoint

    @property
    def teams(self) -> FakeTeams:
        return self.door.teams

    async def say(self, line: str) -> Json:
        """What comes back to a typed line: its activity."""
        before = len(self.teams.sent)
        assert (await self.door.say(line)).status == 202
        await self.teams.until(lambda: len(self.teams.sent) > before)
        return self.teams.sent[before]

    async def press(self, shown: Json, command: str) -> Json:
        """The card that takes the place of the one on which this command was pressed."""
        actions = [each for each in every(card_of(shown)) if each["type"] == "Action.Execute"]
        [action] = [each for each in actions if each["data"].get("command") == command]
        body: Json = await (await self.door.press(action, shown["id"])).json()
        assert (body["statusCode"], body["type"]) == (200, "application/vnd.microsoft.card.adaptive")
        card: Json = body["value"]
        return card

    async def wait(self, by: timedelta, step: timedelta = DAY) -> None:
        """Time passes, and after each step the planner and the courier look at the clock."""
        office = PostOffice(
            database=self.database,
            nudges=find_nudges(),
            messengers={"teams": self.door.messenger},
            clocks=self.clocks,
            library=self.knowledge.library,
            wordings=self.knowledge.wordings,
            deployment=Deployment(),
        )
        for _ in range(by // step):
            for clock in (self.clocks.calendar, self.clocks.machine):
                assert isinstance(clock, FixedClock)
                clock.move(step)
            await tick(office)

    async def ledger(self) -> Sequence[tuple[str, str, str]]:
        wanted = select(Delivery.kind, Delivery.state, Delivery.reason).order_by(col(Delivery.id))
        async with self.database.reading() as session:
            return [(kind, str(State(state)), reason) for kind, state, reason in (await session.exec(wanted)).all()]

    async def member(self) -> Member:
        async with self.database.reading() as session:
            return (await session.exec(select(Member))).one()

    async def tenant_left_at(self) -> datetime | None:
        async with self.database.reading() as session:
            return (await session.exec(select(Tenant.left_at))).one()


def card_of(activity: Json) -> Json:
    card: Json = activity["attachments"][0]["content"]
    return card


@pytest.fixture
async def office(
    database: Database, clocks: Clocks, knowledge: Knowledge, conversation: Conversation
) -> AsyncIterator[Office]:
    async with (
        running_teams() as teams,
        running_keys() as keys,
        running_login(clocks.machine) as login,
        open_teams(teams, keys, database, clocks, conversation, answer_within=60, login=login, **REGISTERED) as door,
    ):
        teams.tokens, teams.accepts = set(), login.accepts
        yield Office(door, database, clocks, knowledge, login)


async def test_from_the_welcome_to_the_last_trace(office: Office) -> None:
    await it_is_added_and_welcomes(office)
    await it_signed_in_to_answer(office)
    await it_answers_and_shows_the_way(office)
    await a_press_refreshes_its_card(office)
    await the_weekly_note_is_asked_for(office)
    await a_week_later_it_comes_and_its_button_answers_in_place(office)
    await blocked_it_leaves_its_member_alone(office)
    await it_is_removed_and_two_weeks_later_nothing_is_left(office)


async def it_is_added_and_welcomes(office: Office) -> None:
    assert (await office.door.install()).status == 202
    await office.teams.until(lambda: len(office.teams.sent) == 1)
    [welcome] = office.teams.sent
    assert welcome["conversation"]["id"] == office.teams.personal()
    assert "Welcome. I am your career mentor" in welcome["summary"]
    said = words(card_of(welcome))
    assert "Your employer may be able to read this chat" in said
    assert "What managers see" in said


async def it_signed_in_to_answer(office: Office) -> None:
    """With its own secret, for a token that the connector can check."""
    assert office.teams.used == office.login.given
    assert len(office.login.given) == 1
    assert not office.login.accepts(token({"aud": "https://api.botframework.com", "appid": APP}, "key-1"))


async def it_answers_and_shows_the_way(office: Office) -> None:
    answer = await office.say("faq do I need a degree?")
    assert "Bureau of Labor Statistics" in words(card_of(answer))
    assert (await office.member()).name == "Sample member"
    assert "employer may" not in words(card_of(answer)), "it was said once"
    await office.say(PLACED)
    roadmap = await office.say("roadmap")
    [table] = [each for each in every(card_of(roadmap)) if each["type"] == "Table"]
    assert len(table["rows"]) == 8
    assert "7. Continuous improvement" in words(table["fallback"])


async def a_press_refreshes_its_card(office: Office) -> None:
    home = await office.say("home")
    before = len(office.teams.sent)
    done = await office.press(home, "done get-an-outside-view")
    assert done != card_of(home)
    assert "Undo" in words(done)
    await office.press(home, "done get-an-outside-view")
    now = await office.say("home")
    assert "1 / 9" in words(card_of(now)), "the same press twice does one thing"
    assert len(office.teams.sent) == before + 1


async def the_weekly_note_is_asked_for(office: Office) -> None:
    home = await office.say("home")
    on = await office.press(home, "coach on")
    assert "Weekly coaching is on" in words(on)
    assert "America/Chicago" in str(on)


async def a_week_later_it_comes_and_its_button_answers_in_place(office: Office) -> None:
    before = len(office.teams.sent)
    await office.wait(WEEK)
    [note] = office.teams.sent[before:]
    assert note["summary"] == "Your weekly note is ready"
    assert note["conversation"]["id"] == office.teams.personal()
    assert card_of(note)["fallbackText"] == "Your weekly note is ready"
    commands = [each["data"]["command"] for each in every(card_of(note)) if each["type"] == "Action.Execute"]
    [done] = [command for command in commands if command.startswith("done ")]
    assert "Undo" in words(await office.press(note, done))
    assert await office.ledger() == [("weekly", "sent", "")]
    assert office.teams.used[-1] == office.login.given[-1] != office.login.given[0], "the first token has ended"


async def blocked_it_leaves_its_member_alone(office: Office) -> None:
    blocked = b'{"error": {"code": "Forbidden"}, "subCode": "MessageWritesBlocked"}'
    office.teams.goes_wrong("send", Says(403, body=blocked))
    calls = len(office.teams.calls)
    await office.wait(WEEK)
    assert office.teams.calls[calls:] == ["send"]
    assert (await office.ledger())[-1][:2] == ("weekly", "failed")
    assert (await office.member()).deactivated_at is not None
    await office.wait(3 * WEEK, WEEK)
    assert office.teams.calls[calls:] == ["send"], "nobody knocks at a closed door"


async def it_is_removed_and_two_weeks_later_nothing_is_left(office: Office) -> None:
    assert (await office.door.install("remove")).status == 202
    async with asyncio.timeout(PATIENCE):
        while await office.tenant_left_at() is None:  # stored, acknowledged, and then worked
            pass
    sent = len(office.teams.sent)
    await office.wait(3 * WEEK, WEEK)
    assert len(office.teams.sent) == sent
    await erase_left(office.database, office.clocks.calendar.now())
    kept = repr(await contents(office.database))
    assert [trace for trace in (TENANT, USER, office.teams.personal()) if trace in kept] == []
