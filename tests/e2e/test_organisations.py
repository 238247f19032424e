"""Workspaces that an operator joined: a cohort reaches them where its owner wishes, a third one never, and what is
parted is out of sight at once. On both databases.
"""

import asyncio
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlmodel import col, select

from adapters.cli.main import preceptor
from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.message import plain
from bot.model.people import Member, Organisation, Tenant
from tests.fakes.coached import Coached, coached
from tests.fakes.cohorts import STEP, create, enter, view
from tests.fakes.notices import run_by_bosses, say


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return run_by_bosses(coached(database, knowledge, calendar), knowledge)


async def order(world: Coached, *words: str) -> Result:
    """What the operator types, in a thread of its own, as it runs a loop of its own."""
    url = world.database.engine.url.set(drivername=world.database.engine.url.get_backend_name())
    given = {"DATABASE_URL": url.render_as_string(hide_password=False)}
    return await asyncio.to_thread(CliRunner(env=given).invoke, preceptor, ["organisation", *words])


async def come(world: Coached, code: str, user: str, tenant: str) -> str:
    await say(world, STEP, user=user, tenant=tenant, name=f"Sample {user} of {tenant}")
    return (await say(world, f"cohort join {code} share everything", user=user, tenant=tenant)).title


ELSEWHERE = "That code belongs to another workspace"


async def test_joined_workspaces_share_a_cohort_and_parted_ones_nothing(office: Coached) -> None:
    code = await create(office)
    await enter(office, code, 4)
    assert [await come(office, code, "U1", tenant) for tenant in ("T2", "T3")] == [ELSEWHERE] * 2
    await an_operator_joins_two(office)
    office.calendar.move(timedelta(hours=1))
    assert await come(office, code, "U1", "T2") == ELSEWHERE  # its owner has not said so
    await its_owner_says_so(office, code)
    await the_operator_parts_them(office)


async def an_operator_joins_two(office: Coached) -> None:
    assert (await say(office, "cohort span on")).title == "This workspace stands alone"
    dry = await order(office, "join", "demo:T1", "demo:T2", "--dry-run")
    assert "demo:T2 joins demo:T1." in dry.output
    assert "To go on: --yes" in (await order(office, "join", "demo:T1", "demo:T2")).output
    assert "demo:T1, demo:T2" not in (await order(office, "list")).output
    await order(office, "join", "demo:T1", "demo:T2", "--name", "Sample Health", "--yes")
    assert re.search(r"Sample Health \(\d+\): demo:T1, demo:T2", (await order(office, "list")).output)
    assert "no workspace demo:T9" in (await order(office, "join", "demo:T1", "demo:T9")).output


async def its_owner_says_so(office: Coached, code: str) -> None:
    assert (await say(office, "cohort span on")).title == "It reaches the other workspaces now"
    card = plain(await say(office, f"cohort join {code}", user="U1", tenant="T2"))
    assert "It belongs to the workspace “T1”" in card
    assert "You are in" in await come(office, code, "U1", "T2")
    assert await come(office, code, "U1", "T3") == ELSEWHERE
    told = await view(office)
    assert "Share something: 5 of 5" in told
    mine = plain(await say(office, "privacy", user="U1", tenant="T2"))
    assert "Sample U1 of T2 (T2) | 3" in told
    assert "Sample U1 of T2 (T2) | 3" in mine
    cheer = (await say(office, f"cohort offer m-{await number(office, 'T2')}")).title
    assert cheer != "Nobody like that in your view"


async def number(office: Coached, tenant: str) -> int:
    async with office.database.reading() as session:
        wanted = select(Member.id).join(Tenant, col(Tenant.id) == Member.tenant_id)
        return (await session.exec(wanted.where(Tenant.external_id == tenant, Member.user_id == "U1"))).one() or 0


async def the_operator_parts_them(office: Coached) -> None:
    assert "1 memberships" in (await order(office, "leave", "demo:T2", "--yes")).output
    told = await view(office)
    assert "of T2" not in told
    assert "Figures come once 5 people share something." in told
    assert re.findall(r"Sample Health.*: (.*)", (await order(office, "list")).output) == ["demo:T1"]
    await order(office, "join", "demo:T1", "demo:T2", "--yes")
    async with office.database.reading() as session:
        assert (
            len((await session.exec(select(Organisation))).all()) == 2
        )  # one for T3; none is left without a workspace
    assert "of T2" not in await view(office)  # what was withdrawn stays so until they say otherwise


async def test_a_workspace_that_allows_figures_alone_is_in_no_other_ones_cohort(office: Coached) -> None:
    """Four rows and a figure of five would tell about the fifth."""
    code = await create(office)
    await enter(office, code, 4)
    await say(office, "home", tenant="T2")
    await order(office, "join", "demo:T1", "demo:T2", "--yes")
    await say(office, "cohort span on")
    assert "You are in" in await come(office, code, "U1", "T2")
    assert "Share something: 5 of 5" in await view(office)
    await say(office, "admin cohorts lock", tenant="T2")
    assert "Share something" not in await view(office)
    assert await come(office, code, "U2", "T2") == ELSEWHERE
    await say(office, "cohort span off")
    await say(office, "admin cohorts unlock", tenant="T2")
    assert "Share something" not in await view(office)
