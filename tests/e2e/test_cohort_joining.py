"""The ways into a cohort, on both databases: codes for many and for one, invitations by name, and what is no way in."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.cohort_codes import BITS, hash_of, new_code
from bot.message import plain
from bot.model.cohorts import CohortInvitation, CohortMembership
from content.patient_data import looks_like_patient_data
from tests.fakes.coached import Coached, coached
from tests.fakes.cohorts import code_in, commands, create, view
from tests.fakes.notices import got, run_by_bosses, say


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return run_by_bosses(coached(database, knowledge, calendar), knowledge)


def test_codes_are_long_and_never_taken_for_patient_data() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert BITS >= 40
    assert [code for code in codes if looks_like_patient_data(f"cohort join {code} share step")] == []


async def test_the_card_comes_before_anybody_joins(office: Coached) -> None:
    code = await create(office)
    card = await say(office, f"cohort join {code}", user="U1")

    assert card.title == "What joining “Sample learners” means"
    told = plain(card)
    for words in ("5 or later", "never shared", "cannot be called back", "cohort leave", "a manager (owner)"):
        assert words in told
    async with office.database.reading() as session:
        assert (await session.exec(select(CohortMembership))).all() == []
    letters = code.replace("-", "")
    fields = ("everything", "step", "nothing")
    assert {f"cohort join {letters} share {each}" for each in fields} <= commands(card)
    joined = await say(office, f"cohort join {letters} share step", user="U1")
    assert joined.title == "You are in “Sample learners”"


@pytest.mark.parametrize("typed", ["{}", "{} share step", " {} ", "«{}»"])
async def test_a_code_is_read_however_it_is_typed(office: Coached, typed: str) -> None:
    code = await create(office)
    for number, said in enumerate((code, code.lower(), code.replace("-", " "), code.replace("-", ""))):
        line = f"cohort join {typed.format(said)}"
        assert "Sample learners" in (await say(office, line, user=f"U{number}")).title


async def test_the_code_itself_is_kept_nowhere(office: Coached) -> None:
    code = await create(office)
    async with office.database.reading() as session:
        [kept] = (await session.exec(select(CohortInvitation))).all()
    assert kept.code_hash == hash_of(code)
    assert code.replace("-", "") not in repr(kept)


async def test_a_code_ends_after_two_weeks_or_with_the_next_one(office: Coached) -> None:
    first = await create(office)
    second = code_in(await say(office, "cohort invite code"))
    assert (await say(office, f"cohort join {first}", user="U1")).title == "That code has ended"
    office.calendar.move(timedelta(days=13, hours=23))
    assert "means" in (await say(office, f"cohort join {second}", user="U1")).title
    office.calendar.move(timedelta(hours=1))
    assert (await say(office, f"cohort join {second} share step", user="U1")).title == "That code has ended"


async def test_a_code_for_one_is_used_by_one(office: Coached) -> None:
    await create(office)
    code = code_in(await say(office, "cohort invite once"))
    assert "means" in (await say(office, f"cohort join {code}", user="U1")).title
    assert "You are in" in (await say(office, f"cohort join {code} share step", user="U1")).title
    assert (await say(office, f"cohort join {code} share step", user="U2")).title == "That code was used"


async def test_fifty_wrong_codes_an_hour_in_a_workspace(office: Coached) -> None:
    """Whoever was invited by name comes in all the same."""
    code = await create(office)
    await say(office, "cohort invite @U99")
    for number in range(50):
        await say(office, "cohort join BCDF-GHJK-LMNP", user=f"U{number % 10}")
    assert (await say(office, f"cohort join {code}", user="U98")).title == "That is enough tries for now"
    assert "means" in (await say(office, "cohort join invite-2", user="U99")).title
    assert (await say(office, "cohort join BCDF-GHJK-LMNP", user="U1", tenant="T2")).title == "That code leads nowhere"
    office.calendar.move(timedelta(hours=1))
    assert "means" in (await say(office, f"cohort join {code}", user="U98")).title


async def test_five_wrong_codes_an_hour(office: Coached) -> None:
    code = await create(office)
    for _ in range(5):
        assert (await say(office, "cohort join BCDF-GHJK-LMNP", user="U1")).title == "That code leads nowhere"
        office.calendar.move(timedelta(minutes=1))
    refused = await say(office, f"cohort join {code}", user="U1")
    assert refused.title == "That is enough tries for now"
    assert "13:00" in plain(refused)
    assert "means" in (await say(office, f"cohort join {code}", user="U2")).title
    office.calendar.move(timedelta(minutes=55))
    assert "means" in (await say(office, f"cohort join {code}", user="U1")).title


async def test_an_archived_cohort_takes_nobody(office: Coached) -> None:
    code = await create(office)
    await say(office, "cohort archive yes")
    assert (await say(office, f"cohort join {code}", user="U1")).title == "That code has ended"
    await say(office, "cohort reopen")
    assert "means" in (await say(office, f"cohort join {code}", user="U1")).title


async def test_who_is_invited_by_name_gets_one_message_and_only_they_can_use_it(office: Coached) -> None:
    await create(office)
    for _ in range(2):
        told = await say(office, "cohort invite <@U1|somebody> @U2")
        assert told.title == "Invited: 2 people"
        await office.tick()
    assert got(office) == ["U1", "U2"]
    arrived = office.platform.received[0][1]
    assert arrived.discreet == "You have a message"

    assert (await say(office, "cohort join invite-2", user="U9")).title == "That code leads nowhere"
    assert (await say(office, "cohort join invite-2", user="U1", tenant="T2")).title == "That code leads nowhere"
    assert "means" in (await say(office, "cohort join invite-2", user="U1")).title


async def test_declined_not_shared_and_no_data_look_the_same(office: Coached) -> None:
    """U1 never answers, U2 reads the card, U3 joins and shares nothing, U4 shares a step and has none, U5 leaves."""
    await create(office)
    await say(office, "cohort invite @U1 @U2 @U3 @U4 @U5")
    seen = {await view(office)}
    await say(office, "cohort join invite-3", user="U2")
    seen.add(await view(office))
    await say(office, "cohort join invite-4 share nothing", user="U3")
    seen.add(await view(office))
    await say(office, "cohort join invite-5 share step outcomes actions", user="U4")
    seen.add(await view(office))
    await say(office, "cohort join invite-6 share everything", user="U5")
    await say(office, "cohort leave", user="U5")
    seen.add(await view(office))
    office.calendar.move(timedelta(days=30))
    seen.add(await view(office))
    assert len(seen) == 1
    assert "Nobody shares anything yet." in seen.pop()


async def test_nobody_is_told_of_a_lapse(office: Coached) -> None:
    await create(office)
    told = (await say(office, "cohort invite @U1")).title
    await office.tick()
    office.calendar.move(timedelta(days=20))
    await office.tick()
    assert got(office) == ["U1"]
    assert (await say(office, "cohort join invite-2", user="U1")).title == "That code has ended"
    assert (await say(office, "cohort invite @U1")).title == told
    assert "means" in (await say(office, "cohort join invite-2", user="U1")).title


async def test_names_with_markup_and_emoji_stay_what_they_are(office: Coached) -> None:
    name = "<b>*Spring* `group`</b> 🎉 <!channel> & [x](https://example.org)"
    code = await create(office, name)
    assert name in (await say(office, f"cohort join {code}", user="U1")).title
    long = await say(office, f"cohort create {'x' * 200}")
    assert long.title == "What should the cohort be called?"
