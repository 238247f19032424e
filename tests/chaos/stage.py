"""What every run needs: a database of its own, a fake platform that outlives our processes, and a place to start those
from. Used by `tests.chaos.run` and `tests.chaos.night`.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.books import Books, open_books
from tests.chaos.far_side import FarSide, running_platform
from tests.chaos.mishaps import Rules
from tests.chaos.postgres import OwnPostgres, own_postgres
from tests.chaos.victims import Nursery, nursery

SECRET, TOKEN = "a-sample-signing-secret", "xoxb-sample-token"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """All of it, running."""

    books: Books
    far: FarSide
    place: Nursery
    postgres: OwnPostgres | None
    """None on SQLite."""


@asynccontextmanager
async def open_stage(engine: str, rules: Rules, say: Say, program: str = "preceptor") -> AsyncIterator[Stage]:
    """For the length of the block; at its end `say` hears the errors that our processes logged.

    The whole log is kept in the file that CHAOS_LOG names.
    """
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        log = Path(name) / "log"
        async with (
            own_postgres(Path(name)) if engine == "postgresql" else nullcontext() as postgres,
            running_platform(rules) as far,
            open_books(postgres.url if postgres else f"sqlite:///{name}/chaos.db") as books,
        ):
            environment = {
                "DATABASE_URL": postgres.url if postgres else f"sqlite:///{name}/chaos.db",
                "SLACK_SIGNING_SECRET": SECRET,
                "SLACK_BOT_TOKEN": TOKEN,
                "SLACK_API_URL": far.url,
                "SLACK_PER_MINUTE": str(rules.per_minute),
            }
            async with nursery(environment, log, program) as place:
                yield Stage(books, far, place, postgres)
        told = log.read_text(errors="replace") if log.exists() else ""
        if kept := os.environ.get("CHAOS_LOG"):
            await asyncio.to_thread(Path(kept).write_text, told)
        for line in errors_in(told):
            say(line)


def errors_in(log: str) -> list[str]:
    """The errors of our processes, each with how often it came and the last line of its first trace."""
    counts: dict[str, int] = {}
    causes: dict[str, str] = {}
    said = ""
    for line in log.splitlines():
        if " ERROR " in line:
            said = line.partition(" ERROR ")[2]
            counts[said] = counts.get(said, 0) + 1
        elif said and line[:1].strip() and not line[:1].isdigit() and not line.startswith("Traceback"):
            causes.setdefault(said, line[:200])
    return [f"  logged {number} times: {said} ({causes.get(said, '')})" for said, number in counts.items()]
