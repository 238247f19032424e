"""The composition root: reads nothing itself, is handed the settings and the clocks, and puts the floors together.
Called by the command line, the server and the demo.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.clock import Clocks, MachineClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge
from bot.database import Database, open_database
from bot.settings import Settings
from bot.visit import Deployment
from content.library import load_library
from content.search import Searcher
from content.wording import load_wordings


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
    searchers = {locale: Searcher(library.pack(locale)) for locale in wordings}
    return Knowledge(library, searchers, wordings)


def deployment_of(settings: Settings) -> Deployment:
    return Deployment(
        command=settings.SLACK_COMMAND,
        organisation=settings.ORG_NAME,
        public_url=settings.PUBLIC_URL or "",
        operators=settings.OPERATORS,
    )


@asynccontextmanager
async def open_mentor(settings: Settings, clocks: Clocks | None = None) -> AsyncIterator[Mentor]:
    """Open the database and load the content. SQLite is brought up to date by itself; PostgreSQL never is.

    Raises ConfigError, ContentFault, or DatabaseNotReady.
    """
    knowledge = load_knowledge(settings)
    deployment = deployment_of(settings)
    timing = clocks or real_clocks()
    database = open_database(settings.DATABASE_URL)
    try:
        if database.is_sqlite:
            await database.upgrade()
        else:
            await database.require_current()
        words = vocabulary(find_commands())
        conversation = Conversation(database, knowledge, words, clocks=timing, deployment=deployment)
        yield Mentor(settings, database, knowledge, deployment, timing, conversation)
    finally:
        await database.close()
