"""An organization installed the mentor for all of its workspaces: whoever uses it there is one person, however Slack
names where they are; and a workspace that was taken out by itself stays out.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlmodel import col, select

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation
from bot.database import Database
from bot.model.people import Member, Tenant
from tests.fakes.slack import FakeSlack, running_slack
from tests.fakes.slack_admin import HERE, MANY, Admin, open_many
from tests.fakes.slack_door import Echo, open_door
from tests.fakes.slack_oauth import ORG

TEAM, SOMEBODY = "T0OFORG1", "U0SAMPLE2"
BY_THE_ORGANIZATION: dict[str, Any] = {
    "team_id": TEAM,
    "enterprise_id": ORG.id,
    "authorizations": [
        {"enterprise_id": ORG.id, "team_id": None, "user_id": ORG.bot, "is_bot": True, "is_enterprise_install": True}
    ],
}
"""As Slack tells of an event in a workspace whose organization installed the app."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def admin(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> AsyncIterator[Admin]:
    async with open_many(slack, database, clocks, conversation) as opened:
        await opened.install(ORG)
        yield opened


async def _people(database: Database) -> Sequence[tuple[str, str]]:
    """Workspace and user of each member."""
    async with database.reading() as session:
        wanted = select(Tenant.external_id, Member.user_id).join(Member, col(Member.tenant_id) == col(Tenant.id))
        return (await session.exec(wanted)).all()


async def test_who_writes_directly_is_whoever_types_the_command(
    slack: FakeSlack, admin: Admin, database: Database
) -> None:
    event = {"type": "message", "channel_type": "im", "channel": "D0SAMPLE2", "user": SOMEBODY, "text": "help"}
    assert (await admin.door.tell(event, **BY_THE_ORGANIZATION)).status == 200
    await slack.until(lambda: len(slack.posted) == 1)
    who = {"user_id": SOMEBODY, "team_id": TEAM, "enterprise_id": ORG.id}
    assert (await admin.door.slash("help", **who)).status == 200
    assert [place for place, user in await _people(database) if user == SOMEBODY] == [TEAM]


async def test_a_workspace_taken_out_by_itself_does_not_come_back_with_the_next_consent(
    slack: FakeSlack, admin: Admin, database: Database, clocks: Clocks
) -> None:
    assert isinstance(clocks.calendar, FixedClock)
    for team in (TEAM, "T0OFORG2"):
        assert (await admin.door.slash("help", team_id=team, enterprise_id=ORG.id)).status == 200
    await slack.until(lambda: slack.calls.count("users.info") == 2)
    taken_out = {"type": "team_access_revoked", "team_ids": ["T0OFORG2"]}
    await admin.door.tell(taken_out, event_id="EvOut", team_id=None, enterprise_id=ORG.id, authorizations=[])
    await admin.install(ORG)  # as for a new permission
    assert await _left(database) == ["T0OFORG2"]
    clocks.calendar.move(timedelta(days=1))
    gone = {"team_id": None, "enterprise_id": ORG.id, "authorizations": [{"is_enterprise_install": True}]}
    await admin.door.tell({"type": "app_uninstalled"}, event_id="EvGone", **gone)
    assert await _left(database) == [ORG.id, TEAM, "T0OFORG2"]
    await admin.install(ORG)
    assert await _left(database) == ["T0OFORG2"]


async def test_an_old_word_about_access_does_not_undo_a_newer_one(
    slack: FakeSlack, admin: Admin, database: Database
) -> None:
    await admin.door.slash("help", team_id=TEAM, enterprise_id=ORG.id)
    await slack.until(lambda: slack.calls.count("users.info") == 1)

    async def tell(what: str, at: int) -> list[str]:
        envelope: dict[str, Any] = {"team_id": None, "enterprise_id": ORG.id, "authorizations": [], "event_time": at}
        event = {"type": f"team_access_{what}", "team_ids": [TEAM]}
        assert (await admin.door.tell(event, event_id=f"Ev{at}{what}", **envelope)).status == 200
        return await _left(database)

    assert await tell("revoked", 1_764_000_020) == [TEAM]
    assert await tell("granted", 1_764_000_010) == [TEAM]
    assert await tell("granted", 1_764_000_030) == []
    assert await tell("revoked", 1_764_000_025) == []


async def _left(database: Database) -> list[str]:
    async with database.reading() as session:
        left = select(Tenant.external_id).where(col(Tenant.left_at).is_not(None)).order_by(Tenant.external_id)
        return list((await session.exec(left)).all())


async def test_a_form_filled_in_from_another_workspace_gets_its_late_answer(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    """Slack then names the workspace where the app is installed in the view, and the person's own beside it."""
    echo = Echo(held=asyncio.Event())
    assert echo.held
    settings: Any = MANY
    async with open_door(slack, sqlite, clocks, echo, answer_within=0.05, **settings) as door:
        await Admin(door).install(HERE)
        view = {"id": "V1", "type": "modal", "callback_id": "form", "app_installed_team_id": HERE.team}
        carried = {"private_metadata": json.dumps({"line": "result", "origin": ""}), "state": {"values": {}}}
        payload = {
            "type": "view_submission",
            "team": {"id": "T0PARTNER"},
            "user": {"id": SOMEBODY, "team_id": "T0PARTNER"},
            "view": {**view, **carried},
        }
        body = urlencode({"payload": json.dumps(payload)})
        answer = await door.knock(body, "application/x-www-form-urlencoded")
        assert (await answer.json())["response_action"] == "update"
        echo.held.set()
        await slack.until(lambda: "views.update" in slack.calls)
    assert [request.tenant for request in echo.heard] == [HERE.team]
