"""Every day belongs to exactly one period, whatever the rule and the certificate: leap days and ends of months too."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mentoring.ce_cycles import Basis, Certificate, Cycle, cycle_on, later
from content.credentials import Anchor
from content.credentials import Cycle as Rule
from tests.fakes.ce_rules import shipped_rules

DAY = timedelta(days=1)
RULES = [rule.cycle for rule in shipped_rules().values() if rule.cycle.anchor not in (Anchor.LAST_DONE, Anchor.OWN)]
AWKWARD = [date(2024, 2, 29), date(2024, 1, 31), date(2023, 12, 31), date(2025, 1, 1), date(2025, 2, 28)]
days = st.dates(date(2015, 1, 1), date(2030, 12, 31)) | st.sampled_from(AWKWARD)
rules = st.sampled_from(RULES)
certificates = st.builds(Certificate, earned=days, expires=st.none(), month=st.integers(1, 12)) | st.builds(
    lambda earned, after, month: Certificate(earned, earned + timedelta(days=after), month),
    days,
    st.integers(0, 2000),
    st.integers(1, 12),
)


def _on(rule: Rule, held: Certificate, day: date) -> Cycle:
    found = cycle_on(rule, held, day)
    assert found is not None
    return found


def test_there_are_rules_of_every_anchor() -> None:
    assert {rule.anchor for rule in RULES} == set(Anchor) - {Anchor.LAST_DONE, Anchor.OWN}


@settings(max_examples=300, deadline=None)
@given(rules, certificates, st.integers(0, 4000))
def test_every_day_belongs_to_exactly_one_period(rule: Rule, held: Certificate, after: int) -> None:
    assert held.earned is not None
    day = held.earned + timedelta(days=after)
    found = _on(rule, held, day)
    assert found.holds(day)
    assert _on(rule, held, found.first) == found
    assert _on(rule, held, found.last) == found
    assert _on(rule, held, found.last + DAY).first == found.last + DAY
    if found.first > held.earned:
        assert _on(rule, held, found.first - DAY).last == found.first - DAY
    assert cycle_on(rule, held, held.earned - DAY) is None


@settings(max_examples=100, deadline=None)
@given(rules, days, st.integers(1, 12))
def test_the_printed_day_always_wins(rule: Rule, expires: date, month: int) -> None:
    found = _on(rule, Certificate(expires=expires, month=month), expires)
    assert (found.last, found.basis) == (expires, Basis.PRINTED)
    assert _on(rule, Certificate(expires=expires), expires + DAY).basis is Basis.DERIVED


@settings(max_examples=100, deadline=None)
@given(days, st.lists(st.integers(1, 3000), max_size=4), st.integers(0, 4000))
def test_a_training_runs_from_the_last_time_it_was_done(earned: date, offsets: list[int], after: int) -> None:
    rule = shipped_rules()["osha training"].cycle
    done = tuple(earned + timedelta(days=each) for each in offsets)
    day = earned + timedelta(days=after)
    found = _on(rule, Certificate(earned=earned, done=done), day)
    assert found.first == max(each for each in (earned, *done) if each <= day)
    assert found.last - found.first <= timedelta(days=365)
    assert found.last <= later(found.first, 12)
