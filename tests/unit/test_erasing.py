"""What is erased of a workspace that left: every row of every table that is its own, whatever tables there are."""

from datetime import timedelta

from sqlmodel import col, select, update

from bot.database import Database
from bot.mentoring.leaving import KEPT
from bot.model.credentials import RuleVersion
from bot.model.people import Tenant
from jobs.erasing import erase_left
from tests.fakes.every_table import LAST, ROWS, contents, fill

NOBODYS = {"openquestion", "inboundevent", "slackinstallation", "ruleversion"}
"""Tables whose rows name no workspace by its row."""


async def test_nothing_of_the_workspace_is_left_and_all_of_the_others_is(database: Database) -> None:
    await fill(database)
    async with database.work() as session:
        await session.exec(update(Tenant).values(left_at=LAST))
        await session.exec(update(Tenant).where(col(Tenant.id) == 2).values(left_at=LAST - timedelta(days=1)))

    assert await erase_left(database, LAST + KEPT - timedelta(days=1)) == 1

    left = {name: len(rows) for name, rows in (await contents(database)).items()}
    assert len(left) >= 13
    assert left == {name: ROWS if name in NOBODYS else ROWS - 1 for name in left}
    async with database.reading() as session:
        assert 2 not in (await session.exec(select(Tenant.id))).all()


async def test_what_the_workspaces_own_rules_said_goes_too(database: Database) -> None:
    await fill(database)
    async with database.work() as session:
        await session.exec(update(Tenant).values(left_at=LAST))
        await session.exec(update(Tenant).where(col(Tenant.id) == 2).values(left_at=LAST - timedelta(days=1)))
        for whose in ("own-2-1", "own-22-1", "pahcom-cmm"):
            session.add(RuleVersion(rule_id=whose, version=7, rule={}))

    assert await erase_left(database, LAST + KEPT - timedelta(days=1)) == 1

    async with database.reading() as session:
        kept = (await session.exec(select(RuleVersion.rule_id).where(RuleVersion.version == 7))).all()
    assert sorted(kept) == ["own-22-1", "pahcom-cmm"]
