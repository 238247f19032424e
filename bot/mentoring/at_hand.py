"""The action a member has at hand now. Asked by every command that may leave the action unnamed."""

from bot.clock import Week, local_day
from bot.mentoring.history import offers
from bot.mentoring.progress import Progress
from bot.mentoring.selection import current_action
from bot.visit import Visit
from content.pack import Action, Practice


async def at_hand(visit: Visit, progress: Progress) -> Action:
    """What `next` and a bare `done` mean: the last one offered while it is open, else the next that would be."""
    history = await visit.recalled("offers", lambda: offers(visit.session, visit.member_id))
    return current_action(visit.pack, progress, history, Week.of(local_day(visit.now, visit.zone)))


def is_done(visit: Visit, action: Action, progress: Progress) -> bool:
    """An action counts as done for good, a practice until it may come back."""
    at = progress.done.get(action.id)
    if at is None or not isinstance(action, Practice):
        return at is not None
    weeks = Week.of(local_day(visit.now, visit.zone)).weeks_since(Week.of(local_day(at, visit.zone)))
    return weeks < action.gap_weeks
