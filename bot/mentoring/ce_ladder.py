"""On which of a member's days a CE alert may come, and what it is about. Pure; asked by `bot.mentoring.ce_alerts` and
by the CE alert itself.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.mentoring.ce_cycles import Cycle, cycle_on
from bot.mentoring.ce_records import Kept

RUNGS = (180, 90, 60, 30, 14, 7, 1)
"""Days before the last one."""
QUIET_RUNGS = (30, 7, 1)
"""What is left of them for somebody who uses none."""
PACE = 0
"""In place of a rung: the alert about the pace."""
_PACE_AT = ((1, 3), (1, 2), (2, 3))
"""Parts of a period after which the pace is looked at, until it was told once."""
_DAY = timedelta(days=1)

Told = tuple[int, str, int]
"""What an alert was about, as the ledger keeps it: the credential's row, the period's last day, the rung."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to say about one credential."""

    kept: Kept
    rung: int

    @property
    def told(self) -> Told:
        assert self.kept.row.id is not None
        assert self.kept.standing.cycle is not None
        return (self.kept.row.id, self.kept.standing.cycle.last.isoformat(), self.rung)


def upcoming(record: Iterable[Kept], first: date) -> list[tuple[date, date]]:
    """The days from `first` on, in order, each with the day from which it would come too late: when the same
    credential's next alert comes, or its period is over.
    """
    days: dict[date, date] = {}
    for kept in record:
        for cycle in _cycles(kept):
            for day, over in _rungs(cycle):
                if day >= first:
                    days[day] = min(over, days.get(day, over))
    return sorted(days.items())


def _cycles(kept: Kept) -> Iterator[Cycle]:
    """This period and the one after it, so that nobody is forgotten who says nothing for long."""
    cycle = kept.standing.cycle
    if cycle is None:
        return
    yield cycle
    holding = kept.standing.holding
    after = cycle_on(holding.rule.cycle, holding.certificate, cycle.last + _DAY)
    if after is not None and after.first > cycle.last:
        yield after


def _rungs(cycle: Cycle) -> Iterator[tuple[date, date]]:
    last = cycle.last
    overs = (*RUNGS[1:], -1)
    for rung, after in zip(RUNGS, overs, strict=True):
        day = last - timedelta(days=rung)
        if day >= cycle.first:
            yield day, last - timedelta(days=after)
    for day in _pace_days(cycle):
        yield day, day + timedelta(days=14)


def _pace_days(cycle: Cycle) -> Iterator[date]:
    whole = (cycle.last - cycle.first).days
    if cycle.first > date.min:
        yield from (cycle.first + timedelta(days=whole * part // of) for part, of in _PACE_AT)


def due_on(record: Sequence[Kept], slot: date, told: Collection[Told], *, quiet: bool) -> list[Due]:
    """What the alert of a day is about; nothing that is complete, and the pace only once a period."""
    found = []
    for kept in record:
        if kept.standing.cycle is None or kept.standing.is_complete:
            continue
        left = (kept.standing.cycle.last - slot).days
        found += [Due(kept, left)] if left in (QUIET_RUNGS if quiet else RUNGS) else []
        pace = Due(kept, PACE)
        if not quiet and slot in _pace_days(kept.standing.cycle) and kept.standing.is_behind:
            found += [] if pace.told in told or any(each.kept is kept for each in found) else [pace]
    return sorted(found, key=lambda due: due.kept.standing.days_left or 0)
