"""What a member does not share changes nothing that anybody else is shown: over a thousand pairs of worlds that
differ in one such thing, chat, digest, file and others' `privacy` are the same to the last byte. And a leak is noticed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from bot.conversation import Knowledge
from bot.mentoring.cohort_view import LEAST, Cohorts, Facts, Figures, Shared, View, project
from tests.fakes.cohort_worlds import NOW, Project, outputs, twin, world

CASES = 1200
Leak = Callable[[Facts], Facts]


def differences(say_of: Knowledge, using: Project, cases: int = CASES) -> tuple[int, list[int]]:
    """How many pairs were compared, and the seeds of those that differ."""
    say = say_of.wordings["en"]
    compared, seed = 0, 0
    found: list[int] = []
    while compared < cases and not found:  # one tells enough
        seed += 1
        dice = Random(seed)
        here = world(dice)
        if (pair := twin(dice, here)) is None:
            continue
        there, hidden = pair
        compared += 1
        if repr(outputs(say, here, hidden, using)) != repr(outputs(say, there, hidden, using)):
            found.append(seed)
    return compared, found


def test_what_is_not_shared_changes_nothing_for_anybody_else(knowledge: Knowledge) -> None:
    compared, found = differences(knowledge, project)
    assert compared >= 1000
    assert found == []


def leaking(field: Shared) -> Project:
    """A view that shows one field whether it is shared or not."""

    def leaky(known: Cohorts, now: object) -> View:
        people = [
            replace(each, shares=each.shares | {field}, step_since=each.step_since or datetime.min.replace(tzinfo=UTC))
            if each.shares
            else each
            for each in known.people
        ]
        return project(replace(known, people=people), NOW)

    return leaky


def exact_steps(known: Cohorts, now: object) -> View:
    """A view that tells steps 5, 6 and 7 apart in its order alone."""
    view = project(known, NOW)
    steps = {each.member_id: each.step or 0 for each in known.people}
    return replace(view, rows=tuple(sorted(view.rows, key=lambda row: (steps[row.member_id], row.member_id))))


def derived_dates(known: Cohorts, now: object) -> View:
    """A view that shows the days that are printed nowhere, too."""
    people = [
        replace(each, certificates=tuple(replace(one, is_printed=True) for one in each.certificates))
        for each in known.people
    ]
    return project(replace(known, people=people), NOW)


def counting_everybody(known: Cohorts, now: object) -> View:
    """A view whose share of people counts those who share nothing."""
    view = project(known, NOW)
    return replace(view, invited=len(known.people))


LEAKS: dict[str, Project] = {
    **{field.value: leaking(field) for field in Shared},
    "5, 6 or 7": exact_steps,
    "a derived date": derived_dates,
    "how many joined": counting_everybody,
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_noticed(knowledge: Knowledge, name: str) -> None:
    _, found = differences(knowledge, LEAKS[name], cases=400)
    assert found != []


def test_no_figure_counts_fewer_than_five() -> None:
    few = 0
    for seed in range(400):
        view = project(world(Random(seed)), NOW)
        figures = [view.whole, *(each for _, each in view.regions), *(each for *_, each in view.sites)]
        few += sum(_is_few(each) for each in figures)
        assert view.counted == 0 or view.counted >= LEAST
    assert few == 0


def _is_few(figures: Figures) -> bool:
    counted = (figures.step_of, figures.actions_of, figures.activity_of, figures.outcomes_of, figures.ce_of)
    return any(0 < number < LEAST for number in counted)


def test_worlds_hold_what_they_should() -> None:
    """Rows, figures, cuts, locked ones: or the comparison would be of nothing."""
    views = [project(world(Random(seed)), NOW) for seed in range(400)]
    assert sum(bool(view.rows) for view in views) > 200
    assert sum(view.whole.step_of > 0 for view in views) > 100
    assert sum(bool(view.sites) for view in views) > 20
    assert sum(view.is_locked for view in views) > 40
    assert sum(any(row.quiet_since for row in view.rows) for view in views) > 100
    assert sum(any(row.moved for row in view.rows) for view in views) > 50
    assert sum(any(row.near for row in view.rows) for view in views) > 100
    assert sum(view.whole.soon > 0 for view in views) > 50
