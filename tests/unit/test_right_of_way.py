"""People go first: while somebody waits for an answer, the courier begins nothing."""

import asyncio

from bot.clock import Clocks, FixedClock
from bot.database import Database
from bot.right_of_way import RightOfWay
from jobs.courier import Courier
from jobs.planner import plan_due
from tests.fakes.toy_post import NOON, TOY, Platform, post_office, settle_in

FIXED = Clocks(calendar=FixedClock(NOON), machine=FixedClock(NOON))


async def test_the_courier_begins_nothing_while_somebody_waits_for_an_answer(database: Database) -> None:
    await settle_in(database, members=3)
    await plan_due(database, [TOY], NOON)
    database.right_of_way = RightOfWay(at_most=60)
    platform = Platform()
    courier = Courier(post_office(database, FIXED, {"slack": platform}), by="courier")
    with database.right_of_way.person(), database.right_of_way.person():
        delivering = asyncio.create_task(courier.deliver_due())
        for _ in range(200):
            async with database.reading():
                pass
        assert platform.asked == []
    await delivering
    assert len(platform.accepted) == 3


async def test_a_list_comes_to_its_end_whoever_waits(database: Database) -> None:
    await settle_in(database, members=3)
    await plan_due(database, [TOY], NOON)
    database.right_of_way = RightOfWay(at_most=0)
    platform = Platform()
    with database.right_of_way.person():
        await Courier(post_office(database, FIXED, {"slack": platform}), by="courier").deliver_due()
    assert len(platform.accepted) == 3


async def test_people_count_as_being_about_for_a_moment_after_their_answer() -> None:
    way = RightOfWay()
    assert not way.is_used
    with way.person():
        assert way.is_used
    assert way.is_used
