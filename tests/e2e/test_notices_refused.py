"""Notices that nobody may send, and those that say nothing: each is answered in a sentence, and nothing goes."""

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.message import plain
from tests.fakes.coached import Coached, coached
from tests.fakes.notices import SAID, batches, join, run_by_bosses, say


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return run_by_bosses(coached(database, knowledge, calendar), knowledge)


@pytest.mark.parametrize("line", ["admin notice send 1", "admin notice stop 1"])
async def test_another_workspace_knows_nothing_of_it(office: Coached, line: str) -> None:
    await join(office, 1)
    await join(office, 1, tenant="T2")
    await say(office, f"admin notice {SAID}")

    answer = await say(office, line, tenant="T2")

    assert answer.title == "There is no such notice here"
    assert SAID not in plain(await say(office, "admin notices", tenant="T2"))


@pytest.mark.parametrize(
    "line", [f"admin notice {SAID}", "admin notice send 1", "admin notice stop 1", "admin notices"]
)
async def test_a_member_who_does_not_run_it_is_refused(office: Coached, line: str) -> None:
    await join(office, 2)
    await say(office, f"admin notice {SAID}")

    answer = await say(office, line, user="U1")

    assert answer.title == "That is for the people who run me here"
    assert SAID not in plain(answer)
    assert [each.kind for each in await batches(office)] == ["draft"]


async def test_what_looks_like_patient_data_is_refused_and_not_kept(office: Coached) -> None:
    await join(office, 1)

    answer = await say(office, "admin notice pt John Sample DOB 04/12/1961 MRN 889213 is coming")

    assert answer.title == "That may include patient information, so I did not save it"
    assert await batches(office) == []


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("admin notice send 7", "There is no such notice here"),
        ("admin notice stop 7", "There is no such notice here"),
        ("admin notice send 999999999", "There is no such notice here"),
        ("admin notice " + "long " * 150, "That is long for a notice"),
        (f"admin notice {SAID}", "Nobody would get it"),
        ("admin notice", "Send a notice to everybody who turned messages on"),
    ],
)
async def test_what_makes_no_sense_is_answered_and_sends_nothing(office: Coached, line: str, title: str) -> None:
    assert (await say(office, line)).title == title
    assert await batches(office) == []
