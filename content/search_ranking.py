"""Ranks entries by the features a question shares with their texts. `content.search` builds one ranker for a pack."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

KINDS = {"w": 1.0, "p": 0.5, "c": 0.15}
"""What a feature counts for, by its kind (see `content.search_words`)."""
SATURATION = 8
"""From about so many phrasings with a feature, one more of them adds little."""
TELLING = 0.1
"""A feature with less than this part of the highest worth of its kind stands in nearly every entry."""
ROUNDING = 1e-9
NOTHING: Mapping[int, float] = {}


@dataclass(frozen=True)
class Ranking:
    """Entries by number with their points, best first."""

    entries: tuple[int, ...]
    points: tuple[float, ...]
    most: float
    """What the question's features are worth; the best of several phrasings with a feature may earn more."""


class Ranker:
    """Each feature gives an entry more points, the more of its texts have it and the fewer other entries do.

    How many entries have a feature is weighed, not counted (by the entropy of where it stands): a word of twenty
    phrasings of one entry and one of another still tells the two apart.
    """

    def __init__(self, entries: Sequence[Iterable[tuple[float, Iterable[str]]]]) -> None:
        """`entries`: for each entry its texts, as (what the text counts for, its features)."""
        counts: dict[str, dict[int, float]] = {}
        for entry, texts in enumerate(entries):
            for weight, features in texts:
                for feature in features:
                    seen = counts.setdefault(feature, {})
                    seen[entry] = seen.get(entry, 0.0) + weight
        self._rarest = math.log(max(len(entries), 2))
        self._worth = {feature: self._worth_of(feature, seen) for feature, seen in counts.items()}
        self._points = {
            feature: {entry: self._worth[feature] * _saturated(count) for entry, count in seen.items()}
            for feature, seen in counts.items()
        }

    def rank(self, features: Iterable[str]) -> Ranking:
        known = list(features)
        return _best_first(self._earned(known), self._most(known))

    def tells(self, feature: str) -> bool:
        """Whether a feature points to some entries rather than to all; one that no entry has does."""
        highest = self._worth_of(feature, {})
        return self._worth.get(feature, highest) >= TELLING * highest

    def left_out(self, features: Iterable[str], entry: int, weight: float) -> tuple[Ranking, Ranking]:
        """As if `entry` lacked a text that has all these features and counts for `weight`; and as if it had none."""
        known = list(features)
        most = self._most(known)
        others = self._earned(known)
        others.pop(entry, None)
        own = sum(self._points_without(feature, entry, weight) for feature in known)
        return _best_first({**others, entry: own} if own else others, most), _best_first(others, most)

    def _points_without(self, feature: str, entry: int, weight: float) -> float:
        worth = self._worth[feature]
        count = _unsaturated(self._points[feature][entry] / worth) if worth else 0.0
        return worth * _saturated(count - weight) if count - weight > ROUNDING else 0.0

    def _earned(self, features: Iterable[str]) -> dict[int, float]:
        points: defaultdict[int, float] = defaultdict(float)
        for feature in features:
            for entry, earned in self._points.get(feature, NOTHING).items():
                points[entry] += earned
        return points

    def _most(self, features: Iterable[str]) -> float:
        return sum(self._worth.get(feature) or self._worth_of(feature, {}) for feature in features)

    def _worth_of(self, feature: str, seen: dict[int, float]) -> float:
        return KINDS[feature[0]] * (self._rarest - _entropy(seen.values()))


def _best_first(points: dict[int, float], most: float) -> Ranking:
    order = sorted(points, key=lambda entry: (-points[entry], entry))
    return Ranking(tuple(order), tuple(points[entry] for entry in order), most)


def _entropy(counts: Iterable[float]) -> float:
    """How evenly a feature is spread, in nats: 0 in one entry, log(n) when even over n."""
    known = list(counts)
    if len(known) < 2:
        return 0.0
    total = sum(known)
    return -sum(count / total * math.log(count / total) for count in known)


def _saturated(count: float) -> float:
    return count * (SATURATION + 1) / (count + SATURATION)


def _unsaturated(share: float) -> float:
    return share * SATURATION / (SATURATION + 1 - share)
