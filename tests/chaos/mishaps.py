"""What goes wrong at the fake platform: by chance, call by call, and by stretches that the run decrees. Everything is
drawn from one seed. Used by `tests.chaos.platform` alone.
"""

import random
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of one call. A `BEFORE` was never taken, an `AFTER` was taken all the same."""

    FINE = "fine"
    THROTTLED = "429 for no reason"
    BROKEN_BEFORE = "5xx before"
    BROKEN_AFTER = "5xx after"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    ANSWERED_LATE = "taken, and answered after our timeout"
    TAKEN_LATE = "taken after our timeout"


CHANCES: Mapping[str, float] = {
    Fate.THROTTLED: 0.005,
    Fate.BROKEN_BEFORE: 0.007,
    Fate.BROKEN_AFTER: 0.007,
    Fate.CUT_BEFORE: 0.007,
    Fate.CUT_AFTER: 0.007,
    Fate.ANSWERED_LATE: 0.002,
    Fate.TAKEN_LATE: 0.001,
}


@dataclass(frozen=True)
class Rules:
    """What this platform is like. The defaults are Slack's own published figures, and a bad day."""

    seed: int = 1
    per_minute: int = 300
    """Messages to one workspace ("several hundred a minute")."""
    per_channel: float = 1.0
    """Seconds from one message to the next in one conversation."""
    reads_per_minute: int = 50
    """Calls of each other method in one workspace (tier 3)."""
    page: int = 15
    """The most messages that one read of a history gives."""
    lag: float = 10.0
    """Seconds after which a message is in the history at the latest; each one's lag is drawn anew."""
    latency: float = 0.1
    """Seconds: the median of an answer, which is log-normal; half of it passes before the message is taken."""
    slowest: float = 6.0
    """Seconds: one answer in a hundred takes up to so long."""
    too_late: float = 11.0
    """Seconds: longer than our timeout."""
    behind: float = 1.0
    """Seconds by which the platform's clock, and so its timestamps, is behind ours."""
    reads_go_wrong: bool = True
    """Whether chance and stretches strike reading too."""
    chances: Mapping[str, float] = field(default_factory=lambda: dict(CHANCES))


class Chance:
    """Draws fates, latencies and lags."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._random = random.Random(rules.seed)
        self._fates = [Fate(name) for name in rules.chances]
        self._shares = list(rules.chances.values())

    def fate(self) -> Fate:
        rest = max(0.0, 1.0 - sum(self._shares))
        return self._random.choices([*self._fates, Fate.FINE], [*self._shares, rest])[0]

    def latency(self) -> float:
        """Seconds for one answer."""
        if self._random.random() < 0.01:
            return self._random.uniform(self._rules.slowest / 3, self._rules.slowest)
        return min(self._rules.latency * self._random.lognormvariate(0.0, 0.5), self._rules.slowest)

    def lag(self) -> float:
        return self._random.uniform(0.0, self._rules.lag)


class Window:
    """At most so many calls in any stretch of so many seconds."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls, self._seconds = calls, seconds
        self._taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed; 0 when it is."""
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        return 0.0 if len(self._taken) < self._calls else self._taken[0] + self._seconds - now

    def take(self, now: float) -> None:
        self._taken.append(now)


@dataclass(frozen=True)
class Stretch:
    """For a while everything that some workspaces ask for meets the same."""

    kind: str
    """"storm" (429 with the rest of it as Retry-After), "broken" (503), "cut" (the connection ends at once)."""
    until: float
    """By the platform's monotonic clock."""
    workspaces: Collection[str] | None = None
    """None: all."""

    def is_on(self, workspace: str, now: float) -> bool:
        return now < self.until and (self.workspaces is None or workspace in self.workspaces)
