"""The weekly note on its way, on both databases: once, at its hour, late or skipped by name, and slower when unused."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from bot.clock import FixedClock, Week
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import Message, plain
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member
from jobs.nudges import find_nudges, weekly
from jobs.planner import plan_due
from tests.fakes.coached import Coached, buttons_of, coached
from tests.fakes.toy_post import NOON, settle_in

WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)
WEDNESDAY = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
"""Noon in New York, two days after the tests' clocks begin."""


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    opened = coached(database, knowledge, calendar)
    await opened.say(PLACED)
    await opened.say("coach on")
    return opened


async def told(office: Coached) -> list[tuple[str, State, str]]:
    return [(row.slot, row.state, row.reason) for row in await office.ledger()]


async def weeks_of_silence(office: Coached, weeks: int) -> list[Message]:
    """The first note on its Wednesday, and so many weeks more."""
    first = await office.wait_until(WEDNESDAY)
    return first + await office.wait(weeks * WEEK, step=WEEK)


async def test_one_note_a_week_at_its_hour(office: Coached) -> None:
    assert await office.wait_until(WEDNESDAY - timedelta(minutes=1)) == []
    (note,) = await office.wait_until(WEDNESDAY)
    assert note.words() <= 60
    await office.tick()
    await office.tick()
    assert len(await office.wait(WEEK)) == 1
    assert await told(office) == [("2026-W48", State.SENT, ""), ("2026-W49", State.SENT, "")]
    assert len(set(office.platform.accepted)) == 2


async def test_two_planners_at_once_make_one_row(office: Coached) -> None:
    office.calendar.move(WEDNESDAY - office.calendar.now())
    nudges = office.office.nudges
    await asyncio.gather(*(plan_due(office.database, nudges, WEDNESDAY) for _ in range(4)))
    assert [slot for slot, _, _ in await told(office)] == ["2026-W48"]
    assert (await office.plan()).next_slot == "2026-W49"


async def test_changing_ones_mind_while_the_planner_works(office: Coached) -> None:
    """Whichever comes first, no week is planned twice and the plan ends as the member said."""
    for week in range(4):
        office.calendar.move(WEDNESDAY + week * WEEK - office.calendar.now())
        await asyncio.gather(
            plan_due(office.database, office.office.nudges, office.calendar.now()),
            office.say("coach settings friday 9:30"),
            plan_due(office.database, office.office.nudges, office.calendar.now()),
            office.say("coach settings wednesday 12:00"),
        )
        await office.say("coach settings wednesday 12:00")
    slots = [slot for slot, _, _ in await told(office)]
    assert len(slots) == len(set(slots))
    plan = await office.plan()
    assert (plan.weekday, plan.minute) == (2, 720)
    assert plan.next_due_at == WEDNESDAY + 4 * WEEK


async def test_late_within_two_days_then_skipped_by_name(office: Coached) -> None:
    office.calendar.move(WEDNESDAY + 48 * HOUR - office.calendar.now())
    await office.tick()
    office.calendar.move(WEDNESDAY + WEEK + 49 * HOUR - office.calendar.now())
    await office.tick()
    assert await told(office) == [("2026-W48", State.SENT, ""), ("2026-W49", State.SKIPPED, "missed")]
    message = plain(await office.say("coach why"))
    assert "Weekly note: sent late." in message
    assert "I was not running in time" in message
    assert "chose Wednesdays at 12:00" in message


async def test_a_month_without_the_process_brings_one_note_and_names_for_the_rest(office: Coached) -> None:
    office.calendar.move(WEDNESDAY + 4 * WEEK - office.calendar.now())
    await office.tick()
    assert [state for _, state, _ in await told(office)] == [State.SKIPPED] * 4 + [State.SENT]
    assert len(office.platform.received) == 1


async def test_what_is_said_after_planning_counts(office: Coached) -> None:
    office.calendar.move(WEDNESDAY - office.calendar.now())
    await office.look()
    await office.say("coach pause 2026-12-20")
    await office.tick()
    assert await told(office) == [("2026-W48", State.SKIPPED, "paused until 2026-12-20")]
    assert "you had paused until Sun 20 Dec 2026." in plain(await office.say("coach why"))


async def test_opting_out_after_planning_is_respected(office: Coached) -> None:
    office.calendar.move(WEDNESDAY - office.calendar.now())
    await office.look()
    await office.say("stop")
    await office.tick()
    assert await told(office) == [("2026-W48", State.SKIPPED, "opted out")]
    assert "you had turned it off" in plain(await office.say("coach why"))
    assert office.platform.received == []


async def test_the_note_is_true_when_it_is_sent(office: Coached) -> None:
    """Done between planning and sending: the note brings the next thing."""
    office.calendar.move(WEDNESDAY - office.calendar.now())
    await office.look()
    await office.say("done get-an-outside-view")
    await office.tick()
    assert (await office.ledger())[0].content["action"] != "get-an-outside-view"


async def test_unused_notes_slow_down_ask_once_and_rest(office: Coached) -> None:
    notes = await weeks_of_silence(office, 20)
    assert [slot for slot, _, _ in await told(office)] == ["2026-W48", "2026-W49", "2026-W50", "2026-W52", "2027-W01"]
    assert len(notes) == 5
    assert ["every other week" in plain(note) for note in notes] == [False, False, True, False, False]
    assert "Shall I keep writing?" in plain(notes[4])
    assert "Shall I keep writing?" not in plain(notes[3])
    plan = await office.plan()
    assert (plan.is_on, plan.backoff, plan.next_due_at) == (True, "silent", None)


async def test_any_use_returns_to_the_members_own_rhythm(office: Coached) -> None:
    await weeks_of_silence(office, 10)
    await office.say("faq do i need a degree")
    plan = await office.plan()
    assert (plan.backoff, plan.next_due_at) == ("none", WEDNESDAY + 11 * WEEK)
    first, second = await office.wait(2 * WEEK, step=WEEK)
    assert "Your own rhythm is back" in plain(first)
    assert "rhythm" not in plain(second)


async def test_who_chose_every_other_week_is_not_told_of_a_change_that_is_none(office: Coached) -> None:
    await office.say("coach less")
    notes = await weeks_of_silence(office, 5)
    await office.say("home")
    notes += await office.wait(3 * WEEK, step=WEEK)
    assert [slot for slot, _, _ in await told(office)] == ["2026-W48", "2026-W50", "2026-W52", "2027-W01", "2027-W03"]
    assert not any("every other week for now" in plain(note) or "rhythm is back" in plain(note) for note in notes)


async def test_the_question_has_an_answer_that_keeps_the_notes(office: Coached) -> None:
    notes = await weeks_of_silence(office, 6)
    keep = next(button for button in buttons_of(notes[-1]) if button.label == "Keep writing")
    message = await office.say(keep.command)
    assert message.title == "Your weekly notes are on"
    assert len(await office.wait(WEEK)) == 1


async def test_a_question_that_was_missed_is_asked_again(office: Coached) -> None:
    """Nobody falls silent without having been asked."""
    await weeks_of_silence(office, 5)
    office.calendar.move(WEEK + 60 * HOUR)  # the process is down when the question is due
    await office.tick()
    assert (await told(office))[-1] == ("2027-W01", State.SKIPPED, "missed")
    (note,) = await office.wait(2 * WEEK, step=12 * HOUR)
    assert "Shall I keep writing?" in plain(note)
    assert await office.wait(10 * WEEK, step=WEEK) == []


async def test_whoever_uses_the_mentor_now_and_then_is_never_slowed(office: Coached) -> None:
    await office.wait_until(WEDNESDAY)
    await office.say("home")
    for _ in range(6):
        notes = await office.wait(2 * WEEK, step=WEEK)
        assert len(notes) == 2
        assert not any("every other week" in plain(note) for note in notes)
        assert (await office.plan()).backoff == "none"
        await office.say("home")


async def test_moving_zones_never_gives_a_local_week_two(office: Coached) -> None:
    zones = ("Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Honolulu", "Europe/Madrid")
    for zone in zones:
        await office.wait(timedelta(days=6, hours=22), step=8 * HOUR)
        await office.say(f"coach settings {zone}")
    await office.wait(WEEK, step=8 * HOUR)
    slots = [slot for slot, _, _ in await told(office)]
    assert slots == [str(Week(2026, 48).plus(n)) for n in range(len(slots))]
    assert len(slots) >= len(zones)
    assert {state for _, state, _ in await told(office)} == {State.SENT}


async def give_zone(office: Coached, zone: str, *, user: str = "U1") -> None:
    """What the platform tells by itself, without the member being here."""
    async with office.database.work() as session:
        (await session.exec(select(Member).where(Member.user_id == user))).one().zone = zone


async def test_a_zone_told_without_a_word_from_the_member_moves_the_note(office: Coached) -> None:
    await give_zone(office, "America/Los_Angeles")
    assert await office.wait_until(WEDNESDAY + 3 * HOUR - timedelta(minutes=1)) == []
    assert len(await office.wait(timedelta(minutes=1))) == 1
    await give_zone(office, "America/Puerto_Rico")
    await office.wait(WEEK)
    assert [row.due_at for row in await office.ledger()] == [WEDNESDAY + 3 * HOUR, WEDNESDAY + WEEK - HOUR]


async def test_a_zone_this_machine_does_not_know_holds_up_nobody(office: Coached) -> None:
    """As after a move to a machine whose list of zones is older."""
    await office.say("coach on", user="U2")
    await give_zone(office, "Mars/Olympus_Mons", user="U2")
    assert len(await office.wait_until(WEDNESDAY)) == 1
    assert [row.state for row in await office.ledger("U2")] == [State.SENT]
    assert (await office.say("coach why", user="U2")).title


@pytest.mark.parametrize("start", [datetime(2026, 2, 23, 6, 45, tzinfo=UTC), datetime(2026, 9, 28, 6, 45, tzinfo=UTC)])
async def test_the_weeks_in_which_the_clocks_change(sqlite: Database, knowledge: Knowledge, start: datetime) -> None:
    """Sunday 2:30, which comes twice or not at all, in zones that change at different hours."""
    zones = ("America/New_York", "America/Havana", "Europe/Paris", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Gaza")
    office = coached(sqlite, knowledge, FixedClock(start))
    for zone in zones:
        await office.say("coach on", user=zone, zone=zone)
        await office.say("coach settings sunday 02:30", user=zone, zone=zone)
    for _ in range(10):
        await office.wait(WEEK, step=12 * HOUR)
        for zone in zones:
            await office.say("home", user=zone)
    for zone in zones:
        ledger = [(row.slot, row.state) for row in await office.ledger(zone)]
        assert ledger == [(str(Week.of(start.date()).plus(n)), State.SENT) for n in range(10)], zone


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is sent to the database meanwhile; many rows of one statement count once."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_planning_takes_the_same_few_statements_however_many_are_due(database: Database) -> None:
    counts = []
    for members in (5, 200):
        await settle_in(database, members=members, platform=f"sample-{members}")
        with statements(database) as seen:
            async with database.work() as session:
                assert await weekly.plan(session, NOON, 500) == members
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6


async def test_a_look_with_nobody_due_asks_once_and_waits_for_no_writer(database: Database) -> None:
    await settle_in(database, members=5)
    nudges = find_nudges()
    async with database.work() as writer:
        await writer.exec(select(CoachingPlan).with_for_update())
        with statements(database) as seen:
            async with asyncio.timeout(30):
                early = await plan_due(database, nudges, NOON - timedelta(minutes=1))
    asked = [statement for statement in seen if "EXISTS" in statement]
    assert (early.planned.total(), len(asked)) == (0, 1)
    assert not any(statement.lstrip().startswith(("INSERT", "UPDATE")) for statement in seen)
    assert (await plan_due(database, nudges, NOON)).planned["weekly"] == 5


async def test_a_batch_is_bounded(database: Database) -> None:
    await settle_in(database, members=30)
    for expected in (20, 10, 0):
        async with database.work() as session:
            assert await weekly.plan(session, NOON, 20) == expected
    async with database.work() as session:
        rows = (await session.exec(select(Delivery))).all()
        plans = (await session.exec(select(CoachingPlan))).all()
    assert len({row.member_id for row in rows}) == len(rows) == 30
    assert all(plan.last_slot and plan.next_due_at and plan.next_due_at > NOON for plan in plans)
