"""What a member takes away of their CE, opened with other programs."""

from datetime import timedelta

from icalendar import Calendar
from playwright.async_api import Browser

from bot.conversation import Knowledge
from bot.mentoring.ce_pack import Whose, audit_page
from bot.message import Code, Message, Paragraph
from tests.fakes.axe import faults
from tests.fakes.ce_records import NASTY, sample
from tests.fakes.ce_rules import day
from tests.fakes.dashboard import Dashboard
from tests.fakes.notices import say
from tests.fakes.talking import buttons


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


UNKNOWN = "/calendar/" + "A" * 43 + ".ics"
CMM = "ce add cmm earned 2026-03-01 expires 2027-03-01"


def address_in(message: Message) -> str:
    """The path of the calendar's own address, which is told once."""
    spans = [span for block in message.blocks if isinstance(block, Paragraph) for span in block.spans]
    [url] = [span.text for span in spans if isinstance(span, Code) and span.text.startswith("https://")]
    return url.removeprefix("https://mentor.example.org")


async def test_a_calendar_follows_at_its_own_address_until_it_is_ended(dashboard: Dashboard) -> None:
    world = dashboard.world
    await say(world, CMM, user="U1")
    told = await say(world, "ce calendar", user="U1")
    assert buttons(told)["Make an address"] == "ce calendar new"
    path = address_in(await say(world, "ce calendar new", user="U1"))

    async with dashboard.browser.get(dashboard.address + path) as answer:
        assert (answer.status, answer.content_type, answer.charset) == (200, "text/calendar", "utf-8")
        assert "private" in answer.headers["Cache-Control"]
        tag, first = answer.headers["ETag"], Calendar.from_ical(await answer.text())
    [event] = first.events
    assert (str(event.start), str(event.DTSTAMP)) == ("2027-03-01", "2026-11-23 00:00:00+00:00")
    async with dashboard.browser.get(dashboard.address + path, headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.text()) == (304, "")

    await say(world, "ce add cmm expires 2027-03-15", user="U1")
    [moved] = Calendar.from_ical((await dashboard.get(path))[1]).events
    assert (str(moved.start), moved.uid) == ("2027-03-15", event.uid)

    newer = address_in(await say(world, "ce calendar new", user="U1"))
    assert [(await dashboard.get(each))[0] for each in (path, newer)] == [404, 200]
    await say(world, "ce calendar off", user="U1")
    assert "of your own" in str(await say(world, "ce calendar", user="U1"))

    ended = [await dashboard.get(each) for each in (newer, path, UNKNOWN, "/calendar/x")]
    assert set(ended) == {(404, "")}


async def test_somebody_who_guesses_is_stopped_and_nobody_else(dashboard: Dashboard) -> None:
    world = dashboard.world
    await say(world, CMM, user="U1")
    mine = address_in(await say(world, "ce calendar new", user="U1"))
    assert (await dashboard.get(mine))[0] == 200
    answers = [(await dashboard.get(UNKNOWN))[0] for _ in range(31)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert (await dashboard.get(mine))[0] == 200  # whoever knows theirs is answered all the same
    world.machine.move(timedelta(minutes=2))
    assert (await dashboard.get(UNKNOWN))[0] == 404
