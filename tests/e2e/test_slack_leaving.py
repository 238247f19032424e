"""A workspace removes the mentor: everything stops at once, in whatever order Slack tells it, and is erased two weeks
later, unless the workspace takes it back.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import count, permutations
from typing import Any

import pytest
from sqlmodel import SQLModel, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge, Request
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.model.deliveries import Delivery, State
from bot.model.people import Member, Tenant
from jobs.erasing import erase_left
from tests.fakes.slack import PATIENCE, TEAM, FakeSlack, running_slack
from tests.fakes.slack_admin import HERE, Admin, deliver, installations, open_many
from tests.fakes.slack_door import Door, open_door
from tests.fakes.slack_oauth import ORG, Place

NUMBERS = count()
UNINSTALLED: dict[str, Any] = {"type": "app_uninstalled"}
REVOKED: dict[str, Any] = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [HERE.bot]}}
OF_A_PERSON: dict[str, Any] = {"type": "tokens_revoked", "tokens": {"oauth": ["U0SAMPLE1"], "bot": []}}
OF_ITS_OWN = Place("T0OFORG3", "Sample workspace 3", ORG.id)
"""A workspace of the organization that has installed the mentor by itself."""
TO_THE_NOTE = timedelta(days=2, hours=2)
"""From where the clocks begin to an hour after the sample members' weekly note."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def admin(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> AsyncIterator[Admin]:
    """A workspace with the mentor in it, and a member who gets the weekly note."""
    async with open_many(slack, database, clocks, conversation) as opened:
        await opened.install()
        for line in (PLACED, "coach on"):
            assert (await opened.door.slash(line)).status == 200
        await _profile_known(database)
        yield opened


async def _profile_known(database: Database) -> None:
    """Slack was asked beside the answer, and the member's row is free again."""
    known = select(Member.id).where(col(Member.name).is_not(None))
    async with asyncio.timeout(PATIENCE):
        while not await _has(database, known):
            pass


async def _tell(door: Door, *events: dict[str, Any], **envelope: Any) -> None:
    for event in events:
        answer = await door.tell(event, event_id=f"Ev{next(NUMBERS)}", **envelope)
        assert answer.status == 200


async def _ledger(database: Database) -> Sequence[tuple[str, str]]:
    async with database.reading() as session:
        rows = (await session.exec(select(Delivery.state, Delivery.reason).order_by(col(Delivery.id)))).all()
    return [(str(State(state)), reason) for state, reason in rows]


def _wait(clocks: Clocks, by: timedelta) -> None:
    assert isinstance(clocks.calendar, FixedClock)
    clocks.calendar.move(by)


ORDERS = [*permutations((UNINSTALLED, REVOKED)), (UNINSTALLED, REVOKED, UNINSTALLED, REVOKED), (REVOKED,)]


@pytest.mark.parametrize("events", ORDERS, ids=lambda events: "-".join(event["type"] for event in events))
async def test_in_whatever_order_everything_stops_at_once(
    slack: FakeSlack,
    admin: Admin,
    database: Database,
    clocks: Clocks,
    knowledge: Knowledge,
    events: Sequence[dict[str, Any]],
) -> None:
    await _tell(admin.door, *events)
    called = len(slack.calls)
    _wait(clocks, TO_THE_NOTE)
    report = await deliver(admin.door, database, clocks, knowledge)
    assert report.sent == 0
    assert await _ledger(database) == [("skipped", "uninstalled")] * 2  # the welcome, and the weekly note
    assert len(slack.calls) == called
    [row] = await installations(database)
    assert (row.token, row.refresh_token, row.refused) == ("", "", "uninstalled")


async def test_a_persons_own_token_is_none_of_ours(
    slack: FakeSlack, admin: Admin, database: Database, clocks: Clocks, knowledge: Knowledge
) -> None:
    await _tell(admin.door, OF_A_PERSON)
    assert (await deliver(admin.door, database, clocks, knowledge)).sent == 1


async def test_taken_back_in_time_they_go_on_where_they_were(
    slack: FakeSlack, admin: Admin, database: Database, clocks: Clocks, knowledge: Knowledge
) -> None:
    await _tell(admin.door, UNINSTALLED)
    _wait(clocks, timedelta(days=7))
    await admin.install()
    _wait(clocks, timedelta(days=28) - timedelta(days=7) + TO_THE_NOTE)
    assert await erase_left(database, clocks.calendar.now()) == 0
    report = await deliver(admin.door, database, clocks, knowledge)
    assert report.sent == 1
    assert "uninstalled" not in str(slack.posted)
    said = await (await admin.door.slash("coach why")).text()
    assert "removed from your workspace" in said


async def test_an_old_event_that_comes_again_does_not_end_a_new_installation(
    slack: FakeSlack, admin: Admin, database: Database, clocks: Clocks
) -> None:
    before = int((clocks.machine.now() - timedelta(minutes=5)).timestamp())
    await _tell(admin.door, UNINSTALLED, event_time=before)
    [row] = await installations(database)
    assert row.token
    await _tell(admin.door, REVOKED, event_time=before + 600)
    [row] = await installations(database)
    assert not row.token


async def test_two_weeks_later_all_of_it_is_erased_and_nobody_elses(
    slack: FakeSlack, admin: Admin, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    for line in (PLACED, "coach on", "plan get-an-outside-view 2026-11-26 12:30, break room"):
        await conversation.answer(Request("slack", TEAM, "U0SAMPLE2", line, reference="D0SAMPLE2"))
        await conversation.answer(Request("slack", "T0NEIGHBOR", "U0SAMPLE1", line, reference="D0SAMPLE1"))
    everything = await _counts(database)
    assert everything["member"] == 3
    await _tell(admin.door, UNINSTALLED)
    _wait(clocks, timedelta(days=13, hours=23))
    assert await erase_left(database, clocks.calendar.now()) == 0
    assert await _counts(database) == everything | {"inboundevent": everything["inboundevent"] + 1}
    _wait(clocks, timedelta(hours=1))
    assert await erase_left(database, clocks.calendar.now()) == 1
    left = await _counts(database)
    assert {name: left[name] for name in ("tenant", "member", "coachingplan", "plannedaction")} == {
        "tenant": 1,
        "member": 1,
        "coachingplan": 1,
        "plannedaction": 1,
    }
    assert left["delivery"] == left["slackinstallation"] == 0
    assert (everything["progressevent"], left["progressevent"]) == (5, 2)


async def _counts(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        connection = await session.connection()
        tables = SQLModel.metadata.sorted_tables
        counts = {table.name: select(func.count()).select_from(table) for table in tables}
        return {name: (await connection.execute(count)).scalar_one() for name, count in counts.items()}


async def test_an_event_that_could_not_be_worked_is_asked_for_again(
    slack: FakeSlack, admin: Admin, database: Database
) -> None:
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE slackinstallation RENAME TO elsewhere")
    assert (await admin.door.tell(UNINSTALLED)).status == 503
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO slackinstallation")
    assert (await admin.door.tell(UNINSTALLED)).status == 200
    assert [row.token for row in await installations(database)] == [""]


@pytest.mark.parametrize(
    "uninstalled",
    [
        {"team_id": None, "enterprise_id": ORG.id, "authorizations": [{"is_enterprise_install": True}]},
        {"team_id": "T0OFORG2", "enterprise_id": ORG.id, "authorizations": []},
    ],
    ids=["as-an-organization", "by-one-of-its-workspaces"],
)
async def test_an_organization_that_removes_it_stops_all_of_its_workspaces(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation, uninstalled: dict[str, Any]
) -> None:
    """However Slack names it in the event; and no workspace that goes by itself takes the others with it."""
    async with open_many(slack, database, clocks, conversation) as admin:
        await admin.install(ORG)
        for team in ("T0OFORG1", "T0OFORG2"):
            assert (await admin.door.slash("help", team_id=team, enterprise_id=ORG.id)).status == 200
        await slack.until(lambda: slack.calls.count("users.info") == 2)
        await _tell(admin.door, {"type": "team_access_revoked", "team_ids": ["T0OFORG2"]}, enterprise_id=ORG.id)
        assert await _left(database) == ["T0OFORG2"]
        await _tell(admin.door, {"type": "team_access_granted", "team_ids": ["T0OFORG2"]}, enterprise_id=ORG.id)
        assert await _left(database) == []
        await admin.install(OF_ITS_OWN)
        own = {"team_id": OF_ITS_OWN.team, "enterprise_id": ORG.id, "authorizations": []}
        await _tell(admin.door, UNINSTALLED, REVOKED, **own)
        await _tell(admin.door, {"type": "app_uninstalled_team"}, team_id="T0OFORG1", enterprise_id=ORG.id)
        assert await _left(database) == ["T0OFORG1", OF_ITS_OWN.team]
        await _tell(admin.door, UNINSTALLED, **uninstalled)
        assert await _left(database) == [ORG.id, "T0OFORG1", "T0OFORG2", OF_ITS_OWN.team]


async def _left(database: Database) -> list[str]:
    async with database.reading() as session:
        left = select(Tenant.external_id).where(col(Tenant.left_at).is_not(None)).order_by(Tenant.external_id)
        return list((await session.exec(left)).all())


async def test_one_workspace_by_its_token_stops_and_comes_back_with_a_new_start(
    slack: FakeSlack,
    database: Database,
    clocks: Clocks,
    conversation: Conversation,
    knowledge: Knowledge,
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        for line in (PLACED, "coach on"):
            await door.slash(line)
        await slack.until(lambda: "auth.test" in slack.calls)
        await _tell(door, UNINSTALLED, REVOKED)
        _wait(clocks, TO_THE_NOTE)
        assert (await deliver(door, database, clocks, knowledge)).sent == 0
    assert await _ledger(database) == [("skipped", "uninstalled")]
    assert await _left(database) == [TEAM]
    before = slack.calls.count("auth.test")
    async with open_door(slack, database, clocks, conversation) as door:
        await slack.until(lambda: slack.calls.count("auth.test") > before)
    assert await _left(database) == []


async def _has(database: Database, wanted: SelectOfScalar[Any]) -> bool:
    async with database.reading() as session:
        return (await session.exec(wanted)).first() is not None


async def test_an_old_event_that_comes_after_a_new_start_ends_nothing(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    """As when an operator takes the app out and in again, and starts the server with the new token."""
    before = int(clocks.machine.now().timestamp()) - 60
    async with open_door(slack, database, clocks, conversation) as door:
        async with asyncio.timeout(PATIENCE):
            while not await _has(database, select(Tenant.bot_user_id).where(Tenant.external_id == TEAM)):
                pass
        await _tell(door, UNINSTALLED, event_time=before)
        assert await _left(database) == []
        await _tell(door, UNINSTALLED, event_time=before + 120)
        assert await _left(database) == [TEAM]
