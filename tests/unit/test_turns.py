"""How the courier's free hands are shared among workspaces."""

from collections import Counter
from datetime import timedelta

from jobs.ledger import Waiting
from jobs.post_office import Limits
from jobs.turns import Turns
from tests.fakes.toy_post import NOON

LATER = NOON + timedelta(seconds=30)


def test_free_hands_are_dealt_evenly() -> None:
    assert Turns(Limits(batch=10)).choose(_waiting(1, 2, 3, 4, 5), NOON) == {1: 2, 2: 2, 3: 2, 4: 2, 5: 2}


def test_the_next_deal_begins_after_the_last_one_served() -> None:
    turns = Turns(Limits(batch=2))
    served = [list(turns.choose(_waiting(1, 2, 3), NOON)) for _ in range(3)]
    assert served == [[1, 2], [3, 1], [2, 3]]


def test_one_workspace_never_gets_more_than_half_of_all_hands() -> None:
    turns = Turns(Limits(in_flight=10, batch=10))
    assert turns.choose(_waiting(1), NOON) == {1: 5}
    turns.took_off(Waiting(1, "slack"), 5, NOON)
    assert turns.choose(_waiting(1), NOON) == {}
    assert turns.choose(_waiting(1, 2), NOON) == {2: 5}


def test_hands_come_back_when_messages_land() -> None:
    turns = Turns(Limits(in_flight=2, batch=10))
    turns.took_off(Waiting(1, "slack"), 1, NOON)
    turns.landed(1)
    assert turns.choose(_waiting(1), NOON) == {1: 1}


def test_a_single_hand_still_serves_everybody() -> None:
    turns = Turns(Limits(in_flight=1, batch=10))
    served = Counter(tenant for _ in range(4) for tenant in turns.choose(_waiting(1, 2), NOON))
    assert served == {1: 2, 2: 2}


def test_a_held_workspace_waits_and_the_others_do_not() -> None:
    turns = Turns(Limits(batch=4))
    turns.hold(1, LATER)
    assert turns.choose(_waiting(1, 2), NOON) == {2: 4}
    assert turns.next_free(_waiting(1, 2)) == LATER
    assert set(turns.choose(_waiting(1, 2), LATER)) == {1, 2}


def test_a_hold_is_never_shortened() -> None:
    turns = Turns(Limits())
    turns.hold(1, LATER)
    turns.hold(1, NOON)
    assert turns.choose(_waiting(1), NOON) == {}


def test_a_paced_workspace_rests_for_as_long_as_its_messages_may_take() -> None:
    turns = Turns(Limits(batch=10, per_minute={"slack": 300}))
    turns.took_off(Waiting(1, "slack"), 10, NOON)
    assert turns.choose(_waiting(1), NOON + timedelta(seconds=1.9)) == {}
    assert turns.choose(_waiting(1), NOON + timedelta(seconds=2)) == {1: 10}


def test_a_platform_without_a_pace_does_not_rest() -> None:
    turns = Turns(Limits(batch=10, per_minute={"slack": 300}))
    turns.took_off(Waiting(1, "demo"), 10, NOON)
    assert turns.choose([Waiting(1, "demo")], NOON) == {1: 10}


def _waiting(*ids: int) -> list[Waiting]:
    return [Waiting(each, "slack") for each in ids]


def test_a_clock_that_is_set_back_keeps_nobody_waiting_longer() -> None:
    turns = Turns(Limits())
    turns.choose(_waiting(1), NOON)
    turns.hold(1, LATER)
    back = NOON - timedelta(days=1)
    assert turns.choose(_waiting(1), back) == {}
    assert turns.next_free(_waiting(1)) == back + timedelta(seconds=30)
    assert turns.choose(_waiting(1), back + timedelta(seconds=30)) != {}
