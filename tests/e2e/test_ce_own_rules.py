"""A workspace's own rules: its administrator adds a training, members of it keep it like any other, and no other
workspace ever sees it.
"""

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.message import plain
from tests.fakes.coached import DAY, Coached, coached
from tests.fakes.notices import run_by_bosses, say
from tests.fakes.talking import options

YEARLY = 'admin ce add "Yearly HIPAA training" every 12 months'


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return run_by_bosses(coached(database, knowledge, calendar), knowledge)


async def test_a_workspace_keeps_a_training_of_its_own(office: Coached) -> None:
    assert "Yearly HIPAA training: Every 12 months" in plain(await say(office, YEARLY))
    assert "6 hours. Every 24 months" in plain(await say(office, 'admin ce add "Coding update" 6 hours every 2 years'))
    added = await say(office, "ce add yearly hipaa training earned 2025-12-01", user="U1")
    assert "again by Dec 1, 2026" in plain(added)
    await say(office, "ce add coding update earned 2026-01-10", user="U1")
    await say(office, 'ce log 2.5 "Coding news" 2026-10-10 for coding-update', user="U1")
    assert "3.5 hours to go by Jan 9, 2028" in plain(await say(office, "ce", user="U1"))
    told = plain(await say(office, "ce yearly-hipaa-training", user="U1"))
    assert "your workplace (confirmed with the issuer on 2026-11-23)" in told

    await say(office, "ce alerts on", user="U1")
    [alert] = await office.wait(2 * DAY, user="U1")
    assert "Yearly HIPAA training" in plain(alert)

    there = options(await say(office, "ce add", user="U1", tenant="T2"))
    assert len(there) == 17
    assert "ce add yearly-hipaa-training" not in there.values()
    for line in ("ce add yearly hipaa training earned 2025-12-01", "ce add own-1-1 earned 2025-12-01"):
        assert "Yearly" not in (await say(office, line, user="U1", tenant="T2")).title
    assert "There are none yet" in plain(await say(office, "admin ce", tenant="T2"))
    assert "no rule of that number" in (await say(office, "admin ce retire 1", tenant="T2")).title

    await say(office, "admin ce retire 1")
    for line in ("ce", "ce drop coding-update"):  # beside another one, and alone
        kept, *gone = plain(await say(office, "ce", user="U1")).split("Your workspace no longer asks for Yearly")
        assert ("Yearly" in kept, len(gone)) == (False, 1)
        await say(office, line, user="U1")
    assert "ce add yearly-hipaa-training" not in options(await say(office, "ce add", user="U1")).values()
    await say(office, "admin ce restore 1")
    assert "Yearly" in plain(await say(office, "ce", user="U1"))


REFUSED = {
    'add "CMM" every 12 months': "There is a rule of that name",
    'add "HIPAA training" every year': "There is a rule of that name",
    'add "A name that is far too long to fit" every year': "That name does not fit",
    'add "<!channel> @here" every year': "That name does not fit",
    'add "Fire drill" every 121 months': "I could not read that rule",
    'add "Fire drill" every 0 months': "I could not read that rule",
    'add "Fire drill" 0 hours every year': "I could not read that rule",
    "add Fire drill yearly": "I could not read that rule",
    'change 7 "Fire drill" every year': "There is no rule of that number",
}


async def test_what_cannot_be_a_rule_is_explained(office: Coached) -> None:
    for line, title in REFUSED.items():
        told = await say(office, f"admin ce {line}")
        assert (line, told.title) == (line, title)
        assert "admin ce add" in plain(told)
