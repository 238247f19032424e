"""`preceptor tick` as cron or systemd ends it: by a signal, in the middle of a send."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.database import Database
from bot.model.deliveries import State
from tests.fakes.slack import PATIENCE, TOKEN, FakeSlack, Held, running_slack
from tests.fakes.toy_post import NOON, rows, settle_in

PRECEPTOR = Path(sys.executable).with_name("preceptor")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_what_is_being_sent_is_finished_and_recorded(
    slack: FakeSlack, database: Database, database_url: str, number: signal.Signals
) -> None:
    await settle_in(database, members=1)
    slack.zones["T1-U1"] = ""
    held = Held()
    slack.goes_wrong("chat.postMessage", held)
    settings = {
        "DATABASE_URL": database_url,
        "SLACK_SIGNING_SECRET": "sample-signing-secret",
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_API_URL": f"{slack.url}/api",
    }
    process = await asyncio.create_subprocess_exec(
        *(PRECEPTOR, "tick", "--now", NOON.isoformat(), "--json"),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(10 * PATIENCE):
        while not slack.calls:
            await slack.changed.wait()
        process.send_signal(number)
        held.until.set()
        told, _ = await process.communicate()
    assert process.returncode == 0
    assert json.loads(told)["sent"] == len(slack.posted) == 1
    assert [row.state for row in await rows(database)] == [State.SENT]
