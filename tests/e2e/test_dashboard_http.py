"""The manager's pages over HTTP, on both databases: the way in, what is shown, and who is turned away."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from adapters.composition import Mentor
from adapters.server import make_app
from adapters.web.dashboard import add_dashboard
from bot.clock import FixedClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.message import Link, Paragraph, plain
from bot.settings import Settings
from bot.visit import Deployment
from jobs.outbox import LedgerOutbox
from tests.fakes.coached import Coached, coached
from tests.fakes.cohorts import create, enter
from tests.fakes.notices import say

PEOPLE = (("demo", "T1", "BOSS"), ("demo", "T2", "BOSS"))


@dataclass(frozen=True, slots=True)
class Desk:
    """A served mentor, and a browser's worth of cookies."""

    world: Coached
    browser: ClientSession
    address: str

    async def link(self, user: str = "BOSS", tenant: str = "T1") -> str:
        """The path of a link that somebody asked for in chat."""
        told = await say(self.world, "cohort web", user=user, tenant=tenant)
        spans = [span for block in told.blocks if isinstance(block, Paragraph) for span in block.spans]
        [url] = [span.url for span in spans if isinstance(span, Link)]
        return url.removeprefix("https://mentor.example.org")

    async def get(self, path: str) -> tuple[int, str]:
        async with self.browser.get(self.address + path) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, given: Mapping[str, str], **headers: str) -> tuple[int, str]:
        headers = {"Origin": self.address, **headers}
        async with self.browser.post(self.address + path, data=given, headers=headers) as answer:
            return answer.status, await answer.text()

    async def sign_in(self, user: str = "BOSS", tenant: str = "T1") -> tuple[int, str]:
        token = (await self.link(user, tenant)).rpartition("/")[2]
        return await self.post("/dashboard/enter", {"token": token})


@pytest.fixture
async def desk(database: Database, knowledge: Knowledge, calendar: FixedClock) -> AsyncIterator[Desk]:
    base = coached(database, knowledge, calendar)
    deployment = Deployment(operators=PEOPLE, public_url="https://mentor.example.org")
    words, clocks = vocabulary(find_commands()), base.office.clocks
    talk = Conversation(database, knowledge, words, clocks=clocks, deployment=deployment, outbox=LedgerOutbox())
    world = replace(base, conversation=talk)
    app = make_app(mentor := Mentor(Settings(), database, knowledge, replace(deployment, public_url=""), clocks, talk))
    add_dashboard(app, mentor)
    async with TestServer(app) as server, ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        yield Desk(world, browser, str(server.make_url("")).rstrip("/"))


async def learners(desk: Desk, number: int = 6) -> None:
    code = await create(desk.world, "Sample <b>group</b>")
    await enter(desk.world, code, number)


async def test_a_link_works_once_by_its_button_within_minutes(desk: Desk) -> None:
    await learners(desk)
    link = await desk.link()
    for _ in range(3):
        status, page = await desk.get(link)  # a preview reads it
        assert (status, "Sign in" in page) == (200, True)
    token = link.rpartition("/")[2]
    status, page = await desk.post("/dashboard/enter", {"token": token})
    assert (status, "Sample &lt;b&gt;group&lt;/b&gt;" in page) == (200, True)
    assert (await desk.post("/dashboard/enter", {"token": token}))[0] == 403

    late = (await desk.link()).rpartition("/")[2]
    desk.world.calendar.move(timedelta(minutes=10))
    assert (await desk.post("/dashboard/enter", {"token": late}))[0] == 403
    for forged in ("", "x", "é" * 500, f"{token}x"):
        assert (await desk.post("/dashboard/enter", {"token": forged}))[0] == 403


async def test_after_signing_out_nothing_opens(desk: Desk) -> None:
    await learners(desk)
    waiting = (await desk.link()).rpartition("/")[2]
    await desk.sign_in()
    cookies = {cookie.key: cookie.value for cookie in desk.browser.cookie_jar}
    status, page = await desk.post("/dashboard/leave", {})
    assert (status, "You are signed out" in page) == (200, True)
    desk.browser.cookie_jar.update_cookies(cookies)
    for path in ("/dashboard", "/dashboard/1", "/dashboard/1/people", "/dashboard/1/people.csv"):
        assert (await desk.get(path))[0] == 401, path
    assert (await desk.post("/dashboard/enter", {"token": waiting}))[0] == 403


async def test_a_session_ends_after_eight_hours(desk: Desk) -> None:
    await learners(desk)
    await desk.sign_in()
    desk.world.calendar.move(timedelta(hours=7, minutes=59))
    assert (await desk.get("/dashboard/1"))[0] == 200
    desk.world.calendar.move(timedelta(minutes=1))
    assert (await desk.get("/dashboard/1"))[0] == 401


ROUTES = ("/dashboard/1", "/dashboard/1/people", "/dashboard/1/people.csv", "/dashboard/1/people/2", "/dashboard/99")


async def test_another_workspaces_manager_finds_nothing_here(desk: Desk) -> None:
    await learners(desk)
    await create(desk.world, "Theirs", tenant="T2")
    await desk.sign_in(tenant="T2")
    found = {path: await desk.get(path) for path in ROUTES}
    assert {status for status, _ in found.values()} == {404}
    assert [path for path, (_, page) in found.items() if "Sample" in page or "U1" in page] == []
    assert (await desk.get("/dashboard/2"))[0] == 200


async def test_members_and_former_managers_are_no_managers(desk: Desk) -> None:
    await learners(desk)
    await say(desk.world, "cohort managers add @SECOND")
    await desk.sign_in("SECOND")
    assert (await desk.get("/dashboard/1"))[0] == 200
    await say(desk.world, "cohort managers remove @SECOND")
    assert {(await desk.get(path))[0] for path in ROUTES} == {404}
    assert "You manage no cohort" in plain(await say(desk.world, "cohort web", user="U1"))


async def test_what_is_withdrawn_is_gone_while_the_page_is_open(desk: Desk) -> None:
    await learners(desk)
    await desk.sign_in()
    _, page = await desk.get("/dashboard/1/people")
    [address] = re.findall(r'href="(/dashboard/1/people/\d+)">U3<', page)
    assert "up to date" in (await desk.get(address))[1]
    await say(desk.world, "cohort leave", user="U3")
    assert (await desk.get(address))[0] == 404
    assert ">U3<" not in (await desk.get("/dashboard/1/people"))[1]


async def test_the_list_is_filtered_searched_sorted_and_paged_by_its_address(desk: Desk) -> None:
    code = await create(desk.world)
    await enter(desk.world, code, 55, line="home")
    await say(desk.world, "site =Mill", user="U9")
    await desk.sign_in()

    def users(page: str) -> list[str]:
        return re.findall(r'href="/dashboard/1/people/\d+">(U\d+)<', page)

    first = users((await desk.get("/dashboard/1/people"))[1])
    second = users((await desk.get("/dashboard/1/people?page=2"))[1])
    assert (len(first), len(second), len({*first, *second})) == (50, 5, 55)
    assert users((await desk.get("/dashboard/1/people?page=999"))[1]) == second
    assert users((await desk.get("/dashboard/1/people?down=1"))[1])[0] == second[-1]
    assert users((await desk.get("/dashboard/1/people?q=%3Dmill"))[1]) == ["U9"]
    assert users((await desk.get("/dashboard/1/people?show=quiet"))[1]) == []
    for strange in ("sort=x", "page=-1", "page=%00", "show=%F0%9F%8E%89", "q=" + "x" * 500, "down=2"):
        assert (await desk.get(f"/dashboard/1/people?{strange}"))[0] == 200
    assert 'aria-sort="descending"' in (await desk.get("/dashboard/1/people?sort=place&down=1"))[1]


async def test_a_file_holds_no_formula(desk: Desk) -> None:
    code = await create(desk.world)
    await say(desk.world, '=HYPERLINK("https://example.org")', user="U1")
    await say(desk.world, '=cmd,"x', user="U1")
    await say(desk.world, 'site =1+1,"x"', user="U1")
    await say(desk.world, f"cohort join {code} share everything", user="U1")
    await desk.sign_in()
    async with desk.browser.get(f"{desk.address}/dashboard/1/people.csv") as answer:
        assert answer.content_type == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        told = await answer.text()
    assert told.splitlines()[1] == 'U1,,,up to date,,"\'=1+1,""x"""'


async def test_each_page_is_a_look_that_the_member_can_read(desk: Desk) -> None:
    await learners(desk, 2)
    await desk.sign_in()
    await desk.get("/dashboard/1")
    assert "Nobody has looked" in plain(await say(desk.world, "privacy", user="U1"))  # figures name nobody
    for path in ("/dashboard/1/people", "/dashboard/1/people.csv"):
        await desk.get(path)
    assert plain(await say(desk.world, "privacy", user="U1")).count("· Sample <b>group</b> ·") == 2


async def test_locked_to_figures_the_list_is_empty(desk: Desk) -> None:
    await learners(desk)
    await say(desk.world, "admin cohorts lock")
    await desk.sign_in()
    pages = [(await desk.get(path))[1] for path in ROUTES[:4]]
    assert [page for page in pages if "U1" in page or "U2" in page] == []
    assert "Where people are" in pages[0]


async def test_a_form_from_elsewhere_does_nothing(desk: Desk) -> None:
    await learners(desk)
    token = (await desk.link()).rpartition("/")[2]
    for headers in ({"Origin": "https://evil.example.org"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await desk.post("/dashboard/enter", {"token": token}, **headers))[0] == 403
    assert (await desk.post("/dashboard/enter", {"token": token}))[0] == 200


async def test_pages_are_kept_nowhere_and_run_no_foreign_script(desk: Desk) -> None:
    await learners(desk)
    await desk.sign_in()
    async with desk.browser.get(f"{desk.address}/dashboard/1") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        page = await answer.text()
    assert "<script" not in page
    assert "style=" not in page
    assert len(page) < 150_000
    [cookie] = list(desk.browser.cookie_jar)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/dashboard")


async def test_an_invitation_by_link_says_what_to_type(desk: Desk) -> None:
    await create(desk.world)
    told = plain(await say(desk.world, "cohort invite link"))
    [path] = re.findall(r"https://mentor.example.org(/join/[A-Z-]+)", told)
    status, page = await desk.get(path)
    assert status == 200
    assert f"/mentor cohort join {path.rpartition('/')[2]}" in page
