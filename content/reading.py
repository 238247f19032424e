"""The reading grade of an English text, with names and trade terms masked. `content.check` asks; the only user of
textstat, which is loaded when it is first needed (a quarter of a second) and downloads nothing.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from content.attribution import whole_words
from content.credentials import CredentialRule
from content.pack import Pack, Step
from content.source_file import Location
from content.texts import plain

HIGHEST_GRADE = 8.0
HIGHEST_GRADE_OF_FEW_WORDS = 12.0
"""Below ENOUGH_WORDS the formula swings by grades with one long word."""
ENOUGH_WORDS = 30
FEWEST_WORDS = 10
_MASK = "one"
_NUMBER = re.compile(r"\$?\d+(?:[.,:/-]\d+){0,5}%?")
_UNENDED = re.compile(r"(?<=[^\s.!?])[\"')\]:;,]{0,3}[ \t]*(?=\n|\Z)")


@dataclass(frozen=True)
class Grader:
    """Grades the texts of one pack."""

    pack: Pack

    def too_hard(self, *parts: str) -> float | None:
        """The Flesch-Kincaid grade of the parts read one after another, if it is too high."""
        text = "\n".join(plain(part, with_commands=False) for part in parts)
        words = len(text.split())
        if words < FEWEST_WORDS:
            return None
        highest = HIGHEST_GRADE if words >= ENOUGH_WORDS else HIGHEST_GRADE_OF_FEW_WORDS
        grade = self.grade(text)
        return grade if grade > highest else None

    def grade(self, text: str) -> float:
        """The grade of a text without marks; where a line ends, a sentence ends."""
        masked = _NUMBER.sub(_MASK, self._terms.sub(_MASK, text))
        return _flesch_kincaid()(_UNENDED.sub(".", masked))

    @cached_property
    def _terms(self) -> re.Pattern[str]:
        terms = self.pack.terms
        issuers = [name for each in terms.credentials for name in (each.name, each.issuer, *each.also)]
        words = [*terms.subject_terms, *issuers, self.pack.career]
        return whole_words(words, re.IGNORECASE, ending="(?:s|'s|’s|s'|s’)?")


def readings(pack: Pack) -> Iterator[tuple[Location, tuple[str, ...]]]:
    """What a member reads in one go: where it stands, and its parts."""
    for place, step in enumerate(pack.steps):
        yield from _step_readings(("steps", place), step)
    for place, practice in enumerate(pack.practices):
        yield ("practices", place), (practice.title, practice.do, practice.how, practice.evidence)
    for place, faq in enumerate(pack.faqs):
        yield ("faqs", place, "answer"), (faq.answer,)
    for place, outside in enumerate(pack.outside):
        yield ("outside", place, "reply"), (outside.reply,)
    for place, suggestion in enumerate(pack.suggestions):
        yield ("suggestions", place), (suggestion.line, suggestion.how)
    asked = [question.text for question in pack.placement.questions]
    rules = [*pack.placement.met_when, *pack.placement.straight_to]
    yield ("placement",), (*asked, *(rule.because for rule in rules))
    for place, rule in enumerate(pack.credentials):
        yield ("credentials", place), tuple(_rule_readings(rule))
    for place, heading in enumerate(pack.resources):
        yield ("resources", place), tuple(entry.about for entry in heading.entries)


def _step_readings(at: Location, step: Step) -> Iterator[tuple[Location, tuple[str, ...]]]:
    yield (*at, "purpose"), (step.purpose,)
    yield (*at, "done_when"), (step.done_when,)
    for place, action in enumerate(step.actions):
        yield (*at, "actions", place), (action.title, action.do, action.how, action.evidence)
    for place, milestone in enumerate(step.milestones):
        yield (*at, "milestones", place), (milestone.title, milestone.about, milestone.evidence)


def _rule_readings(rule: CredentialRule) -> Iterator[str]:
    yield rule.cycle.says
    yield from (each.says for each in (rule.unit_note, rule.proration, rule.grace) if each)
    yield from (condition.says for condition in rule.conditions)
    for conflict in rule.conflicts:
        yield from (reading.says for reading in conflict.readings)
        yield conflict.default
    yield from ([rule.caution] if rule.caution else [])


@cache
def _flesch_kincaid() -> Callable[[str], float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # textstat asks setuptools for its own version
        import textstat  # noqa: PLC0415 - slow to load, and only the checker needs it

    grade: Callable[[str], float] = textstat.flesch_kincaid_grade
    return grade
