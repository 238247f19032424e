"""Real processes: the emulator, and our own program as it is installed. Each ends with its block, whatever happens."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "preceptor"
START, END = 60, 30
"""Seconds to be ready in, and to end in."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@asynccontextmanager
async def running(
    *command: Path | str, log: Path, says: str, line: str = "", environment: Mapping[str, str] | None = None
) -> AsyncIterator[str]:
    """The process, once it has said so; gives what follows these words. `line` is told to it. Ends it by SIGTERM."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *command, env=_bare(environment), stdin=PIPE, stdout=PIPE, stderr=errors
        )
    try:
        yield await asyncio.wait_for(_ready(process, says, line, log), START)
    finally:
        await _end(process)


async def done(*arguments: str, environment: Mapping[str, str], log: Path) -> str:
    """Run `preceptor` with these arguments to its end: what it printed. It has to end well."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            PROGRAM, *arguments, env=_bare(environment), stdout=PIPE, stderr=errors
        )
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), START)
    finally:
        await _end(process)
    assert process.returncode == 0, f"preceptor {arguments} ended with {process.returncode}: {_said(log)}"
    return printed.decode()


def _bare(environment: Mapping[str, str] | None) -> dict[str, str]:
    """Nothing of this machine's own settings."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(environment or {})}


async def _ready(process: Process, says: str, line: str, log: Path) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(f"{line}\n".encode())
    async for said in process.stdout:
        if says in (words := said.decode()):
            return words.partition(says)[2].strip()
    raise AssertionError(f"It ended before it was ready ({await process.wait()}): {_said(log)}")


def _said(log: Path) -> str:
    return log.read_text(encoding="utf-8")


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END)
    except TimeoutError:
        process.kill()
        await process.wait()
