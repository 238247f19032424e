"""One look at the playground's calendar: plans and delivers what is due at this instant. Handed to `DemoWorld`."""

from functools import partial

from adapters.web.demo_world import Look
from jobs.planner import plan_due
from jobs.post_office import PostOffice
from jobs.tick import tick


def looking(office: PostOffice) -> Look:
    """A look. It delivers only when something was planned: a week has 168 hours, nearly all of them quiet."""
    return partial(_look, office)


async def _look(office: PostOffice) -> None:
    counts = await plan_due(office.database, office.nudges, office.clocks.calendar.now())
    if counts.planned.total():
        await tick(office)
