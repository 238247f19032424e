"""A mentor that many workspaces install, and an administrator with a browser: for the tests of installing, of tokens,
and of leaving.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse
from sqlmodel import select

from adapters.slack.api import SlackApi
from adapters.slack.tokens import Tokens
from bot.clock import Clocks
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.model.installations import SlackInstallation
from bot.settings import read_settings
from bot.vault import Vault
from bot.visit import Deployment
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from jobs.tick import TickReport, tick
from tests.fakes.slack import TEAM, FakeSlack
from tests.fakes.slack_door import SECRET, Door, open_door
from tests.fakes.slack_oauth import CLIENT, CLIENT_SECRET, Place

KEY = Vault.new_key()
MANY = {
    "SLACK_BOT_TOKEN": "",
    "SLACK_CLIENT_ID": CLIENT,
    "SLACK_CLIENT_SECRET": CLIENT_SECRET,
    "SECRET_KEY": KEY,
    "PUBLIC_URL": "https://mentor.example.org",
}
HERE = Place()


@dataclass
class Admin:
    """Reads pages, presses buttons, says yes."""

    door: Door

    async def get(self, path: str, cookie: str = "") -> ClientResponse:
        headers = {"Cookie": cookie} if cookie else {}
        return await self.door.http.get(f"{self.door.url}{path}", headers=headers, allow_redirects=False)

    async def begin(self, query: str = "") -> tuple[str, str]:
        """Press the button: Slack's address, and the cookie that the browser now has."""
        answer = await self.get(f"/slack/install/start{query}")
        assert answer.status == 302
        [cookie] = answer.cookies.values()
        return answer.headers["Location"], f"{cookie.key}={cookie.value}"

    async def install(self, place: Place = HERE) -> ClientResponse:
        """All of it: the button, Slack's question, and back."""
        address, cookie = await self.begin()
        return await self.get(self.door.slack.oauth.approve(address, place), cookie)


@asynccontextmanager
async def open_many(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation, **settings: Any
) -> AsyncIterator[Admin]:
    """A server for many workspaces, as an administrator meets it."""
    async with open_door(slack, database, clocks, conversation, **{**MANY, **settings}) as door:
        yield Admin(door)


class Process:
    """Another process on the same database, such as a worker."""

    def __init__(self, slack: FakeSlack, database: Database, clocks: Clocks, **settings: str) -> None:
        given = {"SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{slack.url}/api", **MANY, **settings}
        read = read_settings(given)
        self.tokens = Tokens(read, database, clocks)
        self.api = SlackApi(read, self.tokens)

    async def post(self, tenant: str = TEAM) -> None:
        await self.api.call(tenant, lambda client: client.chat_postMessage(channel="U0SAMPLE1", text="Hello"))


async def deliver(door: Door, database: Database, clocks: Clocks, knowledge: Knowledge) -> TickReport:
    """One look at the clock, with Slack as the way to members."""
    office = PostOffice(
        database=database,
        nudges=find_nudges(),
        messengers={"slack": door.messenger},
        clocks=clocks,
        library=knowledge.library,
        wordings=knowledge.wordings,
        deployment=Deployment(),
    )
    return await tick(office)


async def installations(database: Database) -> list[SlackInstallation]:
    async with database.reading() as session:
        return list((await session.exec(select(SlackInstallation).order_by(SlackInstallation.external_id))).all())


def said_by(slack: FakeSlack) -> list[tuple[Any, str]]:
    """Whom Slack's messages went to, and with which token."""
    tokens = [token for method, token in slack.used if method == "chat.postMessage"]
    return [(said["channel"], token) for said, token in zip(slack.posted, tokens, strict=True)]
