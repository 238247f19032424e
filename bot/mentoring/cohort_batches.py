"""Who is counted in a cohort's figures. Pure; `bot.mentoring.cohort_records` asks before every view.

People come into a field's figures in batches, each with at least five who were never in any before, and a batch of
which somebody is missing goes out whole. So whatever is added or subtracted, between views, cuts and weeks, always
counts five people or more: of any sum of batches, the newest one holds five who are in no other (DECISIONS.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.mentoring.cohort_view import LEAST

PATIENCE = timedelta(days=7)
"""Somebody from a small site waits so long for colleagues, before being counted with people from anywhere."""
Place = tuple[str, str]
"""Region and site."""
ANYWHERE: Place = ("", "")


@dataclass(frozen=True, slots=True)
class Sharer:
    """Somebody who shares a field and has something in it."""

    member_id: int
    since: datetime
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


def settle(sharers: Sequence[Sharer], batches: Mapping[int, Standing], now: datetime) -> Settled:
    """End the batches of which somebody is missing, and make new ones of those who wait."""
    whole = _whole(sharers, batches)
    waiting = [each for each in sharers if each.batch not in whole]
    new, left = _by_place(waiting)
    pool = [each for each in left if each.place == ANYWHERE or each.since <= now - PATIENCE]
    if _has_enough_new(pool):
        new.append(New(_ids(pool)))
    return Settled(frozenset(batches) - whole, tuple(new))


def same_place(place: Place) -> Place:
    """The place whatever the letters' case."""
    region, site = place
    return region.casefold(), site.casefold()


def _whole(sharers: Iterable[Sharer], batches: Mapping[int, Standing]) -> frozenset[int]:
    """The batches of which everybody is there, where they were."""
    there: dict[int, int] = defaultdict(int)
    for each in sharers:
        number = each.batch
        if number is not None and number in batches and _is_in_place(each, batches[number]):
            there[number] += 1
    return frozenset(number for number, batch in batches.items() if there[number] == batch.size)


def _is_in_place(sharer: Sharer, batch: Standing) -> bool:
    return batch.place == ANYWHERE or same_place(sharer.place) == same_place(batch.place)


def _by_place(waiting: Iterable[Sharer]) -> tuple[list[New], list[Sharer]]:
    """Batches of one site each, and who is left over."""
    groups: dict[Place, list[Sharer]] = defaultdict(list)
    for each in waiting:
        groups[same_place(each.place)].append(each)
    new, left = [], groups.pop(ANYWHERE, [])
    for _, group in sorted(groups.items()):
        if _has_enough_new(group):
            new.append(New(_ids(group), min(each.place for each in group)))
        else:
            left += group
    return new, left


def _has_enough_new(group: Iterable[Sharer]) -> bool:
    return sum(not each.was_counted for each in group) >= LEAST


def _ids(group: Iterable[Sharer]) -> tuple[int, ...]:
    return tuple(sorted(each.member_id for each in group))
