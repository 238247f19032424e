"""Turns a text into the features it is found by: stems with synonyms made one, pairs of them, and parts of words.

`content.search` reads every phrasing with it once, and then each question.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice, pairwise

import snowballstemmer

from content.search_spelling import Speller

LANGUAGES = {"en": "english", "es": "spanish"}
"""What the stemmer calls the language of a locale."""
MAX_WORDS = 80
"""More words of a text are not read: longer is a story and no question, and the work per question has an end."""
MAX_LETTERS = 24
"""Letters read of a word."""
STEM = "w"
"""The first letter of a feature that is a stem."""
PART = 4
"""Letters in a part of a word, its edges counted as one."""

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’`´")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without accents or apostrophes, at most `MAX_WORDS` of them."""
    plain = text.casefold().translate(_APOSTROPHES)
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return [found.group()[:MAX_LETTERS] for found in islice(_WORD.finditer(plain), MAX_WORDS)]


class Reader:
    """Knows one pack's vocabulary: its stems, its spelling and its synonyms."""

    def __init__(self, locale: str, texts: Iterable[str], synonyms: Iterable[Sequence[str]]) -> None:
        self._stemmer = snowballstemmer.stemmer(LANGUAGES[locale])
        groups = [[words_of(name) for name in group] for group in synonyms]
        seen = Counter(word for text in texts for word in words_of(text))
        seen.update(word for group in groups for name in group for word in name)
        self._speller = Speller(seen)
        self._stems: dict[str, str] = {word: self._stemmer.stemWord(word) for word in seen}
        self._known = frozenset(self._stems.values())
        self._one_name = {self._stemmed(name): self._stemmed(group[0]) for group in groups for name in group if name}
        self._sizes = _sizes(self._one_name)

    def features(self, text: str) -> list[str]:
        """Each feature once; its first letter is its kind: w a stem, p a pair of stems, c a part of a word."""
        words = [self._meant(word) for word in words_of(text)]
        stems = self._with_one_name(self._stemmed(words))
        pairs = (f"p{first} {second}" for first, second in pairwise(["", *stems, ""]))
        parts = (part for word in words for part in _parts(word))
        return list(dict.fromkeys([*(f"{STEM}{stem}" for stem in stems), *pairs, *parts]))

    def _meant(self, word: str) -> str:
        if word in self._stems or self._stemmer.stemWord(word) in self._known:
            return word
        return self._speller.nearest(word) or word

    def _stemmed(self, words: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._stems.get(word) or self._stemmer.stemWord(word) for word in words)

    def _with_one_name(self, stems: Sequence[str]) -> list[str]:
        """Each run of stems that is a synonym becomes the first name of its group; the longest run wins."""
        named: list[str] = []
        at = 0
        while at < len(stems):
            runs = (tuple(stems[at : at + size]) for size in self._sizes.get(stems[at], ()))
            run = next((run for run in runs if run in self._one_name), (stems[at],))
            named += self._one_name.get(run, run)
            at += len(run)
        return named


def is_word(feature: str) -> bool:
    """Whether a feature is the stem of a whole word: no single letter, no number of one or two digits."""
    kind, stem = feature[0], feature[1:]
    return kind == STEM and len(stem) > 1 and not (len(stem) == 2 and stem.isdecimal())


def _sizes(names: Iterable[tuple[str, ...]]) -> dict[str, list[int]]:
    """For each first stem, how many stems a name may have, longest first."""
    sizes: dict[str, set[int]] = {}
    for name in names:
        sizes.setdefault(name[0], set()).add(len(name))
    return {first: sorted(found, reverse=True) for first, found in sizes.items()}


@cache
def _parts(word: str) -> tuple[str, ...]:
    edged = f"_{word}_"
    return tuple(f"c{edged[at : at + PART]}" for at in range(len(edged) - PART + 1))
