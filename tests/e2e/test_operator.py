"""What the operator meets when something is wrong at night: one sentence and an exit code, never a trace; a log that
says what happened and nothing else.
"""

import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.fakes.warm_program import Running, WarmProgram

SLACK = {
    "SLACK_SIGNING_SECRET": "a-signing-secret-for-tests",
    "SLACK_BOT_TOKEN": "xoxb-sample-token",
    "SLACK_API_URL": "http://127.0.0.1:1/api",
}
NOWHERE = {
    "sqlite:////no/such/folder/preceptor.db": "unable to open database file",
    "postgresql://user:a-password@127.0.0.1:1/name": "127.0.0.1",
}
Run = Callable[..., subprocess.CompletedProcess[str]]


def _environment(given: dict[str, str]) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}, **given}


@pytest.fixture
def run(program: WarmProgram, tmp_path: Path) -> Run:
    def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        env = _environment({"DATABASE_URL": f"sqlite:///{tmp_path}/preceptor.db", **environment})
        return program.run(*arguments, environment=env, folder=tmp_path)

    return started


@pytest.mark.parametrize(
    ("arguments", "url"), list(zip((("serve",), ("tick",), ("db", "upgrade")), (*NOWHERE, *NOWHERE), strict=False))
)
def test_a_database_out_of_reach_is_one_sentence(run: Run, arguments: tuple[str, ...], url: str) -> None:
    done = run(*arguments, **SLACK, DATABASE_URL=url)

    assert done.returncode == 2
    assert "The database cannot be used: " in done.stderr
    assert NOWHERE[url] in done.stderr
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert "a-password" not in done.stderr


def test_a_file_that_is_no_database_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "preceptor.db").write_text("shopping list " * 100)

    done = run("serve", **SLACK)

    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "file is not a database" in done.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://user@127.0.0.1:1/name", "Connection refused"),
        ("sqlite:////no/such/folder/preceptor.db", "make the folder /no/such/folder"),
        ("postgresql://user@host:port/name", "DATABASE_URL is malformed"),
    ],
)
def test_the_doctor_tells_what_is_wrong_with_the_database(run: Run, url: str, said: str) -> None:
    done = run("doctor", DATABASE_URL=url)

    assert done.returncode == 1
    assert said in done.stdout
    assert "1 to mend." in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_beyond_the_calendar_is_none(run: Run, instant: str) -> None:
    done = run("tick", "--now", instant)

    assert (done.returncode, "is no instant" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_port_that_is_taken_is_named(run: Run) -> None:
    with socket.create_server(("", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--port", port, **SLACK)

    assert done.returncode == 2
    assert f"Port {port} is taken by another program." in done.stderr


@pytest.fixture
def served(program: WarmProgram, tmp_path: Path) -> Iterator[tuple[Running, int, Path]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = _environment({"DATABASE_URL": f"sqlite:///{tmp_path}/preceptor.db", **SLACK})
    server = program.start("serve", "--port", str(port), environment=environment, folder=tmp_path)
    with closing(server):
        assert "Serving on port" in server.stdout.readline()
        yield server, port, tmp_path / "preceptor.db"


def test_the_log_of_a_night(served: tuple[Running, int, Path]) -> None:
    """Scanners knock, a probe looks, another program holds the database; then the machine is shut down."""
    server, port, database = served
    for knock in (b"secret words\r\n\r\n", _packed(b"secret words"), _chunked(b"secret words")):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(knock)
            assert b" 40" in line.recv(100)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert _status(port, "/readyz") == 200
    server.send_signal(signal.SIGTERM)
    _, told = server.communicate()

    assert server.returncode == 0
    assert "A malformed HTTP request was turned away" in told
    for noise in ("Traceback", "secret words", "alembic", "apscheduler"):
        assert noise not in told


def _packed(body: bytes) -> bytes:
    head = f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _chunked(body: bytes) -> bytes:
    return b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"\r\n"


def _status(port: int, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=9)) as line:
        line.request("GET", path)
        return line.getresponse().status
