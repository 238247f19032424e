"""The ledger on both databases: one row for each slot, one claim for each row, and nothing lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.database import Database
from bot.model.deliveries import Delivery, State
from jobs import claims, ledger
from jobs.claims import Due, Lease
from jobs.ledger import NewDelivery, Outcome
from jobs.nudges import Nudge
from jobs.planner import plan_due
from tests.fakes.toy_post import NOON, TOY, compose_toy, rows, settle_in

DUE = Due(NOON, NOON, ("slack",), ("toy",))
LEASE = Lease("courier-1", NOON + timedelta(minutes=2))
LOOK_AFTER = timedelta(seconds=30)


async def test_planning_twice_is_the_same_as_once(database: Database) -> None:
    await settle_in(database, members=3)
    first, second = await plan_due(database, [TOY], NOON), await plan_due(database, [TOY], NOON)
    assert (first.planned["toy"], second.planned["toy"]) == (3, 0)
    assert len(await rows(database)) == 3


async def test_two_planners_at_once_make_one_row_each(database: Database) -> None:
    await settle_in(database, members=20)
    counts = await asyncio.gather(*(plan_due(database, [TOY], NOON, batch=7) for _ in range(2)))
    assert not any(each.broken for each in counts)
    assert sum(each.planned["toy"] for each in counts) == 20
    assert len({row.member_id for row in await rows(database)}) == len(await rows(database)) == 20


async def test_an_insert_returns_only_what_it_stored(database: Database) -> None:
    await settle_in(database, members=2)
    async with database.work() as session:
        assert len(await ledger.insert(session, [_row(1)])) == 1
        assert len(await ledger.insert(session, [_row(1), _row(2)])) == 1
        assert await ledger.insert(session, []) == []
        assert len(ledger.inserted(session)) == 2


async def test_the_oldest_are_claimed_first_and_only_so_many(database: Database) -> None:
    await settle_in(database, members=3)
    async with database.work() as session:
        await ledger.insert(session, [_row(n, due_at=NOON - timedelta(minutes=n)) for n in (1, 2, 3)])
        claimed = await claims.claim(session, {1: 2}, DUE, LEASE, {})
    assert [each.member.user_id for each in claimed] == ["T1-U3", "T1-U2"]
    assert [row.state for row in await rows(database)] == [State.PENDING, State.SENDING, State.SENDING]


async def test_two_claims_at_once_share_nothing(database: Database) -> None:
    await settle_in(database, members=30)
    await plan_due(database, [TOY], NOON)

    async def claim(by: str) -> list[int | None]:
        async with database.work() as session:
            taken = await claims.claim(session, {1: 20}, DUE, replace(LEASE, by=by), {})
            return [each.delivery.id for each in taken]

    one, two = await asyncio.gather(claim("courier-1"), claim("courier-2"))
    assert one or two  # one of them may find all it looked at taken, and comes again
    assert not set(one) & set(two)
    owners = {row.id: row.claimed_by for row in await rows(database)}
    assert {owners[each] for each in one} <= {"courier-1"}
    assert {owners[each] for each in two} <= {"courier-2"}


async def test_what_is_not_due_or_not_ours_is_not_claimed(database: Database) -> None:
    await settle_in(database, members=4)
    async with database.work() as session:
        await ledger.insert(
            session,
            [
                _row(1, due_at=NOON + timedelta(seconds=1)),
                _row(2),
                _row(3, kind="of-a-newer-version"),
                _row(4, due_at=NOON - timedelta(days=3)),
            ],
        )
        put_off = (await session.exec(select(Delivery).where(Delivery.member_id == 2))).one()
        put_off.retry_at = NOON + timedelta(seconds=1)
        assert await claims.waiting(session, DUE, {}) == []
        assert await claims.claim(session, {1: 10}, DUE, LEASE, {}) == []
        assert await claims.next_retry(session, DUE) == NOON + timedelta(seconds=1)
        elsewhere = replace(DUE, machine=NOON + timedelta(seconds=1), platforms=["teams"])
        assert await claims.waiting(session, elsewhere, {}) == []


async def test_what_ran_out_of_time_is_named_missed(database: Database) -> None:
    await settle_in(database, members=2)
    await plan_due(database, [TOY], NOON)
    counts = await plan_due(database, [TOY], NOON + timedelta(hours=49))
    assert counts.skipped == {"missed": 2}
    assert {(row.state, row.reason) for row in await rows(database)} == {(State.SKIPPED, "missed")}


async def test_a_long_absence_is_named_in_transactions_of_a_bounded_size(database: Database) -> None:
    await settle_in(database, members=5)
    await plan_due(database, [TOY], NOON)
    async with database.work() as session:
        assert await ledger.skip_missed(session, NOON + timedelta(hours=49), 2) == 2
    counts = await plan_due(database, [], NOON + timedelta(hours=49), batch=2)
    assert counts.skipped == {"missed": 3}
    assert {(row.state, row.reason) for row in await rows(database)} == {(State.SKIPPED, "missed")}


async def test_planning_that_is_told_to_stop_finishes_its_batch_and_leaves_the_rest(database: Database) -> None:
    async def stop_soon(_session: object, _rows: object) -> None:
        stop.set()

    await settle_in(database, members=5)
    stop = asyncio.Event()
    counts = await plan_due(database, [TOY], NOON, batch=2, enqueue=stop_soon, stop=stop)
    assert counts.planned["toy"] == len(await rows(database)) == 2
    assert (await plan_due(database, [TOY], NOON)).planned["toy"] == 3


async def test_recovery_marks_only_what_is_lost(database: Database) -> None:
    await settle_in(database, members=2)
    await plan_due(database, [TOY], NOON)
    async with database.work() as session:
        await claims.claim(session, {1: 1}, DUE, LEASE, {})
        await claims.claim(session, {1: 1}, DUE, replace(LEASE, until=NOON + timedelta(minutes=4)), {})
        assert await ledger.recover(session, NOON + timedelta(minutes=3), LOOK_AFTER, everything=False) == 1
    assert [(row.state, row.reason) for row in await rows(database)] == [
        (State.UNSURE, "the process ended while sending"),
        (State.SENDING, ""),
    ]
    async with database.work() as session:
        assert await ledger.recover(session, NOON, LOOK_AFTER, everything=True) == 1
        assert await claims.waiting(session, replace(DUE, machine=NOON + timedelta(days=1)), {}) == []


async def test_recovery_passes_over_what_is_being_recorded(postgresql: Database) -> None:
    await settle_in(postgresql, members=2)
    await plan_due(postgresql, [TOY], NOON)
    async with postgresql.work() as session:
        first, _ = await claims.claim(session, {1: 2}, DUE, LEASE, {})
    sent = Outcome(first.delivery.id or 0, State.SENT, sent_at=NOON)
    async with postgresql.work() as recording, postgresql.work() as recovering:
        await ledger.record(recording, [sent], by="courier-1", machine_now=NOON)
        await (await recovering.connection()).execute(text("SET LOCAL lock_timeout = '2s'"))
        assert await ledger.recover(recovering, NOON, LOOK_AFTER, everything=True) == 1
    assert [row.state for row in await rows(postgresql)] == [State.SENT, State.UNSURE]


async def test_a_late_record_corrects_what_was_given_up_for_lost(database: Database) -> None:
    await settle_in(database, members=1)
    await plan_due(database, [TOY], NOON)
    async with database.work() as session:
        (claimed,) = await claims.claim(session, {1: 1}, DUE, LEASE, {})
        await ledger.recover(session, NOON, LOOK_AFTER, everything=True)
        outcome = Outcome(claimed.delivery.id or 0, State.SENT, receipt="ts-1", sent_at=NOON)
        await ledger.record(session, [outcome], by="courier-1", machine_now=NOON)
    (row,) = await rows(database)
    assert (row.state, row.reason, row.receipt, row.sent_at) == (State.SENT, "", "ts-1", NOON)
    assert (row.attempts, row.lease_until, row.recorded_at) == (1, None, NOON)


async def test_nobody_records_over_another_ones_claim(database: Database) -> None:
    await settle_in(database, members=1)
    await plan_due(database, [TOY], NOON)
    async with database.work() as session:
        (claimed,) = await claims.claim(session, {1: 1}, DUE, LEASE, {})
        failed = Outcome(claimed.delivery.id or 0, State.FAILED, "refused")
        await ledger.record(session, [failed], by="courier-2", machine_now=NOON)
    assert [row.state for row in await rows(database)] == [State.SENDING]


async def test_counts_by_state_and_reason(database: Database) -> None:
    await settle_in(database, members=3)
    await plan_due(database, [TOY], NOON)
    async with database.work() as session:
        (claimed,) = await claims.claim(session, {1: 1}, DUE, LEASE, {})
        skipped = Outcome(claimed.delivery.id or 0, State.SKIPPED, "opted out", tried=False)
        await ledger.record(session, [skipped], by="courier-1", machine_now=NOON)
        assert await ledger.count_states(session) == {(State.SKIPPED, "opted out"): 1, (State.PENDING, ""): 2}
        assert await ledger.count_due(session, NOON) == 2


async def test_what_is_born_skipped_is_counted_and_handed_to_nobody(database: Database) -> None:
    async def plan(session: AsyncSession, now: datetime, limit: int) -> int:
        late = _row(1, state=State.SKIPPED, reason="missed")
        return len(await ledger.insert(session, [late, _row(2)]))

    handed: list[int] = []

    async def enqueue(session: AsyncSession, ids: Sequence[int]) -> None:
        handed.extend(ids)

    await settle_in(database, members=2)
    counts = await plan_due(database, [Nudge("toy", plan, compose_toy, examples=())], NOON, enqueue=enqueue)
    assert (counts.planned, counts.skipped) == ({"toy": 2}, {"missed": 1})
    assert handed == [row.id for row in await rows(database) if row.state == State.PENDING]


def _row(member: int, *, due_at: datetime = NOON, **changes: Any) -> NewDelivery:
    """One delivery of a member's first slot."""
    row: dict[str, Any] = {"kind": "toy", "expires_at": due_at + timedelta(hours=48)} | changes
    return NewDelivery(tenant_id=1, member_id=member, slot="2026-W48", due_at=due_at, **row)
