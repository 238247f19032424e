"""The composition root: reads nothing itself, is handed the settings and the clocks, and puts the floors together.
Called by the command line, the server and the demo.
"""

import gc
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot import revisions
from bot.clock import Clocks, MachineClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge
from bot.database import Database, open_database
from bot.settings import Settings
from bot.visit import Deployment
from content.library import Library, load_library
from content.search import Searcher
from content.wording import load_wordings
from jobs.outbox import LedgerOutbox

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mentor:
    """Everything an adapter may need, put together once."""

    settings: Settings
    database: Database
    knowledge: Knowledge
    deployment: Deployment
    clocks: Clocks
    conversation: Conversation


def real_clocks() -> Clocks:
    machine = MachineClock()
    return Clocks(calendar=machine, machine=machine)


def load_knowledge(settings: Settings) -> Knowledge:
    """The packs and the sentences, checked. Raises ContentFault with every fault of a pack."""
    library = load_library(settings.CONTENT_DIR)
    wordings = load_wordings()
    return Knowledge(library, _Searchers(library, wordings), wordings)


class _Searchers(Mapping[str, Searcher]):
    """One for each language, made when it is first asked for: most commands never search."""

    def __init__(self, library: Library, locales: Iterable[str]) -> None:
        self._library = library
        self._made: dict[str, Searcher | None] = dict.fromkeys(locales)

    def __getitem__(self, locale: str) -> Searcher:
        made = self._made[locale]
        if made is None:
            made = self._made[locale] = Searcher(self._library.pack(locale))
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def ready_to_answer(knowledge: Knowledge) -> None:
    """Make now what the first question would otherwise wait for."""
    for locale in knowledge.searchers:
        knowledge.searchers[locale]
    stay_loaded()


def stay_loaded() -> None:
    """Keep the garbage collector from looking through all that is loaded, which takes it 100 ms every few seconds."""
    gc.collect()
    gc.freeze()


def deployment_of(settings: Settings) -> Deployment:
    return Deployment(
        command=settings.SLACK_COMMAND,
        organisation=settings.ORG_NAME,
        public_url=settings.PUBLIC_URL or "",
        operators=settings.OPERATORS,
        secrets_expire=settings.SECRETS_EXPIRE,
        send_guard=settings.SEND_GUARD,
    )


async def make_ready(database: Database) -> None:
    """Bring SQLite up to date, with a copy from before beside it; PostgreSQL must be. Raises DatabaseNotReady."""
    # As warnings, so that they are told where nothing sets up a log, too.
    if not database.is_sqlite:
        await database.require_current()
    elif (done := await database.upgrade()).kept:
        steps = {"before": done.before, "after": done.after}
        log.warning("The tables were upgraded; as they were: %s", done.kept, extra={"event": "upgraded", **steps})
    if revisions.is_newer(revision := await database.revision()):
        told = {"event": "newer_tables", "revision": revision}
        log.warning("The tables are newer than this program: good only while a release is rolled out", extra=told)


@asynccontextmanager
async def open_mentor(settings: Settings, clocks: Clocks | None = None) -> AsyncIterator[Mentor]:
    """Open the database and load the content. SQLite is brought up to date by itself; PostgreSQL never is.

    Raises ConfigError, ContentFault, or DatabaseNotReady.
    """
    deployment = deployment_of(settings)
    timing = clocks or real_clocks()
    database = open_database(settings.DATABASE_URL)
    try:
        await make_ready(database)
        knowledge = load_knowledge(settings)
        words = vocabulary(find_commands())
        outbox = LedgerOutbox()
        conversation = Conversation(database, knowledge, words, clocks=timing, deployment=deployment, outbox=outbox)
        yield Mentor(settings, database, knowledge, deployment, timing, conversation)
    finally:
        await database.close()
