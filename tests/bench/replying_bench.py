"""How long a person waits for a reply over HTTP while the courier works on a long backlog, against the same server with
nothing to send. Called by `python -m tests.bench`, or by itself; with a port, it is the person.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.clock import MachineClock
from tests.bench.bench_stage import ENGINES, WORKERS, Stage, open_stage
from tests.bench.population import Town, queue
from tests.fakes.slack_door import SECRET

BACKLOG, WORKSPACES = 100_000, 200
QUICK, FULL = 8.0, 60.0
"""Seconds of asking."""
RATE = 25
"""Questions a second, whether the last one was answered or not."""
ASKED = "faq do I need a degree"


@dataclass(frozen=True, slots=True)
class Waits:
    """How long replies took, in milliseconds."""

    number: int
    half: float
    p99: float
    longest: float
    late: int
    """Acknowledged empty, their answer to follow."""
    sent: float = 0.0
    """Messages that went out meanwhile, a second."""

    def __str__(self) -> str:
        late = f", {self.late} answered after the deadline" if self.late else ""
        return f"p50 {self.half:.0f} ms, p99 {self.p99:.0f} ms, longest {self.longest:.0f} ms of {self.number}{late}"


def run(*, full: bool = False) -> list[str]:
    """A line for each engine."""
    first = f"`/mentor {ASKED}` signed, over HTTP, {RATE} a second whatever the answers:"
    return [first, *(asyncio.run(_compare(engine, FULL if full else QUICK)) for engine in ENGINES)]


async def _compare(engine: str, seconds: float) -> str:
    town = Town(BACKLOG, WORKSPACES, noted=True)
    async with open_stage(engine, town) as stage:
        await stage.serve()
        if engine == "postgresql":
            await asyncio.gather(*(stage.work() for _ in range(WORKERS)))
        idle = await _waits(stage, seconds)
        await queue(stage.url, town)
        await stage.slack.until(1, seconds=30)
        busy = await _waits(stage, seconds)
        (left,) = await stage.ask("SELECT count(*) FROM delivery WHERE state = 'pending'")
    busily = f"with {BACKLOG:,} queued and {busy.sent:.0f} a second going out ({left:,} left): {busy}"
    return f"{ENGINES[engine]}, {busily}; with none: {idle}; p99 {busy.p99 / idle.p99:.1f} times"


async def _waits(stage: Stage, seconds: float) -> Waits:
    """Ask from a process of its own, because this one is busy being Slack."""
    before, began = len(stage.slack.times), time.perf_counter()
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.replying_bench", str(stage.port), str(seconds)]
    person = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await person.communicate()
    took = time.perf_counter() - began
    answers = json.loads(told)
    waits = sorted(answer[0] * 1000 for answer in answers)
    late = sum(not length for _, length in answers)
    sent = (len(stage.slack.times) - before) / took
    return Waits(len(waits), waits[len(waits) // 2], waits[int(len(waits) * 0.99)], waits[-1], late, sent)


async def _ask(port: int, seconds: float) -> list[tuple[float, int]]:
    """For each question the seconds until its answer, and the answer's length."""
    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(_one(http, port, number) for number in range(4)))  # connections are open then
        asked, began = [], time.perf_counter()
        for number in range(int(seconds * RATE)):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            asked.append(asyncio.create_task(_one(http, port, 100 + number)))
        return await asyncio.gather(*asked)


async def _one(http: aiohttp.ClientSession, port: int, number: int) -> tuple[float, int]:
    now = MachineClock().now().timestamp()
    member = 1 + number * 37 % BACKLOG
    who = {"team_id": f"T{1 + member % WORKSPACES}", "user_id": f"U{member}", "trigger_id": str(now)}
    body = urlencode({"command": "/mentor", "text": ASKED, "response_url": "https://x.test", **who})
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=str(int(now)), body=body) or ""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(int(now)),
        "X-Slack-Signature": signature,
    }
    began = time.perf_counter()
    async with http.post(f"http://127.0.0.1:{port}/slack/events", data=body, headers=headers) as answer:
        length = len(await answer.read())
        assert answer.status == 200, answer.status
    return time.perf_counter() - began, length


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(asyncio.run(_ask(int(sys.argv[1]), float(sys.argv[2])))))
    else:
        print("\n".join(run(full="--full" in sys.argv)))
