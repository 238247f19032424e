"""Whose turn it is: shares the courier's free hands among the workspaces that have something due. Kept in the memory of
one process, because hands are; how fast a workspace may go over all processes is `jobs.pacing`'s.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

from jobs.claims import Waiting
from jobs.post_office import Limits


class Turns:
    """Who may send how much, now."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._flying: Counter[int] = Counter()
        self._last = 0

    @property
    def free(self) -> int:
        """Hands with nothing in them."""
        return max(0, self._limits.in_flight - self._flying.total())

    def choose(self, waiting: Sequence[Waiting], allowances: Mapping[int, int], room: int) -> dict[int, int]:
        """How many of `room` hands each workspace gets: dealt one by one, beginning after the last one served.

        No workspace gets more than it is allowed, nor more than half of all hands, so that a slow one leaves the other
        half to the rest.
        """
        share = max(1, self._limits.in_flight // 2)
        left = {each.tenant_id: share - self._flying[each.tenant_id] for each in waiting}
        most = {each: min(allowances[each], hands) for each, hands in left.items()}
        order = [each for each in most if each > self._last] + [each for each in most if each <= self._last]
        laps = min(max(most.values(), default=0), self._limits.batch)
        dealt = (each for lap in range(laps) for each in order if lap < most[each])
        chosen = list(islice(dealt, min(self._limits.batch, room)))
        if chosen:
            self._last = chosen[-1]
        return dict(Counter(chosen))

    def took_off(self, tenant_id: int) -> None:
        """One call to a workspace is under way."""
        self._flying[tenant_id] += 1

    def landed(self, tenant_id: int) -> None:
        """One call is back."""
        self._flying[tenant_id] -= 1
        if not self._flying[tenant_id]:
            del self._flying[tenant_id]
