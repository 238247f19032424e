"""Mends a mistyped word to the nearest word of the pack. `content.search_words` asks it about words the pack lacks."""

from collections import defaultdict
from collections.abc import Mapping

SHORTEST = 5
"""Letters below which a word is left as it is: "mba" is not a mistyped "mha"."""
TWO_SLIPS = 8
"""Letters from which a word may differ in two places."""


class Speller:
    """Finds words by what is left of them when letters are dropped, so that a look-up costs microseconds."""

    def __init__(self, seen: Mapping[str, int]) -> None:
        """`seen`: how often the pack has each word; between equally near words the more frequent one wins."""
        self._seen = {word: count for word, count in seen.items() if len(word) >= SHORTEST - 1 and word.isalpha()}
        self._by_rest: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._seen:
            for rest in _rests(word):
                self._by_rest[rest].append(word)

    def nearest(self, word: str) -> str | None:
        """The word that was meant, where one is near enough and begins with the same letter."""
        if len(word) < SHORTEST or not word.isalpha():
            return None
        near = {known for rest in _rests(word) for known in self._by_rest.get(rest, ()) if known[0] == word[0]}
        slips = {known: _slips(word, known) for known in near}
        allowed = [known for known in near if slips[known] <= (2 if min(len(word), len(known)) >= TWO_SLIPS else 1)]
        return min(allowed, key=lambda known: (slips[known], -self._seen[known], known), default=None)


def _rests(word: str) -> set[str]:
    once = {word[:at] + word[at + 1 :] for at in range(len(word))}
    return {word, *once}


def _slips(one: str, other: str) -> int:
    """How many letters were added, dropped, changed or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row, older = row, [i], before
        for j, wanted in enumerate(other, 1):
            best = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
