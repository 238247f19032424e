"""Has everything imported and forks a process for each order, so that hundreds can be started and killed without paying
for the imports each time. What is forked is the program itself (`preceptor serve`, `worker`, `tick`), or the same with
shorter waits (`tests.chaos.victim`). Run and spoken to by `tests.chaos.victims`: one JSON line an order, one an event.

Linux and macOS only. Every order's process is a real one, and SIGKILL ends it like any other.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

from adapters.cli.main import main as preceptor
from tests.chaos import victim

MODULES = (
    "adapters.cli.serving",
    "adapters.cli.operating",
    "adapters.cli.working",
    "jobs.distributed",
)


def main() -> None:
    """Fork until standard input ends, then kill whatever is left."""
    _warm_up()
    alive: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _bury(alive))
    _say({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            _become(order)
        alive.add(pid)
        _say({"born": pid, "order": order["number"]})
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in alive:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _warm_up() -> None:
    """Import what a process would, and load the content once, because parts of it are imported on first use."""
    for name in MODULES:
        import_module(name)
    victim.knowledge()


def _bury(alive: set[int]) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            alive.discard(pid)
            _say({"dead": pid, "code": os.waitstatus_to_exitcode(status)})


def _say(event: dict[str, Any]) -> None:
    os.write(1, json.dumps(event).encode() + b"\n")


def _become(order: dict[str, Any]) -> NoReturn:
    """Be the process that was ordered: its program, arguments, environment and log."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = [order["program"], *order["arguments"]]
    code = 1
    try:
        (preceptor if order["program"] == "preceptor" else victim.main)()
        code = 0
    except SystemExit as ended:
        code = int(ended.code) if isinstance(ended.code, int) else 0
    except BaseException:  # noqa: BLE001 - the process's own edge: the log says why
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
