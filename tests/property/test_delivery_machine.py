"""Any order of planning, sending, going wrong, crashing, opting out and time passing: no message is accepted twice, and
none disappears without a named reason. On both databases.
"""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import SQLModel, select

from bot.clock import Clocks, FixedClock, Week
from bot.database import Database, open_database
from bot.errors import BadMessage, CannotReach, TryLater, Unsure
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member
from jobs.ledger import key_of
from jobs.planner import plan_due
from jobs.tick import tick
from tests.fakes.toy_post import FIRST_SLOT, NOON, TOY, Platform, Trouble, opt_out, post_office, rows, settle_in

USERS = st.sampled_from(["T1-U1", "T1-U2", "T2-U1", "T2-U2"])
TROUBLES = st.sampled_from(
    [
        Trouble(TryLater(timedelta(minutes=5))),
        Trouble(CannotReach("user_disabled")),
        Trouble(BadMessage("invalid_blocks")),
        Trouble(Unsure("lost"), accepted=True),
        Trouble(Unsure("lost")),
        Trouble(ConnectionResetError(), accepted=True),
        Trouble(asyncio.CancelledError()),
    ]
)


class Deliveries(RuleBasedStateMachine):
    """Four members of two workspaces, the real planner, ledger and courier, and a platform that counts."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.calendar, self.machine = FixedClock(NOON), FixedClock(NOON)
        self.platform = Platform()
        self.database = open_database(self.url)
        clocks = Clocks(calendar=self.calendar, machine=self.machine)
        self.office = post_office(self.database, clocks, {"slack": self.platform})
        self.known: set[str] = set()
        self.opted_out: set[str] = set()
        self.crashed = False
        self.wait(_begin_anew(self.database))

    def wait(self, work: Awaitable[Any]) -> Any:
        async def run() -> Any:
            return await work

        return self.runner.run(run())

    @rule()
    def plan(self) -> None:
        self.wait(plan_due(self.database, [TOY], self.calendar.now()))

    @rule()
    def plan_twice_at_once(self) -> None:
        now = self.calendar.now()
        self.wait(_together(plan_due(self.database, [TOY], now), plan_due(self.database, [TOY], now)))

    @rule(hours=st.sampled_from([1, 20, 49, 168]))
    def time_passes(self, hours: int) -> None:
        self.calendar.move(timedelta(hours=hours))
        self.machine.move(timedelta(hours=hours))

    @rule(user=USERS, trouble=TROUBLES)
    def a_send_will_go_wrong(self, user: str, trouble: Trouble) -> None:
        self.platform.troubles[user].append(trouble)

    @rule()
    def deliver(self) -> None:
        before = len(self.platform.received)
        self.wait(tick(self.office, patience=timedelta(0)))
        self.crashed = False
        assert not {address.user for address, _ in self.platform.received[before:]} & self.opted_out

    @rule()
    def deliver_twice_at_once(self) -> None:
        self.wait(_together(tick(self.office, patience=timedelta(0)), tick(self.office, patience=timedelta(0))))
        self.crashed = False

    @rule(accepted=st.booleans())
    def crash_while_sending(self, accepted: bool) -> None:  # noqa: FBT001 - Hypothesis hands it over
        self.wait(_crash(self.platform, tick(self.office, patience=timedelta(0)), accepted=accepted))
        self.crashed = True

    @rule(user=USERS)
    def opts_out(self, user: str) -> None:
        self.wait(opt_out(self.database, user))
        self.opted_out.add(user)

    @rule(user=USERS)
    def opts_in(self, user: str) -> None:
        self.wait(_opt_in(self.database, user))
        self.opted_out.discard(user)

    @invariant()
    def nothing_is_accepted_twice(self) -> None:
        assert len(self.platform.accepted) == len(set(self.platform.accepted))

    @invariant()
    def every_delivery_is_accounted_for(self) -> None:
        ledger = {key_of(row): row for row in self.wait(rows(self.database))}
        assert self.known <= ledger.keys(), "a delivery has disappeared"
        self.known |= ledger.keys()
        for key, row in ledger.items():
            self._check(row, accepted=key in self.platform.accepted)
        assert set(self.platform.accepted) <= ledger.keys()

    def _check(self, row: Delivery, *, accepted: bool) -> None:
        match row.state:
            case State.SENT:
                assert accepted
                assert row.receipt
            case State.PENDING | State.SKIPPED | State.FAILED:
                assert not accepted
            case State.SENDING:
                assert self.crashed, "still being sent, though nobody sends"
        assert row.reason or row.state in {State.PENDING, State.SENT, State.SENDING}

    def teardown(self) -> None:
        self.wait(self.database.close())
        self.runner.close()


def test_no_order_of_events_repeats_or_loses_a_message(database_url: str) -> None:
    machine = type("DeliveriesHere", (Deliveries,), {"url": database_url})
    chosen = settings(
        max_examples=25 if database_url.startswith("sqlite") else 8,  # a step on PostgreSQL costs three times as much
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(machine, settings=chosen)


async def _begin_anew(database: Database) -> None:
    async with database.work() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            await session.exec(table.delete())
    await settle_in(database, members=2, tenants=2)


async def _together(*works: Awaitable[Any]) -> None:
    await asyncio.gather(*works)


async def _crash(platform: Platform, ticking: Awaitable[Any], *, accepted: bool) -> None:
    """Cancel a tick as soon as a message is under way; without any, it just ends."""
    platform.is_open = asyncio.Event()
    platform.someone_waits = asyncio.Event()
    platform.takes_in_silence = accepted
    task, waits = asyncio.ensure_future(ticking), asyncio.ensure_future(platform.someone_waits.wait())
    await asyncio.wait((task, waits), return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
    waits.cancel()
    await asyncio.wait((task, waits))
    platform.is_open.set()


async def _opt_in(database: Database, user: str) -> None:
    async with database.work() as session:
        member = (await session.exec(select(Member).where(Member.user_id == user))).one()
        plan = await session.get_one(CoachingPlan, member.id)
        week = Week.parse(plan.last_slot).plus(1) if plan.last_slot else Week.parse(FIRST_SLOT)
        plan.is_on, plan.next_slot = True, str(week)
        plan.next_due_at = NOON + timedelta(weeks=week.weeks_since(Week.parse(FIRST_SLOT)))
