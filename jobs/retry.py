"""What follows when a send goes wrong: (error, attempt, now) → a decision. Pure; the courier asks it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import BadMessage, CannotReach, TryLater, Unsure
from bot.model.deliveries import State

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_TOLD = timedelta(days=1)
"""A platform that asks for more than this is asked again all the same; no real one has been seen to."""
# What the numbers mean: the waits are 1, 2, 4 … 512 s and then 600 s, each up to a quarter longer. The first ten take
# 17 to 21 minutes; after that a platform that is down is asked 4.8 to 6 times an hour for each message, so a weekly
# note, which expires after 48 hours, is tried at most 297 times, and goes out at most 12.5 minutes after the platform
# is back. A workspace that says Retry-After is left alone as a whole until then, so it hears from one burst a wait.


@dataclass(frozen=True, slots=True)
class Again:
    """Nothing was taken: try once more."""

    at: datetime
    """Not before this instant of the machine's clock."""
    hold_until: datetime
    """Until then nothing goes to that workspace at all."""
    reason: str = "asked to wait"


@dataclass(frozen=True, slots=True)
class Over:
    """There will be no other try."""

    state: State
    reason: str


Decision = Again | Over


def decide(error: BaseException, *, attempt: int, now: datetime, jitter: float) -> Decision:
    """What to do about `error`, met on attempt number `attempt` (the first is 0) at `now` of the machine's clock.

    `jitter` (0 to 1) spreads the tries, so that messages that were put off together do not come back together.
    `TryLater` is never given up: a delivery that waits past its expiry is skipped as missed when the planner looks.
    """
    match error:
        case TryLater():
            told = min(max(error.retry_after, timedelta(0)), LONGEST_TOLD)
            wait = max(told, backoff(attempt)) * (1 + jitter / 4)
            return Again(at=now + wait, hold_until=now + told)
        case CannotReach():
            return Over(State.FAILED, error.reason or "could not be reached")
        case BadMessage():
            return Over(State.FAILED, str(error))
        case Unsure():
            return Over(State.UNSURE, str(error))
        case TimeoutError():
            return Over(State.UNSURE, "no answer in time")
        case _:
            # Anything may have happened before it, the platform's yes included, so it counts as sent.
            return Over(State.UNSURE, f"ended by {type(error).__name__}")


def backoff(attempt: int) -> timedelta:
    """The wait after attempt number `attempt`, before jitter: doubling from a second to ten minutes."""
    doublings = min(attempt, 20)  # 2**20 s is far beyond the longest wait, and cannot overflow
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
