"""Nobody reaches a cohort that is not theirs: every way of every command, with every id there is, said by another
workspace's people, by a joined one's and by colleagues, changes nothing and shows nothing. On both databases.
"""

import re
from collections.abc import Sequence

import pytest
from sqlmodel import SQLModel

from bot.clock import FixedClock
from bot.commands import cohort as command
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.organisations import join, workspace
from tests.fakes.coached import Coached, coached
from tests.fakes.cohorts import create, enter, view
from tests.fakes.every_table import contents
from tests.fakes.notices import run_by_bosses, say

SECRET = "Sample secret group"
TABLES = [name for name in SQLModel.metadata.tables if name.startswith(("cohort", "look", "outcome", "delivery"))]
TAILS = (
    "",
    "yes",
    "2",
    "step",
    "everything",
    "@U1",
    "m-2",
    "Another name",
    "add @U7",
    "transfer @U7",
    "remove @BOSS",
    "code",
)


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    world = run_by_bosses(coached(database, knowledge, calendar), knowledge)
    code = await create(world, SECRET)
    await enter(world, code, 5)
    await say(world, "cohort invite @U8")
    await say(world, "home", tenant="T4")
    async with database.work() as session:
        found = [await workspace(session, "demo", name) for name in ("T1", "T4")]
        await join(session, [each for each in found if each], "Sample Health", calendar.now())
    await say(world, "cohort span on")
    await say(world, f"cohort join {code} share everything", user="U1", tenant="T4")
    await view(world)
    return world


def lines() -> list[str]:
    ways = re.findall(r"[a-z]+", command.COMMAND.arguments.partition(")")[0])
    ways.remove("create")
    assert len(ways) >= 15
    named = [f"cohort {verb} #1 {tail}".strip() for verb in ways for tail in TAILS]
    unnamed = [f"cohort {verb} {tail}".strip() for verb in ways for tail in TAILS if verb != "join"]
    digests = [f"cohort digest {word} #1" for word in ("on", "off")]
    joins = [f"cohort join {way} share everything" for way in ("invite-1", "invite-2", "#1", "1", "m-2")]
    return [*named, *unnamed, *digests, *joins, "cohort #1", "cohort #1 2", "cohort", "privacy"]


async def kept(office: Coached) -> dict[str, Sequence[tuple[object, ...]]]:
    found = await contents(office.database)
    return {name: found[name] for name in TABLES}


STRANGERS = (("BOSS", "T4"), ("U1", "T2"), ("U9", "T1"))


async def test_a_stranger_sees_and_changes_nothing(office: Coached) -> None:
    """Each line said by each of them on SQLite; on PostgreSQL by one of them in turn, because who may do what is asked
    in the same way there, and a line costs thrice as much."""
    assert len(TABLES) >= 9
    assert len(lines()) > 200
    before = await kept(office)
    for number, (user, tenant) in enumerate(STRANGERS):
        said_here = lines() if office.database.is_sqlite else lines()[number :: len(STRANGERS)]
        told = {line: repr(await say(office, line, user=user, tenant=tenant)) for line in said_here}
        shown = [line for line, said in told.items() if SECRET in said or "'U1'" in said or "'U8'" in said]
        assert shown == [], (user, tenant)
        assert await kept(office) == before, (user, tenant)


async def test_a_member_of_it_sees_their_own_and_no_figures(office: Coached) -> None:
    ways = [line for line in lines() if not line.startswith(("cohort leave", "cohort share", "cohort unshare"))]
    told = {line: repr(await say(office, line, user="U1")) for line in ways}
    assert [line for line, said in told.items() if "'U2'" in said or "of 5" in said] == []
