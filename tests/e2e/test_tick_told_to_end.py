"""`preceptor tick` as cron or systemd ends it: by a signal, in the middle of a send."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.database import Database
from bot.model.deliveries import State
from tests.fakes.slack import PATIENCE, TOKEN, FakeSlack, Held, running_slack
from tests.fakes.toy_post import NOON, rows, settle_in
from tests.fakes.warm_program import WarmProgram


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_what_is_being_sent_is_finished_and_recorded(
    slack: FakeSlack,
    database: Database,
    database_url: str,
    program: WarmProgram,
    tmp_path: Path,
    number: signal.Signals,
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
    words = ("tick", "--now", NOON.isoformat(), "--json")
    process = program.start(*words, environment={**os.environ, **settings}, folder=tmp_path)
    with closing(process):
        async with asyncio.timeout(10 * PATIENCE):
            while not slack.calls:
                await slack.changed.wait()
        process.send_signal(number)
        held.until.set()
        told, _ = await asyncio.to_thread(process.communicate)
    assert process.returncode == 0
    assert json.loads(told)["sent"] == len(slack.posted) == 1
    assert [row.state for row in await rows(database)] == [State.SENT]
