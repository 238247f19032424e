"""The app comes and goes: where it is installed is known, whoever removed it is left alone, and two weeks later nothing
of them is left.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from adapters.teams.sdk.adapter import InvokeAnswer
from adapters.teams.turns import Kind, Turn
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge, Request
from bot.database import Database
from bot.mentoring.leaving import KEPT
from bot.mentoring.samples import PLACED
from bot.model.deliveries import Delivery
from bot.model.inbound import InboundEvent
from bot.model.people import Member, Tenant
from bot.model.teams import TeamsConversation
from bot.visit import Deployment
from jobs.erasing import erase_left, erase_people
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from jobs.tick import TickReport, tick
from tests.fakes.every_table import contents
from tests.fakes.teams import OTHER, TENANT, USER, FakeTeams, Says, running_teams
from tests.fakes.teams_door import TEAM, TeamsDoor, open_teams
from tests.fakes.teams_ears import Listening
from tests.fakes.teams_keys import KeyServer, running_keys

TRACES = (TENANT, USER, "a:personal-")


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        yield running


@pytest.fixture
async def keys() -> AsyncIterator[KeyServer]:
    async with running_keys() as running:
        yield running


class Hearing(Listening):
    """Takes in what is said to the mentor, and says nothing."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self._conversation = conversation

    async def hears(self, turn: Turn) -> InvokeAnswer | None:
        if turn.kind is Kind.MESSAGE:
            said = Request("teams", TENANT, turn.who.user, turn.text, zone=turn.zone, reference=turn.where.as_text())
            await self._conversation.answer(said)
        return await super().hears(turn)


@pytest.fixture
async def door(
    teams: FakeTeams, keys: KeyServer, database: Database, clocks: Clocks, conversation: Conversation
) -> AsyncIterator[TeamsDoor]:
    ears = Hearing(conversation)
    async with open_teams(teams, keys, database, clocks, conversation, ears=ears.of) as opened:
        yield opened


class Office:
    """The mentor's clock and courier."""

    def __init__(self, door: TeamsDoor, database: Database, clocks: Clocks, knowledge: Knowledge) -> None:
        self._door, self._database, self._clocks, self._knowledge = door, database, clocks, knowledge

    async def week(self, days: int = 7) -> TickReport:
        """A week passes, with a look at the clock each day; what came of all of them."""
        whole = TickReport()
        for _ in range(days):
            day = await self._look_after(timedelta(days=1))
            whole.sent += day.sent
            whole.planned += day.planned
            whole.failed += day.failed
            whole.waiting = max(day.waiting, whole.waiting)
        return whole

    async def _look_after(self, by: timedelta) -> TickReport:
        for clock in (self._clocks.calendar, self._clocks.machine):
            assert isinstance(clock, FixedClock)
            clock.move(by)
        office = PostOffice(
            database=self._database,
            nudges=find_nudges(),
            messengers={"teams": self._door.messenger},
            clocks=self._clocks,
            library=self._knowledge.library,
            wordings=self._knowledge.wordings,
            deployment=Deployment(),
        )
        return await tick(office, patience=timedelta(0))


@pytest.fixture
def office(door: TeamsDoor, database: Database, clocks: Clocks, knowledge: Knowledge) -> Office:
    return Office(door, database, clocks, knowledge)


async def _coached(door: TeamsDoor, database: Database) -> None:
    """The sample member installs the app, is placed, and opts in."""
    await door.install()
    await door.say(PLACED)
    await door.say("coach on")
    await _settled(database)


async def test_a_note_arrives_in_the_personal_chat(door: TeamsDoor, office: Office, database: Database) -> None:
    await _coached(door, database)
    report = await office.week()
    assert report.sent == 1
    assert door.teams.sent[-1]["conversation"]["id"] == door.teams.personal()
    assert "create" not in door.teams.calls
    [delivery] = await _deliveries(database)
    assert delivery.receipt == door.teams.sent[-1]["id"]


async def test_whoever_blocks_the_mentor_is_left_alone_until_they_write(
    door: TeamsDoor, office: Office, database: Database
) -> None:
    await _coached(door, database)
    door.teams.goes_wrong("send", Says(403, "ConversationBlockedByUser"))
    assert (await office.week()).failed == {"blocked by the member (ConversationBlockedByUser)": 1}
    calls = len(door.teams.calls)
    for _ in range(4):
        report = await office.week()
        assert (report.sent, report.planned.total()) == (0, 0)
    assert len(door.teams.calls) == calls
    await door.say("home")
    await _settled(database)
    assert (await office.week()).sent == 1


async def test_whoever_is_uninstalled_is_left_alone_until_the_app_is_back(
    door: TeamsDoor, office: Office, database: Database
) -> None:
    await door.install_in(TEAM)
    await _coached(door, database)
    await door.install("remove")
    assert (await _sample(database)).deactivated_why == "uninstalled"
    calls = len(door.teams.calls)
    assert (await office.week()).planned.total() == 0
    assert len(door.teams.calls) == calls
    await door.install()
    assert (await _sample(database)).deactivated_at is None
    assert (await office.week()).sent == 1


async def test_what_waits_for_somebody_who_removes_the_app_is_skipped_by_name(
    door: TeamsDoor, office: Office, database: Database
) -> None:
    await door.install_in(TEAM)
    await _coached(door, database)
    door.teams.goes_wrong("send", *[Says(429, after="90000")] * 3)
    assert (await office.week(days=3)).waiting == 1
    await door.install("remove")
    assert (await _sample(database)).deactivated_at is not None
    assert [each.reason for each in await _deliveries(database)] == ["uninstalled"]


@pytest.mark.parametrize("way", ["installationUpdate", "conversationUpdate"])
async def test_both_ways_of_telling_an_install_and_its_end_count(door: TeamsDoor, database: Database, way: str) -> None:
    there = {"id": TEAM, "conversationType": "channel", "tenantId": TENANT}
    us = [{"id": "28:11111111-2222-3333-4444-555555555555"}]
    channel = {"tenant": {"id": TENANT}, "team": {"id": TEAM}}
    if way == "installationUpdate":
        await door.install_in(TEAM)
        assert await _places(database) == [TEAM]
        await door.install_in(TEAM, "remove")
    else:
        said: dict[str, Any] = {"conversation": there, "channelData": channel}
        await door.knock(door.activity("conversationUpdate", membersAdded=us, **said))
        assert await _places(database) == [TEAM]
        await door.knock(door.activity("conversationUpdate", membersRemoved=us, **said))
    assert await _places(database) == []
    async with database.reading() as session:
        assert (await session.exec(select(Tenant.left_at))).one() is not None


async def test_the_last_who_removes_it_takes_the_organization_along_and_any_install_brings_it_back(
    door: TeamsDoor, database: Database
) -> None:
    await _coached(door, database)
    await door.install_in(TEAM)
    await door.install("remove")
    assert await _places(database) == [TEAM]
    assert await _left(database) is False
    await door.install_in(TEAM, "remove")
    assert await _places(database) == []
    assert await _left(database) is True
    await door.install_in(TEAM)
    assert await _places(database) == [TEAM]
    assert await _left(database) is False


async def test_two_weeks_after_the_last_one_nothing_is_left(
    door: TeamsDoor, database: Database, clocks: Clocks
) -> None:
    await _coached(door, database)
    await door.install("remove")
    assert (await _sample(database)).deactivated_at is not None
    assert await _places(database) == []
    held = str(await contents(database))
    assert [trace for trace in TRACES if trace in held] == list(TRACES)
    now = clocks.calendar.now()
    assert await erase_left(database, now + KEPT - timedelta(seconds=1)) == 0
    assert await erase_left(database, now + KEPT) == 1
    held = str(await contents(database))
    assert [trace for trace in TRACES if trace in held] == []


async def test_one_person_who_left_is_erased_where_others_stay(
    door: TeamsDoor, database: Database, clocks: Clocks
) -> None:
    stays: dict[str, Any] = {"from": {"id": "29:2sample", "aadObjectId": OTHER}}
    personal = {"id": door.teams.personal(OTHER), "conversationType": "personal", "tenantId": TENANT}
    await door.install(**stays, conversation=personal)
    await _coached(door, database)
    await door.install("remove")
    assert (await _sample(database)).deactivated_at is not None
    now = clocks.calendar.now()
    assert await erase_people(database, now + KEPT - timedelta(seconds=1)) == 0
    assert await erase_people(database, now + KEPT) == 1
    held = str(await contents(database))
    assert USER not in held
    assert OTHER in held


async def _deliveries(database: Database) -> list[Delivery]:
    async with database.reading() as session:
        return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())


async def _left(database: Database) -> bool:
    async with database.reading() as session:
        return (await session.exec(select(Tenant.left_at))).one() is not None


async def _settled(database: Database) -> None:
    """Until all that came in is worked. The test's own time limit ends the wait."""
    while True:
        async with database.reading() as session:
            waiting = select(InboundEvent.id).where(col(InboundEvent.worked_at).is_(None))
            if (await session.exec(waiting)).first() is None:
                return
        await asyncio.sleep(0)


async def _places(database: Database) -> list[str]:
    """The teams and groups that are kept, once all that came in is worked."""
    await _settled(database)
    async with database.reading() as session:
        wanted = select(TeamsConversation.name).where(TeamsConversation.place != "personal")
        return list((await session.exec(wanted)).all())


async def _sample(database: Database) -> Member:
    await _settled(database)
    async with database.reading() as session:
        return (await session.exec(select(Member).where(Member.user_id == USER))).one()
