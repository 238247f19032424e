"""What is offered next, for a small made-up past in the shipped pack."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.clock import Week
from bot.conversation import Knowledge
from bot.mentoring.progress import Progress
from bot.mentoring.selection import Offer, choose_action, choose_suggestion, current_action
from content.pack import Pack, Practice

WEEK = Week(2026, 48)


@pytest.fixture
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


def noon(week: Week) -> datetime:
    return datetime.combine(week.day(2), time(12), tzinfo=UTC)


def ids(pack: Pack, step: int) -> list[str]:
    return [action.id for action in pack.steps[step - 1].actions]


def offered(things: Iterable[str], first: Week = WEEK) -> list[Offer]:
    return [Offer(first.plus(n), thing) for n, thing in enumerate(things)]


def test_the_first_is_the_first_of_the_step(pack: Pack) -> None:
    for step in range(1, 8):
        assert choose_action(pack, Progress(step=step), [], WEEK).id == ids(pack, step)[0]


def test_nobody_placed_is_on_the_first_step(pack: Pack) -> None:
    assert choose_action(pack, Progress(), [], WEEK).id == ids(pack, 1)[0]


def test_what_was_offered_waits_for_its_gap(pack: Pack) -> None:
    first, second = ids(pack, 2)[:2]
    progress = Progress(step=2)
    assert choose_action(pack, progress, offered([first]), WEEK.plus(1)).id == second
    others_done = Progress(step=2, done=dict.fromkeys(ids(pack, 2)[1:], noon(WEEK)))
    gap = pack.action_gap_weeks
    assert choose_action(pack, others_done, offered([first]), WEEK.plus(gap)).id == first
    assert isinstance(choose_action(pack, others_done, offered([first]), WEEK.plus(gap - 1)), Practice)


def test_what_was_never_offered_comes_before_what_returns(pack: Pack) -> None:
    actions = ids(pack, 2)
    history = offered(actions[:-1])
    week = WEEK.plus(len(actions) + 5)
    assert choose_action(pack, Progress(step=2), history, week).id == actions[-1]
    assert choose_action(pack, Progress(step=2), offered(actions), week).id == actions[0]


def test_not_this_week_counts_as_an_offer(pack: Pack) -> None:
    first, second = ids(pack, 2)[:2]
    put_off = Progress(step=2, later={first: noon(WEEK)})
    assert choose_action(pack, put_off, [], WEEK).id == second
    alone = Progress(step=2, later={first: noon(WEEK)}, done=dict.fromkeys(ids(pack, 2)[1:], noon(WEEK)))
    assert choose_action(pack, alone, [], WEEK.plus(pack.action_gap_weeks)).id == first


def test_not_this_week_said_late_on_sunday_counts_in_the_later_week(pack: Pack) -> None:
    """In UTC it is still Sunday of the week before; in Auckland it is Monday."""
    first = ids(pack, 2)[0]
    sunday = datetime.combine(WEEK.day(0), time(0), tzinfo=UTC) - timedelta(hours=1)
    alone = Progress(step=2, later={first: sunday}, done=dict.fromkeys(ids(pack, 2)[1:], noon(WEEK)))
    assert choose_action(pack, alone, [], WEEK.plus(pack.action_gap_weeks - 1)).id != first
    assert choose_action(pack, alone, [], WEEK.plus(pack.action_gap_weeks)).id == first


def test_after_the_actions_come_practices_that_fit(pack: Pack) -> None:
    done = Progress(step=7, done=dict.fromkeys(ids(pack, 7), noon(WEEK)))
    history: list[Offer] = []
    for n in range(30):
        thing = choose_action(pack, done, history, WEEK.plus(n))
        assert isinstance(thing, Practice)
        assert 7 in thing.steps
        history.append(Offer(WEEK.plus(n), thing.id))


def test_a_practice_done_waits_for_its_gap(pack: Pack) -> None:
    done = Progress(step=7, done=dict.fromkeys(ids(pack, 7), noon(WEEK)))
    first = choose_action(pack, done, [], WEEK)
    both = Progress(step=7, done={**done.done, first.id: noon(WEEK)})
    assert choose_action(pack, both, [], WEEK.plus(1)).id != first.id


def test_a_pack_too_small_repeats_what_is_oldest_rather_than_say_nothing(pack: Pack) -> None:
    small = pack.model_copy(update={"practices": pack.practices[:1]})
    step = next(iter(small.practices[0].steps))
    done = Progress(step=step, done=dict.fromkeys(ids(pack, step), noon(WEEK)))
    history = offered([small.practices[0].id])
    assert choose_action(small, done, history, WEEK.plus(1)) == small.practices[0]


def test_the_same_past_gives_the_same_choice(pack: Pack) -> None:
    history = offered(ids(pack, 3))
    assert len({choose_action(pack, Progress(step=3), history, WEEK.plus(9)).id for _ in range(5)}) == 1
    assert choose_action(pack, Progress(step=3), history[::-1], WEEK.plus(9)).id == ids(pack, 3)[0]


def test_suggestions_fit_the_step_and_keep_their_gap(pack: Pack) -> None:
    last: dict[str, Week] = {}
    gaps = {suggestion.id: suggestion.gap_weeks for suggestion in pack.suggestions}
    history: list[Offer] = []
    for n in range(60):
        week = WEEK.plus(n)
        chosen = choose_suggestion(pack, 2, history, week)
        if chosen is None:
            continue
        assert 2 in chosen.steps
        assert chosen.id not in last or week.weeks_since(last[chosen.id]) >= gaps[chosen.id]
        last[chosen.id] = week
        history.append(Offer(week, "anything", chosen.id))
    assert len(history) > 40


def test_no_suggestion_where_none_is_ready(pack: Pack) -> None:
    one = pack.model_copy(update={"suggestions": pack.suggestions[:1]})
    step = one.suggestions[0].steps[0]
    told = [Offer(WEEK, None, one.suggestions[0].id)]
    assert choose_suggestion(one, step, [], WEEK) == one.suggestions[0]
    assert choose_suggestion(one, step, told, WEEK.plus(1)) is None


def test_the_current_action_is_the_last_one_offered(pack: Pack) -> None:
    first, second, third = ids(pack, 2)[:3]
    history = offered([first, second])
    assert current_action(pack, Progress(step=2), history, WEEK.plus(1)).id == second
    assert current_action(pack, Progress(step=2), history[::-1], WEEK.plus(3)).id == second
    done = Progress(step=2, done={second: noon(WEEK.plus(1))})
    assert current_action(pack, done, history, WEEK.plus(1)).id == third
    put_off = Progress(step=2, later={second: noon(WEEK.plus(1))})
    assert current_action(pack, put_off, history, WEEK.plus(1)).id == third


def test_the_current_action_follows_the_step(pack: Pack) -> None:
    history = offered([ids(pack, 2)[0]])
    assert current_action(pack, Progress(step=3), history, WEEK).id == ids(pack, 3)[0]


def test_putting_off_an_earlier_offer_does_not_close_a_later_one(pack: Pack) -> None:
    first = ids(pack, 2)[0]
    put_off_long_ago = Progress(step=2, later={first: noon(WEEK)})
    again = [Offer(WEEK, first), Offer(WEEK.plus(8), first)]
    assert current_action(pack, put_off_long_ago, again, WEEK.plus(8)).id == first


def test_a_practice_offered_again_is_open_until_done_again(pack: Pack) -> None:
    practice = next(practice for practice in pack.practices if 7 in practice.steps)
    done = dict.fromkeys(ids(pack, 7), noon(WEEK))
    history = [Offer(WEEK, practice.id), Offer(WEEK.plus(20), practice.id)]
    once = Progress(step=7, done={**done, practice.id: noon(WEEK)})
    twice = Progress(step=7, done={**done, practice.id: noon(WEEK.plus(20))})
    assert current_action(pack, once, history, WEEK.plus(20)).id == practice.id
    assert current_action(pack, twice, history, WEEK.plus(20)).id != practice.id
