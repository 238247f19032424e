"""Progress as the fold of what happened: advancing, milestones, taking back, and doing a thing twice."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mentoring.progress import (
    Kind,
    MilestoneState,
    Progress,
    find_thing,
    fold,
    home_step,
    left_in,
    step_of,
    things,
)
from bot.model.progress import ProgressEvent
from content.library import load_library
from content.pack import Action, Milestone, Pack, Practice

START = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
JOB = "got-the-job"


@cache
def pack() -> Pack:
    return load_library().pack("en")


def event(kind: Kind, subject: str, *, hours: int = 0, **detail: str) -> ProgressEvent:
    at = START + timedelta(hours=hours)
    return ProgressEvent(member_id=1, at=at, kind=kind, subject=subject, detail=detail)


def done_all(step: int) -> list[ProgressEvent]:
    return [event(Kind.DONE, action.id) for action in step_of(pack(), step).actions]


def test_nobody_has_a_step_before_placement() -> None:
    assert fold([], pack()) == Progress()
    assert fold([event(Kind.DONE, "map-a-visit")], pack()).step is None


def test_the_last_action_of_steps_1_to_5_leads_on() -> None:
    for step in range(1, 6):
        events = [event(Kind.PLACED, str(step)), *done_all(step)]
        assert fold(events[:-1], pack()).step == step
        assert fold(events, pack()).step == step + 1


def test_steps_6_and_7_lead_nowhere_by_themselves() -> None:
    for step in (6, 7):
        assert fold([event(Kind.PLACED, str(step)), *done_all(step)], pack()).step == step


def test_a_step_already_done_is_passed_over() -> None:
    events = [event(Kind.PLACED, "1"), *done_all(2), *done_all(1)]
    assert fold(events, pack()).step == 3


def test_finishing_another_step_does_not_move_anybody() -> None:
    assert fold([event(Kind.PLACED, "3"), *done_all(1)], pack()).step == 3


def test_going_back_to_a_finished_step_stays_there() -> None:
    events = [event(Kind.PLACED, "1"), *done_all(1), event(Kind.MOVED, "1")]
    assert fold(events, pack()).step == 1
    assert fold([*events, event(Kind.DONE, "map-a-visit")], pack()).step == 1


def test_running_milestones_never_hold_up_a_step() -> None:
    dated = [event(Kind.DATED, one.id, date="2020-01-01") for one in step_of(pack(), 1).milestones]
    assert len(dated) >= 1
    assert fold([event(Kind.PLACED, "1"), *dated, *done_all(1)], pack()).step == 2


def test_the_new_job_leads_to_step_7_from_anywhere() -> None:
    assert isinstance(find_thing(pack(), JOB), Milestone)
    for step in range(1, 8):
        progress = fold([event(Kind.PLACED, str(step)), event(Kind.REACHED, JOB)], pack())
        assert (progress.step, progress.has_job) == (7, True)
    other = fold([event(Kind.PLACED, "6"), event(Kind.REACHED, "finish-bachelor-degree")], pack())
    assert (other.step, other.has_job) == (6, False)


def test_a_milestone_keeps_its_date_when_it_is_reached() -> None:
    one = "finish-bachelor-degree"
    progress = fold([event(Kind.DATED, one, date="2028-05-31"), event(Kind.REACHED, one)], pack())
    assert progress.milestones == {one: MilestoneState(date(2028, 5, 31), reached=True)}


def test_done_clears_what_was_asked_about_it() -> None:
    one = "map-a-visit"
    asked = [event(Kind.SMALLER, one), event(Kind.LATER, one)]
    assert fold(asked, pack()).smaller == {one}
    assert set(fold(asked, pack()).later) == {one}
    progress = fold([*asked, event(Kind.DONE, one)], pack())
    assert (progress.smaller, progress.later, set(progress.done)) == (frozenset(), {}, {one})


def test_an_action_counts_from_its_first_time_and_a_practice_from_its_last() -> None:
    practice = pack().practices[0].id
    twice = [event(Kind.DONE, subject, hours=hours) for subject in ("map-a-visit", practice) for hours in (0, 500)]
    assert fold(twice, pack()).done == {"map-a-visit": START, practice: START + timedelta(hours=500)}


def test_results_are_kept_in_order() -> None:
    lines = [event(Kind.RESULT, "map-a-visit", text="First"), event(Kind.RESULT, "", text="<!channel> *second*")]
    assert [line.text for line in fold(lines, pack()).results] == ["First", "<!channel> *second*"]


def test_what_left_the_pack_is_harmless() -> None:
    old = [event(kind, "no-longer-there") for kind in (Kind.DONE, Kind.SMALLER, Kind.LATER, Kind.REACHED)]
    progress = fold([event(Kind.PLACED, "2"), *old], pack())
    assert progress.step == 2
    assert home_step(pack(), "no-longer-there") is None


def test_everything_with_an_id_is_found() -> None:
    found = list(things(pack()))
    assert len(found) >= 50
    assert all(find_thing(pack(), thing.id) == thing for thing in found)
    homes = [home_step(pack(), thing.id) for thing in found if not isinstance(thing, Practice)]
    assert all(homes)


def events_over(shipped: Pack) -> st.SearchStrategy[ProgressEvent]:
    """Anything a member may do, as the commands record it."""
    doable = [thing.id for thing in things(shipped) if isinstance(thing, Action)]
    milestones = [thing.id for thing in things(shipped) if isinstance(thing, Milestone)]
    steps = st.sampled_from("1234567")
    on_step_1 = st.sampled_from([action.id for action in step_of(shipped, 1).actions])
    about = st.one_of(on_step_1, st.sampled_from(doable))
    days = st.dates(date(2026, 1, 1), date(2050, 1, 1)).map(date.isoformat)
    return st.one_of(
        st.builds(event, st.sampled_from([Kind.PLACED, Kind.MOVED]), steps),
        st.builds(event, st.just(Kind.DONE), about),
        st.builds(event, st.sampled_from([Kind.SMALLER, Kind.LATER, Kind.PLANNED]), about),
        st.builds(event, st.just(Kind.DATED), st.sampled_from(milestones), date=days),
        st.builds(event, st.just(Kind.REACHED), st.sampled_from(milestones)),
        st.builds(event, st.just(Kind.RESULT), about, text=st.text(min_size=1, max_size=200)),
    )


HISTORIES = st.deferred(lambda: st.lists(events_over(pack()), max_size=25))


@settings(deadline=None)
@given(HISTORIES, st.data())
def test_taking_back_the_last_returns_the_progress_before(history: list[ProgressEvent], data: st.DataObject) -> None:
    last = data.draw(events_over(pack()))
    before = fold(history, pack())
    last.undone_at = START
    assert fold([*history, last], pack()) == before


@settings(deadline=None)
@given(HISTORIES, st.data())
def test_what_is_taken_back_in_the_middle_never_happened(history: list[ProgressEvent], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(history)))
    gone = data.draw(events_over(pack()))
    gone.undone_at = START
    assert fold([*history[:place], gone, *history[place:]], pack()) == fold(history, pack())


@settings(deadline=None)
@given(HISTORIES, st.data())
def test_done_twice_is_done_once(history: list[ProgressEvent], data: st.DataObject) -> None:
    doable = [thing.id for thing in things(pack()) if isinstance(thing, Action) and not isinstance(thing, Practice)]
    done = event(Kind.DONE, data.draw(st.sampled_from(doable)))
    again = event(Kind.DONE, done.subject, hours=5)
    assert fold([*history, done, again], pack()) == fold([*history, done], pack())


@settings(deadline=None)
@given(HISTORIES)
def test_whatever_happens_there_is_something_true_to_show(history: list[ProgressEvent]) -> None:
    progress = fold(history, pack())
    assert progress.step in (None, *range(1, 8))
    for step in pack().steps:
        assert len(left_in(step, progress)) == sum(action.id not in progress.done for action in step.actions)
