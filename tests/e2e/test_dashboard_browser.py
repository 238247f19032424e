"""The whole story in a browser, on both databases: a manager signs in by a link from chat, reads the charts, filters,
saves the file, sees a withdrawal, signs out and is refused; and the pages are fit for a phone, a keyboard and the dark.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from bot.message import plain
from tests.fakes.axe import faults
from tests.fakes.cohorts import create, enter
from tests.fakes.dashboard import Dashboard
from tests.fakes.notices import say

pytestmark = pytest.mark.browser
ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For how a page looks and is used: what it holds is the same from both, which the whole story shows."""
INSIDE = """() => [...document.querySelectorAll('main *')]
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.scroll')).length"""
CONTRAST = """() => {
    const light = rgb => rgb.map(one => (one /= 255) <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0)
    const channels = text => text.match(/[\\d.]+/g).map(Number)
    const ground = each => { for (; each; each = each.parentElement) {
        const found = channels(getComputedStyle(each).backgroundColor)
        if (found.length < 4 || found[3] > 0) return found.slice(0, 3) } return [255, 255, 255] }
    return Math.min(...[...document.querySelectorAll('h1, h2, p, a, dt, dd, th, td, button, summary, label, svg text')]
        .filter(each => each.getClientRects().length).map(each => {
            const style = getComputedStyle(each)
            const words = light(channels(each.namespaceURI.endsWith('svg') ? style.fill : style.color).slice(0, 3))
            const under = light(ground(each))
            return (Math.max(words, under) + 0.05) / (Math.min(words, under) + 0.05) }))
}"""


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    opened = await browser.new_page(viewport={"width": 1200, "height": 900})
    yield opened
    await opened.close()


async def _sign_in(dashboard: Dashboard, page: Page) -> None:
    await page.goto(dashboard.address + await dashboard.link())
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sample learners")


async def test_the_whole_story(dashboard: Dashboard, page: Page) -> None:
    code = await create(dashboard.world)
    await enter(dashboard.world, code, 6)
    elsewhere = await say(dashboard.world, f"cohort join {code} share everything", user="U7", tenant="T2")
    assert elsewhere.title == "That code belongs to another workspace"
    await say(dashboard.world, "outcome passed", user="U2")

    await _sign_in(dashboard, page)
    await _read_the_charts(page)
    await _find_somebody(page)
    await say(dashboard.world, "cohort unshare outcomes", user="U2")
    await page.get_by_role("link", name="Overview").click()
    await expect(page.get_by_role("figure", name="Where people are")).to_be_visible()
    await expect(page.get_by_role("figure", name="What has come of it")).to_have_count(0)
    assert plain(await say(dashboard.world, "privacy", user="U2")).count("a manager · Sample learners ·") == 3

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    await page.goto(f"{dashboard.address}/dashboard/1")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are not signed in")


async def _read_the_charts(page: Page) -> None:
    steps = page.get_by_role("figure", name="Where people are")
    await expect(steps).to_contain_text("Of 6 who share their step, most are here: Step 3: Essential skills.")
    await expect(steps.get_by_role("img", name="Where people are")).to_be_visible()
    await steps.get_by_text("The same as a table").click()
    await expect(steps.get_by_role("row", name="Step 3: Essential skills")).to_contain_text("6 of 6")
    outcomes = page.get_by_role("figure", name="What has come of it")
    await outcomes.get_by_text("The same as a table").click()
    await expect(outcomes.get_by_role("row", name="Passed an exam")).to_contain_text("1 of 6")


async def _find_somebody(page: Page) -> None:
    await page.get_by_role("link", name="People").click()
    await expect(page.locator("tbody tr")).to_have_count(6)
    await page.get_by_label("Search for a name or place").fill("sample 2")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="Sample 2").click()
    await expect(page.get_by_role("main")).to_contain_text("passed an exam")
    await page.get_by_role("link", name="All people").click()
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save as a file").click()
    assert (await saved.value).suggested_filename == "cohort-1.csv"


PAGES = (
    "/dashboard/1",
    "/dashboard/1/people",
    "/dashboard/1/people?q=nobody",
    "/dashboard/1/people/2",
    "/dashboard/1/report",
    "/dashboard/compare",
    "/dashboard/9",
)


WIDTHS = (1440, 375)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ASKED = tuple(zip(WIDTHS, SCHEMES, strict=True))
"""What axe is asked about: neither what it says of a width nor what it says of colours depends on the other, and it
takes most of a second where the two measures take none.
"""


@ONE_ENGINE
@pytest.mark.long
async def test_axe_finds_nothing_and_each_page_fits_a_phone(dashboard: Dashboard, page: Page) -> None:
    code = await create(dashboard.world)
    await enter(dashboard.world, code, 6)
    await say(dashboard.world, "outcome kept", user="U1")
    dashboard.world.calendar.move(timedelta(days=22))
    await page.goto(dashboard.address + await dashboard.link())
    await _looks_right(page, "the link from chat")
    await _sign_in(dashboard, page)
    for path in PAGES:
        await page.goto(dashboard.address + path)
        await _looks_right(page, path)


async def _looks_right(page: Page, path: str) -> None:
    for width, scheme in product(WIDTHS, SCHEMES):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme=scheme)
        assert await page.evaluate(INSIDE) == 0, (path, width, scheme)
        assert await page.evaluate(CONTRAST) >= 4.5, (path, width, scheme)
        if (width, scheme) in ASKED:
            assert await faults(page) == [], (path, width, scheme)


@ONE_ENGINE
async def test_the_report_is_one_sheet_of_paper(dashboard: Dashboard, page: Page) -> None:
    code = await create(dashboard.world, "Sample learners")
    await enter(dashboard.world, code, 6)
    await say(dashboard.world, "outcome kept", user="U1")
    dashboard.world.calendar.move(timedelta(days=22))
    await _sign_in(dashboard, page)
    await page.goto(f"{dashboard.address}/dashboard/1/report")
    await expect(page.get_by_role("figure")).to_have_count(4)
    for paper in ("A4", "Letter"):
        assert b"/Count 1\n" in await page.pdf(format=paper), paper
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@ONE_ENGINE
async def test_axe_would_notice(dashboard: Dashboard, page: Page) -> None:
    await page.goto(f"{dashboard.address}/dashboard")
    assert await faults(page) == []
    await page.evaluate("document.querySelector('img').removeAttribute('alt')")
    assert [fault.partition(":")[0] for fault in await faults(page)] == ["image-alt"]


@ONE_ENGINE
async def test_the_keyboard_alone_is_enough_to_sign_out(dashboard: Dashboard, page: Page) -> None:
    code = await create(dashboard.world)
    await enter(dashboard.world, code, 1)
    await _sign_in(dashboard, page)
    for _ in range(5):  # past the way to the contents, and three pages
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
