"""The rows of a cohort as a file for a spreadsheet. Made of a `View`, like everything a manager gets."""

from bot.mentoring.cohort_view import View
from bot.mentoring.cohort_words import cells, headings
from bot.mentoring.spreadsheets import csv_text
from content.wording import Wording


def csv_of(say: Wording, view: View) -> str:
    """Everybody's row under headings."""
    return csv_text([headings(say), *((row.user_id, *cells(say, row)) for row in view.rows)])
