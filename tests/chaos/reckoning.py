"""Compares the ledger with what arrived, row by row, once a run is over. Pure; `tests.chaos.run` prints the result."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.books import Entry, Expected

FINAL = ("sent", "skipped", "failed")
AT_ONCE = 3.0
"""Seconds: what arrived no later after it was first seen unsure had been taken by the try that made it so."""


@dataclass(slots=True)
class Reckoning:
    """What a run comes to. Lists hold keys."""

    arrived: int = 0
    """Different keys that arrived."""
    doubled: list[str] = field(default_factory=list)
    """Arrived twice or more."""
    lost: list[str] = field(default_factory=list)
    """Called sent but never arrived; planned but never in the ledger; ended without a named reason; or not ended."""
    unsure: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    """Arrived although the member had opted out before any try."""
    unrecorded: list[str] = field(default_factory=list)
    """Arrived, and the ledger says something else than sent."""
    strange: list[str] = field(default_factory=list)
    """Arrived under a key that the ledger does not know."""
    named: Counter[str] = field(default_factory=Counter)
    """Not sent, by state and reason."""
    found: int = 0
    """Looked for, and there."""
    absent: int = 0
    """Looked for, not there, and sent again."""

    @property
    def is_right(self) -> bool:
        """Nothing doubled, lost, unsure, unwanted or strange."""
        return not (self.doubled or self.lost or self.unsure or self.unwanted or self.strange)


def reckon(
    entries: Sequence[Entry],
    expected: Expected,
    arrivals: Mapping[str, Sequence[float]],
    looked_for: Mapping[str, float],
) -> Reckoning:
    """`looked_for`: key → when (seconds, our clock) it was last seen to become unsure."""
    known = {entry.key for entry in entries}
    result = Reckoning(arrived=len(arrivals))
    result.doubled = [key for key, times in arrivals.items() if len(times) > 1]
    result.strange = [key for key in arrivals if key not in known]
    result.unwanted = [key for key in expected.opted_out if key in arrivals]
    result.lost = sorted(expected.keys - known)
    for entry in entries:
        _judge(entry, arrivals, result)
    _count_looks(looked_for, arrivals, result)
    return result


def _judge(entry: Entry, arrivals: Collection[str], result: Reckoning) -> None:
    has_arrived = entry.key in arrivals
    if entry.state == "unsure" and not entry.is_looked_for:
        result.unsure.append(entry.key)
    elif entry.state not in FINAL or (entry.state == "sent" and not has_arrived):
        result.lost.append(entry.key)
    elif entry.state != "sent":
        result.named[f"{entry.state}: {entry.reason}"] += 1
        if not entry.reason:
            result.lost.append(entry.key)
    if has_arrived and entry.state != "sent":
        result.unrecorded.append(entry.key)


def _count_looks(looked_for: Mapping[str, float], arrivals: Mapping[str, Sequence[float]], result: Reckoning) -> None:
    for key, since in looked_for.items():
        if times := arrivals.get(key):
            if min(times) <= since + AT_ONCE:
                result.found += 1
            else:
                result.absent += 1
