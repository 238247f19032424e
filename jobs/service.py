"""What `serve` and `demo` run beside their web server: the planner every minute, and the engine, until told to stop."""

import asyncio
from datetime import timedelta

from jobs.clockwork import Clockwork
from jobs.engine import Engine
from jobs.planner import plan_due
from jobs.post_office import PostOffice

LOOK_EVERY = timedelta(minutes=1)


async def run_jobs(office: PostOffice, engine: Engine, stop: asyncio.Event) -> None:
    """Plan and deliver until told to stop; what is being sent is finished and recorded first."""

    async def plan() -> None:
        now = office.clocks.calendar.now()
        await plan_due(office.database, office.nudges, now, enqueue=engine.enqueue, stop=stop)

    clockwork = Clockwork()
    clockwork.every(LOOK_EVERY, "plan", plan)
    clockwork.start()
    try:
        await engine.run(stop)
    finally:
        await clockwork.stop()
