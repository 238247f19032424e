"""A cohort from its first code to the last look, in chat, on both databases."""

from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.message import Mention, Message, Table, plain
from tests.fakes.coached import Coached, coached
from tests.fakes.cohorts import STEP, create, enter, row, view
from tests.fakes.notices import run_by_bosses, say


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return run_by_bosses(coached(database, knowledge, calendar), knowledge)


def people(message: Message) -> list[str]:
    """Whom the rows of a view are about."""
    rows = [line for block in message.blocks if isinstance(block, Table) for line in block.rows]
    return sorted(span.user for line in rows for span in line[0] if isinstance(span, Mention))


async def test_the_whole_story(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 5)
    elsewhere = await say(office, f"cohort join {code} share everything", user="U6", tenant="T2")
    assert elsewhere.title == "That code belongs to another workspace"

    office.calendar.move(timedelta(days=2))
    await say(office, "step 4 go", user="U1")
    seen = await say(office, "cohort")

    assert people(seen) == ["U1", "U2", "U3", "U4", "U5"]
    told = plain(seen)
    assert "1 of 5 moved on this week." in told
    assert "Step 3: 4 / 5" in told
    assert "Step 4: 1 / 5" in told
    assert "Share something: 5 of 5" in told
    mine = await row(office, "U1")
    assert mine in told.splitlines()
    assert "new this week" in mine

    await say(office, "cohort unshare step", user="U1")
    after = plain(await say(office, "cohort"))
    assert "new this week" not in after
    assert "Step 3" not in after  # four are left, and no figure counts four
    assert "moved on" not in after

    looks = plain(await say(office, "privacy", user="U1"))
    assert "Who looked" in looks
    assert "a manager · Sample learners · Wed 25 Nov 2026, 12:00" in looks


async def test_each_field_shows_alone(office: Coached) -> None:
    code = await create(office)
    await say(office, STEP, user="U1")
    for line in ("site Gate", "region North", "outcome passed", "done review-common-mistakes"):
        await say(office, line, user="U1")
    await say(office, f"cohort join {code} share nothing", user="U1")
    assert "Nobody shares anything yet." in await view(office)

    shows = {"step": "3", "activity": "up to date", "outcomes": "passed an exam", "place": "Gate, North"}
    for field, words in shows.items():
        await say(office, f"cohort share {field}", user="U1")
        cells = [cell for cell in (await row(office, "U1")).split(" | ")[1:] if cell.strip()]
        assert cells == [words]
        assert await row(office, "U1") in (await view(office)).splitlines()
        await say(office, f"cohort unshare {field}", user="U1")
        assert words not in await view(office)


async def test_five_six_and_seven_are_one(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 6)
    await say(office, "step 5 go", user="U1")
    office.calendar.move(timedelta(days=8))
    for user in ("U2", "U3", "U4", "U5", "U6"):
        await say(office, "home", user=user)
    before = await view(office)
    assert "Step 5 or later: 1 / 6" in before

    for line in ("step 6 go", "step 5 go", "step 7 go"):
        await say(office, line, user="U1")
        assert await view(office) == before, line


async def test_leaving_takes_everything_out_at_once(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 6)
    assert "Share something: 6 of 6" in await view(office)

    assert (await say(office, "cohort leave", user="U3")).title == "You have left"
    left = await say(office, "cohort")
    assert people(left) == ["U1", "U2", "U4", "U5", "U6"]
    assert "Figures come once 5 people share something." in plain(left)  # the batch of six went out whole
    assert "Nobody has looked" not in plain(await say(office, "privacy", user="U3"))

    await enter(office, code, 5, first=7)
    assert "Share something: 10 of 10" in await view(office)


async def test_no_update_follows_each_members_own_rhythm(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 4)
    await say(office, "coach on", user="U1")
    await say(office, "coach on", user="U2")
    await say(office, "coach pause 2027-01-20", user="U2")
    await say(office, "milestone finish-bachelor-degree May 2028", user="U3")

    office.calendar.move(timedelta(days=22))
    told = await view(office)
    assert told.count("no update since Nov 23, 2026") == 2  # in words, and in the table
    assert "U1" in str(people(await say(office, "cohort")))

    office.calendar.move(timedelta(days=22))
    told = (await view(office)).split("people share something")[1]
    assert told.count("no update since") == 2  # U4, who has no rhythm, too; not the leave, not the milestone


async def test_locked_to_figures_nobody_has_a_row(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 5)
    await say(office, "admin cohorts lock")

    seen = await say(office, "cohort")
    assert people(seen) == []
    assert "Step 3: 5 / 5" in plain(seen)
    assert "U1" not in repr(seen)
    assert "No row at all." in plain(await say(office, "privacy", user="U1"))
    assert "Nobody has looked" in plain(await say(office, "privacy", user="U1"))
    assert (await say(office, "cohort cheer @U1")).title == "Nobody like that in your view"


async def test_figures_alone_of_two_cohorts_cannot_be_subtracted(office: Coached) -> None:
    """The second has five of the first one's six, so their difference would be the sixth."""
    codes = [await create(office, name) for name in ("One", "Two")]
    await say(office, "admin cohorts lock")
    await enter(office, codes[0], 6)
    for number in range(1, 6):
        await say(office, f"cohort join {codes[1]} share everything", user=f"U{number}")
    assert "Step 3: 6 / 6" in await view(office, line="cohort show #1")
    assert "Step 3" not in await view(office, line="cohort show #2")
    await say(office, "admin cohorts unlock")
    assert "Step 3: 5 / 5" in await view(office, line="cohort show #2")
    await say(office, "admin cohorts lock")
    told = [await view(office, line=f"cohort show #{number}") for number in (2, 1)]
    assert ["Step 3: 5 / 5" in each for each in told] == [True, False]  # whichever is looked at first


async def test_figures_alone_count_five_besides_the_manager_and_tell_no_smaller_difference(office: Coached) -> None:
    code = await create(office)
    await say(office, "admin cohorts lock")
    await enter(office, code, 4)
    for line in (STEP, f"cohort join {code} share everything"):
        await say(office, line)
    assert "Step 3" not in await view(office)
    await enter(office, code, 2, first=5, fields="activity")
    told = await view(office)
    assert "Step 3" not in told
    assert "Had an update lately: 7 of 7" in told
    await enter(office, code, 1, first=7, fields="step")
    assert "Step 3: 6 / 6" in (told := await view(office))
    assert "Share something: 7 of 7" in told  # of one field, though eight share something


async def test_a_look_is_one_record_an_hour_and_names_who_was_shown(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 2, fields="activity")
    for _ in range(3):
        await view(office)
    office.calendar.move(timedelta(hours=1))
    await view(office)

    told = plain(await say(office, "privacy", user="U2"))
    assert told.count("a manager · Sample learners ·") == 2
    await say(office, f"cohort join {code} share nothing", user="U3")
    await view(office)
    assert "Nobody has looked at your row so far." in plain(await say(office, "privacy", user="U3"))


HIDDEN = {
    "step": ("step 2 go", "step 6 go"),
    "actions": ("done find-a-root-cause", "home"),
    "activity": ("coach pause 2027-01-20", "milestone finish-bachelor-degree May 2028"),
    "outcomes": ("outcome promoted", "outcome kept"),
    "place": ("site Elsewhere", "region Far away"),
}


async def test_what_a_member_keeps_back_moves_nothing_in_the_database_either(office: Coached) -> None:
    """One field after the other, each shared again after it."""
    assert len(HIDDEN) >= 5
    code = await create(office)
    await enter(office, code, 6)
    for field, said in HIDDEN.items():
        await say(office, f"cohort unshare {field}", user="U1")
        others = [await row(office, f"U{number}") for number in range(2, 7)]
        before = await say(office, "cohort")
        for line in said:
            await say(office, line, user="U1")
            assert await say(office, "cohort") == before, line
            assert [await row(office, f"U{number}") for number in range(2, 7)] == others, line
        await say(office, f"cohort share {field}", user="U1")
        assert await say(office, "cohort") != before, field


async def test_a_certificate_shows_by_its_printed_date_alone(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 5, fields="ce")
    await say(office, "ce add cmm earned 2025-12-01 expires 2026-11-30", user="U1")
    await say(office, 'ce log 2 "Law for leads" 2026-10-05', user="U1")
    await say(office, "ce add cpc earned 2024-11-29 expires 2026-12-20", user="U2")
    await say(office, "ce add cmpe earned 2024-05-04", user="U3")
    await say(office, "ce add osha earned 2025-12-01 expires 2026-12-01", user="U4")
    await say(office, 'ce log "Yearly training" 2026-11-20 for osha', user="U4")

    told = await view(office)
    assert "2 certificates end within 30 days." in told
    assert "CMM ends in 7 days, Nov 30, 2026" in told
    assert await row(office, "U2") == "Sample 2 |  |  |  | CPC Dec 20, 2026 |  | "
    assert [await row(office, user) for user in ("U3", "U4", "U5")] == ["", "", ""]

    await say(office, 'ce log 10 "A year of law" 2026-11-05', user="U1")
    told = await view(office)
    assert "ends in" not in told
    assert "1 certificate ends within 30 days." in told
    assert "CMM Nov 30, 2026 (all is in)" in await row(office, "U1")

    await say(office, "cohort unshare ce", user="U2")
    told = await view(office)
    assert "CPC" not in told
    assert "within 30 days" not in told  # four are left


async def test_the_digest_names_what_ends_within_the_week(office: Coached) -> None:
    code = await create(office)
    await say(office, "cohort digest on")
    for user, share in (("U1", "ce"), ("U2", "step")):
        await enter(office, code, 1, first=int(user[1]), fields=share)
        await say(office, "ce add cmm earned 2025-12-06 expires 2026-12-05", user=user)

    [digest] = await office.wait(timedelta(days=8), user="BOSS")

    assert plain(digest).count("CMM ends in 5 days, Dec 5, 2026") == 1
