"""The preview of the coming weeks: it says what then really comes, and touches nothing. On both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import SQLModel, select

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.model.people import ClosedDays, Member
from jobs.preview import Coming, preview
from tests.conftest import MONDAY
from tests.fakes.coached import Coached, coached
from tests.fakes.terminal import Done, typed


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return coached(database, knowledge, calendar)


async def test_it_says_what_then_really_comes(office: Coached) -> None:
    await office.say("start")
    for user in ("U1", "U2"):
        await office.say("coach on", user=user)
    await office.say("coach settings thursday 9:00", user="U2")
    await office.say("coach pause 10 days", user="U2")
    await office.say("plan a Friday 12:30")
    said = await preview(office.office, 4)
    assert len(said) >= 5

    for instant in [*sorted({each.at for each in said}), MONDAY + timedelta(weeks=4)]:
        await office.wait_until(instant, step=timedelta(weeks=4))
    real = [*await office.ledger("U1"), *await office.ledger("U2")]
    assert sorted(map(_told, said)) == sorted(
        (row.member_id, row.kind, row.slot, row.state, row.content) for row in real
    )


def _told(coming: Coming) -> tuple[object, ...]:
    row = coming.delivery
    return (row.member_id, row.kind, row.slot, row.state, row.content)


async def test_it_changes_and_sends_nothing(office: Coached) -> None:
    await office.say("coach on")
    before = await _sizes(office.database)
    await preview(office.office, 4)
    assert await _sizes(office.database) == before
    assert (await office.plan()).last_slot is None
    assert office.platform.asked == []


async def _sizes(database: Database) -> dict[str, int]:
    async with database.work() as session:
        return {
            table.name: (await session.exec(select(func.count()).select_from(table))).one()
            for table in SQLModel.metadata.sorted_tables
        }


async def test_what_a_closed_day_moves_is_named(office: Coached) -> None:
    await office.say("coach on")
    async with office.database.work() as session:
        member = (await session.exec(select(Member))).one()
        wednesday = MONDAY.date() + timedelta(days=2)
        session.add(
            ClosedDays(tenant_id=member.tenant_id, first_day=wednesday, last_day=wednesday, name="Moving the office")
        )
    first = (await preview(office.office, 1))[0]
    assert f"{first.at:%a %H:%M}" == "Thu 12:00"
    assert first.held


@pytest.fixture
def seeded(database_url: str) -> str:
    done = typed(database_url, "seed", "--members", "4", "--workspaces", "2", "--due", "now")
    assert done.code == 0, done.said
    return database_url


def _run(url: str, *arguments: str) -> Done:
    return typed(url, "nudges", "preview", *arguments)


def test_the_operator_reads_who_gets_what_when_and_why(seeded: str) -> None:
    done = _run(seeded, "--weeks", "1", "--workspace", "demo:SAMPLE1")
    assert done.code == 0, done.said
    *lines, total = done.said.splitlines()
    assert len(lines) >= 2
    assert all("weekly notes, asked for on" in line and "demo:SAMPLE1:sample-" in line for line in lines)
    assert "if nobody does anything meanwhile. Nothing was sent." in total


def test_a_program_reads_one_object_a_line(seeded: str) -> None:
    rows = [json.loads(line) for line in _run(seeded, "--weeks", "2", "--json").said.splitlines()]
    assert {row["workspace"] for row in rows} == {"SAMPLE1", "SAMPLE2"}
    users = {row["user"] for row in rows}
    one = [row for row in rows if row["user"] == min(users)]
    alone = _run(seeded, "--weeks", "2", "--json", "--member", f"demo:{one[0]['workspace']}:{min(users)}").said
    assert [json.loads(line)["slot"] for line in alone.splitlines()] == [row["slot"] for row in one]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--member", "demo:SAMPLE1:nobody"), "platform:workspace:user"),
        (("--workspace", "demo"), "platform:workspace"),
        (("--weeks", "0"), "1<=x<=26"),
        (("--member", "demo:SAMPLE1:a", "--workspace", "demo:SAMPLE1"), "not both"),
    ],
)
def test_what_cannot_be_meant_is_said(seeded: str, arguments: tuple[str, ...], said: str) -> None:
    done = _run(seeded, *arguments)
    assert done.code == 2
    assert said in done.said
