"""What one question in Teams costs over signed HTTP, until its answer is at the connector, beside the SDK's own echo
bot in the same run. `make bench` prints it.

Each server is a process of its own (this module, run with the server's name and its settings); this one signs, asks on
sixteen connections, each in a conversation of its own, and is the connector and the key server.
"""

import asyncio
import itertools
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from types import SimpleNamespace
from typing import Any

from aiohttp import ClientSession, web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botframework.connector.auth import ChannelValidation, MicrosoftAppCredentials, ServiceClientCredentialsFactory

from adapters.composition import open_mentor, ready_to_answer
from adapters.teams.inbound import add_teams
from adapters.teams.listeners import Listeners
from adapters.wiring import Wiring
from bot.clock import MachineClock
from bot.conversation import Request
from bot.message import Message, Paragraph, text
from bot.settings import read_settings
from tests.bench.slack_bench import serve
from tests.fakes.teams import BOT, TENANT, TOKEN
from tests.fakes.teams_keys import APP, claims, running_keys, token

CONNECTIONS = 16
SECONDS = 4.0
ASKED = "faq do I need a degree"
SERVERS = {
    "echo": "the SDK's own echo bot, with a fixed token",
    "empty": "ours without the mentor behind it: stored, acknowledged, worked, drawn, sent",
    "mentor": "ours, the answer searched, stored in SQLite, drawn and sent",
}
Json = dict[str, Any]


@dataclass
class Connector:
    """Takes every activity, and tells whoever waits in its conversation."""

    url: str = ""
    waiting: dict[str, asyncio.Event] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        await request.read()
        self.waiting[request.match_info["conversation"]].set()
        return web.json_response({"id": "act-1"}, status=201)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did."""

    rate: float
    """Questions answered a second."""
    wait: float
    """The median until the answer is there, in milliseconds."""


def run() -> list[str]:
    """Answers a second and the median wait of each server, and ours as a ratio of the SDK's."""
    return asyncio.run(_run())


async def _run() -> list[str]:
    measured = {name: await _measure(name) for name in SERVERS}
    echo = measured["echo"]
    told = [
        f"  {SERVERS[name]}: {one.rate:,.0f} answers/s, median {one.wait:.0f} ms, {one.rate / echo.rate:.2f} of echo"
        for name, one in measured.items()
    ]
    using = f"Python {platform.python_version()}, {platform.machine()}, botbuilder {version('botbuilder-core')}"
    return [f"teams, {using}, `{ASKED}` signed, {CONNECTIONS} connections:", *told]


async def _measure(name: str) -> Measured:
    async with running_keys() as keys, _connector() as connector:
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.bench.teams_bench",
            name,
            connector.url,
            keys.metadata_url,
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:  # noqa: ASYNC220
            assert server.stdout is not None
            try:
                port = int(await asyncio.to_thread(server.stdout.readline))
                return await _load(port, connector)
            finally:
                server.terminate()


@asynccontextmanager
async def _connector() -> AsyncIterator[Connector]:
    connector, app = Connector(), web.Application()
    for path in ("", "/{to}"):
        app.router.add_post(f"/v3/conversations/{{conversation}}/activities{path}", connector.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    connector.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield connector
    finally:
        await runner.cleanup()


async def _load(port: int, connector: Connector) -> Measured:
    numbers, url = itertools.count(), f"http://127.0.0.1:{port}/api/messages"
    signed = token(claims(connector.url, MachineClock().now().timestamp()))
    async with ClientSession(headers={"Authorization": f"Bearer {signed}"}) as http:

        async def client(who: int, until: float) -> list[float]:
            waits, conversation = [], f"a:{who}"
            while (begun := time.perf_counter()) < until:
                answered = connector.waiting[conversation] = asyncio.Event()
                async with http.post(url, json=_activity(connector, who, next(numbers))) as answer:
                    assert answer.status < 300, answer.status
                async with asyncio.timeout(30):
                    await answered.wait()
                waits.append(time.perf_counter() - begun)
            return waits

        await asyncio.gather(*[client(who, time.perf_counter() + SECONDS / 4) for who in range(CONNECTIONS)])
        until = time.perf_counter() + SECONDS
        waits = await asyncio.gather(*[client(who, until) for who in range(CONNECTIONS)])
    every = [wait for one in waits for wait in one]
    return Measured(len(every) / SECONDS, median(every) * 1000)


def _activity(connector: Connector, who: int, number: int) -> Json:
    return {
        "type": "message",
        "id": f"in-{number}",
        "channelId": "msteams",
        "serviceUrl": connector.url,
        "from": {"id": f"29:{who}", "aadObjectId": f"sample-{who}"},
        "recipient": {"id": BOT},
        "conversation": {"id": f"a:{who}", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "text": ASKED,
    }


class _Fixed(MicrosoftAppCredentials):  # type: ignore[misc]
    def get_access_token(self, force_refresh: bool = False) -> str:  # noqa: FBT001, FBT002
        return TOKEN


class _Factory(ServiceClientCredentialsFactory):  # type: ignore[misc]
    async def is_valid_app_id(self, app_id: str) -> bool:
        return app_id == APP

    async def is_authentication_disabled(self) -> bool:
        return False

    async def create_credentials(self, app_id: str, *_: Any, **__: Any) -> _Fixed:
        return _Fixed(app_id, "x", TENANT)


class _Echo(ActivityHandler):  # type: ignore[misc]
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(f"You said: {turn_context.activity.text}")


def _echo(metadata: str) -> web.Application:
    ChannelValidation.open_id_metadata_endpoint = metadata
    settings = SimpleNamespace(APP_ID=APP, APP_PASSWORD="x", APP_TYPE="SingleTenant", APP_TENANTID=TENANT)
    authentication = ConfigurationBotFrameworkAuthentication(settings, credentials_factory=_Factory())
    adapter, bot = CloudAdapter(authentication), _Echo()

    async def messages(request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await adapter.process(request, bot)
        return answer

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    return app


class _Hello:
    """A conversation that thinks of nothing."""

    async def answer(self, request: Request) -> Message:
        return Message("Hello", (Paragraph(text("hello")),))


async def _ours(service: str, metadata: str, *, empty: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        given = {
            "DATABASE_URL": f"sqlite:///{folder}/bench.db",
            "MicrosoftAppId": APP,
            "TEAMS_TENANTS": TENANT,
            "BOT_OPENID_METADATA_URL": metadata,
            "BOT_SERVICE_URLS": service,
            "BOT_ACCESS_TOKEN": TOKEN,
        }
        settings = read_settings(given)
        async with open_mentor(settings) as mentor:
            ready_to_answer(mentor.knowledge)
            conversation = _Hello() if empty else mentor.conversation
            say = mentor.knowledge.wordings["en"]
            app = web.Application()
            add_teams(app, Wiring(settings, conversation, mentor.database, mentor.clocks, say), Listeners)
            await serve(app)


def main() -> None:
    name, service, metadata = sys.argv[1:]
    asyncio.run(serve(_echo(metadata)) if name == "echo" else _ours(service, metadata, empty=name == "empty"))


if __name__ == "__main__":
    main()
