"""Counting credits against a slow reckoning that tries everything, over made-up rules; and what must hold of every
forecast: no maximum is passed, and a credit more never makes it worse.
"""

from collections.abc import Iterable
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mentoring.ce_counting import Earned, count
from content.credentials import CredentialRule, Part
from tests.fakes.ce_rules import shipped_rules

WORDS = ("one", "two", "three", "four")


def _number(amount: int | None) -> dict[str, object] | None:
    return {"amount": Decimal(amount), "said_by": ["page"]} if amount else None


@st.composite
def _parts(draw: st.DrawFn, names: tuple[str, ...], whole: int) -> list[dict[str, object]]:
    """A few parts whose least fit into the whole; the first may hold two more."""
    parts: list[dict[str, object]] = []
    room = whole
    for name in names:
        least = draw(st.integers(0, min(2, room)))
        room -= least
        most = draw(st.none() | st.integers(max(1, least), 4))
        parts.append({"id": name, "name": name, "least": _number(least), "most": _number(most)})
        if name == "one" and least and draw(st.booleans()):
            inner = {"id": "in", "name": "in", "least": _number(draw(st.integers(0, least)))}
            parts[0]["parts"] = [inner, {"id": "rest-in", "name": "rest-in", "otherwise": True}]
    parts.append({"id": f"rest-{names[0]}", "name": "rest", "otherwise": True})
    return parts


@st.composite
def rules(draw: st.DrawFn) -> tuple[CredentialRule, int]:
    """A rule with one or two splits that ask for a few whole credits, and how many in all."""
    required = draw(st.integers(2, 4))
    splits = [{"by": "a", "parts": draw(_parts(("one", "two"), required))}]
    if draw(st.booleans()):
        splits.append({"by": "b", "parts": draw(_parts(("three",), required))})
    base = shipped_rules()["cmm"].model_dump()
    return CredentialRule.model_validate({**base, "required": _number(required), "splits": splits}), required


kinds = st.sets(st.sampled_from((*WORDS, "in"))).map(frozenset)
credits_earned = st.lists(kinds, max_size=4)


def _earned(some: Iterable[frozenset[str]]) -> list[Earned]:
    return [Earned(100, each) for each in some]


Cell = frozenset[str]


def _cells(rule: CredentialRule) -> list[tuple[Cell, Cell]]:
    """Each way to count one credit: (every part it counts for, every word that it takes)."""
    trees = [list(_leaves(split.parts)) for split in rule.splits]
    return [tuple(frozenset().union(*side) for side in zip(*way, strict=True)) for way in product(*trees)]  # type: ignore[misc]


def _leaves(parts: tuple[Part, ...]) -> Iterable[tuple[Cell, Cell]]:
    for part in parts:
        mine = frozenset() if part.otherwise else frozenset({part.id})
        for inside, words in _leaves(part.parts) if part.parts else [(frozenset[str](), frozenset[str]())]:
            yield inside | {part.id}, words | mine


def _slow(rule: CredentialRule, required: int, some: list[frozenset[str]]) -> int:
    """The fewest whole credits that are left, by trying everything."""
    cells = _cells(rule)
    most = {part.id: part.most.amount for part in rule.parts() if part.most}
    least = {part.id: part.least.amount for part in rule.parts() if part.least}
    names = sorted({part.id for part in rule.parts()})
    states = {(0, *(0 for _ in names))}

    def with_one(state: tuple[int, ...], cell: Cell) -> tuple[int, ...] | None:
        new = (state[0] + 1, *(held + (name in cell) for name, held in zip(names, state[1:], strict=True)))
        fits = all(new[1 + place] <= most.get(name, 99) for place, name in enumerate(names))
        return new if fits else None

    for words in some:
        states |= {new for old in states for cell, takes in cells if takes <= words and (new := with_one(old, cell))}
    left = 0
    while not any(
        state[0] >= required and all(state[1 + names.index(name)] >= wanted for name, wanted in least.items())
        for state in states
    ):
        left += 1
        states = {new for old in states for cell, _ in cells if (new := with_one(old, cell))}
    return left


@settings(max_examples=150, deadline=None)
@given(rules(), credits_earned)
def test_what_is_left_is_the_fewest_possible(made: tuple[CredentialRule, int], some: list[frozenset[str]]) -> None:
    rule, required = made
    assert count(rule, required * 100, _earned(some)).left == _slow(rule, required, some) * 100


@settings(max_examples=100, deadline=None)
@given(rules(), credits_earned)
def test_no_maximum_is_passed(made: tuple[CredentialRule, int], some: list[frozenset[str]]) -> None:
    rule, required = made
    found = count(rule, required * 100, _earned(some))
    assert found.counted <= 100 * len(some)
    assert all(each.counted <= each.most for each in found.parts if each.most is not None)


names = st.sampled_from(sorted(shipped_rules()))
words = st.sets(st.sampled_from(("live", "mgma", "core", "aama", "clinical", "general", "ache", "in-person", "hfma")))
amounts = st.integers(1, 3000)
some_earned = st.lists(st.builds(Earned, amounts, words.map(frozenset)), max_size=6)


@settings(max_examples=150, deadline=None)
@given(names, some_earned, st.builds(Earned, amounts, words.map(frozenset)))
def test_one_more_credit_never_makes_it_worse(name: str, some: list[Earned], one: Earned) -> None:
    rule = shipped_rules()[name]
    required = int(rule.required.amount * 100) if rule.required else 1000
    before, after = count(rule, required, some), count(rule, required, [*some, one])
    assert before.left - one.amount <= after.left <= before.left
    assert after.counted >= before.counted
    assert all(each.counted <= each.most for each in after.parts if each.most is not None)
