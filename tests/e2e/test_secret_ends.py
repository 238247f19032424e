"""Operators hear in time that a secret ends: 60, 30, 14, 7 and 1 days before, once each, wherever they are."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from bot.clock import Clocks, FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.model.deliveries import Delivery
from bot.visit import Deployment
from jobs.expiring import due_reminders
from jobs.nudges import find_nudges
from jobs.post_office import PostOffice
from jobs.tick import dry_run, tick
from tests.fakes.toy_post import Platform

ENDS = date(2027, 3, 31)
OPERATORS = (("slack", "T1", "U1"), ("teams", "tenant", "user"), ("demo", "T1", "nobody here"))
DAY = timedelta(days=1)


def _before(days: int) -> datetime:
    return datetime(2027, 3, 31, 17, tzinfo=UTC) - days * DAY


def _office(
    database: Database, knowledge: Knowledge, clock: FixedClock, platform: Platform, ends: date = ENDS
) -> PostOffice:
    return PostOffice(
        database=database,
        nudges=find_nudges(),
        messengers={"slack": platform, "teams": platform},
        clocks=Clocks(clock, clock),
        library=knowledge.library,
        wordings=knowledge.wordings,
        deployment=Deployment(operators=OPERATORS, secrets_expire=(("MicrosoftAppPassword", ends),)),
    )


async def test_every_operator_who_can_be_reached_hears_of_it_five_times(
    database: Database, knowledge: Knowledge
) -> None:
    clock, platform = FixedClock(_before(75)), Platform()
    office, heard = _office(database, knowledge, clock, platform), list[int]()
    for days in (61, 60, 59, 45, 30, 29, 15, 14, 8, 7, 6, 2, 1, 0, -3):
        clock.move(_before(days) - clock.now())
        before = len(platform.received)
        await tick(office, patience=timedelta(0))
        heard += [days] * (len(platform.received) - before)
    assert heard == [each for rung in (60, 30, 14, 7, 1) for each in (rung, rung)]
    assert {(address.platform, address.user) for address, _ in platform.received} == {
        ("slack", "U1"),
        ("teams", "user"),
    }
    first = platform.received[0][1]
    assert (first.title, first.discreet) == (
        "A password of the mentor ends in 60 days",
        "The mentor needs a moment of your time",
    )


async def test_whoever_was_away_hears_of_the_nearest_alone(sqlite: Database, knowledge: Knowledge) -> None:
    clock, platform = FixedClock(_before(10)), Platform()
    await tick(_office(sqlite, knowledge, clock, platform), patience=timedelta(0))
    assert [message.title for _, message in platform.received] == ["A password of the mentor ends in 10 days"] * 2


async def test_a_secret_that_was_renewed_meanwhile_is_not_spoken_of(sqlite: Database, knowledge: Knowledge) -> None:
    clock, platform = FixedClock(_before(10)), Platform()
    await tick(_office(sqlite, knowledge, clock, platform), deliver=False)
    report = await tick(_office(sqlite, knowledge, clock, platform, ends=date(2029, 1, 1)), patience=timedelta(0))
    assert (report.skipped, platform.received) == ({"renewed": 2}, [])


async def test_nobody_is_woken_by_it(sqlite: Database, knowledge: Knowledge) -> None:
    clock, platform = FixedClock(datetime(2027, 3, 1, 8, tzinfo=UTC)), Platform()  # 3 at night in New York
    office = _office(sqlite, knowledge, clock, platform)
    await tick(office, patience=timedelta(0))
    assert platform.received == []
    clock.move(timedelta(hours=6))
    await tick(office, patience=timedelta(0))
    assert len(platform.received) == 2


async def test_a_dry_run_says_who_would_hear_and_stores_nothing(sqlite: Database, knowledge: Knowledge) -> None:
    report, would = await dry_run(_office(sqlite, knowledge, FixedClock(_before(7)), Platform()))
    assert (report.planned["secret-ends"], [each.user for each in would]) == (2, ["U1", "user"])
    async with sqlite.reading() as session:
        assert (await session.exec(select(Delivery))).all() == []


@pytest.mark.parametrize(
    ("days", "rung"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 14), (7, 7), (2, 7), (1, 1), (0, None), (-1, None)]
)
def test_the_nearest_rung_is_due(days: int, rung: int | None) -> None:
    assert [each.rung for each in due_reminders((("A", ENDS),), _before(days))] == ([rung] if rung else [])
