"""The demo's server as `preceptor demo` puts it together, on a free port, over a machine's clock that stands still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp.test_utils import TestServer

from adapters.composition import Mentor, deployment_of
from adapters.server import make_app
from adapters.web.inbox import DemoMessenger
from adapters.web.playground import open_playground
from bot.clock import Clocks, FixedClock, MovableClock
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.settings import Settings
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from tests.fakes.shipped import shipped_words

MONDAY_MORNING = datetime(2026, 11, 23, 14, 20, tzinfo=UTC)
"""Twenty past nine in New York."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    address: str
    """As "http://127.0.0.1:41234"."""
    mentor: Mentor


@asynccontextmanager
async def demo_server(database: Database, knowledge: Knowledge) -> AsyncIterator[Demo]:
    machine = FixedClock(MONDAY_MORNING)
    clocks = Clocks(calendar=MovableClock(machine), machine=machine)
    settings = Settings()
    deployment = deployment_of(settings)
    words = shipped_words()
    conversation = Conversation(database, knowledge, words, clocks=clocks, deployment=deployment)
    mentor = Mentor(settings, database, knowledge, deployment, clocks, conversation)
    office = PostOffice(
        database=database,
        nudges=find_nudges(),
        messengers={"demo": DemoMessenger(database, clocks)},
        clocks=clocks,
        library=knowledge.library,
        wordings=knowledge.wordings,
        deployment=deployment,
    )
    app = make_app(mentor)
    live = await open_playground(app, mentor, office)
    stop = asyncio.Event()
    jobs = asyncio.ensure_future(live(stop))
    try:
        async with TestServer(app) as server:
            yield Demo(str(server.make_url("")).rstrip("/"), mentor)
    finally:
        stop.set()
        await jobs
