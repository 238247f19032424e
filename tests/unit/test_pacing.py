"""How fast one workspace may go on: never more than the limit in any stretch of time, and not much less."""

from bisect import bisect_left
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.pacing import LONGEST_HOLD, MANY, Rate, Standing
from tests.fakes.toy_post import NOON

SECOND = timedelta(seconds=1)
RATES = [Rate(300), Rate(50, SECOND), Rate(40), Rate(1), Rate(6000), Rate(7, timedelta(seconds=3))]


@given(
    rate=st.sampled_from(RATES),
    looks=st.lists(st.integers(1, 3000), min_size=20, max_size=80),
    most=st.integers(1, 30),
)
@settings(deadline=None)
def test_no_stretch_of_time_has_more_calls_than_the_limit(rate: Rate, looks: list[int], most: int) -> None:
    calls = _calls(rate, [timedelta(milliseconds=each) for each in looks], most)
    for number, call in enumerate(calls):
        assert bisect_left(calls, call + rate.per) - number <= rate.number


@pytest.mark.parametrize("rate", RATES)
def test_a_long_queue_takes_at_most_a_tenth_longer_than_the_limit_asks(rate: Rate) -> None:
    number = rate.number * 3 + 20
    calls = _calls(rate, [timedelta(milliseconds=5)] * 2_000_000, number, total=number)
    assert calls[-1] - calls[0] <= number * rate.per / rate.number * 1.1


def _calls(rate: Rate, waits: list[timedelta], most: int, total: int = 10**9) -> list[datetime]:
    """When calls go, for somebody who looks after such waits and takes what is allowed."""
    now, standing, calls = NOON, Standing(), list[datetime]()
    for wait in waits:
        number = min(most, standing.allowance(rate, now), total - len(calls))
        calls += [now] * number
        if len(calls) >= total:
            break
        if number:
            standing = Standing(standing.after(number, rate, now))
        now = max(now + wait, standing.free_at(rate, now)) if total < 10**9 else now + wait
    return calls


def test_the_next_call_may_go_exactly_when_it_is_said_to() -> None:
    rate = Rate(300)
    standing = Standing(Standing().after(rate.burst, rate, NOON))
    free = standing.free_at(rate, NOON)
    assert standing.allowance(rate, free - timedelta(milliseconds=1)) == 0
    assert standing.allowance(rate, free) == 1


def test_whoever_asked_to_wait_gets_nothing_before() -> None:
    held = Standing(held_until=NOON + 30 * SECOND)
    assert [held.allowance(rate, NOON) for rate in (None, Rate(300))] == [0, 0]
    assert held.free_at(None, NOON) == held.free_at(Rate(300), NOON) == NOON + 30 * SECOND
    assert held.allowance(None, NOON + 30 * SECOND) == MANY


def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    before = NOON + timedelta(days=400)
    rate = Rate(300)
    ahead = Standing(Standing().after(rate.burst, rate, before), held_until=before + LONGEST_HOLD)
    assert ahead.allowance(rate, NOON) == rate.burst
    assert ahead.free_at(rate, NOON) == NOON
