"""The operator runs the installed program with Teams on: it serves over HTTP, seeds, delivers, and its doctor tells
what to mend.
"""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.clock import MachineClock
from tests.fakes.adaptive_kit import words
from tests.fakes.teams import FakeTeams, running_teams
from tests.fakes.teams_door import TeamsDoor, teams_settings
from tests.fakes.teams_keys import KeyServer, running_keys
from tests.fakes.warm_program import WarmProgram

Run = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        yield running


@pytest.fixture
async def keys() -> AsyncIterator[KeyServer]:
    async with running_keys() as running:
        yield running


@pytest.fixture
def environment(teams: FakeTeams, keys: KeyServer, tmp_path: Path) -> dict[str, str]:
    machine = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return {**machine, **teams_settings(teams, keys), "DATABASE_URL": f"sqlite:///{tmp_path}/preceptor.db"}


@pytest.fixture
def run(program: WarmProgram, environment: dict[str, str], tmp_path: Path) -> Run:
    async def started(*arguments: str, **given: str) -> tuple[int, str]:
        """The exit code, and all that was said."""
        said = {name: value for name, value in {**environment, **given}.items() if value}
        done = await asyncio.to_thread(program.run, *arguments, environment=said, folder=tmp_path)
        return done.returncode, done.stdout + done.stderr

    return started


@asynccontextmanager
async def _serving(program: WarmProgram, environment: dict[str, str], folder: Path) -> AsyncIterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with closing(program.start("serve", "--port", str(port), environment=environment, folder=folder)) as server:
        said = await asyncio.to_thread(lambda: list(takewhile(lambda line: "Serving" not in line, server.stdout)))
        assert server.poll() is None, said
        yield port
        server.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.communicate)
        assert server.returncode == 0


async def test_the_server_answers_teams(
    program: WarmProgram, environment: dict[str, str], teams: FakeTeams, keys: KeyServer, tmp_path: Path
) -> None:
    async with _serving(program, environment, tmp_path) as port, ClientSession() as http:
        door = TeamsDoor(f"http://127.0.0.1:{port}", http, MachineClock(), teams, keys, messenger=None)  # type: ignore[arg-type]
        forged = await door.knock(door.activity(text="faq do I need a degree?"), authorization="Bearer a.b.c")
        assert forged.status == 401
        assert (await door.say("faq do I need a degree?")).status == 202
        await teams.until(lambda: bool(teams.cards))
        assert (await http.get(f"http://127.0.0.1:{port}/readyz")).status == 200
    assert "degree" in words(teams.cards[0])


async def test_sample_members_are_written_to_where_the_settings_point(run: Run, teams: FakeTeams) -> None:
    teams.knows_everybody = True
    code, said = await run("seed", "--members", "3", "--platform", "teams", "--due", "now")
    assert (code, "on teams" in said) == (0, True)
    code, said = await run("tick", "--json")
    assert (code, '"sent": 3' in said) == (0, True)
    assert {each["tenantId"] for each in teams.created} == {"SAMPLE1"}
    assert len(teams.sent) == 3


async def test_sample_members_on_the_real_teams_are_refused(run: Run) -> None:
    real = {"BOT_SERVICE_URLS": "", "BOT_ACCESS_TOKEN": "", "MicrosoftAppPassword": "a-client-secret"}
    code, said = await run("seed", "--members", "3", "--platform", "teams", **real)
    assert (code, "--real" in said) == (2, True)


async def test_the_doctor_looks_at_keys_sign_in_and_the_ends_of_secrets(run: Run, keys: KeyServer) -> None:
    code, said = await run("doctor")
    assert (code, "signing keys read" in said, "All is well" in said) == (0, True, True)
    soon = (MachineClock().now() + timedelta(days=20)).date()
    keys.fails = True
    code, said = await run("doctor", SECRETS_EXPIRE=f"MicrosoftAppPassword={soon}")
    assert (code, "signing keys cannot be fetched" in said, f"ends on {soon}" in said) == (1, True, True)
    assert "OPERATORS" in said
