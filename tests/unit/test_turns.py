"""How the courier's free hands are shared among workspaces."""

from collections import Counter

from jobs.claims import Waiting
from jobs.pacing import MANY
from jobs.post_office import Limits
from jobs.turns import Turns


def _choose(turns: Turns, *tenants: int, **allowed: int) -> dict[int, int]:
    allowances = {each: allowed.get(f"t{each}", MANY) for each in tenants}
    return turns.choose([Waiting(each, "slack") for each in tenants], allowances, turns.free)


def test_free_hands_are_dealt_evenly() -> None:
    assert _choose(Turns(Limits(batch=10)), 1, 2, 3, 4, 5) == {1: 2, 2: 2, 3: 2, 4: 2, 5: 2}


def test_nobody_gets_more_than_their_pace_allows() -> None:
    assert _choose(Turns(Limits(batch=10)), 1, 2, 3, t1=1, t2=0) == {1: 1, 3: 9}


def test_the_next_deal_begins_after_the_last_one_served() -> None:
    turns = Turns(Limits(batch=2))
    assert [list(_choose(turns, 1, 2, 3)) for _ in range(3)] == [[1, 2], [3, 1], [2, 3]]


def test_one_workspace_never_gets_more_than_half_of_all_hands() -> None:
    turns = Turns(Limits(in_flight=10, batch=10))
    assert _choose(turns, 1) == {1: 5}
    for _ in range(5):
        turns.took_off(1)
    assert _choose(turns, 1) == {}
    assert _choose(turns, 1, 2) == {2: 5}


def test_hands_come_back_when_messages_land() -> None:
    turns = Turns(Limits(in_flight=2, batch=10))
    turns.took_off(1)
    assert turns.free == 1
    turns.landed(1)
    assert _choose(turns, 1) == {1: 1}


def test_a_single_hand_still_serves_everybody() -> None:
    turns = Turns(Limits(in_flight=1, batch=10))
    served = Counter(tenant for _ in range(4) for tenant in _choose(turns, 1, 2))
    assert served == {1: 2, 2: 2}


def test_there_may_be_less_room_than_hands() -> None:
    turns = Turns(Limits(batch=10))
    assert turns.choose([Waiting(1, "slack")], {1: MANY}, 3) == {1: 3}
