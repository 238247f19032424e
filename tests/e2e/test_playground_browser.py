"""The playground in a real browser: with the mouse, with the keyboard alone, and with words that look like markup."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from bot.commands import find_commands
from jobs.nudges import find_nudges
from tests.e2e.playground_server import Demo

pytestmark = pytest.mark.browser

NOTE = "Your weekly note is ready"
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture
async def page(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    """The playground with its tour skipped; anything that the browser complains about fails the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    await opened.goto(f"{demo.address}/playground")
    await opened.get_by_role("button", name="Skip the tour").click()
    yield opened
    assert complaints == []
    await context.close()


async def type_line(page: Page, line: str) -> None:
    await expect(page.locator("body")).not_to_have_attribute("aria-busy", "true")
    await page.locator("#line").fill(line)
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("body")).not_to_have_attribute("aria-busy", "true")


@pytest.mark.long
async def test_a_member_opts_in_gets_one_note_a_week_later_and_moves_on(page: Page) -> None:
    await page.get_by_text("biller with a degree").click()
    await expect(page.locator("#done")).to_have_text("0 of 9 actions done")
    await type_line(page, "coach on")
    await expect(page.get_by_role("heading", name="Weekly coaching is on")).to_be_visible()
    await page.get_by_role("button", name="A week later").click()
    notes = page.locator("article", has_text=f"The notification said: “{NOTE}”")
    await expect(notes).to_have_count(1)
    await expect(notes.locator("time")).to_have_text("Wed 25 Nov, 12:00")
    await expect(page.locator("#inbox").get_by_role("button")).to_have_count(1)
    await expect(page.get_by_role("status")).to_contain_text(NOTE)
    await notes.get_by_role("button", name="Done", exact=True).click()
    await expect(page.locator("#done")).to_have_text("1 of 9 actions done")
    await expect(notes.get_by_role("button", name="Done", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="A week later").click()
    await expect(page.locator("#inbox").get_by_role("button")).to_have_count(2)


async def test_the_keyboard_alone_is_enough(page: Page) -> None:
    field = page.locator("#line")
    await expect(field).to_be_focused()
    await page.keyboard.type("coach")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("option", selected=True)).to_have_text("coach on")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("coach on")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Weekly coaching is on")).to_be_visible()
    await _tab_to(page, "A week later")
    await page.keyboard.press("Enter")
    note = page.locator("article", has_text=NOTE)
    await expect(note).to_have_count(1)
    await expect(page.get_by_role("button", name="A week later")).to_be_focused()
    await _tab_to(page, NOTE)
    await page.keyboard.press("Enter")
    await expect(note).to_be_focused()
    await _tab_to(page, "Done")
    await page.keyboard.press("Enter")
    await expect(page.locator("article:focus")).to_contain_text("8 actions are left")


async def test_both_looks_can_be_pressed_and_filled_in(page: Page) -> None:
    for look in ("Slack look", "Teams look"):
        await page.get_by_text(look).click()
        await type_line(page, "coach settings")
        last = page.locator("article").last
        await last.get_by_role("combobox").first.select_option(label="Fridays")
        if look == "Teams look":
            await last.get_by_role("button", name="OK").first.click()
        await expect(last).to_contain_text("Saved")
        await expect(last).to_contain_text("Fridays")
        await type_line(page, "result list-your-schooling")
        await last.get_by_role("textbox").fill(f"Said in the {look}")
        await last.get_by_role("textbox").press("Enter")
        await expect(last).to_contain_text(f"Said in the {look}")


async def test_words_that_look_like_markup_are_shown_as_words(page: Page) -> None:
    words = "<img src=x onerror=alert(1)> *b* [x](javascript:alert(1)) <!channel>"
    for look in ("Slack look", "Teams look"):
        await page.get_by_text(look).click()
        await type_line(page, words)
        assert await page.locator("article.mine .typed").last.inner_text() == words
        assert await page.locator("#messages img:not([src='/playground/static/mark.svg'])").count() == 0
        assert await page.locator("a[href^='javascript']").count() == 0


async def test_json_and_the_tour_are_there_for_who_wants_them(page: Page) -> None:
    await page.locator("article").last.get_by_text("as JSON").click()
    await expect(page.locator(".json pre").first).to_contain_text('"type": "header"')
    await expect(page.locator(".json pre").last).to_contain_text('"AdaptiveCard"')
    await page.get_by_role("button", name="Take the tour").click()
    for number in range(1, 5):
        await expect(page.locator(".tour")).to_contain_text(f"Stop {number} of 4")
        await page.keyboard.press("Enter")
    await expect(page.locator(".tour")).to_have_count(0)


async def test_a_phone_shows_one_thing_at_a_time_and_never_scrolls_sideways(page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    panel = page.get_by_role("complementary")
    await expect(panel).to_be_hidden()
    await page.get_by_role("button", name="What the mentor knows").click()
    await expect(panel).to_be_visible()
    await expect(page.locator("#line")).to_be_hidden()
    assert await page.evaluate(FITS)


@pytest.mark.long
async def test_the_gallery_shows_every_command_and_nudge_also_on_a_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    gallery = re.sub("playground$", "gallery", page.url)
    shown = await (await page.goto(gallery, timeout=90_000)).text()  # type: ignore[union-attr]
    assert await page.evaluate(FITS)
    assert shown == await (await page.request.get(gallery)).text()
    names = [command.name for command in find_commands()] + [f"nudge-{nudge.kind}" for nudge in find_nudges()]
    assert len(names) >= 21
    assert [name for name in names if f'id="{name}"' not in shown] == []
    assert shown.count('data-platform="slack"') == shown.count('data-platform="teams"') >= 70


async def _tab_to(page: Page, name: str) -> None:
    """Press Tab until something of that name has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        words = await page.evaluate("document.activeElement.innerText || ''")
        if words.strip().startswith(name):
            return
    pytest.fail(f"Tab never reached {name!r}")
