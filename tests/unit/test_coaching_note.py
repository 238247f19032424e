"""The weekly note over the whole shipped pack: its words, its buttons, what it says about itself."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from bot.clock import Week
from bot.conversation import Knowledge
from bot.mentoring.progress import Progress
from bot.mentoring.selection import Offer, choose_action
from bot.mentoring.weekly_note import MOST_WORDS, Note, Situation, weekly_note
from bot.message import Bold, Button, Buttons, Message, Paragraph, plain, plain_spans
from bot.model.coaching import CoachingPlan
from content.pack import Action, Pack
from content.wording import Wording

WEEK = Week(2026, 48)
MOODS: tuple[dict[str, Any], ...] = ({}, {"unused": 2}, {"was_slower": True})
"""An ordinary week, and the weeks in which a note also says what changed about the notes."""


@pytest.fixture
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


@pytest.fixture
def say(knowledge: Knowledge) -> Wording:
    return knowledge.wordings["en"]


def situation(step: int | None = 2, *, topics: tuple[str, ...] = ("step", "networking"), **more: Any) -> Situation:
    plan = CoachingPlan(member_id=1, is_on=True, topics=list(topics))
    return replace(Situation(WEEK, plan, Progress(step=step), []), **more)


def noted(say: Wording, pack: Pack, now: Situation) -> Note:
    note = weekly_note(say, pack, now)
    assert note is not None
    return note


def buttons(message: Message) -> list[Button]:
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]


def everything(pack: Pack) -> list[tuple[int, Action]]:
    return [
        (step.number, action)
        for step in pack.steps
        for action in (*step.actions, *(practice for practice in pack.practices if step.number in practice.steps))
    ]


def only(pack: Pack, action: Action) -> Pack:
    """The pack with one action in every step, so that it is the one offered."""
    steps = tuple(step.model_copy(update={"actions": (action,)}) for step in pack.steps)
    return pack.model_copy(update={"steps": steps})


def test_every_note_of_the_pack_keeps_to_its_words(pack: Pack, say: Wording) -> None:
    """Every action and practice of every step, in both sizes, with every suggestion that fits; in the weeks that also
    bring news, with the longest and the briefest of them.
    """
    written = told = 0
    for (step, action), mood, is_smaller in product(everything(pack), MOODS, (False, True)):
        progress = Progress(step=step, smaller=frozenset({action.id} if is_smaller else ()))
        one = only(pack, action)
        now = situation(progress=progress, **mood)
        fitting = sorted((i for i in pack.suggestions if step in i.steps), key=lambda i: len(i.line.split()))
        for idea in (fitting[0], fitting[-1]) if mood else fitting:
            alone = one.model_copy(update={"suggestions": (idea,)})
            note = noted(say, alone, now)
            assert note.message.words() <= MOST_WORDS, plain(note.message)
            written += 1
            told += "suggestion" in note.content
    assert written > 20_000
    assert told / written > 0.9


def test_questions_and_networking_notes_keep_to_their_words(pack: Pack, say: Wording) -> None:
    assert noted(say, pack, situation(unused=4)).message.words() <= MOST_WORDS
    for idea, mood in product(pack.suggestions, MOODS):
        alone = pack.model_copy(update={"suggestions": (idea,)})
        note = noted(say, alone, situation(idea.steps[0], topics=("networking",), **mood))
        assert note.message.words() <= MOST_WORDS
        assert note.content["suggestion"] == idea.id
        assert "action" not in note.content


def test_a_note_opens_with_the_step_and_brings_one_thing(pack: Pack, say: Wording) -> None:
    action = pack.steps[1].actions[0]
    message = noted(say, pack, situation(2)).message
    said = [block for block in message.blocks if isinstance(block, Paragraph)]
    assert plain_spans(said[0].spans) == f"Step 2 of 7 · {pack.steps[1].short}"
    assert said[1].spans == (Bold(action.title),)
    assert plain_spans(said[2].spans) == f"{action.do} ({action.minutes} minutes)"
    assert plain_spans(said[-1].spans) == "You chose Wednesdays at 12:00. `coach why`"
    assert said[-1].quiet
    assert [(button.label, button.command.split()[:2]) for button in buttons(message)] == [
        ("Done", ["done", action.id]),
        ("Smaller step", ["smaller", action.id]),
        ("Not this week", ["later", action.id]),
        ("More", ["coach", "more"]),
    ]


def test_the_notification_says_nothing_of_the_career(pack: Pack, say: Wording) -> None:
    telling = {word.lower() for word in (*pack.career.split(), *(step.short for step in pack.steps))}
    for now in (situation(), situation(unused=4), situation(topics=("networking",))):
        message = noted(say, pack, now).message
        assert message.discreet == "Your weekly note is ready"
        for title in (message.title, message.discreet):
            assert not telling & set(title.lower().split())


def test_the_smaller_version_once_asked_for(pack: Pack, say: Wording) -> None:
    action = pack.steps[1].actions[0]
    message = noted(say, pack, situation(progress=Progress(step=2, smaller=frozenset({action.id})))).message
    assert f"{action.smaller.do} ({action.smaller.minutes} minutes)" in plain(message)
    assert action.do not in plain(message)
    assert [button.label for button in buttons(message)] == ["Done", "Not this week", "More"]


def test_permission_and_training_only_are_said(pack: Pack, say: Wording) -> None:
    actions = [action for _, action in everything(pack)]
    by_manager = [action for action in actions if action.permission == "manager"]
    in_training = [action for action in actions if action.patient_data == "training-only"]
    free = [action for action in actions if action.permission == "none" and action.patient_data == "none"]
    assert by_manager
    assert in_training
    assert free
    for action in by_manager:
        assert "Ask your manager first." in plain(noted(say, only(pack, action), situation()).message)
    for action in in_training:
        assert "Training environment only." in plain(noted(say, only(pack, action), situation()).message)
    assert "manager first" not in plain(noted(say, only(pack, free[0]), situation()).message)


def test_topics(pack: Pack, say: Wording) -> None:
    assert "suggestion" not in noted(say, pack, situation(topics=("step",))).content
    both = noted(say, pack, situation()).content
    assert set(both) == {"action", "suggestion"}
    alone = noted(say, pack, situation(topics=("networking",)))
    assert [button.command for button in buttons(alone.message)] == [
        f"coach more {alone.content['suggestion']}",
        "coach pause",
    ]


def test_nothing_to_say_where_no_idea_is_left(pack: Pack, say: Wording) -> None:
    one = pack.model_copy(update={"suggestions": pack.suggestions[:1]})
    step = one.suggestions[0].steps[0]
    told = [Offer(WEEK.plus(-1), None, one.suggestions[0].id)]
    assert weekly_note(say, one, situation(step, topics=("networking",), history=told)) is None
    assert "suggestion" not in noted(say, one, situation(step, history=told)).content


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"unused": 2}, "every other week"),
        ({"was_slower": True}, "Your own rhythm is back"),
        ({"step": None}, "`start` finds your own step"),
    ],
)
def test_what_changed_about_the_notes_is_said_once(pack: Pack, say: Wording, more: dict[str, Any], said: str) -> None:
    assert said in plain(noted(say, pack, situation(**more)).message)
    others: tuple[dict[str, Any], ...] = ({}, {"unused": 1}, {"unused": 3, "was_slower": True})
    for other in others:
        assert said not in plain(noted(say, pack, situation(**other)).message)


def test_whoever_chose_every_other_week_hears_of_no_change(pack: Pack, say: Wording) -> None:
    now = situation(unused=2)
    now.plan.every_weeks = 2
    assert "every other week" not in plain(noted(say, pack, now).message)


def test_after_four_it_asks_and_offers_nothing_else(pack: Pack, say: Wording) -> None:
    note = noted(say, pack, situation(unused=4))
    assert "Shall I keep writing?" in plain(note.message)
    assert dict(note.content) == {"backoff": "asked"}
    assert [button.command for button in buttons(note.message)] == ["coach resume", "coach less", "coach pause", "stop"]


def test_what_a_note_offers_is_what_the_choice_says(pack: Pack, say: Wording) -> None:
    for step in range(1, 8):
        chosen = choose_action(pack, Progress(step=step), [], WEEK)
        assert noted(say, pack, situation(step)).content["action"] == chosen.id


def test_labels_fit_on_every_platform(pack: Pack, say: Wording) -> None:
    for now in (situation(), situation(unused=4), situation(topics=("networking",))):
        found = buttons(noted(say, pack, now).message)
        assert found
        assert all(len(button.label) <= 30 for button in found)
