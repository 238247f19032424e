"""What a signed slash command costs over HTTP, beside a bare Bolt app in the same run. `make bench` prints it.

Each server is a process of its own (this module, run with the server's name); this one sends the same question to it
over and over, on sixteen connections, each time signed anew: a request that comes twice is refused.
"""

import asyncio
import itertools
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from urllib.parse import urlencode

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from adapters.composition import open_mentor, ready_to_answer
from adapters.slack.inbound import add_slack
from adapters.wiring import Wiring
from bot.clock import MachineClock
from bot.conversation import Request
from bot.message import Message, Paragraph, text
from bot.settings import read_settings
from tests.fakes.slack import TEAM, TOKEN, running_slack
from tests.fakes.slack_door import SECRET, USER

CONNECTIONS = 16
SECONDS = 3.0
ASKED = "faq do I need a degree"
SERVERS = {
    "bare": "Bolt as it comes, ack('hello')",
    "prompt": "Bolt with process_before_response, ack('hello')",
    "empty": "ours without the mentor behind it",
    "mentor": "ours, the answer searched, stored in SQLite and drawn",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did."""

    rate: float
    """Requests a second."""
    wait: float
    """The median, in milliseconds."""
    late: int
    """Requests that were acknowledged empty, their answer to follow."""


def run() -> list[str]:
    """Requests a second and the median wait of each server, and ours as a ratio of bare Bolt."""
    measured = {name: _measure(name) for name in SERVERS}
    bare = measured["bare"]
    told = [
        f"  {SERVERS[name]}: {one.rate:,.0f} req/s, median {one.wait:.2f} ms, {one.rate / bare.rate:.2f} of bare Bolt"
        + (f", {one.late} answered after the deadline" if one.late else "")
        for name, one in measured.items()
    ]
    using = f"Python {platform.python_version()}, {platform.machine()}, slack-bolt {version('slack-bolt')}"
    return [f"slack, {using}, `/mentor {ASKED}` signed, {CONNECTIONS} connections:", *told]


def _measure(name: str) -> Measured:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.slack_bench", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            return asyncio.run(_load(port))
        finally:
            server.terminate()


async def _load(port: int) -> Measured:
    requests = map(request, itertools.count())
    await _client(port, requests, time.perf_counter() + SECONDS / 3)
    until = time.perf_counter() + SECONDS
    clients = await asyncio.gather(*[_client(port, requests, until) for _ in range(CONNECTIONS)])
    answers = [answer for client in clients for answer in client]
    late = sum(not length for _, length in answers)
    return Measured(len(answers) / SECONDS, median(wait for wait, _ in answers) * 1000, late)


async def _client(port: int, requests: Iterator[bytes], until: float) -> list[tuple[float, int]]:
    """The seconds each answer took, and its length."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    while (begun := time.perf_counter()) < until:
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 200"), head
        answers.append((time.perf_counter() - begun, length))
    writer.close()
    return answers


def request(number: int) -> bytes:
    """A signed slash command, different for each number."""
    who = {"team_id": TEAM, "user_id": USER, "trigger_id": str(number)}
    body = urlencode({"command": "/mentor", "text": ASKED, "response_url": "https://x.test", **who})
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
    await web.TCPSite(runner, "127.0.0.1", 0).start()
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
