"""Whose turn it is: shares the courier's free hands among workspaces, keeps each one's pace, and leaves alone the ones
that asked to wait. Kept in the memory of the one process that delivers; the courier is its only user.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from jobs.ledger import Waiting
from jobs.post_office import Limits


class Turns:
    """Who may send how much, now."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._flying: Counter[int] = Counter()
        self._held: dict[int, datetime] = {}
        self._now: datetime | None = None
        self._last = 0

    def choose(self, waiting: Sequence[Waiting], now: datetime) -> dict[int, int]:
        """How many deliveries to claim for each workspace: dealt one by one, beginning after the last one served.

        No workspace gets more than half of all hands, so that a slow one leaves the other half to the rest.
        """
        self._let_go(now)
        share = max(1, self._limits.in_flight // 2)
        ids = [tenant.tenant_id for tenant in waiting if tenant.tenant_id not in self._held]
        order = [each for each in ids if each > self._last] + [each for each in ids if each <= self._last]
        dealt = (each for lap in range(share) for each in order if self._flying[each] + lap < share)
        free = min(self._limits.batch, self._limits.in_flight - self._flying.total())
        chosen = list(islice(dealt, max(0, free)))
        if chosen:
            self._last = chosen[-1]
        return dict(Counter(chosen))

    def _let_go(self, now: datetime) -> None:
        """Of those who have waited long enough; a clock that was set back takes their waits back with it."""
        back = max(self._now - now, timedelta(0)) if self._now else timedelta(0)
        self._held = {tenant_id: until - back for tenant_id, until in self._held.items() if until - back > now}
        self._now = now

    def took_off(self, tenant: Waiting, number: int, now: datetime) -> None:
        """So many messages are on their way; a workspace that has a pace then rests for as long as they may take."""
        self._flying[tenant.tenant_id] += number
        if per_minute := self._limits.per_minute.get(tenant.platform):
            self.hold(tenant.tenant_id, now + timedelta(minutes=1) * number / per_minute)

    def landed(self, tenant_id: int) -> None:
        """One message is back."""
        self._flying[tenant_id] -= 1
        if not self._flying[tenant_id]:
            del self._flying[tenant_id]

    def hold(self, tenant_id: int, until: datetime) -> None:
        """Nothing goes to the workspace before that instant (machine's clock)."""
        self._held[tenant_id] = max(until, self._held.get(tenant_id, until))

    def next_free(self, waiting: Sequence[Waiting]) -> datetime | None:
        """When the first of the held workspaces may be served again."""
        return min((self._held[each.tenant_id] for each in waiting if each.tenant_id in self._held), default=None)
