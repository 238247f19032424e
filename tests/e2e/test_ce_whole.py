"""Continuing education as one story, the same on both platforms and both databases, through their real doors: two
credentials, eight courses in many ways, a right forecast, one reminder at the local hour, and the record and the
calendar opened by other programs.
"""

import csv
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from icalendar import Calendar

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.ports import Messenger
from bot.visit import Deployment
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from jobs.tick import tick
from tests.fakes.block_kit import Json
from tests.fakes.block_kit import every as texts_of
from tests.fakes.slack import running_slack
from tests.fakes.slack_door import Door, button, open_door
from tests.fakes.teams import running_teams
from tests.fakes.teams_door import TeamsDoor, open_teams
from tests.fakes.teams_files import CONSENT
from tests.fakes.teams_keys import running_keys

FORM = {"amount": "1", "title": "Phones and people", "day": "2026-11-20", "for": "cmm"}
LINES = (
    'ce log 1.5 live "OSHA update" 2026-11-03 for cmm',
    'ce log 2 "Budget basics" for cmm on Nov 5',
    'ce log 2 "Law for leads" 2026-09-09 for cmm and cmpe 3',
    'ce log for cmpe 6 hours live "State meeting" 2026-10-02 by MGMA number 20417',
    'ce log 10 recorded mgma "Course library" 2026-08-01 for cmpe',
    'ce log 24 "Evening college" 2026-07-01 for cmpe',
    'ce log 3 "Denials" 11/10/2026 for cmm https://example.org/mine',
)


class Chat(ABC):
    """A person's own chat with the mentor on one platform."""

    platform: str
    messenger: Messenger

    @abstractmethod
    async def say(self, line: str) -> str:
        """All that the answer shows."""

    @abstractmethod
    async def press(self, command: str) -> None:
        """A button that says this."""

    @abstractmethod
    async def fill(self, filled: dict[str, str]) -> str:
        """The form of `ce log`, opened, filled in and sent; what comes of it."""

    @abstractmethod
    def unasked(self) -> list[str]:
        """What came without being asked for, so far."""

    @abstractmethod
    async def files(self, number: int) -> dict[str, bytes]:
        """The newest so many files, once they are there."""


class SlackChat(Chat):
    platform = "slack"

    def __init__(self, door: Door) -> None:
        self.door, self.slack, self.messenger = door, door.slack, door.messenger

    async def say(self, line: str) -> str:
        return _words(await (await self.door.slash(line)).json())

    async def press(self, command: str) -> None:
        before = len(self.slack.responses)
        await self.door.press(button(command), trigger=command)
        await self.slack.until(lambda: len(self.slack.responses) > before)

    async def fill(self, filled: dict[str, str]) -> str:
        shown = await (await self.door.slash("ce")).json()
        openers = [
            one for block in shown["blocks"] for one in block.get("elements", ()) if one.get("value") == "ce log"
        ]
        await self.door.press({"block_id": "b", **openers[0]}, trigger=self.slack.views.trigger())
        await self.slack.until(lambda: sum(map(len, self.slack.views.modals.values())) == 2)
        return _words(await self.door.submit(self.slack.views.window(), filled))

    def unasked(self) -> list[str]:
        return [_words(each) for each in self.slack.posted if "files" not in each]

    async def files(self, number: int) -> dict[str, bytes]:
        shown = self.slack.files
        await self.slack.until(lambda: len(shown.shown) >= number)
        return {each.name: each.content or b"" for each in shown.shown}


class TeamsChat(Chat):
    platform = "teams"

    def __init__(self, door: TeamsDoor) -> None:
        self.door, self.teams, self.messenger = door, door.teams, door.messenger
        self._asked: list[Json] = []

    async def say(self, line: str) -> str:
        before = len(self.teams.sent)
        await self.door.say(line)
        await self.teams.until(lambda: len(self.teams.sent) > before)
        self._asked.append(self.teams.sent[before])
        return str(self.teams.sent[before])

    async def press(self, command: str) -> None:
        answer = await self.door.press({"verb": "", "data": {"command": command}})
        assert answer.status == 200

    async def fill(self, filled: dict[str, str]) -> str:
        opened = await (await self.door.invoke("task/fetch", {"data": {"command": "ce log"}})).json()
        [save] = opened["task"]["value"]["card"]["content"]["actions"]
        names = [name for name, *_ in save["data"]["fields"]]
        given = dict(zip(names, [filled.get(name, "") for name in ORDER], strict=True))
        await self.door.invoke("task/submit", {"data": {**save["data"], **given}})
        await self.teams.until(lambda: len(self.teams.updated) == 1)
        return str(self.teams.updated[0])

    def unasked(self) -> list[str]:
        return [str(each) for each in self.teams.sent if each not in self._asked and CONSENT not in str(each)]

    async def files(self, number: int) -> dict[str, bytes]:
        def cards() -> list[tuple[str, Json]]:
            return [
                (each["id"], a) for each in self.teams.sent for a in each["attachments"] if a["contentType"] == CONSENT
            ]

        await self.teams.until(lambda: len(cards()) >= number)
        for asked, card in cards():
            if card["name"] not in self.teams.store.kept:
                agreed = {"type": "fileUpload", "action": "accept", "context": card["content"]["acceptContext"]}
                where = self.teams.store.place(card["name"])
                await self.door.invoke("fileConsent/invoke", {**agreed, "uploadInfo": where}, asked)
        await self.teams.until(lambda: len(self.teams.store.kept) >= number)
        return dict(self.teams.store.kept)


ORDER = ("amount", "kind", "title", "day", "for", "by", "number", "link")


def _words(shown: Any) -> str:
    return "\n".join(text for text in texts_of(shown, "text") if isinstance(text, str))


@pytest.fixture(params=["slack", "teams"])
async def chat(
    request: pytest.FixtureRequest, database: Database, clocks: Clocks, conversation: Conversation
) -> AsyncIterator[Chat]:
    async with AsyncExitStack() as stack:
        if request.param == "slack":
            slack = await stack.enter_async_context(running_slack())
            slack.first_stamp = int(clocks.machine.now().timestamp())
            opened = open_door(slack, database, clocks, conversation, answer_within=60)
            yield SlackChat(await stack.enter_async_context(opened))
        else:
            teams = await stack.enter_async_context(running_teams())
            keys = await stack.enter_async_context(running_keys())
            there = open_teams(teams, keys, database, clocks, conversation, answer_within=60)
            yield TeamsChat(await stack.enter_async_context(there))


async def test_never_let_a_certificate_lapse(
    chat: Chat, database: Database, clocks: Clocks, knowledge: Knowledge
) -> None:
    await two_credentials_and_eight_courses(chat)
    await a_right_forecast(chat)
    await one_reminder_at_the_local_hour(chat, database, clocks, knowledge)
    await the_record_and_the_calendar_open_elsewhere(chat)


async def two_credentials_and_eight_courses(chat: Chat) -> None:
    await chat.say("ce add cmm earned 2025-12-24 expires 2026-12-24")
    await chat.say("ce add cmpe earned 2024-05-04")
    for line in LINES:
        assert "Logged" in await chat.say(line), line
    assert "Logged" in await chat.fill(FORM)
    assert "Corrected" in await chat.say('ce edit 7 2.25 "Denials" 2026-11-10 https://example.org/mine')
    assert "number 2 in your list" in await chat.say(
        'ce log 2 "budget  basics" 2026-11-05 for cmm'
    )  # noticed, and not kept
    await chat.press("ce delete 6")
    assert "Evening college" not in await chat.say("ce list")
    await chat.press("ce restore 6")


async def a_right_forecast(chat: Chat) -> None:
    """Reckoned by hand. CMM: 1.5 + 2 + 2 + 1 + 2.25 = 8.75 of 12. CMPE: 6 + 10 of 30 from MGMA, 6 of 12 of them live,
    and of the other 3 + 24 only 20 count, so 14 are left, all of them MGMA's and 6 of them live.
    """
    told = await chat.say("ce")
    assert "3.25 CEUs to go by Dec 24, 2026: 3.1 a month" in told
    assert "14 hours to go by Dec 31, 2027: 1.1 a month, 14 of them MGMA" in told
    assert "6 of them live MGMA" in told


async def one_reminder_at_the_local_hour(chat: Chat, database: Database, clocks: Clocks, knowledge: Knowledge) -> None:
    """30 days before, at nine in Chicago, and never twice."""
    await chat.say("ce alerts 9:00")
    office = PostOffice(
        database=database,
        nudges=find_nudges(),
        messengers={chat.platform: chat.messenger},
        clocks=clocks,
        library=knowledge.library,
        wordings=knowledge.wordings,
        deployment=Deployment(),
    )
    came = []
    before = len(chat.unasked())
    for day, hour in ((23, 23), (24, 14), (24, 15), (24, 16), (25, 18)):
        at = datetime(2026, 11, day, hour, tzinfo=UTC)
        for clock in (clocks.calendar, clocks.machine):
            assert isinstance(clock, FixedClock)
            clock.move(at - clock.now())
        await tick(office)
        came.append(len(chat.unasked()) - before)
    assert came == [0, 0, 1, 1, 1]
    assert "3.25 CEUs to go by Dec 24, 2026" in chat.unasked()[-1]


async def the_record_and_the_calendar_open_elsewhere(chat: Chat) -> None:
    await chat.say("ce export")
    files = await chat.files(2)
    await chat.say("ce calendar")
    files |= await chat.files(3)
    assert sorted(name.rpartition(".")[2] for name in files) == ["csv", "html", "ics"]
    of_kind = {name.rpartition(".")[2]: content for name, content in files.items()}

    rows = list(csv.DictReader(StringIO(of_kind["csv"].decode("utf-8-sig"), newline="")))
    totals = {
        row["Credential"]: (row["Credits"], row["Asked for"], row["Left"]) for row in rows if row["Line"] == "total"
    }
    assert totals == {"CMM": ("8.75", "12", "3.25"), "CMPE": ("36", "50", "14")}
    courses = [row for row in rows if row["Line"] == "course"]
    assert len(courses) == 9  # eight, one of them for both
    assert [row["Index number"] for row in courses if row["Title"] == "State meeting"] == ["20417"]
    page = of_kind["html"].decode()
    assert page.count("<caption>") == page.count("</table>") == 3
    assert "Evening college" in page
    calendar = Calendar.from_ical(of_kind["ics"])
    assert [event.start for event in calendar.events] == [date(2026, 12, 24), date(2027, 12, 31)]
    assert {str(event["SUMMARY"]) for event in calendar.events} == {"A date to keep"}
