"""The courier on both databases: what is sent, what is not, and what becomes of each."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.clock import Clocks, FixedClock
from bot.database import Database
from bot.errors import BadMessage, CannotReach, TryLater, Unsure
from bot.message import Message
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import State
from bot.ports import Address, Messenger, Receipt
from jobs import ledger
from jobs.courier import Courier
from jobs.ledger import NewDelivery
from jobs.nudges import Composed, Letter, Nudge, Skip
from jobs.pacing import Rate
from jobs.planner import plan_due
from jobs.post_office import Limits
from tests.fakes.toy_post import (
    NOON,
    TOY,
    Platform,
    Trouble,
    compose_toy,
    opt_out,
    plan_toy,
    post_office,
    rows,
    settle_in,
)


@pytest.fixture
def machine() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def clocks(machine: FixedClock) -> Clocks:
    return Clocks(calendar=FixedClock(NOON), machine=machine)


@pytest.fixture
def platform() -> Platform:
    return Platform()


def _courier(
    database: Database,
    clocks: Clocks,
    messenger: Messenger,
    *,
    by: str = "courier",
    nudge: Nudge = TOY,
    **limits: Any,
) -> Courier:
    chosen = Limits(**limits)
    return Courier(post_office(database, clocks, {"slack": messenger}, nudges=[nudge], limits=chosen), by=by)


async def _planned(database: Database, *, members: int = 3, tenants: int = 1) -> None:
    await settle_in(database, members=members, tenants=tenants)
    await plan_due(database, [TOY], NOON)


async def test_each_message_goes_once_to_its_own_member(database: Database, clocks: Clocks, platform: Platform) -> None:
    await _planned(database, members=3, tenants=2)
    courier = _courier(database, clocks, platform)
    await courier.deliver_due()
    await courier.deliver_due()
    assert sorted((to.tenant, to.user) for to, _ in platform.received) == [
        (f"T{t}", f"T{t}-U{n}") for t in (1, 2) for n in (1, 2, 3)
    ]
    ledger = await rows(database)
    assert {(row.state, row.reason, row.sent_at, row.attempts) for row in ledger} == {(State.SENT, "", NOON, 1)}
    assert len({row.receipt for row in ledger}) == 6
    assert set(platform.accepted) == {f"{row.member_id}:toy:2026-W48" for row in ledger}
    assert courier.tally == {(State.SENT, ""): 6}


async def test_the_row_tells_what_the_message_is_about_before_the_network_is_asked(
    database: Database, clocks: Clocks
) -> None:
    seen: list[tuple[str, dict[str, Any], str]] = []

    class Looking(Platform):
        async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
            seen.extend((row.state, row.content, row.claimed_by) for row in await rows(database))
            return Receipt("ts-1")

    await _planned(database, members=1)
    await _courier(database, clocks, Looking()).deliver_due()
    assert seen == [(State.SENDING, {"action": "sample-action"}, "courier")]


async def test_opting_out_after_planning_is_respected(database: Database, clocks: Clocks, platform: Platform) -> None:
    await _planned(database, members=2)
    await opt_out(database, "T1-U1")
    await _courier(database, clocks, platform).deliver_due()
    assert [to.user for to, _ in platform.received] == ["T1-U2"]
    assert [(row.state, row.reason, row.attempts) for row in await rows(database)] == [
        (State.SKIPPED, "opted out", 0),
        (State.SENT, "", 1),
    ]


async def test_two_couriers_at_once_send_each_message_once(
    database: Database, clocks: Clocks, platform: Platform
) -> None:
    await _planned(database, members=20, tenants=2)
    couriers = [_courier(database, clocks, platform, by=f"courier-{n}") for n in (1, 2)]
    await asyncio.gather(*(courier.deliver_due() for courier in couriers))
    assert len(platform.accepted) == len(set(platform.accepted)) == 40
    assert {row.state for row in await rows(database)} == {State.SENT}


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (CannotReach("account_inactive"), State.FAILED, "account_inactive"),
        (BadMessage("invalid_blocks"), State.FAILED, "invalid_blocks"),
        (Unsure("lost"), State.UNSURE, "lost"),
        (KeyError("ts"), State.UNSURE, "ended by KeyError"),
        (asyncio.CancelledError(), State.UNSURE, "ended by CancelledError"),
    ],
    ids=["refused", "bad message", "unsure", "unknown", "cancelled"],
)
async def test_an_error_ends_its_own_delivery_and_is_never_repeated(
    database: Database, clocks: Clocks, platform: Platform, error: BaseException, state: State, reason: str
) -> None:
    await _planned(database, members=3)
    platform.troubles["T1-U2"] = [Trouble(error)]
    courier = _courier(database, clocks, platform)
    await courier.deliver_due()
    await courier.deliver_due()
    assert [(row.state, row.reason) for row in await rows(database)] == [
        (State.SENT, ""),
        (state, reason),
        (State.SENT, ""),
    ]
    assert len(platform.asked) == 3


async def test_no_answer_in_time_is_unsure(database: Database, clocks: Clocks, platform: Platform) -> None:
    await _planned(database, members=1)
    platform.is_open.clear()
    await _courier(database, clocks, platform, timeout=timedelta(seconds=0.01)).deliver_due()
    assert [(row.state, row.reason) for row in await rows(database)] == [(State.UNSURE, "no answer in time")]


async def test_a_workspace_that_asks_to_wait_delays_no_other(
    database: Database, clocks: Clocks, machine: FixedClock, platform: Platform
) -> None:
    await _planned(database, members=3, tenants=2)
    platform.troubles["T1-U1"] = [Trouble(TryLater(timedelta(seconds=30)))]
    courier = _courier(database, clocks, platform, batch=2)
    await courier.deliver_due()
    assert [to.user for to, _ in platform.received] == ["T2-U1", "T2-U2", "T2-U3"]
    assert [row.state for row in await rows(database)] == [State.PENDING] * 3 + [State.SENT] * 3

    machine.move(timedelta(seconds=29))
    await courier.deliver_due()
    assert len(platform.received) == 3
    machine.move(timedelta(seconds=9))
    await courier.deliver_due()
    assert {to.user for to, _ in platform.received[3:]} == {"T1-U1", "T1-U2", "T1-U3"}
    assert {(row.state, row.reason) for row in await rows(database)} == {(State.SENT, "")}
    assert [row.attempts for row in await rows(database)] == [2, 1, 1, 1, 1, 1]


async def test_a_message_put_off_past_its_time_is_missed(
    database: Database, clocks: Clocks, machine: FixedClock, platform: Platform
) -> None:
    await _planned(database, members=1)
    platform.troubles["T1-U1"] = [Trouble(TryLater(timedelta(hours=50)))]
    courier = _courier(database, clocks, platform)
    await courier.deliver_due()
    machine.move(timedelta(hours=51))
    await plan_due(database, [], NOON + timedelta(hours=51))
    await courier.deliver_due()
    assert [(row.state, row.reason) for row in await rows(database)] == [(State.SKIPPED, "missed")]
    assert platform.accepted == []


async def test_a_slow_workspace_leaves_half_of_the_hands_to_others(
    database: Database, clocks: Clocks, platform: Platform
) -> None:
    class SlowForOne:
        look_up = platform.look_up

        async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
            way = slow if address.tenant == "T1" else platform
            return await way.send(address, message, key=key)

    slow = Platform()
    slow.is_open.clear()
    platform.expects = 10
    await _planned(database, members=10, tenants=2)
    courier = _courier(database, clocks, SlowForOne(), in_flight=4, batch=4)
    delivering = asyncio.create_task(courier.deliver_due())
    await platform.has_all.wait()
    assert len(slow.asked) == 2
    slow.is_open.set()
    await delivering
    assert len(slow.accepted) == 10


async def test_a_paced_workspace_gets_one_burst_and_then_an_even_stream(
    database: Database, clocks: Clocks, machine: FixedClock, platform: Platform
) -> None:
    await _planned(database, members=9)
    couriers = [_courier(database, clocks, platform, by=f"c{n}", rates={"slack": Rate(60)}) for n in (1, 2)]
    sent = []
    for turn in range(4):
        await couriers[turn % 2].deliver_due()  # the pace is the workspace's, whoever sends
        sent.append(len(platform.accepted))
        machine.move(timedelta(seconds=2.25))
    assert sent == [5, 7, 9, 9]


async def test_one_member_is_written_to_once_a_second_whoever_sends(
    database: Database, clocks: Clocks, machine: FixedClock, platform: Platform
) -> None:
    await _planned(database, members=2)
    async with database.work() as session:
        other = NewDelivery(1, 1, "toy", "2026-W47", NOON, NOON + timedelta(hours=1))
        await ledger.insert(session, [other])
    couriers = [_courier(database, clocks, platform, by=f"c{n}", apart={"slack": timedelta(seconds=1)}) for n in (1, 2)]
    for courier in couriers:
        await courier.deliver_due()
    assert len(platform.accepted) == 2
    machine.move(timedelta(seconds=1.1))
    await couriers[1].deliver_due()
    assert sorted(platform.accepted) == ["1:toy:2026-W47", "1:toy:2026-W48", "2:toy:2026-W48"]


async def test_a_platform_that_is_switched_off_keeps_its_messages(database: Database, clocks: Clocks) -> None:
    await _planned(database, members=1)
    office = post_office(database, clocks, {"teams": Platform()})
    await Courier(office, by="courier").deliver_due()
    assert [row.state for row in await rows(database)] == [State.PENDING]


async def test_a_message_that_cannot_be_composed_takes_no_other_with_it(
    database: Database, clocks: Clocks, platform: Platform
) -> None:
    async def compose(letter: Letter) -> Composed | Skip:
        if letter.member.user_id == "T1-U2":
            letter.member.locale = "xx"
            letter.session.add(CoachingPlan(member_id=letter.delivery.member_id + 1000))  # nobody has this id
            await letter.session.flush()
        return await compose_toy(letter)

    await _planned(database, members=3)
    nudge = Nudge("toy", plan_toy, compose, examples=())
    await _courier(database, clocks, platform, nudge=nudge).deliver_due()
    assert [(row.state, row.reason, row.attempts) for row in await rows(database)] == [
        (State.SENT, "", 1),
        (State.FAILED, "could not be composed", 0),
        (State.SENT, "", 1),
    ]
    assert {to.user for to, _ in platform.received} == {"T1-U1", "T1-U3"}


async def test_the_log_of_a_failed_composition_names_the_row_and_the_error(
    database: Database, clocks: Clocks, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    async def compose(letter: Letter) -> Composed | Skip:
        raise IntegrityError("statement", {}, ValueError("toy"))

    await _planned(database, members=1)
    await _courier(database, clocks, platform, nudge=Nudge("toy", plan_toy, compose, examples=())).deliver_due()
    (record,) = [each for each in caplog.records if getattr(each, "event", "") == "compose_failed"]
    assert record.exc_info
    assert record.__dict__["kind"] == "toy"


async def test_stopping_waits_for_what_is_under_way_and_records_it(
    database: Database, clocks: Clocks, platform: Platform
) -> None:
    await _planned(database, members=10)
    platform.is_open.clear()
    stop = asyncio.Event()
    running = asyncio.create_task(_courier(database, clocks, platform, in_flight=4).run(stop))
    await platform.someone_waits.wait()
    stop.set()
    platform.is_open.set()
    await running
    states = [row.state for row in await rows(database)]
    assert set(states) == {State.SENT, State.PENDING}
    assert states.count(State.SENT) == len(platform.accepted)
