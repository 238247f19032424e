"""Who is counted in a cohort's figures. Pure; `bot.mentoring.cohort_settling` asks before every view.

People come into a field's figures in batches, each with at least five who were never in any before, and a batch of
which somebody is missing goes out whole. So whatever is added or subtracted, between views, cuts and weeks, always
counts five people or more: of any sum of batches, the newest one holds five who are in no other (DECISIONS.md).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.mentoring.cohort_view import LEAST, Place

PATIENCE = timedelta(days=7)
"""Somebody from a small site waits so long for colleagues, before being counted with people from anywhere."""
ANYWHERE: Place = ("", "")


@dataclass(frozen=True, slots=True)
class Sharer:
    """Somebody who shares a field and has something in it."""

    member_id: int
    has_waited: bool = False
    """For longer than `PATIENCE`."""
    batch: int | None = None
    was_counted: bool = False
    place: Place = ANYWHERE
    """As shared; nowhere if not."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A batch that was counted until now."""

    size: int
    place: Place = ANYWHERE


@dataclass(frozen=True, slots=True)
class New:
    """A batch to count from now on."""

    members: tuple[int, ...]
    place: Place = ANYWHERE


@dataclass(frozen=True, slots=True)
class Settled:
    """What changes in one field."""

    ended: frozenset[int]
    """Batches that are counted no more."""
    new: tuple[New, ...]


def settle(sharers: Sequence[Sharer], batches: Mapping[int, Standing]) -> Settled:
    """End the batches of which somebody is missing, and make new ones of those who wait: of one site, else of one
    region, else of people from anywhere.
    """
    whole = _whole(sharers, batches)
    left = [each for each in sharers if each.batch not in whole]
    new: list[New] = []
    for part_of in (_site, _region, _anywhere):
        made, left = _group(left, part_of)
        new += made
    return Settled(frozenset(batches) - whole, tuple(new))


def _site(sharer: Sharer) -> Place | None:
    return sharer.place if sharer.place[1] else None


def _region(sharer: Sharer) -> Place | None:
    region, site = sharer.place
    return (region, "") if region and (not site or sharer.has_waited) else None


def _anywhere(sharer: Sharer) -> Place | None:
    return ANYWHERE if sharer.place == ANYWHERE or sharer.has_waited else None


def same_place(place: Place) -> Place:
    """The place whatever the letters' case."""
    region, site = place
    return region.casefold(), site.casefold()


def _whole(sharers: Iterable[Sharer], batches: Mapping[int, Standing]) -> frozenset[int]:
    """The batches of which everybody is there, where they were."""
    there: dict[int, int] = defaultdict(int)
    for each in sharers:
        number = each.batch
        if number is not None and number in batches and is_in_place(each.place, batches[number]):
            there[number] += 1
    return frozenset(number for number, batch in batches.items() if there[number] == batch.size)


def is_in_place(here: Place, batch: Standing) -> bool:
    """Whether somebody who is here is where all of a batch are."""
    if batch.place in (ANYWHERE, here):
        return True
    region, site = same_place(batch.place)
    there = same_place(here)
    return (not region or there[0] == region) and (not site or there == (region, site))


def _group(waiting: Iterable[Sharer], place_of: Callable[[Sharer], Place | None]) -> tuple[list[New], list[Sharer]]:
    """Batches of one place each, and who is left over."""
    groups: dict[Place, list[Sharer]] = defaultdict(list)
    left: list[Sharer] = []
    new: list[New] = []
    for each in waiting:
        place = place_of(each)
        (left if place is None else groups[same_place(place)]).append(each)
    for _, group in sorted(groups.items()):
        if _has_enough_new(group):
            new.append(New(_ids(group), min(place for each in group if (place := place_of(each)) is not None)))
        else:
            left += group
    return new, left


def _has_enough_new(group: Iterable[Sharer]) -> bool:
    return sum(not each.was_counted for each in group) >= LEAST


def _ids(group: Iterable[Sharer]) -> tuple[int, ...]:
    return tuple(sorted(each.member_id for each in group))
