"""What a member does not share changes nothing that anybody else is shown: over a thousand pairs of worlds that
differ in one such thing, chat, digest, file and others' `privacy` are the same to the last byte. And a leak is noticed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.conversation import Knowledge
from bot.mentoring.cohort_comparing import compare
from bot.mentoring.cohort_rows import Shared
from bot.mentoring.cohort_trend import Counted, Moves, Week, of_place, trend
from bot.mentoring.cohort_view import LEAST, Batch, Cohorts, Figures, View, project
from tests.fakes.cohort_worlds import NOW, Change, Project, Weeks, changes_of, outputs, twin, weeks, world

CASES = 1200
Show = Callable[[Cohorts, int], object]
"""What everybody but one member is shown of a world."""


def differences(show: Show, cases: int = CASES) -> tuple[int, list[int]]:
    """How many pairs were compared, and the seeds of those that differ in what is shown."""
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
        if repr(show(here, hidden)) != repr(show(there, hidden)):
            found.append(seed)
    return compared, found


def all_that_is_shown(knowledge: Knowledge, using: Project = project) -> Show:
    """Everything that is made of a view of this kind."""
    return lambda known, hidden: outputs(knowledge.wordings["en"], known, hidden, using)


def test_what_is_not_shared_changes_nothing_for_anybody_else(knowledge: Knowledge) -> None:
    compared, found = differences(all_that_is_shown(knowledge))
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
    _, found = differences(all_that_is_shown(knowledge, LEAKS[name]), cases=400)
    assert found != []


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def _sharing_long(known: Cohorts) -> Cohorts:
    """So that each batch has weeks."""
    return replace(known, people=[replace(each, step_since=LONG_AGO) for each in known.people])


def counting_every_change(known: Cohorts) -> Sequence[Sequence[Week]]:
    """Weeks that count changes of people who share no step, as if they were in some batch."""

    def changes(known: Cohorts) -> Sequence[Change]:
        steps = [batch for batch in known.batches if batch.field is Shared.STEP]
        counted = min((member for batch in steps for member in batch.members), default=0)
        return [replace(each, member_id=counted) for each in changes_of(known)]

    return weeks(_sharing_long(known), changes)


def counting_steps_beyond_five(known: Cohorts) -> Sequence[Sequence[Week]]:
    """Weeks in which having come to step 6 or 7 is a move."""

    def changes(known: Cohorts) -> Sequence[Change]:
        steps = {each.member_id: each.step or 0 for each in known.people}
        return [replace(each, before=5, after=steps[each.member_id]) for each in changes_of(known)]

    return weeks(_sharing_long(known), changes)


@pytest.mark.parametrize("over", [counting_every_change, counting_steps_beyond_five])
def test_a_leak_in_the_weeks_is_noticed(over: Weeks) -> None:
    _, found = differences(lambda known, _: over(known))
    assert found != []


def test_a_leak_into_the_comparison_is_noticed() -> None:
    """Certificates of everybody in the months ahead, whether they share them or not."""

    def compared(known: Cohorts, _: int) -> object:
        everybody = Batch(Shared.CE, frozenset(each.member_id for each in known.people if each.shares))
        return compare([leaking(Shared.CE)(replace(known, batches=[*known.batches, everybody]), NOW)])

    _, found = differences(compared, cases=400)
    assert found != []


def test_weeks_count_batches_that_shared_all_through() -> None:
    """Of six, the last of whom began to share on a Wednesday: from the Monday after it. Five others shared before."""
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    moves = [Moves(monday + timedelta(weeks=week), before, 4, 1) for week in range(4) for before in (0, 3, 4)]
    here = Counted(6, monday + timedelta(days=2), moves, "North", "Gate")
    past = [here, Counted(5, monday - timedelta(days=2), moves[:2], "North", "Hill")]
    counted = [(f"{week.monday:%d}", week.of, week.moved) for week in trend(past, NOW)]
    assert counted == [("02", 5, 1), ("09", 11, 1), ("16", 11, 1)]
    assert trend(of_place(past, "North", "Gate"), NOW) == trend([here], NOW)
    assert trend(of_place(past, "North", ""), NOW) == trend(past, NOW)
    assert trend(of_place(past, "South", ""), NOW) == ()


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
    assert sum(view.whole.step_of > 0 for view in views) > 80
    assert sum(bool(view.sites) for view in views) > 20
    assert sum(view.is_locked for view in views) > 40
    assert sum(any(row.quiet_since for row in view.rows) for view in views) > 80
    assert sum(any(row.moved for row in view.rows) for view in views) > 50
    assert sum(any(row.near for row in view.rows) for view in views) > 80
    assert sum(view.whole.soon > 0 for view in views) > 50
    lines = [weeks(world(Random(seed)))[0] for seed in range(400)]
    assert sum(any(week.moved for week in line) for line in lines) > 10
    assert {week.of >= LEAST for line in lines for week in line} == {True}
