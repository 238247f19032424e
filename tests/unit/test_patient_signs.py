"""The patterns cost work in proportion to a text's length: computed from their structure, so no clock is asked."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from content import patient_data
from content.patient_signs import ANYBODY, INITIALS, MARKS, NAMED, NUMBER_SIGNS, PERSON_SIGNS, SUFFERS

PATTERNS: dict[str, re.Pattern[str]] = {
    **NUMBER_SIGNS,
    **PERSON_SIGNS,
    "initials": INITIALS,
    "suffers": SUFFERS,
    "anybody": ANYBODY,
}
PATTERNS |= {f"named {name}": pattern for name, pattern in NAMED.items()}
PATTERNS |= {f"mark {name}": pattern for name, pattern in MARKS.items()}
LONGEST_MATCH = 260
"""Characters a single try may read; a text of n characters costs at most n tries of a pattern."""
MOST_ROUNDS = 60


def test_every_pattern_is_looked_at() -> None:
    used = {
        name for name, value in vars(patient_data).items() if isinstance(value, re.Pattern) and name == name.upper()
    }
    assert len(PATTERNS) > 60
    assert {"_DATES", "_LINK", "_TOKEN", "INITIALS", "SUFFERS"} <= used


@pytest.mark.parametrize("name", PATTERNS)
def test_a_try_reads_a_bounded_number_of_characters(name: str) -> None:
    _, longest = _parsed(PATTERNS[name]).getwidth()
    assert longest <= LONGEST_MATCH


@pytest.mark.parametrize("name", PATTERNS)
def test_repeats_are_bounded_and_hardly_nested(name: str) -> None:
    repeats = list(_repeats(_parsed(PATTERNS[name]), ()))
    for chain in repeats:
        assert len(chain) <= 2, f"{name}: a repeat in a repeat in a repeat"
        assert _product(chain) <= MOST_ROUNDS, f"{name}: repeats {chain} multiply"


@pytest.mark.parametrize(
    ("pattern", "accepted"), [(r"a{1,9}(?:b{1,5} ){0,4}", True), (r"(?:a{1,30}){1,30}", False), (r"(?:a+)+", False)]
)
def test_the_test_itself_can_tell(pattern: str, *, accepted: bool) -> None:
    chains = list(_repeats(_parsed(re.compile(pattern)), ()))
    assert all(_product(chain) <= MOST_ROUNDS for chain in chains) is accepted


def _parsed(pattern: re.Pattern[str]) -> Any:
    return import_module("re._parser").parse(pattern.pattern, pattern.flags & ~re.UNICODE)


def _product(chain: tuple[int, ...]) -> int:
    product = 1
    for most in chain:
        product *= most
    return product


def _repeats(tree: Any, around: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """For every repeat, how often it and each repeat around it may go round."""
    for name, argument in tree:
        chain = around
        if str(name) in {"MAX_REPEAT", "MIN_REPEAT"}:
            chain = (*around, int(argument[1])) if argument[1] > 1 else around
            yield chain
        for inner in _inner(argument):
            yield from _repeats(inner, chain)


def _inner(argument: Any) -> Iterator[Any]:
    """The patterns within a pattern's node, whatever shape sre gives it."""
    if hasattr(argument, "getwidth"):
        yield argument
    elif isinstance(argument, list | tuple):
        for part in argument:
            yield from _inner(part)
