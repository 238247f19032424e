"""What becomes of a real nudge that may have arrived once an operator sends it once more, on both databases."""

import asyncio
from datetime import UTC, datetime

from click.testing import CliRunner, Result

from adapters.cli.main import preceptor
from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.errors import Unsure
from bot.mentoring.samples import PLACED
from bot.message import plain
from bot.model.deliveries import State
from jobs.ledger import REPEAT
from tests.fakes.coached import Coached, coached
from tests.fakes.toy_post import Trouble

ACTION = "get-an-outside-view"
TUESDAY = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
"""12:30 in New York, the day after the tests' clocks begin."""


async def order(url: str, line: str) -> Result:
    """`preceptor deliveries <line>`, which runs a loop of its own."""
    runner = CliRunner(env={"DATABASE_URL": url})
    return await asyncio.to_thread(runner.invoke, preceptor, ["deliveries", *line.split()])


async def lose(office: Coached) -> int:
    """A reminder that may have arrived, where nobody can look; its id."""
    await office.say(PLACED)
    await office.say(f"plan {ACTION} tomorrow 12:30, break room")
    office.platform.has_history = False
    office.platform.troubles["U1"] = [Trouble(Unsure("no answer in time"))]
    await office.wait_until(TUESDAY)
    await office.tick()
    (row,) = await office.ledger()
    assert (row.state, row.settle_at, row.content) == (State.UNSURE, None, {"action": ACTION})
    return row.id or 0


async def test_a_reminder_that_may_have_arrived_goes_once_more_when_an_operator_says_so(
    database: Database, database_url: str, knowledge: Knowledge, calendar: FixedClock
) -> None:
    office = coached(database, knowledge, calendar)
    number = await lose(office)

    assert (await order(database_url, f"retry {number} --yes")).exit_code == 0
    await office.tick()

    ((_, note),) = office.platform.received
    assert "You planned this for now, break room:" in plain(note)
    assert "may have" in plain(note)
    (row,) = await office.ledger()
    assert (row.state, row.content) == (State.SENT, {"action": ACTION, REPEAT: True})
