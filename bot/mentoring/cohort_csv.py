"""The rows of a cohort as a file for a spreadsheet, without anything that one would take for a formula. Made of a
`View`, like everything a manager gets.
"""

import csv
from io import StringIO

from bot.mentoring.cohort_view import View
from bot.mentoring.cohort_words import called, cells, headings
from content.wording import Wording

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What opens a formula, in one spreadsheet or another."""


def csv_of(say: Wording, view: View) -> str:
    """Everybody's row under headings, and last the platform's own id, since several people may have one name. Line ends
    and quotes are as RFC 4180 has them.
    """
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_safe(each) for each in (*headings(say), say("cohorts.column.id")))
    for row in view.rows:
        writer.writerow(_safe(each) for each in (called(say, row), *cells(say, row), row.user_id))
    return written.getvalue()


def _safe(cell: str) -> str:
    """The cell, made text for a spreadsheet where it looks like a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell
