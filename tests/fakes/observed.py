"""A mentor whose health pages are asked over HTTP, and a listener for its heartbeat."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.composition import Mentor, deployment_of
from adapters.server import make_app
from bot.clock import Clocks
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.model.deliveries import Delivery
from bot.settings import Settings
from jobs.watch import Watch
from tests.fakes.shipped import shipped_words
from tests.fakes.toy_post import NOON, settle_in

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page answered."""

    status: int
    type: str
    text: str

    @property
    def samples(self) -> dict[str, float]:
        """Each line of a metrics page that holds a number."""
        lines = (line.rpartition(" ") for line in self.text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}


Ask = Callable[..., Awaitable[Asked]]


@asynccontextmanager
async def observed(
    database: Database,
    knowledge: Knowledge,
    clocks: Clocks,
    *,
    token: str | None = None,
    watch: Watch | None = None,
    peer: str | None = None,
) -> AsyncIterator[Ask]:
    """Yields `ask(path, **headers)`. `peer` is who the server thinks is asking, in place of this machine."""
    settings = Settings(METRICS_TOKEN=token)
    deployment = deployment_of(settings)
    words = shipped_words()
    conversation = Conversation(database, knowledge, words, clocks=clocks, deployment=deployment)
    app = make_app(Mentor(settings, database, knowledge, deployment, clocks, conversation), watch)

    @web.middleware
    async def from_elsewhere(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        return await handler(request.clone(remote=peer) if peer else request)

    app.middlewares.append(from_elsewhere)
    async with TestServer(app) as server, ClientSession() as http:

        async def ask(path: str, **headers: str) -> Asked:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            async with http.get(server.make_url(path), headers=given) as answer:
                return Asked(answer.status, answer.content_type, await answer.text())

        yield ask


class Listener:
    """Hears heartbeats at a web address, and answers as it is told."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[str] = []
        self.hears_one = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.heard.append(f"{request.method} {request.path_qs}")
        self.hears_one.set()
        return web.Response(status=self.status)


@asynccontextmanager
async def listener() -> AsyncIterator[Listener]:
    ears = Listener()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", ears.answer)
    async with TestServer(app) as server:
        ears.url = str(server.make_url("/ping/a-secret-name/?from=us"))
        yield ears


async def fall_behind(database: Database, *, minutes: int = 20, number: int = 2) -> None:
    """So many deliveries that were due so long before noon, and that nothing holds."""
    await settle_in(database, members=number)
    due = NOON - minutes * MINUTE
    async with database.work() as session:
        session.add_all(
            Delivery(
                tenant_id=1,
                member_id=member,
                kind="weekly",
                slot="2026-W48",
                due_at=due,
                expires_at=NOON + timedelta(days=2),
            )
            for member in range(1, number + 1)
        )
