"""Whatever a manager adds or subtracts of all the figures they ever saw, it counts five people or more: over months of
people who come, go, come back and move, each look makes its batches anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

import pytest

from bot.mentoring.cohort_batches import ANYWHERE, New, Sharer, Standing, settle
from tests.fakes.cohort_worlds import PLACES

HISTORIES, LOOKS, SUMS = 40, 30, 150
Settle = Callable[["History"], Iterable[New]]


class History:
    """One cohort and one field over months."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.people: dict[int, Sharer] = {}
        self.before: set[int] = set()
        self.batches: dict[int, Standing] = {}
        self.ever: list[frozenset[int]] = []

    def live(self) -> None:
        """A few days in which people come, go, come back and move."""
        if self.dice.random() < 0.5:
            self.people = {number: replace(one, has_waited=True) for number, one in self.people.items()}
        for _ in range(self.dice.choice((0, 1, 1, 2, 6))):
            number = self.dice.randrange(40)
            if number in self.people:
                self._change(number)
            else:
                was = number in self.before
                self.people[number] = Sharer(number, False, None, was, self.dice.choice(PLACES))

    def _change(self, number: int) -> None:
        one = self.people.pop(number)
        if self.dice.random() < 0.3:
            place = self.dice.choice(PLACES)
            self.people[number] = Sharer(number, one.has_waited, one.batch, one.was_counted, place)

    def look(self) -> None:
        """Count anew, as before every view."""
        settled = settle(sorted(self.people.values(), key=lambda one: one.member_id), self.batches)
        for ended in settled.ended:
            del self.batches[ended]
        for new in settled.new:
            self._count(new)

    def _count(self, new: New) -> None:
        number = len(self.ever)
        self.batches[number] = Standing(len(new.members), new.place)
        self.ever.append(frozenset(new.members))
        for member in new.members:
            one = self.people[member]
            self.people[member] = Sharer(member, one.has_waited, number, was_counted=True, place=one.place)
            self.before.add(member)


def fewest(dice: Random, ever: list[frozenset[int]]) -> int:
    """The fewest people that some sum and difference of what was published is about."""
    found = 99
    for _ in range(SUMS):
        weights = [dice.choice((0, 0, 1, -1)) for _ in ever]
        about = {
            member
            for member in set().union(*ever)
            if sum(weight for weight, batch in zip(weights, ever, strict=True) if member in batch)
        }
        found = min(found, len(about) or 99)
    return found


def test_no_sum_or_difference_is_about_fewer_than_five() -> None:
    batches = 0
    for seed in range(HISTORIES):
        history = History(seed)
        for _ in range(LOOKS):
            history.live()
            history.look()
        batches += len(history.ever)
        if history.ever:
            assert fewest(history.dice, history.ever) >= 5, seed
    assert batches > HISTORIES


def test_counting_whoever_shares_would_be_noticed() -> None:
    """Each look counts all who share at that moment, as long as they are five: the plain way."""
    found = []
    for seed in range(HISTORIES):
        history = History(seed)
        for _ in range(LOOKS):
            history.live()
            if len(history.people) >= 5:
                history.ever.append(frozenset(history.people))
        found.append(fewest(history.dice, history.ever))
    assert min(found) < 5


def sharers(number: int, *, first: int = 1, place: tuple[str, str] = ANYWHERE) -> list[Sharer]:
    return [Sharer(each, place=place) for each in range(first, first + number)]


def counted(number: int, batch: int = 1, place: tuple[str, str] = ANYWHERE) -> list[Sharer]:
    return [Sharer(each, False, batch, was_counted=True, place=place) for each in range(1, number + 1)]


def test_four_are_not_counted_and_five_are() -> None:
    assert settle(sharers(4), {}).new == ()
    assert [new.members for new in settle(sharers(5), {}).new] == [(1, 2, 3, 4, 5)]


def test_somebody_new_waits_for_four_more() -> None:
    waiting = [*counted(6), *sharers(4, first=7)]
    assert settle(waiting, {1: Standing(6)}).new == ()
    fifth = settle([*waiting, *sharers(1, first=11)], {1: Standing(6)})
    assert [new.members for new in fifth.new] == [(7, 8, 9, 10, 11)]


def test_when_one_goes_the_others_of_the_batch_wait_for_five_new_ones() -> None:
    left = counted(6)[1:]
    assert settle(left, {1: Standing(6)}).ended == {1}
    assert settle(left, {1: Standing(6)}).new == ()
    with_new = settle([*left, *sharers(5, first=7)], {1: Standing(6)})
    assert [new.members for new in with_new.new] == [(2, 3, 4, 5, 6, 7, 8, 9, 10, 11)]


@pytest.mark.parametrize("site", ["Gate", "gate", "GATE"])
def test_a_site_has_figures_of_its_own_whatever_its_letters(site: str) -> None:
    people = [*sharers(4, place=("North", "Gate")), *sharers(1, first=5, place=("north", site))]
    [new] = settle(people, {}).new
    assert new.place[1].casefold() == "gate"


def test_a_small_site_waits_a_week_before_it_is_counted_with_others() -> None:
    people = [*sharers(3, place=("North", "Gate")), *sharers(3, first=4, place=("South", "Mill"))]
    assert settle(people, {}).new == ()
    [new] = settle([replace(each, has_waited=True) for each in people], {}).new
    assert (new.members, new.place) == ((1, 2, 3, 4, 5, 6), ANYWHERE)


def test_small_sites_of_one_region_are_counted_for_the_region() -> None:
    people = [*sharers(3, place=("North", "Gate")), *sharers(3, first=4, place=("north", "Hill"))]
    [new] = settle([replace(each, has_waited=True) for each in people], {}).new
    assert (new.members, new.place) == ((1, 2, 3, 4, 5, 6), ("North", ""))
    moved = [*counted(6, place=("North", "Gate"))[1:], Sharer(1, False, 1, was_counted=True, place=("North", "Hill"))]
    assert settle(moved, {1: Standing(6, ("North", ""))}).ended == set()


def test_a_move_takes_the_whole_batch_of_a_site_out() -> None:
    gate = ("North", "Gate")
    moved = [*counted(5, place=gate)[1:], Sharer(1, False, 1, was_counted=True, place=("North", "Hill"))]
    assert settle(moved, {1: Standing(5, gate)}).ended == {1}
