"""Keeps the processes of a run alive, as a supervisor would: each place has one process, started again a short while
after it ended. Used by `tests.chaos.run`; the killer says which place is not filled again.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.chaos.victims import Nursery, Victim

NEVER = 60.0
"""Seconds: more than three leases."""


@dataclass
class Place:
    """Where one process after the other lives."""

    arguments: Sequence[str]
    rest: tuple[float, float] = (0.1, 1.0)
    """Seconds from the end of one process to the start of the next, at least and at most."""
    victim: Victim | None = None
    is_empty: bool = False
    """Nobody comes back to it for a long time."""
    task: asyncio.Task[None] | None = None


@dataclass
class Household:
    """All places of a run."""

    nursery: Nursery
    chance: random.Random
    real_share: float = 0.1
    """How many of the processes are the installed program, started anew; the others are forked."""
    places: list[Place] = field(default_factory=list)
    starts: int = 0
    gone: Counter[str] = field(default_factory=Counter)
    """Processes that ended by themselves, by role and exit code."""

    def open(self, arguments: Sequence[str], rest: tuple[float, float] = (0.1, 1.0)) -> Place:
        """One more place, filled at once."""
        place = Place(arguments, rest)
        place.task = asyncio.create_task(self._keep(place))
        self.places.append(place)
        return place

    async def _keep(self, place: Place) -> None:
        while True:
            is_real = self.chance.random() < self.real_share
            begin = self.nursery.start if is_real else self.nursery.fork
            place.victim = await begin(*place.arguments)
            self.starts += 1
            await place.victim.ended.wait()
            if not place.victim.was_killed:
                self.gone[f"{place.victim.role}: {place.victim.code}"] += 1
            await asyncio.sleep(self.chance.uniform(*place.rest) + NEVER * place.is_empty)
            place.is_empty = False

    def replace_much_later(self, victim: Victim) -> None:
        """Once it ends, nobody takes its place for so long that others have taken over all it had."""
        for place in self.places:
            if place.victim is victim:
                place.is_empty = True

    def still_open(self, role: str) -> int:
        return sum(place.arguments[0] == role and not place.is_empty for place in self.places)

    async def close(self) -> None:
        """Stop keeping them alive; whoever lives goes on until the nursery clears."""
        for place in self.places:
            if place.task:
                place.task.cancel()
                with suppress(asyncio.CancelledError):
                    await place.task
