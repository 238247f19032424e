"""Whether something that one person started for another may go to them now: the hours, closed days and pauses that hold
a weekly note hold it too. Called by the nudges that carry it.
"""

from bot.mentoring.closed_days import closures_of
from bot.mentoring.coaching import plan_of, zone_of
from bot.mentoring.open_hours import hours_of, name_of
from bot.model.coaching import CoachingPlan
from jobs.nudges import Hold, Letter


async def opening(letter: Letter) -> Hold | None:
    """Until when it waits, and why; None when it may go."""
    member = letter.delivery.member_id
    plan = await plan_of(letter.session, member) or CoachingPlan(member_id=member)
    closures = await closures_of(letter.session, letter.tenant, letter.now)
    first = hours_of(letter.tenant, plan, zone_of(letter.member), closures).first_open(letter.now)
    return Hold(first.at, name_of(first.cause)) if first.cause else None
