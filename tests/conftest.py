"""Fixtures that every folder of tests shares: both real databases, the shipped content, and a way to talk."""

import gc
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge, Request
from bot.database import Database, open_database
from bot.message import Message
from bot.visit import Deployment
from content.library import load_library
from content.search import Searcher
from tests.fakes import one_server
from tests.fakes.kept_connections import keep_connections
from tests.fakes.shipped import shipped_wordings, shipped_words
from tests.fakes.spare_databases import SpareDatabases

MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Noon on a Monday in New York: where the tests' clocks begin."""


def pytest_configure() -> None:
    """While everything is loaded there is nothing to throw away."""
    gc.disable()


DEAR = ("browser", "program")
"""Fixtures that a process pays seconds for: whoever uses one is put together, so that one process pays once."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each process its share of the tests, as xdist cuts them: first those that must be together, then the long
    ones, because one met at the end would run alone."""
    processes = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    together = [[item for item in items if name in getattr(item, "fixturenames", ())] for name in DEAR]
    placed = {id(item) for group in together for item in group}
    rest = [item for item in items if id(item) not in placed]
    long = [item for item in rest if item.get_closest_marker("long")]
    others = iter([item for item in rest if not item.get_closest_marker("long")])
    ordered: list[pytest.Item] = []
    for process in range(processes):
        first = [item for group in together[process::processes] for item in group] + long[process::processes]
        share = (len(items) - len(ordered)) // (processes - process)
        ordered += [*first, *islice(others, max(0, share - len(first)))]
    items[:] = ordered


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through all of it again and again takes the garbage collector its time."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def folder_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_server.folder_of_the_run(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def sqlite_template(folder_of_the_run: Path) -> Path:
    return one_server.sqlite_template(folder_of_the_run)


@pytest.fixture(scope="session")
def postgres(folder_of_the_run: Path) -> Iterator[Any]:
    server = one_server.running_server(folder_of_the_run)
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def spare_databases(postgres: Any, folder_of_the_run: Path) -> Iterator[SpareDatabases]:
    template = one_server.postgres_template(postgres, folder_of_the_run)
    spare = SpareDatabases(postgres, template, one_server.name_here())
    yield spare
    spare.close()


def _psql(server: Any, statement: str) -> None:
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "preceptor.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: Any, spare_databases: SpareDatabases) -> Iterator[str]:
    name = spare_databases.lend()
    yield postgres.get_uri(name)
    spare_databases.take_back(name)


@pytest.fixture
def blank_postgres_url(postgres: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without any tables."""
    name = f"blank_{one_server.name_here()}_{abs(hash(request.node.nodeid)):x}"
    _psql(postgres, f'CREATE DATABASE "{name}"')
    yield postgres.get_uri(name)
    _psql(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/blank.db"
    url: str = request.getfixturevalue("blank_postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = keep_connections(open_database(database_url))
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def postgresql(postgres_url: str) -> AsyncIterator[Database]:
    opened = keep_connections(open_database(postgres_url))
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped content, loaded once."""
    library = load_library()
    wordings = shipped_wordings()
    return Knowledge(library, {locale: Searcher(library.pack(locale)) for locale in wordings}, wordings)


@pytest.fixture
def calendar() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def clocks(calendar: FixedClock) -> Clocks:
    return Clocks(calendar=calendar, machine=FixedClock(MONDAY))


@pytest.fixture
def conversation(database: Database, knowledge: Knowledge, clocks: Clocks) -> Conversation:
    return Conversation(
        database, knowledge, shipped_words(), clocks=clocks, deployment=Deployment(organisation="Sample")
    )


Talk = Callable[..., Awaitable[Message]]


@pytest.fixture
def talk(conversation: Conversation) -> Talk:
    """`await talk("done")`: one line of a sample member, on both databases."""

    async def say(line: str, *, user: str = "U1", tenant: str = "T1", zone: str | None = "America/New_York") -> Message:
        return await conversation.answer(Request("demo", tenant, user, line, zone=zone))

    return say
