"""The days of CE alerts: exactly the rungs of the ladder, each once, whatever the certificate; nothing once all is
done. A thousand certificates, a year each.
"""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mentoring.ce_cycles import Certificate
from bot.mentoring.ce_ladder import PACE, QUIET_RUNGS, RUNGS, due_on, upcoming
from bot.mentoring.ce_records import Kept
from bot.mentoring.ce_standing import Course, Holding, standing
from bot.model.credentials import HeldCredential
from tests.fakes.ce_rules import shipped_rules

FIRST = date(2026, 11, 23)
DAY = timedelta(days=1)
NAMES = sorted(shipped_rules())


def _kept(name: str, expires: date, today: date, amount: int) -> Kept:
    rule = shipped_rules()[name]
    row = HeldCredential(id=1, member_id=1, rule_id=rule.id, rule_version=1, added_at=datetime(2026, 1, 1, tzinfo=UTC))
    holding = Holding(rule, Certificate(expires=expires))
    words = frozenset(part.id for part in rule.parts())
    return Kept(row, rule, standing(holding, [Course(FIRST, amount, words)] if amount else [], today))


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 364))
def test_a_year_of_rungs_each_once(name: str, after: int) -> None:
    expires = FIRST + after * DAY
    rungs = {expires - rung * DAY: rung for rung in RUNGS}
    kept = [_kept(name, expires, FIRST, 0)]
    days = upcoming(kept, FIRST)
    found = [day for day, _ in days]
    assert found == sorted(set(found))
    assert {day for day in rungs if day >= FIRST} <= set(found)
    assert all(day < over for day, over in days)
    for day in (day for day in found if day <= expires):
        on_it = [_kept(name, expires, day, 0)]
        told = [due.rung for due in due_on(on_it, day, set(), quiet=False)]
        assert told == [rungs[day]] if day in rungs else told in ([], [PACE])
        few = [due.rung for due in due_on(on_it, day, set(), quiet=True)]
        assert few == [rung for rung in told if rung in QUIET_RUNGS]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([name for name in NAMES if shipped_rules()[name].required]), st.integers(1, 364))
def test_nothing_is_due_once_all_is_done(name: str, after: int) -> None:
    expires = FIRST + after * DAY
    if shipped_rules()[name].unit == "completion":
        return
    for rung in RUNGS:
        if (day := expires - rung * DAY) >= FIRST:
            assert due_on([_kept(name, expires, day, 100_000)], day, set(), quiet=False) == []


def test_the_pace_is_told_once_a_period() -> None:
    kept = [_kept("cmm", FIRST + 122 * DAY, FIRST, 0)]
    days = [day for day, _ in upcoming(kept, FIRST)]
    paces = [due for day in days for due in due_on(kept, day, set(), quiet=False) if due.rung == PACE]
    assert len(paces) >= 1
    told = {paces[0].told}
    assert [due for day in days for due in due_on(kept, day, told, quiet=False) if due.rung == PACE] == []
