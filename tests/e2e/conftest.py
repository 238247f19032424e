"""Fixtures of the end-to-end tests: a browser, the program as a process, and an operator's desk."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from filelock import AsyncFileLock
from playwright.async_api import Browser, async_playwright, expect

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database, open_database
from tests.e2e.playground_server import Demo, demo_server
from tests.fakes.dashboard import Dashboard, open_dashboard
from tests.fakes.desk import Desk
from tests.fakes.warm_program import WarmProgram

expect.set_options(timeout=30_000)
"""Milliseconds to wait for what normally takes a few: a machine may have other work."""

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        missing = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def program() -> Iterator[WarmProgram]:
    """Starts `preceptor` as a process of its own, quickly."""
    warm = WarmProgram()
    yield warm
    warm.close()


@pytest.fixture(scope="session")
async def demo_begun(folder_of_the_run: Path, sqlite_template: Path, knowledge: Knowledge) -> Path:
    """A demo that was started once: what its sample members typed is there, which takes most of a start."""
    path = folder_of_the_run / "demo.db"
    async with AsyncFileLock(folder_of_the_run / "demo.lock"):
        if not path.exists():
            unfinished = Path(shutil.copy(sqlite_template, path.with_name("demo-unfinished.db")))
            database = open_database(f"sqlite:///{unfinished}")
            async with demo_server(database, knowledge):
                pass
            await database.close()
            shutil.move(unfinished, path)
    return path


@pytest.fixture
async def demo(demo_begun: Path, tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[Demo]:
    """Started again over what was there."""
    database = open_database(f"sqlite:///{shutil.copy(demo_begun, tmp_path / 'demo.db')}")
    async with demo_server(database, knowledge) as running:
        yield running
    await database.close()


@pytest.fixture
async def dashboard(database: Database, knowledge: Knowledge, calendar: FixedClock) -> AsyncIterator[Dashboard]:
    async with open_dashboard(database, knowledge, calendar) as opened:
        yield opened


@pytest.fixture
def desk(database_url: str) -> Desk:
    desk = Desk(database_url)
    desk.settle(members=6, tenants=2)
    return desk


@pytest.fixture
def small(sqlite_url: str) -> Desk:
    """Where the database makes no difference."""
    desk = Desk(sqlite_url)
    desk.settle(members=6, tenants=2)
    return desk
