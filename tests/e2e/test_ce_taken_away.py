"""What a member takes away of their CE, opened with other programs."""

from playwright.async_api import Browser

from bot.conversation import Knowledge
from bot.mentoring.ce_pack import Whose, audit_page
from tests.fakes.axe import faults
from tests.fakes.ce_records import NASTY, sample
from tests.fakes.ce_rules import day


async def test_the_page_for_an_audit_reads_well_in_a_browser(browser: Browser, knowledge: Knowledge) -> None:
    page = await browser.new_page(viewport={"width": 375, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    told = audit_page(knowledge.wordings["en"], sample(), Whose("", day("2026-11-22")))
    await page.set_content(told.decode())

    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 375
    assert await page.locator("table").count() == await page.locator("caption").count() == 3
    rows = page.locator("table:has(caption:text('CMPE: courses')) tbody tr")
    assert await rows.locator("th").all_inner_texts() == [NASTY, "State meeting, day 2"]
    assert await page.locator("td a").evaluate_all("links => links.map(link => link.href)") == [
        "https://example.org/a?b=1&c"
    ]
    await page.emulate_media(media="print")
    assert len(await page.pdf()) > 10_000
    assert asked == []
