"""Columns, spans of time and instants as an operator reads them in a terminal. Used by `preceptor deliveries`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def aligned(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), indent: str = "") -> list[str]:
    """Lines whose columns stand below one another; the columns numbered in `right` end at their right edge."""
    edges = [">" if number in right else "<" for number in range(len(rows[0]))] if rows else []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shapes = [f"{edge}{width}" for edge, width in zip(edges, widths, strict=True)]
    lines = ("  ".join(format(cell, shape) for cell, shape in zip(row, shapes, strict=True)) for row in rows)
    return [f"{indent}{line}".rstrip() for line in lines]


def span(length: timedelta) -> str:
    """ "2 h 40 min": the two largest units that matter."""
    seconds = int(abs(length).total_seconds())
    for number, (size, name) in enumerate(_UNITS):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            smaller = _UNITS[number + 1] if number + 1 < len(_UNITS) else (size, "")
            more = f" {rest // smaller[0]} {smaller[1]}" if rest >= smaller[0] and name != "min" else ""
            return f"{whole} {name}{more}"
    return "0 s"


def ago(instant: datetime, now: datetime) -> str:
    """ "9 h ago", "in 2 d"."""
    return f"in {span(instant - now)}" if instant > now else f"{span(now - instant)} ago"


def utc(instant: datetime) -> str:
    """ "2026-11-26 02:14:07 UTC"."""
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def number(count: int) -> str:
    """ "41,230"."""
    return f"{count:,}"


def things(count: int, one: str, many: str = "") -> str:
    """ "1 message", "41,230 messages"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
