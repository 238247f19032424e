"""Plans and delivers what is due at one instant of the playground's calendar, beside the engine that runs anyway."""

import asyncio
from functools import partial

from sqlmodel import col, select

from adapters.web.demo_world import Look
from bot.model.deliveries import Delivery, State
from jobs.engine import new_courier
from jobs.planner import plan_due
from jobs.post_office import PostOffice

PAUSE, PAUSES = 0.02, 500


def looking(office: PostOffice) -> Look:
    """A look for `DemoWorld`. It delivers only when something was planned: a week has 168 hours, nearly all quiet."""
    return partial(_look, office)


async def _look(office: PostOffice) -> None:
    counts = await plan_due(office.database, office.nudges, office.clocks.calendar.now())
    if not counts.planned.total():
        return
    courier = new_courier(office)
    try:
        await courier.deliver_due()
    finally:
        courier.abandon()
    await _settled(office)


async def _settled(office: PostOffice) -> None:
    """The engine's own courier may have taken some of it: wait until nothing is on its way."""
    on_its_way = select(Delivery.id).where(col(Delivery.state) == State.SENDING).limit(1)
    for _ in range(PAUSES):
        async with office.database.work() as session:
            if (await session.exec(on_its_way)).first() is None:
                return
        await asyncio.sleep(PAUSE)
