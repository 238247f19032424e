"""What the ledger's courier sends through Teams: one message to one member, once, and every way it may go wrong."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from adapters.teams.transport import TeamsMessenger, teams_messenger
from adapters.teams.turns import Place, Reference
from bot.clock import Clocks
from bot.database import Database
from bot.errors import BadMessage, CannotLook, CannotReach, DeliveryError, TryLater, Unsure
from bot.message import Button, Buttons, Message, Paragraph, text
from bot.model.people import Member
from bot.ports import Address
from bot.visitors import find_member, find_tenant
from tests.conftest import MONDAY
from tests.fakes.adaptive_kit import words
from tests.fakes.slack_door import Echo
from tests.fakes.teams import BOT, TENANT, USER, Cut, FakeTeams, Held, Mishap, Says, running_teams
from tests.fakes.teams_door import teams_wiring
from tests.fakes.teams_keys import KeyServer

NOTE = Message(
    "Your weekly note: ask for the billing report",
    (Paragraph(text("Ask for the billing report.")), Buttons((Button("Done", "done a-17", "primary"),))),
    discreet="Your weekly note is ready",
)


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        yield running


@pytest.fixture
async def messenger(teams: FakeTeams, database: Database, clocks: Clocks) -> AsyncIterator[TeamsMessenger]:
    async for made in _messenger(teams, database, clocks):
        yield made


@pytest.fixture
async def on_sqlite(teams: FakeTeams, sqlite: Database, clocks: Clocks) -> AsyncIterator[TeamsMessenger]:
    """For what no database has a part in."""
    async for made in _messenger(teams, sqlite, clocks):
        yield made


async def _messenger(teams: FakeTeams, database: Database, clocks: Clocks) -> AsyncIterator[TeamsMessenger]:
    keys = KeyServer(url="http://127.0.0.1:1")
    made = teams_messenger(teams_wiring(teams, keys, database, clocks, Echo()).settings, database, clocks)
    yield made
    await made.close()


def _to(teams: FakeTeams) -> Address:
    known = Reference(teams.service_url, teams.personal(), TENANT, Place.PERSONAL, BOT)
    return Address("teams", TENANT, USER, known.as_text())


async def test_a_note_goes_to_the_member_under_a_discreet_title(teams: FakeTeams, on_sqlite: TeamsMessenger) -> None:
    receipt = await on_sqlite.send(_to(teams), NOTE, key="delivery-42")
    [said] = teams.sent
    assert receipt.reference == said["id"] == "act-1"
    assert said["conversation"]["id"] == teams.personal()
    assert said["summary"] == "Your weekly note is ready"
    assert "Ask for the billing report." in words(teams.cards[0])
    assert teams.calls == ["send"]


async def test_a_conversation_that_nobody_knows_is_opened_first(
    teams: FakeTeams, messenger: TeamsMessenger, database: Database
) -> None:
    receipt = await messenger.send(Address("teams", TENANT, USER), NOTE, key="1")
    assert teams.calls == ["create", "send"]
    known = Reference.of_text(receipt.conversation)
    assert known
    assert (known.conversation, known.service_url, known.tenant) == (teams.personal(), teams.service_url, TENANT)
    await messenger.send(Address("teams", TENANT, USER), NOTE, key="2")
    await messenger.send(Address("teams", TENANT, USER, receipt.conversation), NOTE, key="3")
    assert teams.calls == ["create", "send", "send", "send"]


async def test_several_who_want_it_opened_open_it_once(
    teams: FakeTeams, messenger: TeamsMessenger, database: Database, clocks: Clocks
) -> None:
    gate = Held()
    teams.goes_wrong("create", gate)
    here = [asyncio.create_task(messenger.personal.with_(TENANT, USER)) for _ in range(5)]
    await teams.until(lambda: "create" in teams.calls)
    async for other in _messenger(teams, database, clocks):  # another process, on the same database
        with pytest.raises(TryLater):
            await other.send(Address("teams", TENANT, USER), NOTE, key="1")
    gate.until.set()
    assert {each.conversation for each in await asyncio.gather(*here)} == {teams.personal()}
    assert teams.calls == ["create"]


@pytest.mark.parametrize("mishap", [Says(500), Says(429), Cut(taken=False), Cut(taken=True)], ids=repr)
async def test_a_conversation_that_could_not_be_opened_is_tried_later(
    teams: FakeTeams, on_sqlite: TeamsMessenger, mishap: Mishap
) -> None:
    teams.goes_wrong("create", mishap)
    with pytest.raises(TryLater):
        await on_sqlite.send(Address("teams", TENANT, USER), NOTE, key="1")
    await on_sqlite.send(Address("teams", TENANT, USER), NOTE, key="1")
    assert len(teams.sent) == 1


TABLE: list[tuple[Mishap, type[DeliveryError], str]] = [
    (Says(400, "BadArgument"), BadMessage, "BadArgument"),
    (Says(401, "BotNotRegistered"), CannotReach, "bot not accepted (BotNotRegistered)"),
    (Says(403, "BotDisabledByAdmin"), CannotReach, "disabled by an administrator (BotDisabledByAdmin)"),
    (Says(403, "BotNotInConversationRoster"), CannotReach, "uninstalled (BotNotInConversationRoster)"),
    (Says(403, "ConversationBlockedByUser"), CannotReach, "blocked by the member (ConversationBlockedByUser)"),
    (Says(403, body=b'{"subCode": "MessageWritesBlocked"}'), CannotReach, "blocked by the member (Messag"),
    (Says(403, "ForbiddenOperationException"), CannotReach, "uninstalled (ForbiddenOperationException)"),
    (Says(403, "InvalidBotApiHost"), CannotReach, "bot not accepted (InvalidBotApiHost)"),
    (Says(403, "NotEnoughPermissions"), CannotReach, "messages not permitted (NotEnoughPermissions)"),
    (Says(403, body=b"<html>no</html>"), CannotReach, "messages not permitted (http_403)"),
    (Says(412, "PreconditionFailed"), TryLater, "changed meanwhile"),
    (Says(413, body=b"<html>too large</html>"), BadMessage, "413"),
    (Says(408), Unsure, "may have arrived"),
    (Says(500), Unsure, "may have arrived"),
    (Says(502, body=b"\xff\x00"), Unsure, "may have arrived"),
    (Says(503, after="3"), Unsure, "may have arrived"),
    (Says(504), Unsure, "may have arrived"),
    (Says(302), BadMessage, "302"),
    (Says(200, body=b"not json"), Unsure, "may have arrived"),
    (Cut(taken=False), Unsure, "may have arrived"),
    (Cut(taken=True), Unsure, "may have arrived"),
]


@pytest.mark.parametrize(("mishap", "error", "says"), TABLE, ids=lambda each: repr(each)[:50])
async def test_what_teams_answers_has_one_meaning_and_is_never_repeated(
    teams: FakeTeams, on_sqlite: TeamsMessenger, mishap: Mishap, error: type[DeliveryError], says: str
) -> None:
    teams.goes_wrong("send", mishap)
    with pytest.raises(error) as raised:
        await on_sqlite.send(_to(teams), NOTE, key="1")
    assert type(raised.value) is error
    assert says in str(raised.value)
    assert teams.calls == ["send"]


@pytest.mark.parametrize(("told", "seconds"), [("17", 17), ("", 30), ("soon", 30), ("9" * 30, 10**9), ("٣", 30)])
async def test_teams_says_how_long_to_wait(
    teams: FakeTeams, on_sqlite: TeamsMessenger, told: str, seconds: int
) -> None:
    teams.goes_wrong("send", Says(429, after=told))
    with pytest.raises(TryLater) as raised:
        await on_sqlite.send(_to(teams), NOTE, key="1")
    assert raised.value.retry_after == timedelta(seconds=seconds)


async def test_nothing_goes_where_nobody_listens(on_sqlite: TeamsMessenger, teams: FakeTeams) -> None:
    nobody = Reference("http://127.0.0.1:1/", "a:1", TENANT, Place.PERSONAL, BOT)
    with pytest.raises(CannotReach, match="BOT_SERVICE_URLS"):
        await on_sqlite.send(Address("teams", TENANT, USER, nobody.as_text()), NOTE, key="1")
    assert teams.calls == []


async def test_a_conversation_that_is_no_more_is_opened_anew(
    teams: FakeTeams, messenger: TeamsMessenger, database: Database
) -> None:
    gone = Reference(teams.service_url, "a:gone", TENANT, Place.PERSONAL, BOT)
    await _member(database, reference=gone.as_text())
    receipt = await messenger.send(replace(_to(teams), reference=gone.as_text()), NOTE, key="1")
    assert teams.calls == ["send", "create", "send"]
    assert Reference.of_text(receipt.conversation) == Reference(teams.service_url, teams.personal(), TENANT)
    assert len(teams.sent) == 1


async def test_one_that_is_no_more_among_those_we_keep_is_opened_anew_too(
    teams: FakeTeams, on_sqlite: TeamsMessenger
) -> None:
    await on_sqlite.send(Address("teams", TENANT, USER), NOTE, key="1")
    teams.goes_wrong("send", Says(404, "ConversationNotFound"))
    await on_sqlite.send(Address("teams", TENANT, USER), NOTE, key="2")
    assert teams.calls == ["create", "send", "send", "create", "send"]
    teams.goes_wrong("send", *[Says(404, "ConversationNotFound")] * 2)
    with pytest.raises(CannotReach, match=r"conversation not found \(ConversationNotFound\)"):
        await on_sqlite.send(Address("teams", TENANT, USER), NOTE, key="3")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("ConversationBlockedByUser", "blocked by the member"),
        ("BotNotInConversationRoster", "uninstalled"),
        ("BotDisabledByAdmin", "disabled by an administrator"),
    ],
)
async def test_whoever_cannot_be_written_to_is_left_alone(
    teams: FakeTeams, messenger: TeamsMessenger, database: Database, code: str, why: str
) -> None:
    await _member(database)
    teams.goes_wrong("send", Says(403, code))
    with pytest.raises(CannotReach, match=why):
        await messenger.send(_to(teams), NOTE, key="1")
    member = await _member(database)
    assert (member.deactivated_why, member.deactivated_at is None) == (why, False)


async def test_other_refusals_leave_nobody_alone(
    teams: FakeTeams, messenger: TeamsMessenger, database: Database
) -> None:
    await _member(database)
    teams.goes_wrong("send", Says(403, "NotEnoughPermissions"), Says(500))
    for _ in range(2):
        with pytest.raises(DeliveryError):
            await messenger.send(_to(teams), NOTE, key="1")
    assert (await _member(database)).deactivated_at is None


async def test_nobody_can_look_in_teams(teams: FakeTeams, on_sqlite: TeamsMessenger, clocks: Clocks) -> None:
    with pytest.raises(CannotLook):
        await on_sqlite.look_up(_to(teams), key="1", since=clocks.machine.now())


async def test_what_goes_out_is_whole(teams: FakeTeams, on_sqlite: TeamsMessenger) -> None:
    """The SDK would drop whom a mention means, and write the organization's id under another name."""
    where = Reference.of_text(_to(teams).reference)
    assert where
    mention = {"type": "mention", "text": "<at>A</at>", "mentioned": {"id": "29:1sample", "name": "A"}}
    alert = {"notification": {"alert": True}}
    said: dict[str, Any] = {"text": "<at>A</at>", "entities": [mention], "channelData": alert}
    await on_sqlite.api.send(where, said)
    assert teams.sent[0]["entities"] == [mention]
    assert teams.sent[0]["channelData"] == alert
    await on_sqlite.api.open_personal(TENANT, teams.service_url, USER)
    assert teams.created[0]["tenantId"] == TENANT
    assert "tenantID" not in teams.created[0]


async def test_our_activities_are_changed_taken_back_and_shown_to_one_alone(
    teams: FakeTeams, on_sqlite: TeamsMessenger
) -> None:
    where = Reference(teams.service_url, "19:team@thread.tacv2;messageid=1", TENANT, Place.CHANNEL, BOT)
    sent = await on_sqlite.api.reply(
        where, "in-1", {"text": "for you", "recipient": {"id": "29:1sample"}}, targeted=True
    )
    assert (teams.sent[0]["_targeted"], teams.sent[0]["replyToId"]) == (True, "in-1")
    await on_sqlite.api.update(where, sent, {"text": "changed"})
    assert teams.updated[0]["text"] == "changed"
    await on_sqlite.api.delete(where, sent)
    assert teams.deleted == [sent]
    assert (await on_sqlite.api.member(where, USER))["aadObjectId"] == USER
    with pytest.raises(CannotReach, match="not found"):
        await on_sqlite.api.member(where, "29:nobody")


async def _member(database: Database, **changed: Any) -> Member:
    now = MONDAY
    async with database.work() as session:
        tenant = await find_tenant(session, "teams", TENANT, now)
        member = await find_member(session, tenant, USER, now)
        for name, value in changed.items():
            setattr(member, name, value)
        session.add(member)
        return (await session.exec(select(Member).where(Member.id == member.id))).one()
