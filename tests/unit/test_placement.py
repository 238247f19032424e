"""Placement: every combination of answers over the shipped rules, and the rules' own meaning on a small example."""

from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from bot.mentoring.placement import Placed, place
from content.library import load_library
from content.pack import MetWhen, Placement

Answers = dict[str, str]


@pytest.fixture(scope="module")
def placement() -> Placement:
    return load_library().pack("en").placement


def combinations(placement: Placement, **given: tuple[str, ...]) -> Iterator[Answers]:
    """Every way to answer the six questions, with some questions held to the answers given."""
    ids = [question.id for question in placement.questions]
    choices = [given.get(one.id, tuple(choice.id for choice in one.choices)) for one in placement.questions]
    return (dict(zip(ids, picked, strict=True)) for picked in product(*choices))


def test_every_combination_lands_on_a_step_with_a_reason(placement: Placement) -> None:
    placed = [place(answers, placement) for answers in combinations(placement)]
    assert len(placed) >= 2**6
    assert {one.step for one in placed} == set(range(1, 8)), "every step can be reached, and no other"
    assert [one for one in placed if one.step > 1 and not one.because] == []
    assert all(all(sentence.strip() for sentence in one.because) for one in placed)


def test_a_biller_with_a_degree_starts_on_step_2_or_3(placement: Placement) -> None:
    billers = list(
        combinations(
            placement,
            role=("billing",),
            education=("associate", "bachelor"),
            leading=("not-yet", "projects"),
            now=("building", "connected"),
        )
    )
    assert len(billers) >= 40
    assert {place(answers, placement).step for answers in billers} == {2, 3}


def test_somebody_new_starts_on_step_1(placement: Placement) -> None:
    new = combinations(
        placement, education=("high-school",), experience=("none",), leading=("not-yet",), now=("building",)
    )
    steps = [place(answers, placement).step for answers in new]
    assert len(steps) >= 10
    assert set(steps) == {1}


def test_more_years_never_place_anybody_lower(placement: Placement) -> None:
    years = ("none", "under-one", "one-two", "three-five", "six-plus")
    seen = 0
    for answers in combinations(placement, experience=("none",)):
        steps = [place({**answers, "experience": these}, placement).step for these in years]
        assert steps == sorted(steps), answers
        seen += 1
    assert seen >= 100


@pytest.mark.parametrize(("now", "step"), [("manager", 7), ("applying", 6)])
def test_the_job_or_the_search_for_it_decides_at_once(placement: Placement, now: str, step: int) -> None:
    placed = [place(answers, placement) for answers in combinations(placement, now=(now,))]
    assert len(placed) >= 100
    assert {one.step for one in placed} == {step}
    assert {len(one.because) for one in placed} == {1}


def small(*met: MetWhen, straight: tuple[MetWhen, ...] = ()) -> Placement:
    """Rules about two questions; the questions themselves do not matter to `place`."""
    return Placement.model_construct(questions=(), met_when=met, straight_to=straight)


def rule(step: int, *any_of: Mapping[str, tuple[str, ...]]) -> MetWhen:
    return MetWhen(step=step, any_of=tuple(dict(line) for line in any_of), because=f"You already did {step}.")


def test_the_first_unmet_step_counts_even_when_later_ones_are_met() -> None:
    rules = small(rule(1, {"a": ("x",)}), rule(2, {"b": ("y",)}), rule(3, {"a": ("x",)}))
    assert place({"a": "x", "b": "n"}, rules) == Placed(2, ("You already did 1.",))
    assert place({"a": "x", "b": "y"}, rules).step == 4
    assert place({}, rules) == Placed(1, ())


def test_one_line_must_hold_wholly() -> None:
    rules = small(rule(1, {"a": ("x",), "b": ("y",)}, {"a": ("z", "w")}))
    assert place({"a": "x", "b": "n"}, rules).step == 1
    assert place({"a": "x", "b": "y"}, rules).step == 2
    assert place({"a": "w", "b": "n"}, rules).step == 2


def test_straight_to_wins_in_order() -> None:
    rules = small(rule(1, {"a": ("x",)}), straight=(rule(7, {"b": ("m",)}), rule(6, {"a": ("x",)})))
    assert place({"a": "x", "b": "m"}, rules).step == 7
    assert place({"a": "x", "b": "n"}, rules).step == 6
    assert place({"a": "n", "b": "n"}, rules).step == 1
