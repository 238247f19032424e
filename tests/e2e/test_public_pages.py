"""/privacy, /terms and /support: there for everybody, each leading to the others, true to what is said elsewhere."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser

from adapters.web.public_pages import PRIVACY, SUPPORT, TERMS, PublicPages
from tests.fakes.shipped import shipped_wordings

PATHS = (PRIVACY, TERMS, SUPPORT)
Visitor = TestClient[web.Request, web.Application]


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    app = web.Application()
    PublicPages(shipped_wordings()["en"], "Sample Clinics").add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
async def test_each_page_is_whole_guarded_and_leads_to_the_others(visitor: Visitor, path: str) -> None:
    answer = await visitor.get(path)
    page = await answer.text()
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    links = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert {*PATHS} - {path} <= {*links}
    assert [link for link in links if (await visitor.get(link)).status != 200] == []
    assert "Run by Sample Clinics." in page
    assert page.count("<li>") >= 6
    assert "HIPAA" not in page


async def test_the_privacy_page_says_who_sees_it_how_to_stop_and_when_it_is_erased(visitor: Visitor) -> None:
    page = await (await visitor.get(PRIVACY)).text()
    assert all(
        words in page
        for words in ("Managers: only what", "Your employer may", "Type <code>stop</code>", "14 days later")
    )


async def test_without_a_name_the_pages_still_read() -> None:
    app = web.Application()
    PublicPages(shipped_wordings()["en"], "").add_to(app)
    async with TestClient(TestServer(app)) as client:
        page = await (await client.get(TERMS)).text()
    assert "Run by" not in page
    assert "provided as it is by the organization that runs this mentor" in page


@pytest.mark.browser
async def test_nothing_runs_over_the_edge_of_a_phone(visitor: Visitor, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 375, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    for path in PATHS:
        await page.goto(str(visitor.make_url(path)))
        assert await page.evaluate("document.documentElement.scrollWidth") <= 375
    assert complaints == []
