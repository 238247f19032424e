"""Lines about CE, however awkward: read without an error, and what the form sends comes out as it went in."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.form import Filled, line_of
from bot.mentoring.ce_lines import read_added, read_logged
from bot.mentoring.days import Reader

READER = Reader("en", ZoneInfo("America/New_York"), datetime(2026, 11, 23, 17, tzinfo=UTC))
KINDS = frozenset(("live", "mgma", "recorded", "core"))
BITS = (
    '"', "“", "for", "by", "on", "no", "number", "#", "link", "https://x.test/a", "2026-11-03", "2026-02-31",
    "yesterday", "1.5", "-3", "1,25", "1e9", "99999999999", "live", "cmm", "cmaa 0.75", "and", ",", "hours", "Feb 29",
    "11/3", "earned", "expires", "month", "March", "13", "all", "OSHA update", "°", "\u202e", "0", ".", "'",
)  # fmt: skip
lines = st.lists(st.sampled_from(BITS) | st.text(max_size=8), max_size=14).map(" ".join)


@settings(max_examples=300, deadline=None)  # the first day that is read loads a package
@given(lines)
def test_no_line_raises(line: str) -> None:
    said = read_logged(line, KINDS, READER)
    assert len(said.title) <= 120
    assert set(said.kinds) <= KINDS
    assert said.day is None or not said.bad_day
    added = read_added(line, READER)
    assert added.month is None or 1 <= added.month <= 12


titles = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='"“”'), min_size=1)
days = st.dates(date(2020, 1, 1), date(2026, 11, 23))
amounts = st.integers(1, 10_000).map(lambda each: Decimal(each) / 100)


@settings(max_examples=200, deadline=None)
@given(amounts, st.sampled_from(("", "live", "core")), titles, days, st.sampled_from(("cmm", "cmpe", "all")))
def test_what_the_form_sends_comes_out_as_it_went_in(
    amount: Decimal, kind: str, title: str, day: date, name: str
) -> None:
    title = title[:100]
    filled = (("", str(amount), ""), ("", kind, ""), ('"', title, '"'), ("", day.isoformat(), ""), ("for", name, ""))
    line = line_of("ce log", [Filled(*each) for each in filled]).removeprefix("ce log ")
    said = read_logged(line, KINDS, READER)
    assert (said.amount, said.kinds, said.title, said.day) == (amount, (kind,) if kind else (), title.strip(" ,;"), day)
    assert [one.name for one in said.for_] == [name]
