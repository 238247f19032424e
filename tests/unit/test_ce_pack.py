"""The audit pack's table as a spreadsheet reads it, and what stands on its page."""

import csv
from io import StringIO

from bot.conversation import Knowledge
from bot.mentoring.ce_pack import COLUMNS, Whose, audit_csv, audit_page
from tests.fakes.ce_records import NASTY, sample
from tests.fakes.ce_rules import day


def test_the_table_holds_totals_parts_and_courses_and_no_formula(knowledge: Knowledge) -> None:
    told = audit_csv(knowledge.wordings["en"], sample())
    assert told.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(StringIO(told.decode("utf-8-sig"), newline=""))
    assert len(heading) == len(COLUMNS) == 15
    assert {len(row) for row in rows} == {15}
    assert [row[0] for row in rows] == ["total", *["kind of credit"] * 3, "course", "course", "total", "course"]
    derived = "The date is worked out, and its period is not published yet. Check with the issuer."
    period = ["CMPE", "2025-01-01", "2027-12-31"]
    assert rows[0] == ["total", *period, "", "", "", "16", "50", "34", "hours", "", "", "", derived]
    assert rows[1][5:10] == ["MGMA, national, state or local", "", "16", "30", "14"]
    assert rows[4][4:8] == ["2026-08-01", f"'{NASTY}", "'-1+cmd", "10"]
    assert rows[4][12] == "'@SUM(A1)"
    assert rows[5][11:14] == ["live mgma", "20417", "https://example.org/a?b=1&c"]
    assert rows[6][7:10] == ["1.5", "not found, ask the issuer", ""]


def test_the_page_says_what_is_not_known_and_lets_nothing_in(knowledge: Knowledge) -> None:
    say = knowledge.wordings["en"]
    told = audit_page(say, sample(), Whose("", day("2026-11-22"))).decode()
    assert "not found, ask the issuer (" in told
    assert "<script" not in told
    assert "javascript:" not in told
    assert "src=" not in told
    assert "Sample Person" in audit_page(say, sample(), Whose("Sample Person", day("2026-11-22"))).decode()
