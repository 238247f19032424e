"""After a restore: what may have been sent since the backup never goes again, and what is to come goes as ever. With
the real nudges, conversation, planner and courier, and a platform that only counts.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.backup import back_up, opened
from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database, open_database
from bot.mentoring.samples import PLACED
from bot.message import plain
from bot.model.deliveries import RESTORED, Delivery, State
from bot.model.inbound import InboundEvent
from jobs.moving import Restored, restore
from jobs.nudges import find_nudges
from tests.fakes.coached import Coached, coached

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
HABITS: dict[str, Sequence[str]] = {
    "fridays": ("coach settings friday 9:30",),
    "fortnightly": ("coach less",),
    "paused": ("coach pause 2026-12-14",),
    "planned": ("plan get-an-outside-view 2026-12-10 11:30", "plan draft-resume-summary 2026-12-28 11:30"),
    "off": ("coach off",),
}
"""User → what they said at the beginning, a Monday at noon in New York."""


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return coached(database, knowledge, calendar)


@pytest.fixture
def empty_url(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/restored.db"
    url: str = request.getfixturevalue("blank_postgres_url")
    return url


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """Where the backup goes: another database of the same kind."""
    target = open_database(empty_url)
    yield target
    await target.close()


async def _begin(office: Coached) -> None:
    for user, lines in HABITS.items():
        for line in (PLACED, "coach on", *lines):
            await office.say(line, user=user)


async def _live(office: Coached, until: datetime) -> None:
    """Everybody uses the mentor on Mondays, and gets what falls due."""
    while office.calendar.now() < until:
        office.calendar.move(DAY)
        await office.tick()
        for user in HABITS if office.calendar.now().weekday() == 0 else ():
            await office.say("home", user=user)


async def _restore(file: Path, target: Database, calendar: FixedClock, folder: Path) -> Restored:
    async with opened(file, folder) as backup:
        return await restore(backup, target, find_nudges(), calendar)


async def test_nothing_is_sent_twice_and_everybody_goes_on(
    office: Coached, empty: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    calendar = office.calendar
    await _begin(office)
    start = calendar.now()
    await _live(office, start + 8 * DAY)
    await back_up(office.database, tmp_path / "tuesday.backup", calendar.now())
    await _live(office, start + 31 * DAY)
    sent = set(office.platform.accepted)
    assert len(sent) == len(office.platform.accepted) == 15

    done = await _restore(tmp_path / "tuesday.backup", empty, calendar, tmp_path)

    assert done.marked.unsure == 15 - 3  # all but the first notes
    after = coached(empty, knowledge, calendar)
    report = await after.tick()
    assert (report.planned.total(), report.sent, after.platform.asked) == (0, 0, [])
    await _live(after, calendar.now() + 15 * DAY)
    assert len(set(after.platform.accepted)) == len(after.platform.accepted) == 9
    assert sent & set(after.platform.accepted) == set()
    assert {address.user for address, _ in after.platform.received} == set(HABITS) - {"off"}


async def test_whoever_was_away_for_weeks_is_not_taken_for_silent(
    office: Coached, empty: Database, knowledge: Knowledge, tmp_path: Path
) -> None:
    """What the member did in those weeks is not in the backup; so the notes of those weeks count for nothing."""
    await office.say(PLACED)
    await office.say("coach on")
    await back_up(office.database, tmp_path / "b.backup", office.calendar.now())
    office.calendar.move(6 * WEEK)

    done = await _restore(tmp_path / "b.backup", empty, office.calendar, tmp_path)

    after = coached(empty, knowledge, office.calendar)
    rows = await after.ledger()
    assert [row.slot for row in rows] == [f"2026-W{week}" for week in range(48, 54)]
    assert {(row.state, row.reason, row.settle_at) for row in rows} == {(State.UNSURE, RESTORED, None)}
    assert done.marked.unsure == 6
    first, *others = await after.wait(4 * WEEK)
    assert "quiet" not in plain(first)
    assert "every other week" not in plain(first)
    assert len(others) == 2  # and only then does it slow down, as for anybody


async def test_the_member_can_ask_why(office: Coached, empty: Database, knowledge: Knowledge, tmp_path: Path) -> None:
    await office.say(PLACED)
    await office.say("coach on")
    await back_up(office.database, tmp_path / "b.backup", office.calendar.now())
    office.calendar.move(WEEK)
    await _restore(tmp_path / "b.backup", empty, office.calendar, tmp_path)

    said = plain(await coached(empty, knowledge, office.calendar).say("coach why"))

    assert "Weekly note: it may have reached you." in said
    assert "I do not send it again" in said
    assert "The last weekly note came because" not in said


def _row(slot: str, due_at: datetime, state: State, **more: object) -> Delivery:
    made = Delivery(
        tenant_id=1, member_id=1, kind="toy", slot=slot, due_at=due_at, expires_at=due_at + WEEK, state=state
    )
    for name, value in more.items():
        setattr(made, name, value)
    return made


async def test_each_state_becomes_what_is_known_of_it(office: Coached, empty: Database, tmp_path: Path) -> None:
    await office.say("home")
    now, soon = office.calendar.now(), office.calendar.now() + DAY
    rows = (
        _row("due", now, State.PENDING, retry_at=soon, queued_until=soon),
        _row("to come", soon, State.PENDING, retry_at=soon),
        _row("under way", soon, State.SENDING, lease_until=soon, claimed_by="process 1"),
        _row("looked for", now, State.UNSURE, settle_at=soon, looks=1, reason="lost"),
        _row("left", now, State.UNSURE, reason="lost"),
        _row("sent", now, State.SENT, sent_at=now),
        _row("skipped", now, State.SKIPPED, reason="missed"),
        _row("failed", now, State.FAILED, reason="gone"),
    )
    async with office.database.work() as session:
        session.add_all(rows)
    await back_up(office.database, tmp_path / "b.backup", now)

    await _restore(tmp_path / "b.backup", empty, office.calendar, tmp_path)

    async with empty.reading() as session:
        found = {row.slot: row for row in (await session.exec(select(Delivery))).all()}
    assert {slot: (row.state, row.reason) for slot, row in found.items()} == {
        "due": (State.UNSURE, RESTORED),
        "to come": (State.PENDING, ""),
        "under way": (State.UNSURE, RESTORED),
        "looked for": (State.UNSURE, RESTORED),
        "left": (State.UNSURE, "lost"),
        "sent": (State.SENT, ""),
        "skipped": (State.SKIPPED, "missed"),
        "failed": (State.FAILED, "gone"),
    }
    assert found["to come"].retry_at == soon
    held = ("settle_at", "retry_at", "lease_until", "queued_until")
    assert {getattr(found[slot], name) for slot in found if slot != "to come" for name in held} == {None}


async def test_what_was_said_just_before_the_backup_is_not_answered_again(
    office: Coached, empty: Database, tmp_path: Path
) -> None:
    now = office.calendar.now()
    said = InboundEvent(
        platform="slack", event_id="E1", tenant="T1", user_id="U1", channel="D1", words="done a-1", received_at=now
    )
    said.lease_until, said.claims = now + DAY, 1
    async with office.database.work() as session:
        session.add(said)
    await back_up(office.database, tmp_path / "b.backup", now)

    done = await _restore(tmp_path / "b.backup", empty, office.calendar, tmp_path)

    assert done.marked.unanswered == 1
    async with empty.reading() as session:
        (event,) = (await session.exec(select(InboundEvent))).all()
    assert (event.event_id, event.worked_at, event.words, event.lease_until) == ("E1", now, "", None)
