"""What a manager can do besides looking, on both databases: words to members, weekly counts, the team, the rules."""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.cohorts import MOST
from bot.message import plain
from bot.model.cohorts import CohortManager
from bot.model.people import Member
from tests.fakes.coached import Coached, coached
from tests.fakes.cohorts import commands, create, enter, view
from tests.fakes.notices import got, run_by_bosses, say


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return run_by_bosses(coached(database, knowledge, calendar), knowledge)


async def owners(world: Coached) -> list[str]:
    wanted = select(Member.user_id).join(CohortManager, col(CohortManager.member_id) == col(Member.id))
    async with world.database.reading() as session:
        return list((await session.exec(wanted.where(col(CohortManager.is_owner)))).all())


async def test_a_congratulation_comes_once_for_each_occasion(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 1)
    assert (await say(office, "cohort cheer @U1")).title == "Nothing new to congratulate on yet"
    office.calendar.move(timedelta(hours=1))
    await say(office, "step 4 go", user="U1")
    [press] = [each for each in commands(await say(office, "cohort")) if each.startswith("cohort cheer")]

    titles = [(await say(office, press)).title for _ in range(3)]
    await office.tick()

    assert titles == ["Your congratulation is on its way", "That was said already", "That was said already"]
    assert got(office) == ["U1"]
    [(_, word)] = office.platform.received
    assert "well done!" in plain(word)
    assert word.discreet == "You have a message"
    await say(office, "outcome passed", user="U1")
    assert (await say(office, press)).title == "Your congratulation is on its way"


@pytest.mark.parametrize("way_out", ["stop", "cohort messages off", "cohort leave"])
async def test_an_offer_reaches_nobody_who_turned_such_words_off(office: Coached, way_out: str) -> None:
    code = await create(office)
    await enter(office, code, 2)
    for user in ("U1", "U2"):
        assert (await say(office, f"cohort offer @{user}")).title == "Your offer is on its way"
    await say(office, way_out, user="U1")
    await office.tick()
    assert got(office) == ["U2"]
    assert (await office.ledger("U1"))[0].reason == "opted out"


async def test_words_wait_for_the_morning(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 1)
    office.calendar.move(timedelta(hours=10))
    await say(office, "cohort offer @U1")
    await office.tick()
    assert got(office) == []
    await office.wait(timedelta(hours=14), step=timedelta(hours=1))
    assert got(office) == ["U1"]


async def test_nobody_can_be_pushed_who_shares_nothing(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 1, fields="nothing")
    for user in ("U1", "U2", "BOSS"):
        for what in ("cheer", "offer"):
            assert (await say(office, f"cohort {what} @{user}")).title == "Nobody like that in your view"


async def test_the_week_in_counts_comes_on_mondays_to_whoever_asked(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 5)
    assert await office.wait(timedelta(days=8), user="BOSS") == []

    await say(office, "cohort digest on")
    [digest] = await office.wait(timedelta(days=7), user="BOSS", step=timedelta(hours=3))
    assert plain(digest).splitlines()[1] == ("Sample learners: 0 of 5 moved on this week. 5 of 5 share something.")
    assert "U1" not in repr(digest)
    assert "cohort show #1" in commands(digest)

    await say(office, "cohort unshare step activity", user="U1")
    assert await office.wait(timedelta(days=7), user="BOSS", step=timedelta(hours=6)) == []
    row = [row for row in await office.ledger("BOSS") if row.kind == "cohort-digest"][-1]
    assert (row.state, row.reason) == ("skipped", "nothing to say")


@pytest.mark.parametrize("line", ["cohort digest off", "stop", "cohort archive yes"])
async def test_no_more_counts_after_a_no(office: Coached, line: str) -> None:
    code = await create(office)
    await enter(office, code, 5)
    await say(office, "cohort digest on")
    await say(office, line)
    assert await office.wait(timedelta(days=8), user="BOSS") == []


async def test_a_cohort_has_several_managers_and_one_owner(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 1)
    await say(office, "cohort managers add <@SECOND>")
    assert "up to date" in await view(office, user="SECOND")
    assert "a manager (owner)\n- a manager" in plain(await say(office, "privacy", user="U1"))
    for line in ("cohort managers add @U9", "cohort managers remove @BOSS", "cohort managers transfer @SECOND"):
        assert (await say(office, line, user="SECOND")).title == "Only the owner can do that"
    assert (await say(office, "cohort archive yes", user="SECOND")).title == "You own no cohort of that kind"

    await say(office, "cohort managers transfer @SECOND")
    assert await owners(office) == ["SECOND"]
    assert (await say(office, "cohort managers remove @SECOND", user="SECOND")).title.startswith("An owner stays")
    await say(office, "cohort managers remove @BOSS", user="SECOND")
    assert (await say(office, "cohort show")).title == "You manage no cohort"
    assert await owners(office) == ["SECOND"]


async def test_a_manager_may_stop_being_one(office: Coached) -> None:
    await create(office)
    await say(office, "cohort managers add @SECOND")
    assert (await say(office, "cohort managers remove @SECOND", user="SECOND")).title == "You no longer manage it"
    assert (await say(office, "cohort show", user="SECOND")).title == "You manage no cohort"


async def test_names_change_and_old_cohorts_rest(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 2)
    assert (await say(office, "cohort rename Autumn group")).title == "It is called “Autumn group” now"
    assert (await say(office, "cohort archive")).title == "Archive “Autumn group”?"
    assert (await say(office, "cohort archive yes")).title == "It is archived"
    assert (await say(office, "cohort show #1")).title == "There is no such cohort for you here"
    assert "Nothing: it is archived." in plain(await say(office, "privacy", user="U2"))
    assert (await say(office, "cohort leave", user="U2")).title == "You have left"
    assert (await say(office, "cohort reopen")).title == "It is open again"
    assert (await view(office)).count("Sample 1 | ") == 1
    assert "Sample 2" not in await view(office)


async def test_a_closed_account_owns_nothing(office: Coached) -> None:
    await create(office)
    await say(office, "cohort managers add @SECOND")
    async with office.database.work() as session:
        await session.exec(
            update(Member).where(col(Member.user_id) == "BOSS").values(deactivated_at=office.calendar.now())
        )
    await say(office, "cohort managers transfer @SECOND", user="SECOND")
    assert await owners(office) == ["SECOND"]


async def test_of_several_cohorts_each_is_asked_for_by_name(office: Coached) -> None:
    await create(office, "One")
    await create(office, "Two")
    asked = await say(office, "cohort digest on")
    assert asked.title == "Which one do you mean?"
    assert commands(asked) == {"cohort digest on #1", "cohort digest on #2"}
    assert (await say(office, "cohort digest on #2")).title == "You get the week in counts"
    assert commands(await say(office, "cohort")) >= {"cohort show #1", "cohort show #2"}
    assert (await say(office, "cohort #2")).title == "“Two”"


async def test_administrators_keep_the_list_of_who_may_create(office: Coached) -> None:
    await say(office, "admin cohorts only <@U1> @U2")
    refused = await say(office, "cohort create Mine", user="U3")
    assert refused.title == "Others create cohorts here"
    assert "cohort create" not in commands(await say(office, "cohort", user="U3"))
    assert "is ready" in (await say(office, "cohort create Mine", user="U1")).title
    assert "is ready" in (await say(office, "cohort create Mine", user="BOSS")).title
    assert "is ready" in (await say(office, "cohort create Mine", user="U3", tenant="T2")).title
    await say(office, "admin cohorts everyone")
    assert "is ready" in (await say(office, "cohort create Mine", user="U3")).title


async def test_one_person_manages_so_many_and_no_more(office: Coached) -> None:
    for number in range(MOST):
        await create(office, f"Group {number}")
    assert (await say(office, "cohort create One more")).title == "That is a lot of cohorts"


async def test_pages_of_a_long_list(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 12, line="home")
    first = await say(office, "cohort")
    assert "cohort show #1 2" in commands(first)
    assert plain(first).count("\nSample ") == 10
    assert (await view(office, line="cohort show #1 2")).count("\nSample ") == 2
    assert "There is nobody on this page." in await view(office, line="cohort show #1 99999")
