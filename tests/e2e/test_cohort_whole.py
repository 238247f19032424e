"""A cohort from the first word to the last look, on both databases: made in Slack by signed requests, joined by five,
closed to another workspace, seen by its manager in chat and in a browser; what one of them withdraws is gone from
both, and they read who looked.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, expect

from bot.clock import Clocks
from bot.database import Database
from tests.fakes.cohorts import CODE, STEP
from tests.fakes.dashboard import Dashboard
from tests.fakes.slack import TEAM, running_slack
from tests.fakes.slack_admin import Admin, open_many
from tests.fakes.slack_oauth import Place

pytestmark = pytest.mark.browser
BOSS, PEOPLE, ELSEWHERE = "U0BOSS", tuple(f"U0SAMPLE{number}" for number in range(1, 6)), "T0OTHER01"
LINK = re.compile(r"https://mentor\.example\.org(/dashboard/enter/[\w-]+)")


@dataclass(frozen=True, slots=True)
class Workspaces:
    """Two workspaces of Slack that have installed the mentor."""

    admin: Admin

    async def say(self, user: str, line: str, team: str = TEAM) -> str:
        """`/mentor <line>`, and all that comes back for it."""
        answer = await self.admin.door.slash(line, user_id=user, team_id=team)
        assert answer.status == 200
        return await answer.text()


@pytest.fixture
async def workspaces(database: Database, clocks: Clocks, dashboard: Dashboard) -> AsyncIterator[Workspaces]:
    conversation = dashboard.world.conversation
    async with running_slack() as slack, open_many(slack, database, clocks, conversation) as admin:
        for place in (Place(), Place(team=ELSEWHERE)):
            assert (await admin.install(place)).status == 200
        yield Workspaces(admin)


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    opened = await browser.new_page(viewport={"width": 1200, "height": 900})
    yield opened
    await opened.close()


async def test_from_the_first_word_to_the_last_look(workspaces: Workspaces, dashboard: Dashboard, page: Page) -> None:
    await five_join_and_a_stranger_cannot(workspaces)
    await they_get_on_and_the_manager_reads_it_in_chat(workspaces)
    await and_in_a_browser(workspaces, dashboard, page)
    await one_withdraws_a_field_and_it_is_gone(workspaces, page)
    own = await workspaces.say(PEOPLE[1], "privacy")
    assert f"<@{BOSS}>" in own
    assert "passed an exam" not in await workspaces.say(PEOPLE[2], "privacy")


async def five_join_and_a_stranger_cannot(workspaces: Workspaces) -> None:
    said = await workspaces.say(BOSS, "cohort create Sample learners")
    code = CODE.findall(said)[0]
    for each in PEOPLE:
        await workspaces.say(each, STEP)
        assert "Sample learners" in await workspaces.say(each, f"cohort join {code} share everything")
    refused = await workspaces.say("U0SAMPLE6", f"cohort join {code} share everything", team=ELSEWHERE)
    assert "That code belongs to another workspace" in refused


async def they_get_on_and_the_manager_reads_it_in_chat(workspaces: Workspaces) -> None:
    await workspaces.say(PEOPLE[0], "done")
    await workspaces.say(PEOPLE[1], "outcome passed")
    seen = await workspaces.say(BOSS, "cohort show")
    assert "5 people share something" in seen
    assert "1 by 5 people" in seen
    assert "passed an exam" in seen


async def and_in_a_browser(workspaces: Workspaces, dashboard: Dashboard, page: Page) -> None:
    [link] = set(LINK.findall(await workspaces.say(BOSS, "cohort web")))
    await page.goto(dashboard.address + link)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("main")).to_contain_text("1 by 5 people")
    outcomes = page.get_by_role("figure", name="What has come of it")
    await outcomes.get_by_text("The same as a table").click()
    await expect(outcomes.get_by_role("row", name="Passed an exam")).to_contain_text("1 of 5")
    await page.get_by_role("link", name="People").click()
    await expect(page.locator("tbody tr")).to_have_count(5)
    await expect(page.get_by_role("main")).to_contain_text("passed an exam")


async def one_withdraws_a_field_and_it_is_gone(workspaces: Workspaces, page: Page) -> None:
    await workspaces.say(PEOPLE[1], "cohort unshare outcomes")
    await page.reload()
    await expect(page.locator("tbody tr")).to_have_count(5)
    await expect(page.get_by_role("main")).not_to_contain_text("passed an exam")
    await page.get_by_role("link", name="Overview").click()
    await expect(page.get_by_role("figure", name="Where people are")).to_be_visible()
    await expect(page.get_by_role("figure", name="What has come of it")).to_have_count(0)
    assert "passed an exam" not in await workspaces.say(BOSS, "cohort show")
