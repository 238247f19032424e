"""What a delivery costs, weekly notes of the shipped content through the real slack_sdk: the installed program against
slack_sdk alone, in the same run. Called by `python -m tests.bench`, or by itself; with an address it is that slack_sdk.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from tests.bench.bench_stage import ENGINES, WORKERS, Cpu, Stage, open_stage
from tests.bench.population import Town, queue
from tests.bench.slack_counter import SlackCounter, counting_slack
from tests.fakes.slack import TOKEN

WORKSPACES, LATENCY, IN_FLIGHT = 200, 0.1, 50
QUICK, FULL = 1500, 10_000
FIRST_WEEKS, YEAR = 1, 52
"""Notes that every member had before."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending so many messages took."""

    number: int
    rate: float
    """Messages a second, from the first one taken to the last."""
    cpu: Cpu
    at_once: int
    """The most that were being taken at one moment."""


def run(*, full: bool = False) -> list[str]:
    """A line for slack_sdk alone, and for each engine; of a full run also one with members of a year."""
    if full:
        return asyncio.run(_compare(FULL, FIRST_WEEKS, YEAR))
    return asyncio.run(_compare(QUICK, FIRST_WEEKS))


async def _compare(messages: int, *histories: int) -> list[str]:
    ours, sample = [], {}
    for engine in ENGINES:
        for weeks in histories:
            async with open_stage(engine, Town(messages, WORKSPACES, weeks, noted=True), latency=LATENCY) as stage:
                ours.append((engine, weeks, await _measured(stage, messages)))
                sample = stage.slack.sample
    bare = await _bare(messages, sample)
    first = f"slack_sdk alone, nothing read or stored: {bare.rate:.0f} a second, {bare.cpu.each(messages)}"
    return [first, *(_told(engine, weeks, sent, bare) for engine, weeks, sent in ours)]


def _told(engine: str, weeks: int, sent: Sent, bare: Sent) -> str:
    who = "`preceptor serve`, SQLite" if engine == "sqlite" else f"{WORKERS} x `preceptor worker`, PostgreSQL"
    ratio = (sent.cpu.ours + sent.cpu.database) / bare.cpu.ours
    what = f"{ENGINES[engine]} ({who}), {sent.number:,} notes, {weeks} earlier ones each"
    cost = f"{sent.rate:.0f} a second, {sent.cpu.each(sent.number)}, {ratio:.1f} times slack_sdk's"
    return f"{what}: {cost}; {sent.at_once} in flight at most"


async def _measured(stage: Stage, messages: int) -> Sent:
    """Everything waits in the ledger when the clock starts; it stops when every message is recorded as sent."""
    await stage.deliverers(IN_FLIGHT=str(IN_FLIGHT))
    await queue(stage.url, Town(messages, WORKSPACES, noted=True))
    before = stage.cpu()
    await stage.slack.until(messages, seconds=messages / 10)
    await stage.recorded()
    spent = stage.cpu() - before
    (sent,) = await stage.ask(
        "SELECT count(*) FROM delivery WHERE state = 'sent' AND slot = (SELECT max(slot) FROM delivery)"
    )
    if sent != messages or len(stage.slack.taken) != messages or max(stage.slack.taken.values()) > 1:
        raise AssertionError(f"{sent} recorded, {len(stage.slack.times)} taken instead of {messages}")
    return Sent(messages, _rate(stage.slack), spent, stage.slack.most_at_once)


def _rate(slack: SlackCounter) -> float:
    return (len(slack.times) - 1) / (slack.times[-1] - slack.times[0])


async def _bare(messages: int, sample: dict[str, Any]) -> Sent:
    async with counting_slack(LATENCY) as slack:
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench.sending_bench", slack.url, str(messages)]
        pipe = asyncio.subprocess.PIPE
        sender = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        told, _ = await sender.communicate(json.dumps(sample).encode())
        return Sent(messages, _rate(slack), Cpu(float(told), 0.0), slack.most_at_once)


async def _send(url: str, messages: int, sample: dict[str, Any]) -> float:
    """The same message over and over, as many at once as the courier; returns the CPU seconds."""
    hands = asyncio.Semaphore(IN_FLIGHT)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        client = AsyncWebClient(token=TOKEN, base_url=f"{url}/", session=session, retry_handlers=[])

        async def send() -> None:
            async with hands:
                await client.chat_postMessage(**sample)

        before = time.process_time()
        await asyncio.gather(*(send() for _ in range(messages)))
        return time.process_time() - before


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(asyncio.run(_send(sys.argv[1], int(sys.argv[2]), json.load(sys.stdin))))
    else:
        print("\n".join(run(full="--full" in sys.argv)))
