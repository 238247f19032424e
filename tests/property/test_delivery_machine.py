"""Any order of planning, sending, going wrong, crashing, opting out and time passing: no message is accepted twice, and
none disappears without a named reason. On both databases.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Clocks, FixedClock
from bot.database import Database, open_database
from bot.errors import BadMessage, CannotReach, TryLater, Unsure
from bot.mentoring import coaching
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.people import Member
from jobs.ledger import key_of
from jobs.nudges import Nudge, weekly
from jobs.planner import plan_due
from jobs.tick import tick
from tests.fakes.toy_post import NOON, Platform, Trouble, compose_toy, post_office, rows, settle_in

Act = Callable[[AsyncSession, Member], Awaitable[object]]
ZONES = st.sampled_from(["America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati", "Europe/Paris"])
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


def _hours(number: int) -> timedelta:
    return timedelta(hours=number)


WEEKLY = Nudge("weekly", weekly.plan, compose_toy, examples=())
"""Planned as weekly notes really are; what it says does not matter here."""


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
        self.office = post_office(self.database, clocks, {"slack": self.platform}, nudges=[WEEKLY])
        self.known: set[str] = set()
        self.opted_out: set[str] = set()
        self.wait(_begin_anew(self.database))

    def wait(self, work: Awaitable[Any]) -> Any:
        async def run() -> Any:
            return await work

        return self.runner.run(run())

    @rule()
    def plan(self) -> None:
        self.wait(plan_due(self.database, [WEEKLY], self.calendar.now()))

    @rule()
    def plan_twice_at_once(self) -> None:
        now = self.calendar.now()
        self.wait(_together(plan_due(self.database, [WEEKLY], now), plan_due(self.database, [WEEKLY], now)))

    @rule(length=st.sampled_from([timedelta(seconds=16), timedelta(seconds=31), *map(_hours, (1, 20, 49, 168))]))
    def time_passes(self, length: timedelta) -> None:
        self.calendar.move(length)
        self.machine.move(length)
        self.platform.not_shown_yet.clear()

    @rule(user=USERS, trouble=TROUBLES)
    def a_send_will_go_wrong(self, user: str, trouble: Trouble) -> None:
        self.platform.troubles[user].append(trouble)

    @rule(permitted=st.booleans())
    def history_is_permitted(self, permitted: bool) -> None:  # noqa: FBT001 - Hypothesis hands it over
        self.platform.has_history = permitted

    @rule(trouble=st.sampled_from([TryLater(timedelta(seconds=20)), Unsure("lost"), KeyError("messages")]))
    def a_look_will_go_wrong(self, trouble: Exception) -> None:
        self.platform.look_troubles.append(trouble)

    @rule()
    def deliver(self) -> None:
        before = len(self.platform.received)
        self.wait(tick(self.office, patience=timedelta(0)))
        self._is_lagging(before)
        assert not {address.user for address, _ in self.platform.received[before:]} & self.opted_out

    @rule()
    def deliver_twice_at_once(self) -> None:
        before = len(self.platform.received)
        self.wait(_together(tick(self.office, patience=timedelta(0)), tick(self.office, patience=timedelta(0))))
        self._is_lagging(before)

    @rule(accepted=st.booleans())
    def crash_while_sending(self, accepted: bool) -> None:  # noqa: FBT001
        before = len(self.platform.received)
        self.wait(_crash(self.platform, tick(self.office, patience=timedelta(0)), accepted=accepted))
        self._is_lagging(before)

    def _is_lagging(self, before: int) -> None:
        """What was accepted since then is not in the history before some time has passed."""
        self.platform.not_shown_yet |= set(self.platform.accepted[before:])

    @rule(user=USERS)
    def opts_out(self, user: str) -> None:
        self.wait(_as_member(self.database, user, coaching.opt_out))
        self.opted_out.add(user)

    @rule(user=USERS)
    def opts_in(self, user: str) -> None:
        now = self.calendar.now()
        self.wait(_as_member(self.database, user, lambda session, member: coaching.opt_in(session, member, now)))
        self.opted_out.discard(user)

    @rule(user=USERS, zone=ZONES)
    def moves(self, user: str, zone: str) -> None:
        self.wait(_as_member(self.database, user, lambda session, member: coaching.set_zone(session, member, zone)))

    @rule(user=USERS)
    def uses_the_mentor(self, user: str) -> None:
        now = self.calendar.now()
        self.wait(_as_member(self.database, user, partial(_wakes, now=now)))

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
                assert row.lease_until
        assert row.reason or row.state in {State.PENDING, State.SENT, State.SENDING}

    @invariant()
    def whoever_is_on_has_something_to_come(self) -> None:
        for plan in self.wait(_plans(self.database)):
            assert (plan.next_due_at is not None) == (plan.is_on and plan.backoff != "silent")

    def teardown(self) -> None:
        """Left alone for long enough, everything settles: with a history to look into, nothing stays unsure."""
        self.platform.has_history = True
        cannot_be_looked_for = {row.id for row in self.wait(rows(self.database)) if _is_given_up(row)}
        self.wait(_as_members_leave(self.database))
        for _ in range(12):
            self.time_passes(timedelta(minutes=15))
            self.wait(tick(self.office, patience=timedelta(0)))
        self.every_delivery_is_accounted_for()
        self.nothing_is_accepted_twice()
        for row in self.wait(rows(self.database)):
            assert row.state not in {State.PENDING, State.SENDING}, row
            assert row.state is not State.UNSURE or row.id in cannot_be_looked_for, row
        self.wait(self.database.close())
        self.runner.close()


def test_no_order_of_events_repeats_or_loses_a_message(database_url: str) -> None:
    machine = type("DeliveriesHere", (Deliveries,), {"url": database_url})
    chosen = settings(
        max_examples=15 if database_url.startswith("sqlite") else 6,  # a step on PostgreSQL costs three times as much
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


async def _as_member(database: Database, user: str, act: Act) -> None:
    async with database.work() as session:
        await act(session, (await session.exec(select(Member).where(Member.user_id == user))).one())


async def _wakes(session: AsyncSession, member: Member, now: datetime) -> None:
    await coaching.wake(session, member, await session.get(CoachingPlan, member.id), now)


async def _as_members_leave(database: Database) -> None:
    """Nobody is on any more, so that what is due is the last there is."""
    async with database.work() as session:
        for member in (await session.exec(select(Member))).all():
            await coaching.opt_out(session, member)


async def _plans(database: Database) -> list[CoachingPlan]:
    async with database.work() as session:
        return list((await session.exec(select(CoachingPlan))).all())


def _is_given_up(row: Delivery) -> bool:
    return row.state is State.UNSURE and row.settle_at is None
