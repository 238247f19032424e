"""A sample record for an audit: CMPE with a derived date and a credential of which no number is known, with courses
that try to break out of a table and of a page.
"""

from datetime import UTC, date, datetime

from bot.mentoring.ce_audit import Audited, Line
from bot.mentoring.ce_records import Kept
from bot.mentoring.ce_standing import Standing
from bot.model.credentials import HeldCredential
from tests.fakes.ce_rules import shipped_rules, stands

ADDED = datetime(2026, 1, 5, tzinfo=UTC)
NASTY = '=HYPERLINK("https://example.org","<script>alert(1)</script>")'


def sample() -> list[Audited]:
    """As of 22 November 2026."""
    cmpe = stands("cmpe", "2026-11-22", "2026-10-02 6 live mgma", "2026-08-01 10 mgma", earned="2024-05-04")
    lines = (
        Line(date(2026, 8, 1), NASTY, "-1+cmd", 1000, ("mgma",), "@SUM(A1)", "javascript:alert(1)"),
        Line(
            date(2026, 10, 2),
            "State meeting, day 2",
            "MGMA",
            600,
            ("live", "mgma"),
            "20417",
            "https://example.org/a?b=1&c",
        ),
    )
    chap = stands("chap", "2026-11-22", "2026-02-03 1.5", earned="2025-01-10")
    one = Line(date(2026, 2, 3), "Telephone skills", "", 150, (), "", "")
    return [Audited(_kept("cmpe", cmpe), lines), Audited(_kept("chap", chap), (one,))]


def _kept(name: str, now: Standing) -> Kept:
    rule = shipped_rules()[name]
    earned = now.holding.certificate.earned
    row = HeldCredential(member_id=1, rule_id=rule.id, rule_version=rule.version, earned=earned, added_at=ADDED)
    return Kept(row, rule, now)
