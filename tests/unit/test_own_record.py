"""What `export` brings: every row about the one who asks, in every table there is, and nothing about anybody else."""

import json
import re
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel, select

from bot.conversation import Conversation
from bot.database import Database
from bot.files import Made, NotMade, find_files
from bot.model.people import Member, Tenant
from tests.fakes.every_table import ROWS, TABLES, fill

ABOUT_NOBODY = {"organisation", "tenant", "cohort", "cohortbatch", "closeddays", "pace", "openquestion", "ruleversion"}
"""Tables whose rows are about no single person. A new one that names people in any other way than by the number of
their row must be read in `bot.mentoring.own_record`."""
MINE, NEIGHBOUR = 2, 3


async def _fuzz(database: Database) -> None:
    """Rows of several people in every table. Mine and a neighbour's are of one workspace, and cross wherever a row can
    name two of us."""
    await fill(database)
    both = [f"UPDATE {name} SET tenant_id = {MINE} WHERE id = {NEIGHBOUR}" for name in ("member", "cohort")]
    me = [
        f"UPDATE tenant SET platform = 'slack', external_id = 'T1', left_at = NULL WHERE id = {MINE}",
        f"UPDATE member SET user_id = 'U1', deactivated_at = NULL WHERE id = {MINE}",
        f"UPDATE member SET user_id = 'U2' WHERE id = {NEIGHBOUR}",
        f"UPDATE inboundevent SET platform = 'slack', tenant = 'T1', user_id = 'U1' WHERE id = {MINE}",
        f"UPDATE inboundevent SET platform = 'slack', tenant = 'T1', user_id = 'U2' WHERE id = {NEIGHBOUR}",
        f"UPDATE sendbatch SET started_by = 'slack:T1:U1' WHERE id = {MINE}",
        f"UPDATE slackinstallation SET external_id = 'T1', installer_id = 'U1' WHERE id = {MINE}",
        f"UPDATE cohortinvitation SET invited_id = {NEIGHBOUR}, code_hash = 'a hash' WHERE id = {MINE}",
        f"UPDATE look SET viewer_id = {NEIGHBOUR}, page = 'list' WHERE id = {MINE}",
        f"UPDATE delivery SET content = '{json.dumps({'by': NEIGHBOUR, 'what': 'cheer'})}' WHERE id = {MINE}",
    ]
    async with database.engine.begin() as connection:
        for statement in (*both, *me):
            await connection.execute(text(statement))


async def _exported(conversation: Conversation, user: str) -> Any:
    made = await conversation.make("slack", "T1", user, "record")
    assert isinstance(made, Made)
    assert re.fullmatch(r"career-mentor-record-\d{4}-\d\d-\d\d\.json", made.name)
    return json.loads(made.content)


async def test_it_holds_every_row_of_mine_and_nobody_elses(database: Database, conversation: Conversation) -> None:
    await _fuzz(database)

    told = await _exported(conversation, "U1")

    names = {table.name for table in TABLES}
    assert len(names) >= 30
    assert set(told["kept"]) == names - ABOUT_NOBODY
    rows = {name: len(rows) for name, rows in told["kept"].items()}
    assert rows == dict.fromkeys(rows, 1) | {"look": 0}  # the one look of that number was the neighbour's, at me
    assert told["seen_by"] == [{"viewer": "U2", "cohort_id": MINE, "page": "list", "hour": told["seen_by"][0]["hour"]}]
    assert [each["id"] for each in told["cohorts"]] == [MINE]
    assert told["kept"]["cohortinvitation"][0]["invited_id"] is None
    assert told["kept"]["delivery"][0]["content"] == {"what": "cheer"}
    written = json.dumps(told, ensure_ascii=False)
    strangers = [number for number in range(1, ROWS + 1) if number != MINE]
    assert f" {MINE}: naïve" in written
    assert [number for number in strangers if f" {number}: naïve" in written] == []
    assert [each for each in ("_hash", "token", "a hash") if each in written] == []


async def test_every_column_of_mine_is_in_it(database: Database, conversation: Conversation) -> None:
    await _fuzz(database)

    kept = (await _exported(conversation, "U1"))["kept"]

    left_out = {
        f"{name}.{column.name}"
        for name, rows in kept.items()
        for column in SQLModel.metadata.tables[name].columns
        if rows and column.name not in rows[0]
    }
    assert {each.rpartition(".")[2] for each in left_out} == {"token_hash", "code_hash", "token", "refresh_token"} | {
        "claimed_by"
    }


async def test_nobody_gets_a_file_who_is_not_here_any_more(database: Database, conversation: Conversation) -> None:
    await _fuzz(database)
    people = [("U1", "nothing"), ("U9", "record"), ("U2", "record")]  # U2's account is closed

    answers = [await conversation.make("slack", "T1", user, recipe) for user, recipe in people]

    assert len(find_files()) >= 1
    assert all(isinstance(answer, NotMade) for answer in answers)
    async with database.reading() as session:
        assert len((await session.exec(select(Member.id))).all()) == ROWS  # nobody was made by asking
        assert len((await session.exec(select(Tenant.id))).all()) == ROWS
