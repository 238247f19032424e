"""A tick, from planning to the last message, on both databases."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlmodel import update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database, open_database
from bot.errors import CannotReach, TryLater, Unsure
from bot.model.deliveries import State
from bot.model.people import Member
from jobs.nudges import Nudge
from jobs.planner import plan_due
from jobs.post_office import Limits
from jobs.sole_sender import sole_sender, this_process
from jobs.tick import dry_run, tick
from tests.fakes.toy_post import NOON, TOY, Platform, Trouble, compose_toy, opt_out, post_office, rows, settle_in

A_WHILE = 20
"""Seconds, after which something hangs."""


async def test_a_second_tick_at_the_same_instant_sends_nothing_more(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=25, tenants=4)
    platform = Platform()
    office = post_office(database, clocks, {"slack": platform})
    first, second = await tick(office), await tick(office)
    assert (first.planned["toy"], first.sent, first.waiting) == (100, 100, 0)
    assert (second.planned["toy"], second.sent, second.waiting) == (0, 0, 0)
    assert len(platform.accepted) == len(set(platform.accepted)) == 100


async def test_the_report_names_what_became_of_each(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=5)
    platform = Platform()
    platform.troubles["T1-U2"] = [Trouble(CannotReach("user_disabled"))]
    platform.troubles["T1-U3"] = [Trouble(Unsure("lost"), accepted=True)]
    platform.troubles["T1-U4"] = [Trouble(TryLater(timedelta(hours=1)))]
    await plan_due(database, [TOY], NOON)
    await opt_out(database, "T1-U5")
    report = await tick(post_office(database, clocks, {"slack": platform}), patience=timedelta(0))
    assert report.sent == 1
    assert (report.skipped, report.failed, report.unsure) == (
        {"opted out": 1},
        {"user_disabled": 1},
        {"lost": 1},
    )
    assert report.waiting == 1


async def test_planning_alone_sends_nothing(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=2)
    platform = Platform()
    report = await tick(post_office(database, clocks, {"slack": platform}), deliver=False)
    assert (report.planned["toy"], report.sent, report.waiting, platform.asked) == (2, 0, 2, [])


async def test_a_dry_run_tells_who_and_stores_nothing(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=2, tenants=2)
    platform = Platform()
    office = post_office(database, clocks, {"slack": platform})
    report, would = await dry_run(office)
    assert (report.planned["toy"], report.sent, report.waiting) == (4, 0, 4)
    assert [(each.tenant, each.user, each.kind, each.due_at) for each in would] == [
        (f"T{t}", f"T{t}-U{n}", "toy", NOON) for t in (1, 2) for n in (1, 2)
    ]
    assert await rows(database) == []
    assert platform.asked == []
    assert (await tick(office)).sent == 4


async def test_nobody_waits_for_a_dry_run(database: Database, clocks: Clocks) -> None:
    """A nudge plans while a member's change is being written: it reads what stood before, and waits for nobody."""
    await settle_in(database, members=1)
    office = post_office(database, clocks, {"slack": Platform()})
    async with database.work() as session:
        await session.exec(update(Member).values(step=3))
        async with asyncio.timeout(A_WHILE):
            report, _ = await dry_run(office)
    assert report.planned["toy"] == 1
    assert not database.file or [each.name for each in database.file.parent.iterdir() if "dry-run" in each.name] == []


async def test_a_missed_slot_is_counted_and_the_next_one_goes(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=1)
    office = post_office(database, clocks, {"slack": Platform()})
    await plan_due(database, [TOY], NOON)
    assert isinstance(clocks.calendar, FixedClock)
    clocks.calendar.move(timedelta(days=7))
    report = await tick(office)
    assert (report.planned["toy"], report.skipped, report.sent) == (1, {"missed": 1}, 1)


async def test_a_tick_waits_for_a_workspace_that_asks_for_a_moment(database: Database) -> None:
    await settle_in(database, members=2)
    platform = Platform()
    platform.troubles["T1-U1"] = [Trouble(TryLater(timedelta(milliseconds=5)))]
    clocks = Clocks(calendar=FixedClock(NOON), machine=MachineClock())
    office = post_office(database, clocks, {"slack": platform}, limits=Limits(batch=1))
    report = await tick(office, patience=timedelta(seconds=5))
    assert (report.sent, report.waiting) == (2, 0)


async def test_a_tick_does_not_wait_for_ever(database: Database, clocks: Clocks) -> None:
    """The machine's clock of this test stands still, so that any wait would last for ever."""
    await settle_in(database, members=1)
    platform = Platform()
    platform.troubles["T1-U1"] = [Trouble(TryLater(timedelta(milliseconds=5)))]
    report = await tick(post_office(database, clocks, {"slack": platform}))
    assert (report.sent, report.waiting) == (0, 1)


async def test_a_tick_that_is_told_to_stop_finishes_what_is_under_way(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=10)
    platform, stop = Platform(), asyncio.Event()
    platform.is_open.clear()
    office = post_office(database, clocks, {"slack": platform}, limits=Limits(in_flight=4))
    ticking = asyncio.create_task(tick(office, stop=stop))
    await platform.someone_waits.wait()
    stop.set()
    platform.is_open.set()
    report = await ticking
    assert (report.sent, report.unsure, report.waiting) == (len(platform.accepted), {}, 10 - len(platform.accepted))
    assert 0 < len(platform.accepted) < 10
    assert {row.state for row in await rows(database)} == {State.SENT, State.PENDING}


async def test_a_tick_that_waits_can_be_stopped(database: Database) -> None:
    await settle_in(database, members=1)
    platform, stop = Platform(), asyncio.Event()
    platform.troubles["T1-U1"] = [Trouble(TryLater(timedelta(hours=1)))]
    clocks = Clocks(calendar=FixedClock(NOON), machine=MachineClock())
    office = post_office(database, clocks, {"slack": platform})
    ticking = asyncio.create_task(tick(office, patience=timedelta(hours=2), stop=stop))
    while not platform.asked:
        await rows(database)
    stop.set()
    assert (await ticking).waiting == 1


async def test_a_file_under_two_names_has_one_deliverer(sqlite: Database, tmp_path: Path) -> None:
    assert sqlite.file
    link = tmp_path / "link" / "preceptor.db"
    link.parent.mkdir()
    link.symlink_to(sqlite.file)
    other = open_database(f"sqlite:///{link}")
    with sole_sender(sqlite), sole_sender(other) as right:
        assert right.holder == this_process()
    await other.close()


async def test_only_one_process_delivers_and_the_other_says_who(sqlite: Database, clocks: Clocks) -> None:
    await settle_in(sqlite, members=2)
    platform = Platform()
    office = post_office(sqlite, clocks, {"slack": platform})
    with sole_sender(sqlite) as right:
        assert right.holder is None
        report = await tick(office)
    assert (report.planned["toy"], report.sent, report.waiting) == (2, 0, 2)
    assert report.holder == this_process()
    assert (await tick(office)).sent == 2


async def test_ticks_at_once_send_each_message_once(database: Database, clocks: Clocks) -> None:
    await settle_in(database, members=10)
    platform = Platform()
    office = post_office(database, clocks, {"slack": platform})
    reports = await asyncio.gather(*(tick(office) for _ in range(3)))
    await tick(office)
    assert sum(report.planned["toy"] for report in reports) == 10
    assert len(platform.accepted) == len(set(platform.accepted)) == 10
    assert {row.state for row in await rows(database)} == {State.SENT}


async def test_a_kind_that_cannot_be_planned_holds_back_no_other(database: Database, clocks: Clocks) -> None:
    async def plan(session: AsyncSession, now: object, limit: int) -> int:
        raise ZeroDivisionError

    await settle_in(database, members=1)
    broken = Nudge("broken", plan, compose_toy, examples=())
    report = await tick(post_office(database, clocks, {"slack": Platform()}, nudges=[broken, TOY]))
    assert (report.broken, report.sent) == (["broken"], 1)
