"""How long a backlog takes to go out, against the shortest time that the limits allow: the pace of each workspace, and
the messages in flight at once. Called by `python -m tests.bench`, or by itself.
"""

import asyncio
import sys
from dataclasses import dataclass

from tests.bench.bench_stage import ENGINES, WORKERS, open_stage
from tests.bench.population import Town, queue

PER_MINUTE, IN_FLIGHT, LATENCY = 300, 50, 0.1


@dataclass(frozen=True, slots=True)
class Backlog:
    """So many messages to so many workspaces."""

    messages: int
    workspaces: int

    @property
    def pace(self) -> float:
        """Seconds that one workspace's share takes at its pace."""
        return self.messages / self.workspaces * 60 / PER_MINUTE

    def hands(self, engine: str) -> float:
        """Seconds that all of them take, each in flight for the latency."""
        processes = WORKERS if engine == "postgresql" else 1
        return self.messages * LATENCY / (IN_FLIGHT * processes)

    def least(self, engine: str) -> float:
        return max(self.pace, self.hands(engine))


QUICK = (Backlog(100, 1), Backlog(2000, 200))
FULL = (Backlog(1000, 1), Backlog(10_000, 200))


def run(*, full: bool = False) -> list[str]:
    """A line for each backlog on each engine."""
    return asyncio.run(_drain(FULL if full else QUICK))


async def _drain(backlogs: tuple[Backlog, ...]) -> list[str]:
    lines = []
    for backlog in backlogs:
        if backlog.workspaces == 1:  # which waits and hardly works, so both engines do at the same time
            times = await asyncio.gather(*(_time(engine, backlog) for engine in ENGINES))
        else:
            times = [await _time(engine, backlog) for engine in ENGINES]
        lines += [_told(engine, backlog, taken) for engine, taken in zip(ENGINES, times, strict=True)]
    return lines


def _told(engine: str, backlog: Backlog, seconds: float) -> str:
    what = f"{ENGINES[engine]}, {backlog.messages:,} messages to {backlog.workspaces} at {PER_MINUTE} a minute each"
    least = f"{backlog.pace:.0f} s by their pace, {backlog.hands(engine):.0f} s by the messages in flight"
    return f"{what}: {seconds:.1f} s, {seconds / backlog.least(engine):.2f} of the least ({least})"


async def _time(engine: str, backlog: Backlog) -> float:
    """Seconds from the first message taken to the last, and the time that the first was in flight."""
    town = Town(backlog.messages, backlog.workspaces, noted=True)
    async with open_stage(engine, town, latency=LATENCY) as stage:
        await stage.deliverers(IN_FLIGHT=str(IN_FLIGHT), SLACK_PER_MINUTE=str(PER_MINUTE))
        await queue(stage.url, town)
        await stage.slack.until(backlog.messages, seconds=60 + 4 * backlog.least(engine))
        await stage.recorded()
        if len(stage.slack.taken) != backlog.messages or max(stage.slack.taken.values()) > 1:
            raise AssertionError(f"{len(stage.slack.times)} taken instead of {backlog.messages}")
        return stage.slack.times[-1] - stage.slack.times[0] + LATENCY


if __name__ == "__main__":
    print("\n".join(run(full="--full" in sys.argv)))
