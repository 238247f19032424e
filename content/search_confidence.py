"""How sure a ranking is: the chance that its first entry is the right one. `content.search` fits it on its own pack."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from content.search_ranking import Ranking

BEFORE: tuple[float, ...] = (-3.0, 2.0, 3.0, 0.0)
"""What is believed before anything is seen, so that a small pack gets sensible answers too."""
TRUST = 2.0
"""How firmly it is believed: the weight of about so many phrasings."""
ROUNDS = 8
"""Newton's method has settled by then."""


@dataclass(frozen=True)
class Sample:
    """A ranking of a text whose right entry is known."""

    ranking: Ranking
    right: bool
    """Whether the first entry is the right one."""
    weight: float = 1.0


class Confidence:
    """A logistic regression on three signs: how much of the question the first entry explains, how far it leads, and
    how many points it has.
    """

    def __init__(self, samples: Iterable[Sample]) -> None:
        known = [(_signs(sample.ranking), sample) for sample in samples if sample.ranking.entries]
        self._weights = BEFORE
        for _ in range(ROUNDS):
            self._weights = _improved(self._weights, known)

    def of(self, ranking: Ranking) -> float:
        """Between 0 and 1; 0 where nothing was found."""
        return _chance(self._weights, _signs(ranking)) if ranking.entries else 0.0


Signs = tuple[float, ...]


def _signs(ranking: Ranking) -> Signs:
    first, second, *_ = (*ranking.points, 0.0)
    return (1.0, first / ranking.most, (first - second) / first, math.log1p(first))


def _chance(weights: Signs, signs: Signs) -> float:
    total = sum(weight * sign for weight, sign in zip(weights, signs, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def _improved(weights: Signs, known: Sequence[tuple[Signs, Sample]]) -> Signs:
    """One step of Newton's method, with the pull of `BEFORE`."""
    size = range(len(weights))
    slope = [TRUST * (BEFORE[i] - weights[i]) for i in size]
    bend = [[TRUST * (i == j) for j in size] for i in size]
    for signs, sample in known:
        chance = _chance(weights, signs)
        pull = sample.weight * (sample.right - chance)
        sway = sample.weight * chance * (1 - chance)
        for i in size:
            slope[i] += pull * signs[i]
            for j in size:
                bend[i][j] += sway * signs[i] * signs[j]
    return tuple(weight + step for weight, step in zip(weights, _solved(bend, slope), strict=True))


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss and Jordan's way; no pivot is sought, since such a matrix of squares has a diagonal well above nought."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        base = [value / rows[i][i] for value in rows[i]]
        rows = [[value - row[i] * part for value, part in zip(row, base, strict=True)] for row in rows]
        rows[i] = base
    return [row[-1] for row in rows]
