"""The install page in a real browser: from reading it to the page that says what comes next, wide and on a phone, in
light and in dark, with the keyboard alone.
"""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import unused_port
from playwright.async_api import Browser, Page, expect

from bot.clock import Clocks
from bot.conversation import Conversation
from bot.database import Database
from tests.fakes.slack import FakeSlack, running_slack
from tests.fakes.slack_admin import installations, open_many

pytestmark = pytest.mark.browser

SCREENS = {"wide": (1440, 900, "light"), "tablet": (768, 900, "dark"), "phone": (375, 800, "light")}


@pytest.fixture
def database(sqlite: Database) -> Database:
    """One kind is enough here: `tests/e2e/test_slack_install.py` installs on both."""
    return sqlite


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def address(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> AsyncIterator[str]:
    port = unused_port()
    public = f"http://127.0.0.1:{port}"
    async with open_many(slack, database, clocks, conversation, PUBLIC_URL=public, port=port):
        yield public


async def test_an_administrator_installs_it_with_the_keyboard_alone(
    browser: Browser, address: str, database: Database
) -> None:
    page, complaints = await _open(browser, "wide")
    await page.goto(f"{address}/slack/install")
    for _ in range(2):  # past the way to the content
        await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Add to Slack"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("The mentor is now in Sample workspace 1")
    await expect(page.get_by_role("link", name="Open Slack")).to_be_visible()
    assert complaints == []
    assert [row.name for row in await installations(database)] == ["Sample workspace 1"]


async def test_nothing_runs_over_the_edge_and_the_button_is_in_sight(browser: Browser, address: str) -> None:
    assert len(SCREENS) == 3
    for screen, (width, height, _) in SCREENS.items():
        page, complaints = await _open(browser, screen)
        await page.goto(f"{address}/slack/install")
        button = await page.get_by_role("link", name="Add to Slack").bounding_box()
        assert button is not None, screen
        assert button["y"] + button["height"] < height, screen
        assert button["height"] >= 44, screen
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, screen
        assert complaints == [], screen


async def _open(browser: Browser, screen: str) -> tuple[Page, list[str]]:
    """A page, and whatever the browser will complain about."""
    width, height, scheme = SCREENS[screen]
    dark = "dark" if scheme == "dark" else "light"
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=dark)  # type: ignore[arg-type]
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    return page, complaints
