"""What follows from each error."""

from datetime import timedelta

import pytest

from bot.errors import BadMessage, CannotReach, TryLater, Unsure
from bot.model.deliveries import State
from jobs.retry import LONGEST_WAIT, Again, Over, backoff, decide
from tests.fakes.toy_post import NOON


def test_a_definite_refusal_is_final_and_keeps_its_reason() -> None:
    decision = decide(CannotReach("account_inactive"), attempt=0, now=NOON, jitter=0.5)
    assert decision == Over(State.FAILED, "account_inactive")


def test_a_refused_message_is_final() -> None:
    assert decide(BadMessage("invalid_blocks"), attempt=0, now=NOON, jitter=0) == Over(State.FAILED, "invalid_blocks")


@pytest.mark.parametrize(
    "error", [Unsure(), TimeoutError(), ConnectionResetError(), KeyError("ts")], ids=lambda e: type(e).__name__
)
def test_whatever_may_have_arrived_is_never_tried_again(error: Exception) -> None:
    decision = decide(error, attempt=0, now=NOON, jitter=0)
    assert isinstance(decision, Over)
    assert decision.state is State.UNSURE
    assert decision.reason


def test_a_workspace_that_asks_to_wait_is_left_alone_for_exactly_as_long() -> None:
    decision = decide(TryLater(timedelta(seconds=30)), attempt=0, now=NOON, jitter=1)
    assert isinstance(decision, Again)
    assert decision.hold_until == NOON + timedelta(seconds=30)


def test_the_message_itself_waits_at_least_as_long_and_at_most_a_quarter_longer() -> None:
    waits = [_wait(told=30, attempt=0, jitter=jitter) for jitter in (0.0, 0.5, 1.0)]
    assert waits == [30, 33.75, 37.5]


def test_waits_double_up_to_ten_minutes() -> None:
    assert [_wait(told=0, attempt=attempt) for attempt in range(12)] == [
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        256,
        512,
        600,
        600,
    ]


def test_the_platform_is_never_asked_sooner_than_it_said() -> None:
    assert _wait(told=3600, attempt=3) == 3600


def test_trying_later_is_never_given_up() -> None:
    assert isinstance(decide(TryLater(timedelta(0)), attempt=100_000, now=NOON, jitter=1), Again)
    assert backoff(100_000) == LONGEST_WAIT


def test_an_absurd_wait_is_cut_to_a_day() -> None:
    assert _wait(told=timedelta.max.total_seconds() - 1, attempt=0) == 86_400


def test_a_retry_after_in_the_past_counts_as_none() -> None:
    decision = decide(TryLater(timedelta(seconds=-5)), attempt=0, now=NOON, jitter=0)
    assert isinstance(decision, Again)
    assert decision.hold_until == NOON


def test_the_worked_out_consequence_still_follows_from_the_numbers() -> None:
    assert sum(_wait(told=0, attempt=attempt) for attempt in range(10)) == 1023
    assert _tries_within(timedelta(hours=48)) == 297


def _wait(*, told: float, attempt: int, jitter: float = 0.0) -> float:
    decision = decide(TryLater(timedelta(seconds=told)), attempt=attempt, now=NOON, jitter=jitter)
    assert isinstance(decision, Again)
    return (decision.at - NOON).total_seconds()


def _tries_within(length: timedelta) -> int:
    at, tries = timedelta(0), 0
    while at <= length:
        at += backoff(tries)
        tries += 1
    return tries
