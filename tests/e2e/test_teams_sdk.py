"""Why `adapters/teams/sdk` mends what it mends: each fault of botbuilder 4.17.1, shown in the package itself, beside
what happens with ours. When the first half of one fails, its mend can go.
"""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from botbuilder.core import serializer_helper
from botbuilder.schema import Activity, ConversationAccount, ConversationParameters, Entity
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth.endorsements_validator import EndorsementsValidator
from botframework.connector.auth.jwt_token_extractor import _OpenIdMetadata

from adapters.teams.api import TeamsApi
from adapters.teams.reading import read_turn
from adapters.teams.sdk.adapter import InvokeAnswer, NotAnActivity, TeamsAdapter
from adapters.teams.sdk.connector import Connector
from adapters.teams.sdk.signin import FixedToken
from adapters.teams.turns import Reference
from bot.clock import FixedClock
from bot.errors import Unsure
from bot.settings import read_settings
from tests.conftest import MONDAY
from tests.fakes.teams import TENANT, TOKEN, FakeTeams, Held, running_teams
from tests.fakes.teams_door import teams_settings
from tests.fakes.teams_keys import APP, KeyServer

MENTION = {"type": "mention", "text": "<at>A</at>", "mentioned": {"id": "29:a", "name": "A"}}
INVOKE: dict[str, Any] = {
    "type": "invoke",
    "id": "1",
    "name": "adaptiveCard/action",
    "channelId": "msteams",
    "serviceUrl": "http://127.0.0.1:1/",
    "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": TENANT},
    "from": {"id": "29:1"},
    "recipient": {"id": "28:1"},
    "entities": [MENTION],
}


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        yield running


@pytest.fixture
async def adapter() -> AsyncIterator[TeamsAdapter]:
    connector = Connector(FixedToken(TOKEN))
    yield TeamsAdapter(APP, connector)
    await connector.close()


async def test_a_typed_answer_to_an_invoke_is_no_server_error(adapter: TeamsAdapter) -> None:
    with pytest.raises(AttributeError):
        serializer_helper({"statusCode": 200})

    async def take() -> InvokeAnswer:
        return InvokeAnswer({"statusCode": 200})

    assert await adapter.process(INVOKE, "http://127.0.0.1:1/", take) == InvokeAnswer({"statusCode": 200})


async def test_what_the_sdk_has_no_name_for_is_not_lost(teams: FakeTeams) -> None:
    read = Activity().deserialize(INVOKE)
    assert read.conversation.tenant_id is None
    assert "tenantID" in ConversationParameters(tenant_id="t").serialize()
    assert "tenantId" not in ConversationAccount(tenant_id="t").serialize()
    assert "mentioned" not in Entity().deserialize(MENTION).serialize()

    turn = read_turn(INVOKE)
    assert turn
    assert turn.who.tenant == TENANT
    connector = Connector(FixedToken(TOKEN))
    body = connector.client("http://127.0.0.1:1/").conversations._serialize.body({"tenantId": "t"}, "Activity")
    await connector.close()
    assert body == {"tenantId": "t"}


def test_a_key_that_nobody_knows_is_no_server_error() -> None:
    keys = _OpenIdMetadata("http://127.0.0.1:1/")
    keys.keys = [{"kid": "key-1"}]
    with pytest.raises(IndexError):
        keys._find("key-2")  # ours: tests/e2e/test_teams_tokens.py, rotated and made-up keys


def test_a_request_that_names_no_channel_is_endorsed_by_the_sdk() -> None:
    assert EndorsementsValidator.validate(None, [])  # ours: test_what_a_genuine_token_does_not_cover_is_forbidden


async def test_a_connector_that_never_answers_is_not_waited_for(teams: FakeTeams) -> None:
    stock = ConnectorClient(FixedToken(TOKEN), base_url=teams.service_url)
    assert stock.config.connection.timeout == 100  # seconds, in a thread that nothing ends
    never = Held()
    teams.goes_wrong("send", never)
    connector = Connector(FixedToken(TOKEN), aiohttp.ClientTimeout(total=0.05))
    settings = read_settings(teams_settings(teams, KeyServer(url="http://127.0.0.1:1")))
    api = TeamsApi(settings, FixedClock(MONDAY), connector=connector)
    with pytest.raises(Unsure):
        await api.send(Reference(teams.service_url, teams.personal(), TENANT), {"text": "hello"})
    never.until.set()
    await api.close()


@pytest.mark.parametrize(
    "changed",
    [{"timestamp": "yesterday"}, {"from": "abc"}, {"entities": {"a": 1}}, {"conversation": [1]}],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_shape_over_which_the_sdk_stumbles_is_named(adapter: TeamsAdapter, changed: dict[str, Any]) -> None:
    async def take() -> None:
        raise AssertionError

    with pytest.raises(NotAnActivity):
        await adapter.process({**INVOKE, **changed}, "http://127.0.0.1:1/", take)


async def test_replies_are_never_gathered_for_the_answer(adapter: TeamsAdapter) -> None:
    async def take() -> None:
        return None

    said = {**INVOKE, "type": "message", "deliveryMode": "expectReplies"}
    assert await adapter.process(said, "http://127.0.0.1:1/", take) is None
