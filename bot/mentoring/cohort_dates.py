"""What a manager may know of a certificate's end: the day that is printed on it, and nothing reckoned. Pure; part of
the projection in `bot.mentoring.cohort_rows`, which asks it for those alone who share it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

SOON = 30
"""Days before the end of a certificate: it is counted as ending soon, and shown to be met where it is."""
NEAR = 7
"""Days before it at which a manager is shown it by name, as its holder is reminded."""


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that somebody holds, and the day on which it ends as far as anybody can say."""

    name: str
    """As people say it ("CMM")."""
    last: date
    is_printed: bool
    """The day stands on the certificate. Any other is for its holder alone."""
    is_met: bool = False
    """All that is asked for it is logged."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate as a manager may know of it."""

    name: str
    last: date
    """As printed."""
    days: int
    """Left to it on the member's own day; 0 on the last."""
    is_met: bool
    """Nothing is left to earn. Told in the last `SOON` days alone."""

    @property
    def is_near(self) -> bool:
        """It stands in the view and in the digest by name, as its holder is reminded of it."""
        return self.days <= NEAR and not self.is_met

    @property
    def is_soon(self) -> bool:
        return self.days <= SOON and not self.is_met


def endings(held: Iterable[Held], today: date) -> tuple[Ending, ...]:
    """Printed days alone, those to come, the next one first; `today` is the member's own day."""
    days = ((each, (each.last - today).days) for each in held if each.is_printed)
    found = (Ending(each.name, each.last, left, each.is_met and left <= SOON) for each, left in days if left >= 0)
    return tuple(sorted(found, key=lambda ending: (ending.last, ending.name)))
