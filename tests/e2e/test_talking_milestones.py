"""Milestones and result lines as a member keeps them, and everything on the roadmap that is typed wrong."""

from datetime import date

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import Bullets, Code, Message, Paragraph, Span, Text, plain
from bot.words import MAX_TEXT
from content.pack import Pack
from tests.fakes.talking import Talk, buttons, fields, happened, options, standing

DEGREE = "finish-bachelor-degree"


@pytest.fixture
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


DAYS = {
    "2028-05-31": date(2028, 5, 31),
    "May 2028": date(2028, 5, 31),
    "by May 2028": date(2028, 5, 31),
    "2028": date(2028, 12, 31),
    "end of 2028": date(2028, 12, 31),
    "June 1": date(2027, 6, 1),
    "5/6/2028": date(2028, 5, 6),
    "in 6 months": date(2027, 5, 23),
    "two years": date(2028, 11, 23),
    "today": date(2026, 11, 23),
}
"""What a member may type on 23 November 2026 → the day it means."""
NO_DAYS = (
    "soon",
    "31 feb 2028",
    "12",
    "99999",
    "*soon*",
    "<!channel>",
    "مرحبا",
    "in 99999 years",
    "🙂🙂🙂",
    "x" * 200,
)


async def test_a_day_in_ones_own_words(talk: Talk, database: Database, pack: Pack) -> None:
    for words, day in DAYS.items():
        message = await talk(f"milestone {DEGREE} {words}")
        assert (await standing(database, pack)).milestones[DEGREE].day == day, words
        assert f"{day:%B} {day.day}, {day.year}" in message.title


async def test_words_that_are_no_day_keep_nothing(talk: Talk, database: Database) -> None:
    for words in NO_DAYS:
        message = await talk(f"milestone {DEGREE} {words}")
        assert message.title == "I could not read that as a date", words
        assert fields(message) == [f"milestone {DEGREE}"]
    assert await happened(database) == []


async def test_a_day_that_passed_or_is_very_far_is_explained(talk: Talk, database: Database) -> None:
    past = await talk(f"milestone {DEGREE} 2020-05-01")
    assert past.title == "May 1, 2020 has passed"
    assert buttons(past)["I reached it"] == f"milestone {DEGREE} reached"
    assert "passed" in (await talk(f"milestone {DEGREE} May 2020")).title
    assert "very far" in (await talk(f"milestone {DEGREE} 3000")).title
    assert await happened(database) == []


async def test_today_is_the_members_own(talk: Talk, database: Database, calendar: FixedClock) -> None:
    far_west = {"user": "U2", "zone": "Pacific/Pago_Pago"}
    assert "passed" in (await talk(f"milestone {DEGREE} 2026-11-23", zone="Asia/Manila")).title
    calendar.move(calendar.now().replace(hour=5) - calendar.now())
    assert "by November 22, 2026" in (await talk(f"milestone {DEGREE} 2026-11-22", **far_west)).title


async def test_the_same_day_twice_is_kept_once(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(f"milestone {DEGREE} May 2028")
    message = await talk(f"milestone {DEGREE} 2028-05-31")
    assert len(await happened(database)) == 1
    await talk(buttons(message)["Undo"])
    assert (await standing(database, pack)).milestones == {}


async def test_the_list_shows_mine_and_those_of_my_step(talk: Talk, pack: Pack) -> None:
    await talk(PLACED)
    await talk(f"milestone {DEGREE} May 2028")
    message = await talk("milestone")
    said = plain(message)
    assert "Finish a bachelor's degree: by May 31, 2028" in said
    own = [one.title for one in pack.steps[2].milestones]
    assert len(own) >= 1
    assert all(f"{title}: no date yet" in said for title in own)
    assert set(options(message).values()) == {f"milestone {one.id}" for step in pack.steps for one in step.milestones}


async def test_a_milestone_shows_what_it_takes(talk: Talk, pack: Pack) -> None:
    milestone = next(one for one in pack.steps[0].milestones if one.id == DEGREE)
    message = await talk(f"milestone {DEGREE}")
    for words in (milestone.about, milestone.usual, milestone.evidence, milestone.sources[0].name):
        assert words in plain(message)
    assert fields(message) == [f"milestone {DEGREE}"]


async def test_an_unknown_milestone_gets_a_clear_sentence(talk: Talk, database: Database) -> None:
    message = await talk("milestone bachelor-degree May 2028")
    assert message.title == "I have no milestone of that name"
    assert f"milestone {DEGREE}" in buttons(message).values()
    assert await happened(database) == []
    assert (await talk("milestone what is that?")).title != message.title


async def test_reached_is_celebrated_once_and_holds_up_nothing(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    assert "Congratulations" in (await talk(f"milestone {DEGREE} reached")).title
    assert "Already reached" in (await talk(f"milestone {DEGREE} reached")).title
    progress = await standing(database, pack)
    assert (progress.step, progress.milestones[DEGREE].reached) == (3, True)
    assert len(await happened(database)) == 2
    assert fields(await talk(f"milestone {DEGREE}")) == []


async def test_the_new_job_brings_a_warm_ending(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    message = await talk("milestone got-the-job reached")
    assert message.title == "You got the job. Congratulations, Medical Office Manager!"
    assert "mentor them" in plain(message)
    assert buttons(message)["See step 7"] == "step 7"
    progress = await standing(database, pack)
    assert (progress.step, progress.has_job) == (7, True)
    await talk(buttons(message)["Undo"])
    assert (await standing(database, pack)).step == 3


def _spans(message: Message) -> list[Span]:
    said = [span for block in message.blocks if isinstance(block, Paragraph) for span in block.spans]
    return said + [
        span for block in message.blocks if isinstance(block, Bullets) for item in block.items for span in item
    ]


async def test_a_result_is_kept_as_it_was_typed(talk: Talk, database: Database, pack: Pack) -> None:
    await talk("done map-a-visit")
    lines = ("Cut `waiting` *by* 5 <!channel> &lt; minutes", "من 9 إلى 3", "x" * 200)
    for line in lines:
        message = await talk(f"result map-a-visit {line}")
        assert Text(line) in _spans(message)
        assert not any(isinstance(span, Code) and span.text == "waiting" for span in _spans(message))
    listed = await talk("result")
    assert listed.title == "What changed: 3 lines so far"
    assert [span for span in _spans(listed) if isinstance(span, Text) and span.text in lines] == [
        Text(line) for line in reversed(lines)
    ]
    assert "Draw the path of a visit" in plain(listed)
    assert [result.text for result in (await standing(database, pack)).results] == list(lines)


async def test_a_result_may_name_no_action(talk: Talk, database: Database, pack: Pack) -> None:
    await talk("result Trained 3 new hires")
    await talk("result Trained 3 new hires")
    results = (await standing(database, pack)).results
    assert [(one.text, one.action) for one in results] == [("Trained 3 new hires", "")]


async def test_a_result_of_over_200_characters_is_not_kept(talk: Talk, database: Database) -> None:
    message = await talk("result map-a-visit " + "x" * 201)
    assert "201 characters, and 200 fit" in plain(message)
    assert fields(message) == ["result map-a-visit"]
    assert await happened(database) == []


async def test_a_result_without_words_asks_for_them(talk: Talk, database: Database) -> None:
    assert (await talk("result")).title == "No lines yet"
    assert fields(await talk("result map-a-visit")) == ["result map-a-visit"]
    assert await happened(database) == []


async def test_a_result_taken_back_is_erased(talk: Talk, database: Database, pack: Pack) -> None:
    message = await talk("result Trained 3 new hires")
    assert "erased" in (await talk(buttons(message)["Undo"])).title
    assert [event.detail for event in await happened(database)] == [{}]
    assert (await standing(database, pack)).results == ()


AWKWARD = (
    "x" * 10_000,
    "\u202eمرحبا",
    "🙂",
    "<!channel>",
    "*",
    "&lt;",
    "`done`",
    "a=b",
    "--",
    "'; DROP TABLE member;--",
    "%s {title}",
)


async def test_nothing_awkward_is_stored_or_breaks_anything(talk: Talk, database: Database) -> None:
    commands = ("start", "roadmap", "step", "next", "done", "smaller", "later", "undo", "milestone")
    for command in commands:
        for words in AWKWARD:
            assert (await talk(f"{command} {words}")).title
    assert max(map(len, AWKWARD)) > MAX_TEXT
    assert await happened(database) == []
