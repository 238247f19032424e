"""A rule that changes is told once to those whose numbers or dates it changes, and to nobody else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.message import plain
from content.library import Library
from jobs.rules_known import remember_rules
from tests.fakes.coached import DAY, Coached, coached
from tests.fakes.notices import run_by_bosses, say


@pytest.fixture
async def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    world = run_by_bosses(coached(database, knowledge, calendar), knowledge)
    await remember_rules(world.office)
    return world


async def renewed(office: Coached, knowledge: Knowledge) -> Coached:
    """The same world with a program whose CMM asks for 14, and whose CMOM was read again."""
    packs = {}
    for key, pack in knowledge.library.packs.items():
        rules = {rule.short: rule for rule in pack.credentials}
        required = rules["CMM"].required
        assert required is not None
        more = {"version": 2, "required": required.model_copy(update={"amount": Decimal(14)})}
        rules["CMM"] = rules["CMM"].model_copy(update=more)
        rules["CMOM"] = rules["CMOM"].model_copy(update={"version": 2})
        packs[key] = pack.model_copy(update={"credentials": tuple(rules.values())})
    newer = replace(knowledge, library=replace(knowledge.library, packs=packs))
    assert isinstance(newer.library, Library)
    world = run_by_bosses(office, newer)
    world = replace(world, office=replace(office.office, library=newer.library))
    await remember_rules(world.office)
    return world


async def test_a_new_version_is_told_once_to_those_it_concerns(office: Coached, knowledge: Knowledge) -> None:
    await say(office, "ce add cmm earned 2026-06-01", user="U1")
    await say(office, 'ce log 2 "Law for leads" 2026-10-05', user="U1")
    await say(office, "ce add cmm earned 2026-06-01", user="U2")
    await say(office, "ce needs cmm 20", user="U2")
    await say(office, "ce add cmom earned 2026-06-01", user="U3")
    await say(office, "ce add cmm earned 2026-06-01", user="U4")
    for user in ("U1", "U2", "U3"):
        await say(office, "ce alerts on", user=user)
    await office.tick()
    assert office.platform.received == []

    newer = await renewed(office, knowledge)
    for _ in range(3):
        await newer.wait(DAY)
    [(address, message)] = newer.platform.received
    told = plain(message)
    assert address.user == "U1"
    assert "It asks for 14 CEUs now; before, 12 CEUs." in told
    assert "Left for you: 12 CEUs; before, 10 CEUs." in told
    assert "Source" in told
    assert "Your date" not in told
    assert message.words() <= 60
    assert message.discreet == "Your reminder is ready"
    kept = [(row.kind, row.reason) for row in await newer.ledger() if row.kind == "ce-rule"]
    assert kept == [("ce-rule", "")]
    assert "has changed" not in plain(await say(newer, "ce", user="U1"))
    assert "The rule of the CMM as I know it has changed" in plain(await say(newer, "ce", user="U4"))
    assert "has changed" not in plain(await say(newer, "ce", user="U4"))


async def test_a_workspaces_own_rule_that_changes_moves_dates_and_alerts(office: Coached) -> None:
    await say(office, 'admin ce add "Fire drill" every 24 months')
    await say(office, "ce add fire drill earned 2025-12-26", user="U1")
    await say(office, "ce alerts on", user="U1")
    await office.tick()
    await say(office, 'admin ce change 1 "Fire drill" every 12 months')
    [change, alert] = await office.wait(4 * DAY, user="U1")
    assert "Your date is Dec 26, 2026; before, Dec 26, 2027." in plain(change)
    assert "Fire drill: again by Dec 26, 2026" in plain(alert)  # 30 days before would have been planned a year later
