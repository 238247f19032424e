"""What the ledger's courier sends through Slack: one message to one member, once, and every way it may go wrong."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from adapters.slack.api import SlackApi
from adapters.slack.meeting import connect_workspace
from adapters.slack.transport import SlackMessenger
from bot.clock import Clocks
from bot.database import Database
from bot.errors import BadMessage, CannotLook, CannotReach, DeliveryError, TryLater, Unsure
from bot.message import Button, Buttons, Message, Paragraph, text
from bot.model.people import Tenant
from bot.ports import Address
from bot.settings import read_settings
from tests.fakes.slack import BOT, TEAM, TOKEN, Broken, Cut, FakeSlack, Garbled, Refused, Throttled, running_slack
from tests.fakes.slack_door import SECRET, USER, Echo, open_door

NOTE = Message(
    "Your weekly note: ask for the billing report",
    (Paragraph(text("Ask for the billing report.")), Buttons((Button("Done", "done a-17", "primary"),))),
    discreet="Your weekly note is ready",
)
TO = Address("slack", TEAM, USER)
SINCE = datetime.fromtimestamp(1763999999, UTC)
"""A second before the first message that the fake Slack takes."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


def _api(slack: FakeSlack, *, token: str = TOKEN, url: str = "") -> SlackApi:
    given = {"SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": token, "SLACK_API_URL": url or f"{slack.url}/api"}
    return SlackApi(read_settings(given))


@pytest.fixture
async def messenger(slack: FakeSlack) -> AsyncIterator[SlackMessenger]:
    made = SlackMessenger(_api(slack), command="mentor")
    yield made
    await made.close()


async def test_a_note_goes_to_the_member_under_a_discreet_title(slack: FakeSlack, messenger: SlackMessenger) -> None:
    receipt = await messenger.send(TO, NOTE, key="delivery-42")
    [said] = slack.posted
    assert receipt.reference == "1764000000.000001"
    assert said["channel"] == USER
    assert said["text"] == "Your weekly note is ready"
    assert said["blocks"][0]["text"]["text"] == "Ask for the billing report."
    assert said["metadata"] == {"event_type": "preceptor_delivery", "event_payload": {"key": "delivery-42"}}
    assert said["unfurl_links"] is said["unfurl_media"] is False


async def test_a_known_conversation_is_used(slack: FakeSlack, messenger: SlackMessenger) -> None:
    await messenger.send(Address("slack", TEAM, USER, "D0SAMPLE1"), NOTE, key="1")
    assert slack.posted[0]["channel"] == "D0SAMPLE1"


async def test_a_receipt_names_the_conversation_so_that_it_is_known(
    slack: FakeSlack, messenger: SlackMessenger
) -> None:
    assert (await messenger.send(TO, NOTE, key="1")).conversation == "D0SAMPLE1"


@pytest.mark.parametrize("reference", ["", "D0SAMPLE1"], ids=["to be opened", "known"])
async def test_a_message_that_arrived_is_found_by_its_key(
    slack: FakeSlack, messenger: SlackMessenger, reference: str
) -> None:
    to = replace(TO, reference=reference)
    for number in range(40):
        await messenger.send(to, NOTE, key=f"other-{number}")
    receipt = await messenger.send(to, NOTE, key="delivery-42")
    for number in range(40, 60):
        await messenger.send(to, NOTE, key=f"other-{number}")
    found = await messenger.look_up(to, key="delivery-42", since=SINCE)
    assert found
    assert (found.reference, found.conversation) == (receipt.reference, "D0SAMPLE1")
    assert slack.calls.count("conversations.history") == 2
    assert slack.calls.count("conversations.open") == (0 if reference else 1)


async def test_a_message_that_never_arrived_is_not_there(slack: FakeSlack, messenger: SlackMessenger) -> None:
    await messenger.send(TO, NOTE, key="delivery-41")
    assert await messenger.look_up(TO, key="delivery-42", since=SINCE) is None


async def test_only_what_came_since_is_read(slack: FakeSlack, messenger: SlackMessenger) -> None:
    await messenger.send(TO, NOTE, key="delivery-42")
    assert await messenger.look_up(TO, key="delivery-42", since=SINCE + timedelta(hours=1)) is None


@pytest.mark.parametrize("error", ["missing_scope", "channel_not_found", "not_allowed_token_type"])
async def test_a_history_that_is_not_permitted_says_so(slack: FakeSlack, messenger: SlackMessenger, error: str) -> None:
    slack.goes_wrong("conversations.history", Refused(error))
    with pytest.raises(CannotReach, match=error):
        await messenger.look_up(replace(TO, reference="D0SAMPLE1"), key="delivery-42", since=SINCE)


async def test_a_throttled_history_is_asked_later(slack: FakeSlack, messenger: SlackMessenger) -> None:
    slack.goes_wrong("conversations.history", Throttled("7"))
    with pytest.raises(TryLater) as raised:
        await messenger.look_up(TO, key="delivery-42", since=SINCE)
    assert raised.value.retry_after == timedelta(seconds=7)


async def test_an_operator_may_switch_reading_back_off(slack: FakeSlack) -> None:
    messenger = SlackMessenger(_api(slack), command="mentor", reads_back=False)
    with pytest.raises(CannotLook, match="SLACK_READ_BACK"):
        await messenger.look_up(TO, key="delivery-42", since=SINCE)
    assert slack.calls == []


@pytest.mark.parametrize(
    ("mishap", "meaning", "taken"),
    [
        (Throttled("7"), TryLater, 0),
        (Throttled("soon"), TryLater, 0),
        (Throttled("9" * 40), TryLater, 0),
        (Refused("ratelimited"), TryLater, 0),
        (Refused("request_timeout"), TryLater, 0),
        (Broken(500), Unsure, 0),
        (Broken(502), Unsure, 0),
        (Broken(503), Unsure, 0),
        (Broken(200), Unsure, 0),
        (Garbled(b'{"ok": tr'), Unsure, 0),
        (Garbled(b"\xff\xfe"), Unsure, 0),
        (Garbled(b"{}"), Unsure, 0),
        (Refused("internal_error"), Unsure, 0),
        (Refused("fatal_error"), Unsure, 0),
        (Cut(taken=False), Unsure, 0),
        (Cut(taken=True), Unsure, 1),
        (Refused("account_inactive"), CannotReach, 0),
        (Refused("token_revoked"), CannotReach, 0),
        (Refused("messages_tab_disabled"), CannotReach, 0),
        (Refused("something_slack_invents_next_year"), CannotReach, 0),
        (Refused("invalid_blocks"), BadMessage, 0),
        (Refused("msg_too_long"), BadMessage, 0),
        (Broken(400), BadMessage, 0),
        (Broken(403), CannotReach, 0),
    ],
    ids=str,
)
async def test_each_mishap_has_its_meaning_and_is_met_once(
    slack: FakeSlack, messenger: SlackMessenger, mishap: Any, meaning: type[DeliveryError], taken: int
) -> None:
    slack.goes_wrong("chat.postMessage", mishap)
    with pytest.raises(DeliveryError) as raised:
        await messenger.send(TO, NOTE, key="1")
    assert type(raised.value) is meaning
    assert slack.calls == ["chat.postMessage"]
    assert len(slack.posted) == taken


async def test_a_connection_used_before_is_no_reason_to_repeat(slack: FakeSlack, messenger: SlackMessenger) -> None:
    await messenger.send(TO, NOTE, key="1")
    slack.goes_wrong("chat.postMessage", Cut(taken=True))
    with pytest.raises(Unsure):
        await messenger.send(TO, NOTE, key="2")
    assert [said["metadata"]["event_payload"]["key"] for said in slack.posted] == ["1", "2"]
    assert slack.calls == ["chat.postMessage"] * 2


async def test_the_wait_is_as_long_as_told(slack: FakeSlack, messenger: SlackMessenger) -> None:
    slack.goes_wrong("chat.postMessage", Throttled("17"))
    with pytest.raises(TryLater) as raised:
        await messenger.send(TO, NOTE, key="1")
    assert raised.value.retry_after == timedelta(seconds=17)


async def test_a_refusal_is_told_in_words_with_slacks_own(slack: FakeSlack, messenger: SlackMessenger) -> None:
    with pytest.raises(CannotReach) as raised:
        await messenger.send(Address("slack", TEAM, "U0STRANGER"), NOTE, key="1")
    assert raised.value.reason == "person not found (channel_not_found)"


async def test_a_wrong_token_reaches_nobody(slack: FakeSlack) -> None:
    messenger = SlackMessenger(_api(slack, token="xoxb-wrong"), command="mentor")
    with pytest.raises(CannotReach, match="invalid_auth"):
        await messenger.send(TO, NOTE, key="1")
    await messenger.close()


async def test_a_slack_that_is_not_there_took_nothing(slack: FakeSlack) -> None:
    messenger = SlackMessenger(_api(slack, url="http://127.0.0.1:9/api"), command="mentor")
    with pytest.raises(TryLater):
        await messenger.send(TO, NOTE, key="1")
    await messenger.close()


async def test_the_start_asks_until_slack_says_whose_token_this_is(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    slack.goes_wrong("auth.test", Broken(500), Throttled("1"), Cut(taken=False), Refused("invalid_auth"))
    api = _api(slack)
    await connect_workspace(api, database, clocks.calendar, asyncio.Event(), again_after=timedelta(0))
    await api.close()
    async with database.work() as session:
        [tenant] = (await session.exec(select(Tenant))).all()
    assert (tenant.external_id, tenant.name, tenant.bot_user_id) == (TEAM, "Sample workspace 1", BOT)
    assert slack.calls == ["auth.test"] * 5


async def test_requests_are_answered_while_slack_is_silent(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    slack.goes_wrong("auth.test", *[Broken(500)] * 50)
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        assert (await door.slash("home")).status == 200
        receipt = await door.messenger.send(TO, NOTE, key="1")
    assert receipt.reference
    assert slack.calls.count("auth.test") <= 1
