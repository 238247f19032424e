"""The whole of Slack as one story, through the real doors alone: an administrator adds the mentor to a workspace, uses
it as a member does, and removes it; two weeks later nothing of them is left.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from adapters.slack.scopes import SCOPES
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.model.deliveries import Delivery, State
from jobs.erasing import erase_left
from jobs.tick import TickReport
from tests.fakes.block_kit import Json, every
from tests.fakes.every_table import contents
from tests.fakes.slack import TEAM, FakeSlack, running_slack
from tests.fakes.slack_admin import HERE, Admin, deliver, installations, open_many, said_by
from tests.fakes.slack_door import USER, Door
from tests.fakes.slack_oauth import INSTALLER

MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(weeks=1)
ANSWERS = dict(word.split("=") for word in PLACED.split()[1:])
TRACES = (TEAM, HERE.name, USER, "D0SAMPLE1")
"""What names the workspace and the people in it."""


@dataclass
class Workspace:
    """One workspace, the person in it who installs the mentor and uses it, and the mentor's own clock and courier."""

    admin: Admin
    database: Database
    clocks: Clocks
    knowledge: Knowledge

    @property
    def slack(self) -> FakeSlack:
        return self.door.slack

    @property
    def door(self) -> Door:
        return self.admin.door

    async def wait(self, by: timedelta) -> TickReport:
        """Time passes, and then the planner and the courier look at the clock."""
        for clock in (self.clocks.calendar, self.clocks.machine):
            assert isinstance(clock, FixedClock)
            clock.move(by)
        return await deliver(self.door, self.database, self.clocks, self.knowledge)

    async def home(self, words: str) -> Json:
        """The Home tab, once it says this."""
        await self.slack.until(lambda: words in said(self._home()))
        return self._home()

    def _home(self) -> Json:
        return {} if USER not in self.slack.views.homes else self.slack.views.homes[USER][-1]

    async def press(self, home: Json, command: str, trigger: str) -> None:
        """A button on Home: acknowledged empty-handed; what comes of it is shown later."""
        answer = await self.door.press_in(home, pressable(home, command), trigger=trigger)
        assert (answer.status, await answer.text()) == (200, "")

    async def window(self, home: Json, command: str) -> Json:
        """A button on Home that opens a window at once, which is then filled."""
        self.slack.views.modals.clear()
        await self.press(home, command, self.slack.views.trigger())
        await self.slack.until(lambda: len(self._shown_in_windows()) == 2)
        waiting, window = self._shown_in_windows()
        assert "One moment" in said(waiting)
        return window

    def _shown_in_windows(self) -> list[Json]:
        return [state for states in self.slack.views.modals.values() for state in states]

    async def ledger(self) -> Sequence[tuple[str, str, str]]:
        wanted = select(Delivery.kind, Delivery.state, Delivery.reason).order_by(col(Delivery.id))
        async with self.database.reading() as session:
            return [(kind, str(State(state)), reason) for kind, state, reason in (await session.exec(wanted)).all()]

    async def traces(self) -> list[str]:
        """What of it stands in any table."""
        kept = repr(await contents(self.database))
        return [trace for trace in TRACES if trace in kept]

    async def tables(self) -> list[str]:
        """Those with anything in them."""
        return [table for table, rows in (await contents(self.database)).items() if rows]


def said(shown: Mapping[str, Any] | None) -> str:
    return "\n".join(text for text in every(shown, "text") if isinstance(text, str))


def pressable(shown: Json, command: str) -> Json:
    """The button that says this, as Slack reports it pressed."""
    buttons = [one for block in shown["blocks"] for one in block.get("elements", ()) if one["type"] == "button"]
    found = [one for one in buttons if one["value"].split(" ")[: len(command.split())] == command.split()]
    assert found, f"no button says {command!r} among {[one['value'] for one in buttons]}"
    return {"block_id": "b", **found[0]}


@pytest.fixture
async def workspace(
    database: Database, clocks: Clocks, knowledge: Knowledge, conversation: Conversation
) -> AsyncIterator[Workspace]:
    async with running_slack() as slack, open_many(slack, database, clocks, conversation) as admin:
        yield Workspace(admin, database, clocks, knowledge)


async def test_from_the_install_page_to_the_last_trace(workspace: Workspace) -> None:
    await an_administrator_adds_it(workspace)
    await its_first_message_comes_to_them(workspace)
    await they_type_the_command(workspace)
    await they_open_home_and_find_their_step(workspace)
    await they_ask_for_the_weekly_note(workspace)
    note = await a_week_later_it_comes_once(workspace)
    await its_button_answers_where_it_stands(workspace, note)
    await it_is_removed_and_falls_silent(workspace)
    await two_weeks_later_nothing_is_left(workspace)


async def an_administrator_adds_it(workspace: Workspace) -> None:
    admin, slack = workspace.admin, workspace.slack
    page = await (await admin.get("/slack/install")).text()
    assert re.findall(r'class="add" href="([^"]+)"', page) == ["/slack/install/start"]
    assert [scope for scope in SCOPES if f"<code>{scope}</code>" not in page] == []

    address, cookie = await admin.begin()
    back = slack.oauth.approve(address, HERE)
    assert slack.oauth.asked[0]["scope"].split(",") == list(SCOPES)

    answer = await admin.get(back, cookie)
    assert answer.status == 200
    assert f"The mentor is now in {HERE.name}" in await answer.text()
    [row] = await installations(workspace.database)
    assert row.external_id == HERE.id
    assert row.token
    assert "xoxb" not in row.token  # locked


async def its_first_message_comes_to_them(workspace: Workspace) -> None:
    slack = workspace.slack
    assert (await workspace.wait(MINUTE)).sent == 1
    assert said_by(slack) == [(INSTALLER, "xoxb-issued-1")]
    [first] = slack.posted
    assert first["text"] == "I am here: what to do next"
    assert "Tell your team: type `/mentor help`" in said(first)
    assert pressable(first, "home")
    assert (await workspace.wait(MINUTE)).sent == 0


async def they_type_the_command(workspace: Workspace) -> None:
    answer = await workspace.door.slash("")
    shown = await answer.json()
    assert answer.status == 200
    assert shown["response_type"] == "ephemeral"
    for words in (
        "your career mentor",
        "your step, what you",
        "Your employer may be able to read",
        "`/mentor stop` ends",
    ):
        assert words in said(shown)
    assert pressable(shown, "privacy")


async def they_open_home_and_find_their_step(workspace: Workspace) -> None:
    assert (await workspace.door.open_home()).status == 200
    home = await workspace.home("I am your career mentor")

    window = await workspace.window(home, "start")
    assert window["title"]["text"] == "Find your step"
    filled = {question: f"{question}={choice}" for question, choice in ANSWERS.items()}
    told = await workspace.door.submit(window, filled, trigger="placed")

    assert "step 3" in said(told)
    home = await workspace.home("You are on step 3 of 7")
    assert "0 / 9" in said(home)


async def they_ask_for_the_weekly_note(workspace: Workspace) -> None:
    await workspace.press(await workspace.home("You are on step 3"), "coach on", "opted-in")
    home = await workspace.home("Wednesdays at 12:00")

    window = await workspace.window(home, "coach settings")
    told = await workspace.door.submit(window, {"weekday": "Mondays", "hour": "10:30"}, trigger="rhythm")

    assert "Mondays at 10:30" in said(told)
    home = await workspace.home("Mondays at 10:30")
    assert "Your next weekly note comes Mon 30 Nov 2026, 10:30" in said(home)
    assert "America/Chicago" in said(home)  # where Slack says that they are


async def a_week_later_it_comes_once(workspace: Workspace) -> Json:
    slack, before = workspace.slack, len(workspace.slack.posted)
    assert (await workspace.wait(WEEK - HOUR)).sent == 0
    assert (await workspace.wait(HOUR)).sent == 1
    assert (await workspace.wait(HOUR)).sent == 0
    [note] = slack.posted[before:]
    assert note["channel"] == "D0SAMPLE1"
    assert note["text"] == "Your weekly note is ready"  # all that a locked screen shows
    assert "Get an outside view of you" in said(note)
    assert "You chose Mondays at 10:30" in said(note)
    assert note["metadata"]["event_type"] == "preceptor_delivery"
    assert note["metadata"]["event_payload"]["key"].endswith(":weekly:2026-W49")
    assert (note["unfurl_links"], note["unfurl_media"]) == (False, False)
    await workspace.home("Your next weekly note comes Mon 7 Dec 2026, 10:30")
    return note


async def its_button_answers_where_it_stands(workspace: Workspace, note: Json) -> None:
    slack, posted = workspace.slack, len(workspace.slack.posted)
    answer = await workspace.door.press(pressable(note, "done"), trigger="done")
    assert (answer.status, await answer.text()) == (200, "")
    await slack.until(lambda: len(slack.responses) == 1)
    replaced = slack.responses[-1]
    assert replaced["replace_original"] is True
    assert replaced["text"] == "Done: Get an outside view of you. Well done!"
    home = await workspace.home("1 / 9")
    assert "*Get an outside view of you*" not in said(home)
    assert len(slack.posted) == posted


async def it_is_removed_and_falls_silent(workspace: Workspace) -> None:
    slack, called = workspace.slack, len(workspace.slack.calls)
    slack.oauth.revoke(HERE)
    assert (await workspace.door.tell({"type": "app_uninstalled"}, event_id="EvRemoved")).status == 200
    [row] = await installations(workspace.database)
    assert (row.token, row.refresh_token, row.refused) == ("", "", "uninstalled")

    assert (await workspace.wait(WEEK)).sent == 0
    assert await workspace.ledger() == [
        ("installed", "sent", ""),
        ("weekly", "sent", ""),
        ("weekly", "skipped", "uninstalled"),
    ]
    assert slack.calls[called:] == []


async def two_weeks_later_nothing_is_left(workspace: Workspace) -> None:
    calendar, called = workspace.clocks.calendar, len(workspace.slack.calls)
    await workspace.wait(WEEK - HOUR)
    assert await erase_left(workspace.database, calendar.now()) == 0
    assert await workspace.traces() == list(TRACES)

    await workspace.wait(HOUR)
    assert await erase_left(workspace.database, calendar.now()) == 1
    assert await workspace.traces() == []
    # That some request was worked, and neither whose nor what; and what the pack's own rules say.
    assert await workspace.tables() == ["inboundevent"]
    assert workspace.slack.calls[called:] == []
