"""What to offer next: the action (or practice) and the networking suggestion of a local week. Pure: a pack, a member's
progress and what was offered before go in. Called by the weekly nudge and by the commands that speak of "your action".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.clock import Week
from bot.mentoring.progress import Progress, left_in, step_of
from content.pack import Action, Pack, Practice, Suggestion

FIRST_STEP = 1
"""Where members stand until they are placed."""
_FARTHEST_EAST = timedelta(hours=14)

_Thing = TypeVar("_Thing", Action, Practice, Suggestion, Action | Practice)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one weekly note was about."""

    week: Week
    """The member's local week."""
    thing: str | None
    """The id of an action or practice; None where the member wants networking alone."""
    suggestion: str | None = None


def choose_action(pack: Pack, progress: Progress, history: Sequence[Offer], week: Week) -> Action | Practice:
    """The thing to do in `week`. Always something, and the same for the same past.

    First the current step's actions that are not done, new ones in their order; one that was offered returns only
    `action_gap_weeks` later. Then practices that fit the step, each only after its own gap. A pack too small for that
    repeats what was offered longest ago.
    """
    seen = _seen(progress, history)
    step = progress.step or FIRST_STEP
    actions = left_in(step_of(pack, step), progress)
    practices = tuple(practice for practice in pack.practices if step in practice.steps)
    chosen = _oldest(actions, seen, week, lambda _: pack.action_gap_weeks) or _oldest(
        practices, _with_done(seen, progress), week, lambda practice: practice.gap_weeks
    )
    if chosen:
        return chosen
    everything: tuple[Action | Practice, ...] = (*actions, *(practices or pack.practices))
    repeated = _oldest(everything, _with_done(seen, progress), week, lambda _: None)
    assert repeated is not None, "a pack holds at least one practice"
    return repeated


def choose_suggestion(pack: Pack, step: int | None, history: Sequence[Offer], week: Week) -> Suggestion | None:
    """A networking idea that fits the step and was not told within its gap; None when there is none."""
    told: dict[str, Week] = {}
    for offer in history:
        if offer.suggestion:
            told[offer.suggestion] = max(offer.week, told.get(offer.suggestion, offer.week))
    fitting = tuple(suggestion for suggestion in pack.suggestions if (step or FIRST_STEP) in suggestion.steps)
    return _oldest(fitting, told, week, lambda suggestion: suggestion.gap_weeks)


def current_action(pack: Pack, progress: Progress, history: Sequence[Offer], week: Week) -> Action | Practice:
    """What "my action" means now: the last one offered, while it is of this step and neither done nor put off."""
    offers = [offer for offer in history if offer.thing]
    if offers:
        last = max(offers, key=lambda offer: offer.week)
        standing = (thing for thing in _of_step(pack, progress.step or FIRST_STEP) if thing.id == last.thing)
        thing = next(standing, None)
        if thing and _is_open(thing, last.week, progress):
            return thing
    return choose_action(pack, progress, history, week)


def _of_step(pack: Pack, step: int) -> tuple[Action | Practice, ...]:
    return (*step_of(pack, step).actions, *(practice for practice in pack.practices if step in practice.steps))


def _is_open(thing: Action | Practice, offered: Week, progress: Progress) -> bool:
    if thing.id in progress.later and _week_of(progress.later[thing.id]) >= offered:
        return False
    if isinstance(thing, Practice):
        return thing.id not in progress.done or _week_of(progress.done[thing.id]) < offered
    return thing.id not in progress.done


def _seen(progress: Progress, history: Sequence[Offer]) -> dict[str, Week]:
    """Things → the last week in which they were offered or put off."""
    seen = {thing: _week_of(at) for thing, at in progress.later.items()}
    for offer in history:
        if offer.thing:
            seen[offer.thing] = max(offer.week, seen.get(offer.thing, offer.week))
    return seen


def _with_done(seen: Mapping[str, Week], progress: Progress) -> dict[str, Week]:
    both = dict(seen)
    for thing, at in progress.done.items():
        both[thing] = max(_week_of(at), both.get(thing, _week_of(at)))
    return both


def _week_of(instant: datetime) -> Week:
    """The latest local week it may have been, so that a gap is kept in every zone."""
    return Week.of((instant + _FARTHEST_EAST).date())


def _oldest(
    things: Sequence[_Thing], seen: Mapping[str, Week], week: Week, gap: Callable[[_Thing], int | None]
) -> _Thing | None:
    """The first thing never seen, else the one seen longest ago whose gap is over (None: any gap will do)."""
    unseen = next((thing for thing in things if thing.id not in seen), None)
    if unseen:
        return unseen
    ready = [thing for thing in things if (weeks := gap(thing)) is None or week.weeks_since(seen[thing.id]) >= weeks]
    return min(ready, key=lambda thing: seen[thing.id], default=None)
