"""Starts `preceptor` as a process of its own without paying for its imports each time: one process has everything
imported and forks each further one, which is then a real one with its own arguments, environment, folder, standard
streams and exit code. Used by the end-to-end tests; `python -m tests.fakes.warm_program FD` is the process that forks.

Linux and macOS only. A few tests start the installed program itself.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NoReturn

from adapters.cli.main import COMMANDS, main

GIVE_UP = 60.0
"""Seconds after which whoever waits for a process gives up; nothing here is measured."""


@dataclass(slots=True)
class Running:
    """A process that runs or has ended."""

    pid: int
    stdout: IO[str]
    stderr: IO[bytes]
    """A file, so that nobody needs to read it for the process to go on."""
    _end: socket.socket
    returncode: int | None = field(default=None, init=False)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""
        if self.returncode is None and select.select([self._end], [], [], 0)[0]:
            self.returncode = int(self._end.recv(16))
        return self.returncode

    def communicate(self, timeout: float = GIVE_UP) -> tuple[str, str]:
        """Wait for its end: what it said on standard output and on standard error. Kills it when it takes too long."""
        said = list(iter(lambda: self._line(timeout), ""))
        if self.returncode is None:
            self._wait_for(self._end, timeout)
            self.poll()
        self.stderr.seek(0)
        return "".join(said), self.stderr.read().decode()

    def _line(self, timeout: float) -> str:
        self._wait_for(self.stdout, timeout)
        return self.stdout.readline()

    def _wait_for(self, news: IO[str] | socket.socket, timeout: float) -> None:
        if not select.select([news], [], [], timeout)[0]:
            self.kill()
            raise subprocess.TimeoutExpired("preceptor", timeout)

    def close(self) -> None:
        """End it if it is still there."""
        self.kill()
        for each in (self.stdout, self.stderr, self._end):
            each.close()


class WarmProgram:
    """The process that forks, and the way to it."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            folder = Path(__file__).parents[2]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=folder, stdin=subprocess.DEVNULL)

    def start(self, *arguments: str, environment: Mapping[str, str], folder: Path, stdin: str = "") -> Running:
        """Start `preceptor` with these arguments, this environment and nothing else of ours."""
        end, theirs = socket.socketpair(type=socket.SOCK_DGRAM)  # keeps apart what is said in two times
        (read, write), stderr, given = os.pipe(), TemporaryFile(), TemporaryFile()  # noqa: SIM115 - theirs to close
        given.write(stdin.encode())
        given.seek(0)
        order = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        fds = [given.fileno(), write, stderr.fileno(), theirs.fileno()]
        socket.send_fds(self._line, [json.dumps(order).encode()], fds)
        for each in (given, theirs):
            each.close()
        os.close(write)
        pid = int(end.recv(16))
        return Running(pid, os.fdopen(read, encoding="utf-8"), stderr, end)

    def run(
        self, *arguments: str, environment: Mapping[str, str], folder: Path, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Start it and wait for its end."""
        running = self.start(*arguments, environment=environment, folder=folder, stdin=stdin)
        try:
            said = running.communicate()
            return subprocess.CompletedProcess(arguments, running.returncode or 0, *said)
        finally:
            running.close()

    def close(self) -> None:
        self._line.close()
        self._process.wait()


def serve(line: socket.socket) -> None:
    """Import all that any subcommand does, then fork for each order until whoever orders is gone."""
    for late in COMMANDS.values():
        late.load()
    gc.freeze()
    while True:
        words, fds, _, _ = socket.recv_fds(line, 1 << 16, 4)
        if not words:
            return
        if os.fork() == 0:
            line.close()
            _watch(json.loads(words), fds)
        for each in fds:
            os.close(each)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _watch(order: dict[str, Any], fds: list[int]) -> NoReturn:
    """Fork the program, say its id, wait for it and say its exit code."""
    pid = os.fork()
    *streams, end = fds
    if pid == 0:
        os.close(end)
        _become(order, streams)
    for each in streams:
        os.close(each)
    with suppress(BrokenPipeError):
        os.write(end, str(pid).encode())
        _, status = os.waitpid(pid, 0)
        os.write(end, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(order: dict[str, Any], streams: list[int]) -> NoReturn:
    for target, source in enumerate(streams):
        os.dup2(source, target)
        os.close(source)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["preceptor", *order["arguments"]]
    code = 1
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - the process's own edge
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
