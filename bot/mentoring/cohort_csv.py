"""The rows of a cohort as a file for a spreadsheet. Made of a `View`, like everything a manager gets."""

from bot.mentoring.cohort_view import View
from bot.mentoring.cohort_words import called, cells, headings
from bot.mentoring.spreadsheets import csv_text
from content.wording import Wording


def csv_of(say: Wording, view: View) -> str:
    """Everybody's row under headings, and last the platform's own id, since several people may have one name."""
    rows = ((called(say, row), *cells(say, row), row.user_id) for row in view.rows)
    return csv_text([(*headings(say), say("cohorts.column.id")), *rows])
