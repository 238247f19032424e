"""Finds the entry that a question is about, and says how sure it is. `bot.commands.faq` and `preceptor ask` use it.

A question becomes an answer, up to three "did you mean", or no answer; the last may carry a fixed reply, for law, a
clinical question and the like. Nothing is generated, so nothing in a question can change what is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from content.pack import Faq, Outside, Pack
from content.patient_data import looks_like_patient_data
from content.search_confidence import Confidence, Sample
from content.search_ranking import Ranker
from content.search_words import Reader, is_word, words_of

MAX_CHARACTERS = 1000
"""A longer text is no question, and gets no answer."""
SURE = 0.45
"""From this chance of being right on, an answer is given."""
REFUSE = 0.4
"""From this chance on, the fixed reply of a kind of question that is never answered."""
UNSURE = 0.12
"""From this chance on, the nearest entries are offered."""
NEAREST = 3
PATIENT_CASE = "patient-case"
"""The id of the reply to a text that tells of a patient."""

QUESTION_COUNTS, PHRASING_COUNTS, ANSWER_COUNTS = 2.0, 1.0, 0.7
SAMPLED = 2
"""Every second phrasing is asked again at the start, to learn how sure a ranking can be."""
UNKNOWN_TOPICS = 0.3
"""What a phrasing counts for when it is asked as if its whole entry were unknown."""


@dataclass(frozen=True)
class Answer:
    """Sure."""

    kind: ClassVar = "answer"
    faq: Faq
    ids: tuple[str, ...]
    """The nearest entries, best first, at most three."""
    score: float
    """The chance that the first thing found is right, 0 to 1."""


@dataclass(frozen=True)
class DidYouMean:
    """Unsure: up to three entries, best first."""

    kind: ClassVar = "did_you_mean"
    faqs: tuple[Faq, ...]
    ids: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class NoAnswer:
    """Not covered, or never answered; then with the reply for that kind of question."""

    kind: ClassVar = "no_answer"
    reply: Outside | None
    ids: tuple[str, ...]
    """The nearest entries all the same; empty where none is near."""
    score: float


Outcome = Answer | DidYouMean | NoAnswer


@dataclass(frozen=True, slots=True)
class _Found:
    """What a question is nearest to."""

    best: Faq | Outside | None
    """None where nothing is, or no word of the question says what it is about."""
    faqs: tuple[Faq, ...]
    score: float


class Searcher:
    """Finds answers in one pack. Takes a fraction of a second to build; then it can be shared."""

    def __init__(self, pack: Pack) -> None:
        self._entries: list[Faq | Outside] = [*pack.faqs, *pack.outside]
        self._replies = {reply.id: reply for reply in pack.outside}
        self._exact = _exact(self._entries)
        self._found: dict[str, _Found] = {}
        self._reader = Reader(pack.locale, _texts(self._entries), pack.terms.synonyms)
        asked = [[self._reader.features(text) for text in entry.phrasings] for entry in self._entries]
        self._ranker = Ranker([self._weighed(*both) for both in zip(self._entries, asked, strict=True)])
        self._confidence = Confidence(self._samples(asked))

    def search(self, question: str) -> Outcome:
        """Any text at all; never raises."""
        words = " ".join(words_of(question[:MAX_CHARACTERS]))
        found = self._found.get(words) or self._find(words)
        ids = tuple(faq.id for faq in found.faqs)
        if looks_like_patient_data(question[:MAX_CHARACTERS]):
            return NoAnswer(self._replies.get(PATIENT_CASE), ids, 1.0)
        if found.best is None or len(question) > MAX_CHARACTERS:
            return NoAnswer(None, ids, 0.0)
        return _decided(found.best, found.faqs, found.score)

    def _find(self, words: str) -> "_Found":
        """What was found for the pack's own phrasings, which are few and asked most, is kept; no member's words are."""
        known = self._exact.get(words)
        features = self._reader.features(words)
        ranking = self._ranker.rank(features)
        order = ranking.entries if known is None else (known, *(i for i in ranking.entries if i != known))
        faqs = self._nearest(order)
        if known is not None:
            self._found[words] = _Found(self._entries[known], faqs, 1.0)
            return self._found[words]
        best = self._entries[order[0]] if order and self._asks(features) else None
        return _Found(best, faqs, self._confidence.of(ranking))

    def _asks(self, features: list[str]) -> bool:
        """Whether any word says what the question is about: "a b" and "is it" stand near entries by accident."""
        return any(self._ranker.tells(feature) for feature in features if is_word(feature))

    def _nearest(self, order: tuple[int, ...]) -> tuple[Faq, ...]:
        found = (self._entries[entry] for entry in order)
        faqs = [entry for entry in found if isinstance(entry, Faq)]
        return tuple(faqs[:NEAREST])

    def _weighed(self, entry: Faq | Outside, asked: list[list[str]]) -> Iterator[tuple[float, list[str]]]:
        for features in asked:
            yield PHRASING_COUNTS, features
        if isinstance(entry, Faq):
            yield QUESTION_COUNTS, self._reader.features(entry.question)
            yield ANSWER_COUNTS, self._reader.features(entry.answer)

    def _samples(self, asked: list[list[list[str]]]) -> Iterator[Sample]:
        """Phrasings asked as if the pack did not have them, and as if it knew nothing of their topic."""
        texts = [(entry, features) for entry, several in enumerate(asked) for features in several]
        for entry, features in texts[::SAMPLED]:
            without_text, without_entry = self._ranker.left_out(features, entry, PHRASING_COUNTS)
            yield Sample(without_text, without_text.entries[:1] == (entry,))
            yield Sample(without_entry, right=False, weight=UNKNOWN_TOPICS)


def _decided(best: Faq | Outside, faqs: tuple[Faq, ...], score: float) -> Outcome:
    ids = tuple(faq.id for faq in faqs)
    if isinstance(best, Outside) and score >= REFUSE:
        return NoAnswer(best, ids, score)
    if isinstance(best, Faq) and score >= SURE:
        return Answer(best, ids, score)
    if faqs and score >= UNSURE:
        return DidYouMean(faqs, ids, score)
    return NoAnswer(None, ids, score)


def _texts(entries: list[Faq | Outside]) -> Iterator[str]:
    for entry in entries:
        yield from entry.phrasings
        if isinstance(entry, Faq):
            yield from (entry.question, entry.answer)


def _exact(entries: list[Faq | Outside]) -> dict[str, int]:
    """Where each phrasing leads, in plain words; one that leads to two entries is left to the ranking."""
    leads: dict[str, set[int]] = {}
    for number, entry in enumerate(entries):
        own = (entry.question, *entry.phrasings) if isinstance(entry, Faq) else entry.phrasings
        for text in own:
            leads.setdefault(" ".join(words_of(text)), set()).add(number)
    return {words: next(iter(numbers)) for words, numbers in leads.items() if words and len(numbers) == 1}
