"""The ways into a year of weekly notes, and what must hold of each such year. For the tests that live one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from bot.clock import Week
from bot.mentoring.placement import place
from bot.message import Message, plain
from content.pack import Pack
from tests.fakes.coached import buttons_of


@dataclass(frozen=True, slots=True)
class Told:
    """What one note was about."""

    week: Week
    content: Mapping[str, str]


def placements(pack: Pack) -> Mapping[int, str]:
    """Step → a line of answers that places somebody there."""
    questions = pack.placement.questions
    found: dict[int, str] = {}
    for choices in product(*(question.choices for question in questions)):
        answers = {question.id: choice.id for question, choice in zip(questions, choices, strict=True)}
        line = " ".join(["start", *(f"{question}={choice}" for question, choice in answers.items())])
        found.setdefault(place(answers, pack.placement).step, line)
        if len(found) == len(pack.steps):
            break
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 7]
    return found


def press(message: Message, habit: str) -> str:
    """The command of the one button that somebody of that habit presses, on a note that is neither blank nor long."""
    assert message.words() <= 60
    assert len(plain(message).split()) > 20, plain(message)
    pressed = [each.command for each in buttons_of(message) if each.command.split()[0] == habit]
    assert len(pressed) == 1, plain(message)
    return pressed[0]


def check_year(year: Sequence[Told], pack: Pack, *, habit: str) -> None:
    """52 notes in 52 weeks, and nothing again inside its gap."""
    assert len({told.week for told in year}) == len(year) == 52
    practices = {practice.id: practice.gap_weeks for practice in pack.practices}
    actions = {action.id: pack.action_gap_weeks for step in pack.steps for action in step.actions}
    _check_gaps(year, "action", {**actions, **practices})
    _check_gaps(year, "suggestion", {idea.id: idea.gap_weeks for idea in pack.suggestions})
    if habit == "done":
        done = [told.content["action"] for told in year if told.content["action"] not in practices]
        assert len(done) == len(set(done))
        assert len(done) >= 9


def _check_gaps(year: Sequence[Told], kind: str, gaps: Mapping[str, int]) -> None:
    weeks = defaultdict(list)
    for told in year:
        if thing := told.content.get(kind):
            weeks[thing].append(told.week)
    assert weeks
    for thing, told_in in weeks.items():
        for earlier, later in pairwise(told_in):
            assert later.weeks_since(earlier) >= gaps[thing], (thing, earlier, later)
