"""The tokens of workspaces: locked in the database, renewed once however many wait, used while Slack takes them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from adapters.cli.doctor import examine
from adapters.slack.installations import Installations
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation
from bot.database import Database
from bot.errors import CannotReach, TryLater
from bot.vault import Vault
from tests.fakes.slack import TEAM, TOKEN, Cut, FakeSlack, Held, Refused, running_slack
from tests.fakes.slack_admin import KEY, MANY, Process, installations, open_many
from tests.fakes.slack_door import SECRET
from tests.fakes.slack_oauth import LASTS

NEARLY = timedelta(seconds=LASTS) - timedelta(hours=1)
"""Long enough after an installation that its token is about to end."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        running.oauth.rotates = True
        yield running


@pytest.fixture
async def installed(slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation) -> FakeSlack:
    """Slack, with the mentor installed in one workspace by a server that has ended since."""
    async with open_many(slack, database, clocks, conversation) as admin:
        assert (await admin.install()).status == 200
    return slack


@pytest.fixture
async def process(installed: FakeSlack, database: Database, clocks: Clocks) -> AsyncIterator[Process]:
    made = Process(installed, database, clocks)
    yield made
    await made.api.close()


@pytest.fixture
async def another(installed: FakeSlack, database: Database, clocks: Clocks) -> AsyncIterator[Process]:
    made = Process(installed, database, clocks)
    yield made
    await made.api.close()


def _move(clocks: Clocks, by: timedelta) -> None:
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(by)


def _posted_with(slack: FakeSlack) -> list[str]:
    return [token for method, token in slack.used if method == "chat.postMessage"]


async def test_a_young_token_is_used_as_it_is(installed: FakeSlack, process: Process) -> None:
    await process.post()
    assert _posted_with(installed) == ["xoxe.xoxb-issued-1"]
    assert installed.calls.count("oauth.v2.access") == 1


async def test_two_calls_at_once_renew_a_token_once(
    installed: FakeSlack, process: Process, clocks: Clocks, database: Database
) -> None:
    """One that reads while the new token is on its way may go on with the old one, which is still good."""
    _move(clocks, NEARLY)
    await asyncio.gather(*(process.post() for _ in range(5)))
    assert installed.calls.count("oauth.v2.access") == 2
    assert len(_posted_with(installed)) == 5
    await process.post()
    assert installed.calls.count("oauth.v2.access") == 2
    assert _posted_with(installed)[-1] == "xoxe.xoxb-issued-2"
    [row] = await installations(database)
    assert row.expires_at is not None
    assert timedelta(seconds=LASTS - 60) < row.expires_at - clocks.machine.now() <= timedelta(seconds=LASTS)
    assert row.rotating_until is None


async def test_two_processes_at_once_renew_a_token_once(
    installed: FakeSlack, process: Process, another: Process, clocks: Clocks
) -> None:
    """The one that comes second goes on with the token it has, which is still good."""
    _move(clocks, NEARLY)
    held = Held()
    installed.goes_wrong("oauth.v2.access", held)
    first = asyncio.create_task(process.post())
    await installed.until(lambda: installed.calls.count("oauth.v2.access") == 2)
    await another.post()
    held.until.set()
    await first
    assert installed.calls.count("oauth.v2.access") == 2
    assert _posted_with(installed) == ["xoxe.xoxb-issued-1", "xoxe.xoxb-issued-2"]
    _move(clocks, timedelta(seconds=30))
    await another.post()
    assert _posted_with(installed)[-1] == "xoxe.xoxb-issued-2"


async def test_while_another_process_renews_an_ended_token_calls_wait(
    installed: FakeSlack, process: Process, another: Process, clocks: Clocks
) -> None:
    _move(clocks, NEARLY + timedelta(hours=2))
    held = Held()
    installed.goes_wrong("oauth.v2.access", held)
    first = asyncio.create_task(process.post())
    await installed.until(lambda: installed.calls.count("oauth.v2.access") == 2)
    with pytest.raises(TryLater):
        await another.post()
    held.until.set()
    await first
    assert _posted_with(installed) == ["xoxe.xoxb-issued-2"]


async def test_a_caller_that_gives_up_loses_no_token(
    installed: FakeSlack, process: Process, clocks: Clocks, database: Database
) -> None:
    _move(clocks, NEARLY)
    held = Held()
    installed.goes_wrong("oauth.v2.access", held)
    impatient = asyncio.create_task(process.post())
    await installed.until(lambda: installed.calls.count("oauth.v2.access") == 2)
    impatient.cancel()
    held.until.set()
    await process.post()
    assert installed.calls.count("oauth.v2.access") == 2
    assert _posted_with(installed) == ["xoxe.xoxb-issued-2"]


async def test_a_renewal_that_breaks_leaves_the_token_in_use_and_is_made_again(
    installed: FakeSlack, process: Process, clocks: Clocks
) -> None:
    _move(clocks, NEARLY)
    installed.goes_wrong("oauth.v2.access", Cut(taken=False))
    for _ in range(3):
        await process.post()
    assert _posted_with(installed) == ["xoxe.xoxb-issued-1"] * 3
    assert installed.calls.count("oauth.v2.access") == 2
    _move(clocks, timedelta(minutes=6))
    await process.post()
    assert _posted_with(installed)[-1] == "xoxe.xoxb-issued-2"


async def test_a_database_that_errs_when_new_tokens_come_does_not_lose_them(
    installed: FakeSlack, process: Process, clocks: Clocks, database: Database
) -> None:
    erred: list[str] = []

    def err(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "SET token" in statement and not erred:
            erred.append(statement)
            raise OperationalError(statement, None, Exception("the disk was full for a moment"))

    event.listen(database.engine.sync_engine, "before_cursor_execute", err)
    _move(clocks, NEARLY)
    await process.post()
    assert len(erred) == 1
    assert installed.calls.count("oauth.v2.access") == 2
    assert _posted_with(installed) == ["xoxe.xoxb-issued-2"]
    [row] = await installations(database)
    assert row.rotating_until is None


async def test_a_token_that_slack_renews_no_more_is_named_once_it_has_ended(
    installed: FakeSlack, process: Process, clocks: Clocks, database: Database
) -> None:
    installed.oauth.refreshers.clear()
    _move(clocks, NEARLY)
    await process.post()
    _move(clocks, timedelta(hours=2))
    for _ in range(2):
        with pytest.raises(CannotReach, match="invalid_refresh_token"):
            await process.post()
    assert len(_posted_with(installed)) == 1
    assert [row.refused for row in await installations(database)] == ["invalid_refresh_token"]


@pytest.mark.parametrize("word", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_token_that_slack_takes_no_more_is_not_used_again(
    installed: FakeSlack, process: Process, another: Process, clocks: Clocks, word: str
) -> None:
    installed.goes_wrong("chat.postMessage", Refused(word))
    for _ in range(3):
        with pytest.raises(CannotReach, match=word if word == "invalid_auth" else f"{word}|uninstalled"):
            await process.post()
    with pytest.raises(CannotReach):
        await another.post()
    assert installed.calls.count("chat.postMessage") == 1


async def test_a_token_that_ended_unforeseen_is_renewed_and_the_call_made_again(
    installed: FakeSlack, process: Process
) -> None:
    installed.goes_wrong("chat.postMessage", Refused("token_expired"))
    with pytest.raises(TryLater):
        await process.post()
    await process.post()
    assert installed.used[-1] == ("chat.postMessage", "xoxe.xoxb-issued-2")


async def test_a_workspace_that_never_installed_it_is_named_and_slack_is_not_asked(
    installed: FakeSlack, process: Process
) -> None:
    before = len(installed.calls)
    with pytest.raises(CannotReach, match="not_installed"):
        await process.post("T0STRANGER")
    assert len(installed.calls) == before


async def test_beside_installations_the_operators_own_token_serves_its_own_workspace_alone(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_many(slack, database, clocks, conversation, SLACK_BOT_TOKEN=TOKEN) as admin:
        await slack.until(lambda: "auth.test" in slack.calls)
        await admin.door.write("help")
        await slack.until(lambda: len(slack.posted) == 1)
    assert _posted_with(slack) == [TOKEN]
    process = Process(slack, database, clocks, SLACK_BOT_TOKEN=TOKEN)
    with pytest.raises(CannotReach, match="not_installed"):
        await process.post("T0STRANGER")
    await process.api.close()


async def test_a_new_key_relocks_everything_and_the_old_one_may_go(
    installed: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    new = Vault.new_key()
    before = [row.token for row in await installations(database)]
    async with open_many(installed, database, clocks, conversation, SECRET_KEY=f"{new},{KEY}"):
        pass
    assert [row.token for row in await installations(database)] != before
    process = Process(installed, database, clocks, SECRET_KEY=new)
    await process.post()
    await process.api.close()


async def test_a_token_that_no_key_opens_is_named(installed: FakeSlack, database: Database, clocks: Clocks) -> None:
    process = Process(installed, database, clocks, SECRET_KEY=Vault.new_key())
    with pytest.raises(CannotReach, match="no key in SECRET_KEY opens"):
        await process.post()
    await process.api.close()


async def test_the_doctor_says_which_keys_are_needed_and_which_tokens_no_key_opens(
    installed: FakeSlack, database: Database, database_url: str, clocks: Clocks, conversation: Conversation
) -> None:
    new = Vault.new_key()

    async def told(keys: str) -> str:
        given = {"SLACK_SIGNING_SECRET": SECRET, **MANY, "SECRET_KEY": keys, "DATABASE_URL": database_url}
        return str([finding async for finding in examine(given) if finding.what == "Installs"])

    assert "1 with a token" in await told(KEY)
    assert "1 still need an older key" in await told(f"{new},{KEY}")
    without = await told(new)
    assert "no key in SECRET_KEY opens the token of T0SAMPLE1" in without
    assert "https://mentor.example.org/slack/install" in without
    async with open_many(installed, database, clocks, conversation, SECRET_KEY=f"{new},{KEY}"):
        pass
    assert "the older keys in SECRET_KEY can go" in await told(f"{new},{KEY}")
    process = Process(installed, database, clocks, SECRET_KEY=new)
    installed.goes_wrong("chat.postMessage", Refused("invalid_auth"))
    with pytest.raises(CannotReach):
        await process.post()
    await process.api.close()
    assert "Slack refuses (invalid_auth) T0SAMPLE1" in await told(new)


async def test_nothing_of_a_token_is_logged_or_shown(
    installed: FakeSlack, process: Process, clocks: Clocks, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    _move(clocks, NEARLY)
    await process.post()
    access = await process.tokens.access(TEAM)
    installed.goes_wrong("chat.postMessage", Refused("token_revoked"))
    with pytest.raises(CannotReach) as caught:
        await process.post()
    shown = "".join((caplog.text, repr(access), repr(vars(process.tokens)), repr(caught.value)))
    assert len(installed.oauth.secrets) == 5
    assert [each for each in (*installed.oauth.secrets, KEY, SECRET) if each in shown] == []


async def test_slack_sdk_finds_and_forgets_an_installation_through_its_own_interface(
    installed: FakeSlack, database: Database, clocks: Clocks
) -> None:
    store = Installations(database, Vault([KEY]), clocks)
    found = await store.async_find_bot(enterprise_id=None, team_id=TEAM)
    assert found is not None
    assert found.bot_token == "xoxe.xoxb-issued-1"
    assert found.team_id == TEAM
    await store.async_delete_all(enterprise_id=None, team_id=TEAM)
    assert await store.async_find_bot(enterprise_id=None, team_id=TEAM) is None


async def test_a_server_reads_the_database_and_not_slack_while_it_answers(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_many(slack, database, clocks, conversation) as admin:
        await admin.install()
        before = slack.calls.count("auth.test")
        assert (await admin.door.slash("help")).status == 200
        assert slack.calls.count("auth.test") == before
