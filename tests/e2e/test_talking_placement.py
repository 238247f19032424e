"""`start` as a member meets it: six questions, back, answers nobody knows, starting again."""

import pytest

from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.progress import Kind
from bot.mentoring.samples import PLACED
from bot.message import Bullets, plain
from content.pack import Pack
from tests.fakes.talking import Talk, buttons, happened, standing

BILLER = (
    "Billing, coding or records",
    "Bachelor's degree or higher",
    "3 to 5 years",
    "Not yet",
    "None yet, and I may want one",
    "I am learning and building experience",
)


@pytest.fixture
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


async def test_six_pressed_answers_place_a_biller_with_a_degree(talk: Talk, database: Database, pack: Pack) -> None:
    message = await talk("start")
    for number, answer in enumerate(BILLER, 1):
        assert f"Question {number} of 6" in message.title
        assert (await standing(database, pack)).step is None
        message = await talk(buttons(message)[answer])

    assert "step 3" in message.title
    assert (await standing(database, pack)).step == 3
    because = next(block for block in message.blocks if isinstance(block, Bullets))
    assert len(because.items) == 2
    assert "You already" in plain(message)


async def test_placement_offers_the_first_action_and_the_weekly_message(talk: Talk, pack: Pack) -> None:
    message = await talk(PLACED)
    first = pack.steps[2].actions[0]
    assert {f"next {first.id}", "coach on", "roadmap"} <= set(buttons(message).values())
    assert first.do in plain(message)
    assert f"{first.minutes} minutes" in plain(message)


async def test_whoever_is_coached_is_not_offered_it_again(talk: Talk) -> None:
    await talk(PLACED)
    await talk("coach on")
    message = await talk(PLACED)
    assert "coach on" not in buttons(message).values()
    assert "once a week" not in plain(message)


async def test_back_drops_the_last_answer(talk: Talk) -> None:
    third = await talk("start role=billing education=bachelor")
    assert buttons(third)["Back"] == "start role=billing"
    second = await talk(buttons(third)["Back"])
    assert "Question 2 of 6" in second.title
    assert buttons(second)["Back"] == "start"
    assert "Back" not in buttons(await talk("start"))


UNKNOWN = {
    "start role=astronaut": 1,
    "start role=": 1,
    "start rank=billing": 1,
    "start role=billing education=wizardry": 2,
    "start role=billing experience=none": 2,
    "start education=bachelor": 1,
    PLACED.replace("now=building", "now=napping"): 6,
    "start rôle=مرحبا": 1,
}
"""Answers nobody knows → the question that comes again."""


async def test_an_unknown_answer_brings_the_question_again(talk: Talk, database: Database) -> None:
    for line, question in UNKNOWN.items():
        message = await talk(line)
        assert f"Question {question} of 6" in message.title, line
        assert "here is the question again" in plain(message), line
    assert await happened(database) == []


async def test_big_letters_and_old_order_do_not_matter(talk: Talk, database: Database, pack: Pack) -> None:
    words = PLACED.upper().split()
    await talk(" ".join(["start", *reversed(words[1:])]))
    assert (await standing(database, pack)).step == 3


async def test_starting_again_keeps_what_is_done_and_can_be_undone(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    await talk("done map-a-visit")
    assert "What you have done stays" in plain(await talk("start again"))

    message = await talk(PLACED.replace("now=building", "now=manager"))

    progress = await standing(database, pack)
    assert (progress.step, set(progress.done)) == (7, {"map-a-visit"})
    assert "stays done" in plain(message)
    await talk(buttons(message)["Undo"])
    assert (await standing(database, pack)).step == 3


async def test_the_last_answer_pressed_twice_places_once(talk: Talk, database: Database) -> None:
    first, second = await talk(PLACED), await talk(PLACED)
    assert first.title == second.title
    assert "Undo" not in buttons(second)
    assert [event.kind for event in await happened(database)] == [Kind.PLACED]


async def test_before_placement_the_way_to_it_is_shown(talk: Talk, database: Database) -> None:
    for line in ("next", "done", "smaller", "later", "step"):
        message = await talk(line)
        assert buttons(message)["Find my step"] == "start"
        assert "find your step" in message.title
    assert await happened(database) == []


async def test_other_words_are_a_question(talk: Talk, database: Database) -> None:
    for line in ("start a degree?", "start role = billing", "start " + "role=billing " * 40):
        assert "of 6" not in (await talk(line)).title
    assert await happened(database) == []
