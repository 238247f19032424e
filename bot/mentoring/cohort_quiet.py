"""Whether somebody was not heard of for long, by their own rhythm. Pure; part of the projection in
`bot.mentoring.cohort_rows`, which asks it of those alone who share it.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import local_day

if TYPE_CHECKING:
    from bot.mentoring.cohort_rows import Facts

CADENCES = 3
"""So many of a member's own rhythms without a use, and there is "no update"."""
SURELY_CURRENT = timedelta(weeks=CADENCES) - timedelta(days=1)
"""A use within this time is an update, whatever the member's rhythm and zone."""
SLOWEST = 2
"""Weeks between the notes of those who have the fewest. Those who have none count as if they were among them."""
SURELY_QUIET = timedelta(weeks=CADENCES * SLOWEST) + timedelta(days=2)
"""A use before this time is long ago, whatever the member's rhythm and zone: only a pause or a milestone excuses it."""


def quiet_since(facts: "Facts", now: datetime) -> date | None:
    """The local day of the last update, where it is more than three of the member's own rhythms ago.

    A pause, a leave and a milestone that is under way excuse, and look like an update on their last day.
    """
    if facts.last_active_at is None or facts.last_active_at > now - SURELY_CURRENT:
        return None
    today = local_day(now, facts.zone)
    is_away = facts.leave is not None and facts.leave.holds(today)
    if is_away or any(day >= today for day in facts.milestones):
        return None
    excuses = [*facts.milestones, *([facts.leave.ends] if facts.leave and facts.leave.ends <= today else [])]
    last = max([local_day(facts.last_active_at, facts.zone), *excuses])
    return last if today - last > timedelta(weeks=CADENCES * facts.every_weeks) else None
