"""The manager's pages as they are served, and a browser's worth of cookies, for tests of the dashboard."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from adapters.composition import Mentor
from adapters.server import make_app
from adapters.web.calendar_feed import CalendarFeeds
from adapters.web.dashboard import add_dashboard
from adapters.web.taking import TakePages
from bot.clock import FixedClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.message import Link, Paragraph
from bot.settings import Settings
from bot.visit import Deployment
from jobs.outbox import LedgerOutbox
from tests.fakes.coached import Coached, coached
from tests.fakes.notices import say

PEOPLE = (("demo", "T1", "BOSS"), ("demo", "T2", "BOSS"))


@dataclass(frozen=True, slots=True)
class Dashboard:
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


@asynccontextmanager
async def open_dashboard(
    database: Database, knowledge: Knowledge, calendar: FixedClock, settings: Settings | None = None
) -> AsyncIterator[Dashboard]:
    base = coached(database, knowledge, calendar)
    deployment = Deployment(operators=PEOPLE, public_url="https://mentor.example.org")
    words, clocks = vocabulary(find_commands()), base.office.clocks
    talk = Conversation(database, knowledge, words, clocks=clocks, deployment=deployment, outbox=LedgerOutbox())
    world = replace(base, conversation=talk)
    settings, local = settings or Settings(), replace(deployment, public_url="")
    app = make_app(mentor := Mentor(settings, database, knowledge, local, clocks, talk))
    add_dashboard(app, mentor)
    CalendarFeeds(mentor).add_to(app)
    TakePages(mentor).add_to(app)
    async with TestServer(app) as server, ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        yield Dashboard(world, browser, str(server.make_url("")).rstrip("/"))
