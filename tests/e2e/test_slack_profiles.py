"""What Slack tells of a member unasked: another zone or language, an account closed and opened again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.inbound import InboundEvent
from bot.model.people import Member
from jobs.nudges import find_nudges
from jobs.planner import plan_due
from tests.fakes.slack import PATIENCE, TEAM, FakeSlack, running_slack
from tests.fakes.slack_door import USER, Door, open_door


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def door(slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation) -> AsyncIterator[Door]:
    async with open_door(slack, database, clocks, conversation) as opened:
        yield opened


def _changed(**user: Any) -> dict[str, Any]:
    return {"type": "user_change", "user": {"id": USER, "team_id": TEAM, "deleted": False, "is_bot": False, **user}}


async def _kept(database: Database) -> Sequence[InboundEvent]:
    async with database.work() as session:
        return (await session.exec(select(InboundEvent).where(InboundEvent.kind == "user_change"))).all()


async def _worked(door: Door, database: Database, count: int) -> None:
    """So many changes were told and worked; the answer to what is typed afterwards waits for them."""
    await door.write("help", event_id=f"EvAfter{count}")
    await door.slack.until(lambda: len(door.slack.posted) == count)
    assert all(event.worked_at for event in await _kept(database))


async def _member(database: Database) -> Member:
    async with database.work() as session:
        return (await session.exec(select(Member).where(Member.user_id == USER))).one()


async def test_zone_and_language_follow_the_profile(door: Door, database: Database, slack: FakeSlack) -> None:
    slack.locale = "es-ES"
    await door.write("help", event_id="EvFirst")
    await _worked(door, database, 2)
    await slack.until(lambda: "users.info" in slack.calls)
    for _ in range(2):  # the second time it is a repeat
        moved = _changed(tz="Europe/Madrid", locale="de-DE", profile={"display_name": "", "real_name": "Sample  Two"})
        assert (await door.tell(moved, event_id="EvMoved")).status == 200
    await _worked(door, database, 3)
    assert (await _member(database)).zone == "Europe/Madrid"
    assert (await _member(database)).locale == "es"
    assert (await _member(database)).name == "Sample Two"
    [kept] = await _kept(database)
    assert (kept.user_id, kept.words, kept.details, bool(kept.worked_at)) == (USER, "", {}, True)


async def test_a_zone_that_the_member_chose_stays(door: Door, database: Database) -> None:
    await door.slash("coach settings America/Denver")
    await door.tell(_changed(tz="Europe/Madrid"))
    await _worked(door, database, 1)
    assert (await _member(database)).zone == "America/Denver"


async def test_what_slack_tells_of_strangers_and_bots_is_not_kept(door: Door, database: Database) -> None:
    await door.slash("help")
    others: list[dict[str, Any]] = [{"id": "U0STRANGER"}, {"id": USER, "is_bot": True}, {"id": ""}]
    for number, user in enumerate(others):
        await door.tell(_changed(**user), event_id=f"EvOther{number}")
    assert await _kept(database) == []


async def test_a_restart_works_what_was_told_before(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        await door.slash("help")
    told: dict[str, Any] = {"platform": "slack", "kind": "user_change", "tenant": TEAM, "user_id": USER, "channel": ""}
    begun: dict[str, Any] = {"claims": 1, "lease_until": clocks.machine.now() - timedelta(minutes=1)}
    async with database.work() as session:
        session.add(
            InboundEvent(
                event_id="Ev1", details={"tz": "Asia/Tokyo"}, received_at=clocks.machine.now(), **told, **begun
            )
        )
        session.add(
            InboundEvent(event_id="Ev2", details={"tz": "Asia/Seoul"}, received_at=clocks.machine.now(), **told)
        )
        session.add(
            InboundEvent(
                event_id="Ev3", details={}, received_at=clocks.machine.now(), **{**told, "kind": "of_a_newer_program"}
            )
        )
    async with open_door(slack, database, clocks, conversation) as door:
        await _worked(door, database, 1)
    assert (await _member(database)).zone == "Asia/Seoul"
    async with database.work() as session:
        left = (await session.exec(select(InboundEvent.event_id).where(InboundEvent.claims == 0))).all()
    assert "Ev3" in left


async def test_a_deactivated_member_is_left_alone_until_they_are_back(
    door: Door, database: Database, calendar: FixedClock
) -> None:
    for line in (PLACED, "coach on", "plan get-an-outside-view 2026-11-24 12:30, break room"):
        await door.slash(line)
    calendar.move(timedelta(days=2, hours=1))
    await plan_due(database, find_nudges(), calendar.now())
    assert {row.state for row in await _deliveries(database)} == {State.PENDING, State.SKIPPED}
    await door.tell(_changed(deleted=True), event_id="EvLeft")
    await _event_worked(database, "EvLeft")
    assert [(row.kind, row.state, row.reason) for row in await _deliveries(database) if row.kind == "weekly"] == [
        ("weekly", State.SKIPPED, "account deactivated")
    ]
    calendar.move(timedelta(days=20))
    assert not (await plan_due(database, find_nudges(), calendar.now())).planned["weekly"]
    assert (await _member(database)).deactivated_at is not None

    await door.tell(_changed(deleted=False), event_id="EvBack")
    await _event_worked(database, "EvBack")
    assert (await _member(database)).deactivated_at is None
    async with database.work() as session:
        plan = (await session.exec(select(CoachingPlan))).one()
    assert plan.is_on
    assert plan.next_due_at is not None
    assert calendar.now() < plan.next_due_at < calendar.now() + timedelta(days=7)
    assert "your account here was closed" in await (await door.slash("coach why")).text()


async def test_somebody_who_writes_is_there_again(door: Door, database: Database) -> None:
    await door.slash("coach on")
    await door.tell(_changed(deleted=True), event_id="EvLeft")
    await _event_worked(database, "EvLeft")
    await door.slash("home")
    assert (await _member(database)).deactivated_at is None


async def _deliveries(database: Database) -> Sequence[Delivery]:
    async with database.work() as session:
        return (await session.exec(select(Delivery))).all()


async def _event_worked(database: Database, event_id: str) -> None:
    """Without a word from the member, which would count as being there."""
    async with asyncio.timeout(PATIENCE):
        while not any(event.worked_at for event in await _kept(database) if event.event_id == event_id):
            pass
