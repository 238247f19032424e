"""Kills processes of ours with SIGKILL: at random instants, and exactly between the platform's taking a message and our
recording it. Notes what each kill left behind and when somebody else took it up. Used by `tests.chaos.run`.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tests.chaos.books import Books
from tests.chaos.far_side import FarSide
from tests.chaos.household import Household
from tests.chaos.victims import Victim

LOOK = 0.5
"""Seconds from one look at what the dead left behind to the next."""
AMBUSH = 2.0
"""Seconds for which the killer waits for a message to be taken; then it kills anybody, unless it is to be the first."""
NEVER_BACK = 0.08
"""Of the killed, so many are never started again, as long as `FEWEST` of their kind stay; long afterwards a new one
joins in."""
FEWEST = 2


@dataclass
class Kill:
    """One process killed."""

    role: str
    pid: int
    at: float
    """Monotonic."""
    taken: int
    """Messages that the platform had taken from it, and that it had not recorded."""
    left: set[int]
    """Rows that it was sending (their ids)."""
    comes_back: bool
    waits: list[float] = field(default_factory=list)
    """Seconds until each of those rows was taken up."""


@dataclass
class Killer:
    """`wanted`: how many kills there shall be. `pause`: seconds between two, on average, at least. `may_kill` is asked
    with how many there were."""

    books: Books
    far: FarSide
    household: Household
    chance: random.Random
    wanted: int
    pause: float
    may_kill: Callable[[int], bool] = lambda _: True
    weights: Mapping[str, float] = field(default_factory=lambda: {"serve": 1.0, "worker": 1.0, "tick": 1.0})
    kills: list[Kill] = field(default_factory=list)
    stalls: int = 0

    async def run(self) -> None:
        """Kill until there were enough."""
        while len(self.kills) < self.wanted:
            await asyncio.sleep(min(self.chance.expovariate(1 / self.pause), 5 * self.pause))
            if not self.may_kill(len(self.kills)):
                continue
            if len(self.kills) % 2:
                await self._kill(self._anybody())
            else:
                await self._ambush()

    async def _ambush(self) -> None:
        """Wait for a message to be taken, and kill whoever sent it before the answer gets there."""
        if (port := await self.far.ambush(AMBUSH)) is None:
            await self._kill(self._anybody() if self.kills else None)
            return
        alive = self.household.nursery.alive()
        await self._kill(next((each for each in alive if each.holds(port, self.far.port)), None))
        await self.far.release()

    def _anybody(self) -> Victim | None:
        alive = self.household.nursery.alive()
        sending = [each for each in alive if each.is_sending(self.far.port)]
        choice = sending if sending and self.chance.random() < 0.8 else alive
        return self.chance.choices(choice, [self.weights[each.role] for each in choice])[0] if choice else None

    async def _kill(self, victim: Victim | None) -> None:
        if victim is None or not victim.is_alive:
            return
        comes_back = not self._is_spared(victim)
        if not comes_back:
            self.household.replace_much_later(victim)
        await victim.kill()
        at = time.monotonic()
        rows = await self.books.sending_by(victim.pid)
        taken = await self.far.known(set(rows.values()))
        self.kills.append(Kill(victim.role, victim.pid, at, len(taken), set(rows), comes_back))

    def _is_spared(self, victim: Victim) -> bool:
        """Whether its place stays empty for good."""
        return self.household.still_open(victim.role) > FEWEST and self.chance.random() < NEVER_BACK

    async def watch(self) -> None:
        """Note when somebody takes up what the dead left behind; until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            waiting = [kill for kill in self.kills if kill.left]
            if waiting:
                ids = set().union(*(kill.left for kill in waiting))
                still = await self.books.still_sending(ids, {kill.pid for kill in waiting})
                now = time.monotonic()
                for kill in waiting:
                    kill.waits += [now - kill.at] * len(kill.left - still)
                    kill.left &= still

    async def stall(self, seconds: float) -> None:
        """Stop a process that is sending, for longer than its leases, and let it go on as if nothing had happened."""
        sending = [each for each in self.household.nursery.alive() if each.is_sending(self.far.port)]
        if not sending:
            return
        victim = self.chance.choice(sending)
        with suppress(ProcessLookupError):
            os.kill(victim.pid, signal.SIGSTOP)
            self.stalls += 1
            await asyncio.sleep(seconds)
            os.kill(victim.pid, signal.SIGCONT)
