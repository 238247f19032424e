"""What `serve` and `demo` run beside their web server: the planner every minute, and the engine, until told to stop."""

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from functools import partial

from jobs.clockwork import Clockwork
from jobs.engine import Engine
from jobs.erasing import erase_left, erase_people
from jobs.expiring import plan_reminders
from jobs.outbox import skip_stopped
from jobs.patience import beside
from jobs.planner import plan_due
from jobs.post_office import PostOffice
from jobs.rules_known import remember_rules
from jobs.watch import Watch

LOOK_EVERY = timedelta(minutes=1)
ERASE_EVERY = timedelta(hours=1)


async def run_jobs(office: PostOffice, engine: Engine, stop: asyncio.Event, watch: Watch | None = None) -> None:
    """Plan and deliver until told to stop; what is being sent is finished and recorded first.

    `watch` is told of each planning, and looks after it.
    """

    async def plan() -> None:
        now = office.clocks.calendar.now()
        async with office.database.work() as session:
            await skip_stopped(session, now)
            if reminders := await plan_reminders(session, office, now):
                await engine.enqueue(session, reminders)
        counts = await plan_due(office.database, office.nudges, now, enqueue=engine.enqueue, stop=stop)
        if watch:
            watch.planned(counts)

    async def erase() -> None:
        await erase_left(office.database, office.clocks.calendar.now())
        await erase_people(office.database, office.clocks.calendar.now())

    clockwork = Clockwork()
    clockwork.every(LOOK_EVERY, "plan", plan)
    clockwork.every(ERASE_EVERY, "erase", erase)
    clockwork.every(ERASE_EVERY, "remember", partial(remember_rules, office))
    clockwork.start()
    try:
        async with beside(watch.run(stop)) if watch else nullcontext():
            await engine.run(stop)
    finally:
        await clockwork.stop()
