"""The processes that a run starts and kills: most of them forked from the zygote (see there), some started anew as the
installed program. All of them are real processes, and are killed with a real SIGKILL.
"""

import asyncio
import itertools
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

PROGRAM = Path(sys.executable).parent / "preceptor"


@dataclass
class Victim:
    """One process of ours."""

    arguments: Sequence[str]
    pid: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    code: int | None = None
    was_killed: bool = False

    @property
    def role(self) -> str:
        """The subcommand: serve, worker, tick."""
        return self.arguments[0]

    @property
    def is_alive(self) -> bool:
        return self.pid > 0 and not self.ended.is_set()

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.was_killed = True
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        await self.ended.wait()

    async def stop(self) -> None:
        """SIGTERM, and wait until it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        await self.ended.wait()

    def holds(self, local_port: int, far_port: int) -> bool:
        """Whether it is at the near end of a connection to the platform."""
        with suppress(psutil.Error):
            links = psutil.Process(self.pid).net_connections("tcp")
            return any(link.raddr and (link.laddr.port, link.raddr.port) == (local_port, far_port) for link in links)
        return False

    def is_sending(self, far_port: int) -> bool:
        """Whether it has any connection to the platform."""
        with suppress(psutil.Error):
            links = psutil.Process(self.pid).net_connections("tcp")
            return any(link.raddr and link.raddr.port == far_port for link in links)
        return False


class Nursery:
    """Starts processes, and knows which of them live."""

    def __init__(self, zygote: Process, environment: Mapping[str, str], log: Path, program: str) -> None:
        self._zygote, self._environment, self._log, self._program = zygote, dict(environment), log, program
        self._numbers = itertools.count(1)
        self._orders: dict[int, asyncio.Future[int]] = {}
        self._forked: dict[int, Victim] = {}
        self._early: dict[int, int] = {}
        self._waits: set[asyncio.Task[None]] = set()
        self.ready = asyncio.Event()
        self.all: list[Victim] = []

    def alive(self, *roles: str) -> list[Victim]:
        return [victim for victim in self.all if victim.is_alive and (not roles or victim.role in roles)]

    async def fork(self, *arguments: str, **environment: str) -> Victim:
        """The program with these arguments, forked from the zygote."""
        assert self._zygote.stdin is not None
        number = next(self._numbers)
        order = {
            "number": number,
            "program": self._program,
            "arguments": arguments,
            "environment": self._environment | environment,
            "log": str(self._log),
        }
        self._orders[number] = asyncio.get_running_loop().create_future()
        self._zygote.stdin.write(json.dumps(order).encode() + b"\n")
        victim = Victim(arguments, await self._orders[number])
        self._forked[victim.pid] = victim
        self.all.append(victim)
        if victim.pid in self._early:
            self._died(victim.pid, self._early.pop(victim.pid))
        return victim

    async def start(self, *arguments: str, **environment: str) -> Victim:
        """The installed program itself, imports and all."""
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                PROGRAM, *arguments, env=self._environment | environment, stdin=DEVNULL, stdout=log, stderr=log
            )
        victim = Victim(arguments, process.pid)
        self.all.append(victim)
        self._waits.add(asyncio.create_task(self._wait_for(victim, process)))
        return victim

    async def _wait_for(self, victim: Victim, process: Process) -> None:
        victim.code = await process.wait()
        victim.ended.set()

    async def listen(self) -> None:
        """Hear what the zygote tells, until it ends."""
        assert self._zygote.stdout is not None
        async for line in self._zygote.stdout:
            event: dict[str, Any] = json.loads(line)
            if "born" in event:
                self._orders.pop(event["order"]).set_result(event["born"])
            elif "dead" in event:
                self._died(event["dead"], event["code"])
            else:
                self.ready.set()

    def _died(self, pid: int, code: int) -> None:
        if victim := self._forked.pop(pid, None):
            victim.code = code
            victim.ended.set()
        else:
            self._early[pid] = code

    async def clear(self) -> None:
        """Kill whatever lives."""
        for victim in self.alive():
            await victim.kill()
        await asyncio.gather(*self._waits)


@asynccontextmanager
async def nursery(environment: Mapping[str, str], log: Path, program: str = "preceptor") -> AsyncIterator[Nursery]:
    """A place to start processes from; all of them end with the block. `program`: "preceptor", or "victim" for the one
    with shorter waits."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.chaos.zygote"]
    # In a session of its own, so that Ctrl-C reaches the run alone, which then cleans up.
    zygote = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, start_new_session=True)
    place = Nursery(zygote, environment, log, program)
    listening = asyncio.create_task(place.listen())
    try:
        await asyncio.wait_for(place.ready.wait(), 60)
        yield place
    finally:
        await place.clear()
        assert zygote.stdin is not None
        zygote.stdin.close()
        await zygote.wait()
        await listening
