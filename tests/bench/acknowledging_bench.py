"""How long the slowest acknowledgement takes when something is wrong: the database locked, Slack's API down or silent,
a thousand requests at once. Slack waits for 3 seconds; ours is to be out after 2.5.

The server is a process of its own (this module, run with an address for Slack's API); this one knocks.
"""

import asyncio
import itertools
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from adapters.composition import open_mentor
from adapters.slack.inbound import add_slack
from adapters.slack.wiring import Wiring
from bot.settings import read_settings
from tests.bench.slack_bench import request, serve
from tests.bench.slack_counter import counting_slack
from tests.fakes.slack import TOKEN
from tests.fakes.slack_door import SECRET

AT_ONCE = 1000
A_FEW = 16
NOWHERE = "http://127.0.0.1:9/api"


@dataclass(frozen=True, slots=True)
class Slowest:
    """Of the requests of one kind of trouble."""

    wait: float
    """Seconds."""
    late: int
    """Acknowledged empty, their answer to follow."""


def run() -> list[str]:
    """The slowest acknowledgement of each kind of trouble."""
    return asyncio.run(_run())


async def _run() -> list[str]:
    async with counting_slack() as well, counting_slack(latency=60) as silent:
        told = []
        for name, address, number, locked in (
            ("nothing is wrong", well.url, A_FEW, False),
            ("Slack's API is down", NOWHERE, A_FEW, False),
            ("Slack's API is silent", silent.url, A_FEW, False),
            ("the database is locked", well.url, A_FEW, True),
            ("a thousand at once", well.url, AT_ONCE, False),
            ("a thousand at once, and the database is locked", well.url, AT_ONCE, True),
        ):
            slowest = await _measure(address, number, locked=locked)
            told.append(f"{name}: {slowest.wait:.2f} s the slowest of {number}, {slowest.late} answered later")
    return told


async def _measure(address: str, number: int, *, locked: bool) -> Slowest:
    with tempfile.TemporaryDirectory() as folder, _server(address, folder) as port:
        warm = itertools.count()
        for _ in range(3):
            await _knock(port, request(next(warm)))
        with closing(sqlite3.connect(Path(folder) / "bench.db", isolation_level=None)) as other:
            if locked:
                other.execute("BEGIN IMMEDIATE")
            knocks = [request(next(warm)) for _ in range(number)]  # to sign them takes its time, which is not ours
            answers = await asyncio.gather(*[_knock(port, each) for each in knocks])
            if locked:
                other.execute("ROLLBACK")
    return Slowest(max(wait for wait, _ in answers), sum(not length for _, length in answers))


async def _knock(port: int, knock: bytes) -> tuple[float, int]:
    """The seconds until the answer, and its length."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(knock)
    head = await reader.readuntil(b"\r\n\r\n")
    took = time.perf_counter() - begun
    writer.close()
    assert head.startswith(b"HTTP/1.1 200"), head
    return took, int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


@contextmanager
def _server(address: str, folder: str) -> Iterator[int]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.acknowledging_bench", address, folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


async def _ours(address: str, folder: str) -> None:
    given = {
        "DATABASE_URL": f"sqlite:///{folder}/bench.db",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_API_URL": address,
    }
    settings = read_settings(given)
    async with open_mentor(settings) as mentor:
        app = web.Application()
        say = mentor.knowledge.wordings["en"]
        add_slack(app, Wiring(settings, mentor.conversation, mentor.database, mentor.clocks, say))
        await serve(app)


if __name__ == "__main__":
    asyncio.run(_ours(*sys.argv[1:]))
