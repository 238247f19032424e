"""What a signed slash command costs over HTTP, beside a bare Bolt app in the same run. `make bench` prints it.

Each server is a process of its own (this module, run with the server's name); this one sends the same line to it over
and over, on one connection and on sixteen, for one person after the other, each time signed anew: a request that comes
twice is refused.
"""

import asyncio
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

import psutil
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from adapters.composition import open_mentor, ready_to_answer
from adapters.server import BACKLOG
from adapters.slack.inbound import add_slack
from adapters.slack.wiring import Wiring
from bot.clock import MachineClock
from bot.conversation import Request
from bot.mentoring.samples import PLACED
from bot.message import Message, Paragraph, text
from bot.settings import read_settings
from tests.fakes.slack import TEAM, TOKEN, running_slack
from tests.fakes.slack_door import SECRET

CONNECTIONS = 16
PEOPLE = 50
SECONDS = 3.0
ASKED = "faq do I need a degree"
SERVERS = (
    ("bare", ASKED, "bare Bolt as it comes, ack('hello')"),
    ("prompt", ASKED, "bare Bolt with process_before_response, ack('hello')"),
    ("empty", ASKED, "ours without the mentor behind it"),
    ("mentor", ASKED, f"ours, `/mentor {ASKED}`: searched, noted in SQLite on disk and drawn"),
    ("mentor", "home", "ours, `/mentor home` of somebody on a step with weekly coaching, the same way"),
)
"""The server, the line that is sent to it, and what is told of it. The first is the measure of all."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one server did with so many connections."""

    rate: float
    """Requests a second."""
    wait: float
    """The median, in milliseconds."""
    cpu: float
    """User and system, in milliseconds a request."""
    late: int
    """Requests that were acknowledged empty, their answer to follow."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did."""

    alone: Load
    crowded: Load


def run() -> list[str]:
    """The median wait on one connection and the requests a second on sixteen, ours as ratios of default bare Bolt's."""
    measured = [(told, _measure(name, line)) for name, line, told in SERVERS]
    bare = measured[0][1]
    return [
        f"1 and {CONNECTIONS} connections, {PEOPLE} people in turn; ratios are of default bare Bolt:",
        *(f"  {told}: {_told(one, bare)}" for told, one in measured),
    ]


def _told(one: Measured, bare: Measured) -> str:
    alone, crowded, late = one.alone, one.crowded, one.alone.late + one.crowded.late
    return (
        f"p50 {alone.wait:.2f} ms ({alone.wait / bare.alone.wait:.2f}); "
        f"{crowded.rate:,.0f} req/s ({crowded.rate / bare.crowded.rate:.2f}), "
        f"p50 {crowded.wait:.1f} ms, {crowded.cpu:.2f} ms CPU each"
    ) + (f", {late} answered after the deadline" if late else "")


def _measure(name: str, line: str) -> Measured:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.slack_bench", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            return asyncio.run(_load(psutil.Process(server.pid), port, line))
        finally:
            server.terminate()


async def _load(server: psutil.Process, port: int, line: str) -> Measured:
    numbers = itertools.count()
    for before in (PLACED, "coach on"):
        await _send(port, (request(number, before) for number in itertools.islice(numbers, PEOPLE)))
    requests = (request(number, line) for number in numbers)
    await _send(port, itertools.islice(requests, PEOPLE))
    return Measured(await _loaded(server, port, requests, 1), await _loaded(server, port, requests, CONNECTIONS))


async def _loaded(server: psutil.Process, port: int, requests: Iterator[bytes], connections: int) -> Load:
    before, begun = server.cpu_times(), time.perf_counter()
    until = begun + SECONDS
    clients = await asyncio.gather(*[_send(port, requests, until) for _ in range(connections)])
    took, after = time.perf_counter() - begun, server.cpu_times()
    answers = [answer for client in clients for answer in client]
    cpu = (after.user + after.system - before.user - before.system) * 1000 / len(answers)
    late = sum(not length for _, length in answers)
    return Load(len(answers) / took, median(wait for wait, _ in answers) * 1000, cpu, late)


async def _send(port: int, requests: Iterator[bytes], until: float = float("inf")) -> list[tuple[float, int]]:
    """The seconds each answer took, and its length."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for each in requests:
        begun = time.perf_counter()
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 200"), head
        answers.append((time.perf_counter() - begun, length))
        if time.perf_counter() > until:
            break
    writer.close()
    return answers


def request(number: int, line: str = ASKED) -> bytes:
    """A signed slash command of one of so many people, different for each number."""
    who = {"team_id": TEAM, "user_id": f"U{number % PEOPLE:08}", "trigger_id": str(number)}
    body = urlencode({"command": "/mentor", "text": line, "response_url": "https://x.test", **who})
    timestamp = str(int(MachineClock().now().timestamp()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    lines = [
        "POST /slack/events HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {timestamp}",
        f"X-Slack-Signature: {signature}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token=TOKEN, bot_user_id="U0MENTOR1")


def _bare(*, prompt: bool) -> web.Application:
    bolt = AsyncApp(signing_secret=SECRET, authorize=_authorize, process_before_response=prompt)

    @bolt.command("/mentor")
    async def hello(ack: AsyncAck) -> None:
        await ack("hello")

    return bolt.web_app("/slack/events")


class _Hello:
    """A conversation that thinks of nothing."""

    async def answer(self, request: Request) -> Message:
        return Message("Hello", (Paragraph(text("hello")),))


async def _ours(serve: Callable[[web.Application], Awaitable[None]], *, empty: bool) -> None:
    async with running_slack() as slack:
        with tempfile.TemporaryDirectory() as folder:
            given = {
                "DATABASE_URL": f"sqlite:///{folder}/bench.db",
                "SLACK_SIGNING_SECRET": SECRET,
                "SLACK_BOT_TOKEN": TOKEN,
                "SLACK_API_URL": f"{slack.url}/api",
            }
            settings = read_settings(given)
            async with open_mentor(settings) as mentor:
                ready_to_answer(mentor.knowledge)
                conversation = _Hello() if empty else mentor.conversation
                say = mentor.knowledge.wordings["en"]
                app = web.Application()
                add_slack(app, Wiring(settings, conversation, mentor.database, mentor.clocks, say))
                await serve(app)


async def serve(app: web.Application) -> None:
    """On a free port, which is printed; until the process is ended."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=BACKLOG).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    name = sys.argv[1]
    if name in ("bare", "prompt"):
        asyncio.run(serve(_bare(prompt=name == "prompt")))
    else:
        asyncio.run(_ours(serve, empty=name == "empty"))


if __name__ == "__main__":
    main()
