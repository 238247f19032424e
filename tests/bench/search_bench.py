"""What a question costs, beside a plain comparison with every phrasing in the same run. `make bench` prints it."""

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from content.library import load_library
from content.pack import Pack
from content.search import Searcher

ROUNDS = 3
PLAIN_ASKED = 20
"""The plain way takes so long that it is asked fewer questions."""


def run() -> list[str]:
    """Sentences with milliseconds of CPU time a question: the median, and the 99th percentile."""
    pack = load_library().pack("en")
    start = time.process_time()
    searcher = Searcher(pack)
    built = time.process_time() - start
    questions = list(_questions(pack))
    ours = _costs(searcher.search, questions * ROUNDS)
    plain = _costs(_nearest_by_letters(pack), questions[:: len(questions) // PLAIN_ASKED])
    long = _costs(searcher.search, ["how long does it take to " + "become a manager " * 600] * 20)
    return [
        f"search, on Python {platform.python_version()}, {platform.machine()}, {len(questions)} questions:",
        f"  content.search: {_told(ours)}; built in {built:.2f} s",
        f"  difflib over every phrasing: {_told(plain)}, {_median(plain) / _median(ours):,.0f} times as much",
        f"  content.search, a text of 10,000 characters: {_told(long)}",
    ]


def _questions(pack: Pack) -> Iterator[str]:
    """Each phrasing with another beginning, so that none is found as it stands."""
    known = [entry.phrasings for entry in pack.faqs] + [entry.phrasings for entry in pack.outside]
    for phrasings in known:
        yield from (f"tell me {text}" for text in phrasings)


def _nearest_by_letters(pack: Pack) -> Callable[[str], str]:
    phrasings = [(text.lower(), faq.id) for faq in pack.faqs for text in faq.phrasings]

    def search(question: str) -> str:
        matcher = SequenceMatcher(b=question.lower())

        def likeness(phrasing: tuple[str, str]) -> float:
            matcher.set_seq1(phrasing[0])
            return matcher.ratio()

        return max(phrasings, key=likeness)[1]

    return search


def _costs(search: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Milliseconds of CPU time each, in order of cost."""
    costs = []
    for question in questions:
        start = time.process_time_ns()
        search(question)
        costs.append((time.process_time_ns() - start) / 1e6)
    return sorted(costs)


def _told(costs: Sequence[float]) -> str:
    return f"{_median(costs):.2f} ms CPU a question (p99 {costs[int(len(costs) * 0.99)]:.2f})"


def _median(costs: Sequence[float]) -> float:
    return costs[len(costs) // 2]
