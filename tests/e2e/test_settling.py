"""What may have arrived is looked for, and goes once more only when it is known to be absent. On both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import Clocks, FixedClock
from bot.database import Database
from bot.errors import CannotReach, TryLater, Unsure
from bot.message import plain
from bot.model.deliveries import Delivery, State
from jobs.nudges import Composed, Letter, Nudge, Skip
from jobs.planner import plan_due
from jobs.post_office import Limits
from jobs.tick import TickReport, tick
from tests.fakes.shipped import shipped_wordings
from tests.fakes.toy_post import NOON, TOY, Platform, Trouble, compose_toy, opt_out, post_office, rows, settle_in

SECOND = timedelta(seconds=1)
LOST = "connection lost"


class Stage:
    """One member whose message may have arrived, and a clock to move on."""

    def __init__(self, database: Database, nudge: Nudge = TOY) -> None:
        self.database, self.machine, self.platform = database, FixedClock(NOON), Platform()
        clocks = Clocks(calendar=FixedClock(NOON), machine=self.machine)
        office = post_office(database, clocks, {"slack": self.platform}, nudges=[nudge])
        self.office = replace(office, wordings=shipped_wordings())

    async def lose(self, *, accepted: bool) -> None:
        await settle_in(self.database, members=1)
        self.platform.troubles["T1-U1"] = [Trouble(Unsure(LOST), accepted=accepted)]
        await plan_due(self.database, self.office.nudges, NOON)
        await self.tick()
        assert [(row.state, row.reason) for row in await self.rows()] == [(State.UNSURE, LOST)]

    async def after(self, seconds: float) -> TickReport:
        self.machine.move(timedelta(seconds=seconds))
        return await self.tick()

    async def tick(self) -> TickReport:
        return await tick(self.office, patience=timedelta(0))

    async def rows(self) -> list[Delivery]:
        return await rows(self.database)


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database)


async def test_one_that_is_found_was_sent(stage: Stage) -> None:
    await stage.lose(accepted=True)
    assert (await stage.after(29)).unsure == {LOST: 1}
    assert stage.platform.looked == []
    report = await stage.after(1)
    assert (report.sent, report.unsure) == (1, {})
    (row,) = await stage.rows()
    assert (row.state, row.reason, row.receipt, row.attempts, row.settle_at) == (State.SENT, "", "ts-1", 1, None)
    assert len(stage.platform.asked) == 1


async def test_one_that_is_absent_twice_goes_once_more(stage: Stage) -> None:
    await stage.lose(accepted=False)
    await stage.after(30)
    await stage.after(14)
    assert len(stage.platform.looked) == len(stage.platform.asked) == 1
    await stage.after(1)
    await stage.tick()
    assert [(row.state, row.reason, row.attempts) for row in await stage.rows()] == [(State.SENT, "", 2)]
    assert len(stage.platform.looked) == 2
    assert len(stage.platform.accepted) == 1


async def test_a_history_that_lags_is_asked_twice(stage: Stage) -> None:
    await stage.lose(accepted=True)
    stage.platform.not_shown_yet = set(stage.platform.accepted)
    await stage.after(30)
    stage.platform.not_shown_yet.clear()
    await stage.after(15)
    assert [row.state for row in await stage.rows()] == [State.SENT]
    assert len(stage.platform.asked) == 1


async def test_a_clock_that_is_set_back_does_not_put_a_look_off(stage: Stage) -> None:
    await stage.lose(accepted=True)
    report = await stage.after(timedelta(days=-30).total_seconds())
    assert (report.sent, report.unsure) == (1, {})


async def test_where_nobody_can_look_it_is_not_repeated_and_says_so(stage: Stage) -> None:
    stage.platform.has_history = False
    await stage.lose(accepted=False)
    report = await stage.after(30)
    (row,) = await stage.rows()
    assert (row.state, row.settle_at) == (State.UNSURE, None)
    assert row.reason.startswith(f"{LOST}; nobody can look for it")
    assert report.unsure == {row.reason: 1}
    await stage.after(24 * 3600)
    assert len(stage.platform.asked) == len(stage.platform.looked) == 1


async def test_a_kind_whose_rule_says_so_is_repeated_and_marked(database: Database) -> None:
    stage = Stage(database, replace(TOY, repeats=lambda _: True))
    stage.platform.has_history = False
    await stage.lose(accepted=True)
    await stage.after(30)
    await stage.tick()
    assert [(row.state, row.attempts) for row in await stage.rows()] == [(State.SENT, 2)]
    first, second = (plain(message) for _, message in stage.platform.received)
    assert "You may have seen this before" not in first
    assert "You may have seen this before" in second


@pytest.mark.parametrize("trouble", [Unsure("lost again"), KeyError("messages"), TryLater(60 * SECOND)])
async def test_a_look_that_goes_wrong_is_made_again(stage: Stage, trouble: Exception) -> None:
    await stage.lose(accepted=True)
    stage.platform.look_troubles = [trouble]
    assert (await stage.after(30)).unsure == {LOST: 1}
    await stage.after(59)
    assert len(stage.platform.looked) == 1
    await stage.after(1)
    assert [row.state for row in await stage.rows()] == [State.SENT]


async def test_a_wait_of_years_puts_a_look_off_for_a_day(stage: Stage) -> None:
    await stage.lose(accepted=True)
    stage.platform.look_troubles = [TryLater(timedelta(seconds=10**9))]
    await stage.after(30)
    assert [row.state for row in await stage.rows()] == [State.UNSURE]
    await stage.after(24 * 60 * 60)
    assert [row.state for row in await stage.rows()] == [State.SENT]


async def test_whoever_can_no_longer_be_reached_cannot_be_looked_at(stage: Stage) -> None:
    await stage.lose(accepted=True)
    stage.platform.look_troubles = [CannotReach("account_inactive")]
    await stage.after(30)
    assert [(row.state, row.settle_at) for row in await stage.rows()] == [(State.UNSURE, None)]


async def test_one_that_never_arrived_is_not_sent_to_whoever_left_meanwhile(stage: Stage) -> None:
    await stage.lose(accepted=False)
    await opt_out(stage.database, "T1-U1")
    await stage.after(30)
    await stage.after(15)
    await stage.tick()
    assert [(row.state, row.reason) for row in await stage.rows()] == [(State.SKIPPED, "opted out")]


async def test_a_call_that_sets_off_too_late_for_its_lease_is_put_back(database: Database) -> None:
    """As after a machine slept between claiming and sending: by then somebody else may have taken the delivery."""
    machine, platform, composed = FixedClock(NOON), Platform(), []

    async def compose_and_fall_asleep(letter: Letter) -> Composed | Skip:
        composed.append(list(platform.asked))
        if len(composed) == 1:
            machine.move(Limits().lease)
        return await compose_toy(letter)

    await settle_in(database, members=1)
    await plan_due(database, [TOY], NOON)
    clocks = Clocks(calendar=FixedClock(NOON), machine=machine)
    nudge = replace(TOY, compose=compose_and_fall_asleep)
    await tick(post_office(database, clocks, {"slack": platform}, nudges=[nudge]), patience=timedelta(0))
    assert composed == [[], []], "the first claim must have sent nothing"
    assert len(platform.asked) == 1
    assert [(row.state, row.attempts) for row in await rows(database)] == [(State.SENT, 1)]
