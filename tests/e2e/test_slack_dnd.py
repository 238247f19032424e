""" "Do not disturb": what Slack tells of it, unasked or asked, holds what the mentor would send, and frees it again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from adapters.slack.api import SlackApi
from adapters.slack.dnd import DoNotDisturb, window
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.model.deliveries import Delivery, State
from bot.model.inbound import InboundEvent
from bot.model.people import Member
from bot.samples import Sample, seed
from bot.visit import Deployment
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from jobs.tick import tick
from tests.fakes.slack import PATIENCE, FakeSlack, Refused, Throttled, running_slack
from tests.fakes.slack_door import USER, Door, Echo, open_door, wiring

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
"""On the Wednesday of the first note, in Chicago."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def door(slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation) -> AsyncIterator[Door]:
    async with open_door(slack, database, clocks, conversation) as opened:
        for line in (PLACED, "coach on", "coach settings America/Chicago"):
            await opened.slash(line)
        yield opened


@pytest.fixture
def office(database: Database, knowledge: Knowledge, clocks: Clocks, door: Door) -> PostOffice:
    return PostOffice(
        database=database,
        nudges=find_nudges(),
        messengers={"slack": door.messenger},
        clocks=clocks,
        library=knowledge.library,
        wordings=knowledge.wordings,
        deployment=Deployment(),
    )


def _status(begins: datetime | None, ends: datetime | None) -> dict[str, Any]:
    start, end = (int(each.timestamp()) if each else 1 for each in (begins, ends))
    return {"dnd_enabled": begins is not None, "next_dnd_start_ts": start, "next_dnd_end_ts": end}


async def _told(door: Door, database: Database, status: dict[str, Any], event_id: str) -> None:
    event = {"type": "dnd_updated_user", "user": USER, "dnd_status": status}
    assert (await door.tell(event, event_id=event_id)).status == 200
    wanted = select(InboundEvent.worked_at).where(InboundEvent.event_id == event_id)
    async with asyncio.timeout(PATIENCE):
        while not await _one(database, wanted):
            pass


async def _one(database: Database, wanted: Any) -> Any:
    async with database.work() as session:
        return (await session.exec(wanted)).one()


async def _at(office: PostOffice, instant: datetime) -> None:
    calendar, machine = office.clocks.calendar, office.clocks.machine
    assert isinstance(calendar, FixedClock)
    assert isinstance(machine, FixedClock)
    calendar.move(instant - calendar.now())
    machine.move(MINUTE)
    await tick(office)


async def _ledger(database: Database) -> tuple[State, str]:
    row: Delivery = await _one(database, select(Delivery))
    return row.state, row.reason


async def test_a_note_waits_until_do_not_disturb_ends(door: Door, database: Database, office: PostOffice) -> None:
    await _told(door, database, _status(NOON - HOUR, NOON + 2 * HOUR), "EvOn")
    await _at(office, NOON)
    await _at(office, NOON + HOUR)
    assert await _ledger(database) == (State.PENDING, "do not disturb")
    assert door.slack.posted == []
    await _at(office, NOON + 2 * HOUR)
    assert await _ledger(database) == (State.SENT, "")
    assert "do not disturb" in await (await door.slash("coach why")).text()


async def test_a_note_goes_at_once_when_it_is_switched_off(door: Door, database: Database, office: PostOffice) -> None:
    await _told(door, database, _status(NOON - HOUR, NOON + 5 * HOUR), "EvOn")
    await _at(office, NOON)
    await _told(door, database, _status(None, None), "EvOff")
    await _at(office, NOON + MINUTE)
    assert await _ledger(database) == (State.SENT, "")


async def test_past_its_grace_a_note_is_skipped_by_name(door: Door, database: Database, office: PostOffice) -> None:
    await _told(door, database, _status(NOON - HOUR, NOON + 72 * HOUR), "EvOn")
    await _at(office, NOON)
    assert await _ledger(database) == (State.SKIPPED, "do not disturb")
    assert door.slack.posted == []


async def test_what_begins_later_holds_nothing_now(door: Door, database: Database, office: PostOffice) -> None:
    await _told(door, database, _status(NOON + 4 * HOUR, NOON + 14 * HOUR), "EvLater")
    await _at(office, NOON)
    assert await _ledger(database) == (State.SENT, "")


async def _looked(slack: FakeSlack, database: Database, clocks: Clocks, calls: int) -> None:
    """One look of a server's, until Slack was asked so often."""
    parts = wiring(slack, database, clocks, Echo())
    api, stop = SlackApi(parts.settings), asyncio.Event()
    looking = asyncio.create_task(DoNotDisturb(parts, api, apart=timedelta(0)).run(stop))
    await slack.until(lambda: slack.calls.count("dnd.teamInfo") >= calls)
    stop.set()
    await looking
    await api.close()


async def _people(database: Database) -> Sequence[Member]:
    async with database.work() as session:
        return (await session.exec(select(Member).order_by(col(Member.id)))).all()


async def test_those_who_are_due_soon_are_looked_up_fifty_at_a_time(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    now = clocks.calendar.now()
    async with database.work() as session:
        await seed(session, Sample(members=105, platform="slack", due_now=True), now)
        await seed(session, Sample(members=3, platform="slack"), now - MINUTE)
    first, *_ = await _people(database)
    slack.dnd.statuses[first.user_id] = _status(now - HOUR, now + HOUR)
    await _looked(slack, database, clocks, calls=3)
    assert sorted(len(users) for users in slack.dnd.asked) == [5, 50, 50]
    people = await _people(database)
    assert [person.dnd_until for person in people if person.dnd_until] == [now + HOUR]
    assert sum(person.dnd_asked_at is not None for person in people) == 105

    async with database.work() as session:
        await seed(session, Sample(members=1, platform="slack", due_now=True), now - 2 * MINUTE)
    await _looked(slack, database, clocks, calls=4)
    assert len(slack.dnd.asked[-1]) == 1


@pytest.mark.parametrize("mishap", [Refused("missing_scope"), Throttled("600")], ids=str)
async def test_a_workspace_that_does_not_tell_is_asked_no_more_for_now(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, mishap: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with sqlite.work() as session:
        await seed(session, Sample(members=105, platform="slack", due_now=True), clocks.calendar.now())
    slack.goes_wrong("dnd.teamInfo", mishap)
    await _looked(slack, sqlite, clocks, calls=1)
    assert slack.calls.count("dnd.teamInfo") == 1
    assert {person.dnd_asked_at for person in await _people(sqlite)} == {None}
    told = [record for record in caplog.records if getattr(record, "event", "") == "dnd_refused"]
    assert len(told) == (1 if isinstance(mishap, Refused) else 0)


@pytest.mark.parametrize(
    ("status", "hours"),
    [
        (_status(NOON, NOON + HOUR), 1),
        (_status(None, None), None),
        ({"dnd_enabled": True, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}, None),
        ({"dnd_enabled": True, "next_dnd_start_ts": "soon", "next_dnd_end_ts": 10**30}, None),
        ({"snooze_enabled": True, "snooze_endtime": int((NOON + 3 * HOUR).timestamp())}, 3),
        ({**_status(NOON, NOON + 8 * HOUR), "snooze_enabled": True, "snooze_endtime": int(NOON.timestamp())}, 8),
        (None, None),
        ([], None),
    ],
    ids=range(8),
)
def test_what_slack_says_of_a_person(status: Any, hours: int | None) -> None:
    found = window(status)
    assert (found.ends if found else None) == (NOON + hours * HOUR if hours else None)
