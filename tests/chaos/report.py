"""What a run of chaos comes to, as a table: one column for each engine. Printed by `python -m tests.chaos`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.killer import Kill
from tests.chaos.mishaps import Fate
from tests.chaos.plan import Plan
from tests.chaos.reckoning import Reckoning


@dataclass(frozen=True)
class Report:
    """One run."""

    plan: Plan
    reckoning: Reckoning
    kills: Sequence[Kill]
    counts: Mapping[str, int]
    """What the platform counted."""
    starts: int
    gone: Counter[str]
    stalls: int
    postgres_stops: int
    rows: int
    duration: float
    """Seconds, from the first process to the last row's end."""
    drain: float
    """Seconds, from the first message taken to the last."""
    ended: bool
    """False when patience ran out first."""

    @property
    def is_right(self) -> bool:
        return self.ended and self.reckoning.is_right

    def lines(self) -> dict[str, str]:
        """The table's column: what → figure."""
        return {**self._delivered(), **self._disturbed(), **self._timed()}

    def _delivered(self) -> dict[str, str]:
        result = self.reckoning
        named = ", ".join(f"{reason}: {number}" for reason, number in sorted(result.named.items()))
        return {
            "deliveries in the ledger": f"{self.rows:,}",
            "arrived": f"{result.arrived:,}",
            "not sent, with a name": named or "0",
            "DOUBLED": str(len(result.doubled)),
            "LOST": str(len(result.lost)),
            "unsure left": str(len(result.unsure)),
            "arrived after an opt-out": str(len(result.unwanted)),
            "arrived, not recorded as sent": str(len(result.unrecorded)),
            "arrived under an unknown key": str(len(result.strange)),
            "settled: found": f"{result.found:,}",
            "settled: absent, sent again": f"{result.absent:,}",
        }

    def _disturbed(self) -> dict[str, str]:
        roles = Counter(kill.role for kill in self.kills)
        by_role = ", ".join(f"{role} {number}" for role, number in sorted(roles.items()))
        fates = {fate: self._counted(f"chat.postMessage: {fate}") for fate in Fate}
        return {
            "kill -9": f"{len(self.kills)} ({by_role})",
            "  between taken and recorded": str(sum(kill.taken > 0 for kill in self.kills)),
            "  messages in that window": str(sum(kill.taken for kill in self.kills)),
            "  never came back": str(sum(not kill.comes_back for kill in self.kills)),
            "stopped for 40 s and let go on": str(self.stalls),
            "PostgreSQL stopped at once": str(self.postgres_stops),
            "processes started": str(self.starts),
            "  ended by themselves": ", ".join(f"{name} ({n})" for name, n in sorted(self.gone.items())) or "0",
            "429 (chance, storms)": str(fates[Fate.THROTTLED] + self._counted("in a stretch: storm")),
            "429 by a workspace's limit": str(self._counted("429 by a workspace")),
            "429 by a conversation's limit": str(self._counted("429 by a conversation")),
            "5xx before, after taking": f"{fates[Fate.BROKEN_BEFORE]}, {fates[Fate.BROKEN_AFTER]}",
            "cut before, after taking": f"{fates[Fate.CUT_BEFORE]}, {fates[Fate.CUT_AFTER]}",
            "taken or answered after our timeout": str(fates[Fate.TAKEN_LATE] + fates[Fate.ANSWERED_LATE]),
            "in outages: cut, 503": f"{self._counted('in a stretch: cut')}, {self._counted('in a stretch: broken')}",
        }

    def _counted(self, name: str) -> int:
        return sum(number for each, number in self.counts.items() if each.startswith(name))

    def _timed(self) -> dict[str, str]:
        every = sorted(wait for kill in self.kills for wait in kill.waits)
        gone = sorted(wait for kill in self.kills if not kill.comes_back for wait in kill.waits)
        return {
            "rows of the dead claimed again, p50 / max": _spread(every),
            "  of those who never came back": _spread(gone),
            "drain against the minimum of the limits": f"{self.drain:.0f} s / {self.plan.minimum:.0f} s",
            "duration": f"{self.duration:.0f} s" + ("" if self.ended else ", PATIENCE RAN OUT"),
        }


def _spread(waits: Sequence[float]) -> str:
    return f"{waits[len(waits) // 2]:.1f} s / {waits[-1]:.1f} s ({len(waits)})" if waits else "none"


def table(reports: Mapping[str, Mapping[str, str]]) -> str:
    """Columns side by side: heading → (what → figure)."""
    whats = list(dict.fromkeys(what for column in reports.values() for what in column))
    rows = [["", *reports], *([what, *(column.get(what, "") for column in reports.values())] for what in whats)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
