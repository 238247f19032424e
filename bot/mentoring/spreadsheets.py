"""Rows as a file for a spreadsheet, without anything that one would take for a formula. Used wherever a CSV leaves the
house.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What opens a formula, in one spreadsheet or another."""


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """The rows, with line ends and quotes as RFC 4180 has them."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([_safe(each) for each in row] for row in rows)
    return written.getvalue()


def _safe(cell: str) -> str:
    """The cell, made text for a spreadsheet where it looks like a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell
