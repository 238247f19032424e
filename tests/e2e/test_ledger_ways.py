"""What was sent long ago costs a round of deliveries nothing, and a long backlog no more than a brief one; shown on
SQLite, which keeps no statistics.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from bot.clock import Clocks, FixedClock
from bot.database import Database
from bot.errors import Unsure
from bot.model.deliveries import State
from jobs import claims, ledger
from jobs.claims import Due
from jobs.tick import tick
from tests.fakes.toy_post import NOON, Platform, Trouble, post_office, rows, settle_in


async def test_a_look_for_what_is_unsure_reads_nothing_else_of_its_workspace(sqlite: Database) -> None:
    machine, platform = FixedClock(NOON), Platform()
    office = post_office(sqlite, Clocks(calendar=FixedClock(NOON), machine=machine), {"slack": platform})
    await settle_in(sqlite, members=1)
    platform.troubles["T1-U1"] = [Trouble(Unsure("connection lost"), accepted=True)]
    await tick(office, patience=timedelta(0))
    seen: list[tuple[str, Any]] = []
    event.listen(sqlite.engine.sync_engine, "before_cursor_execute", lambda *told: seen.append((told[2], told[3])))

    machine.move(timedelta(seconds=30))
    await tick(office, patience=timedelta(0))

    assert [row.state for row in await rows(sqlite)] == [State.SENT]
    asked = [each for each in seen if "SELECT" in each[0] and "delivery.settle_at" in each[0].partition("WHERE")[2]]
    assert len({each[0] for each in asked}) >= 2
    async with sqlite.work() as session:
        connection = await session.connection()
        for statement, given in asked:
            way = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            assert "ix_delivery_tenant_id" not in str(way.fetchall()), statement


async def test_what_is_put_off_or_runs_out_of_time_is_found_by_an_index(sqlite: Database) -> None:
    due, seen = Due(NOON, NOON, ("slack",), ("toy",)), list[tuple[str, Any]]()
    event.listen(sqlite.engine.sync_engine, "before_cursor_execute", lambda *told: seen.append((told[2], told[3])))
    async with sqlite.work() as session:
        await claims.next_retry(session, due)
        await ledger.skip_missed(session, NOON, 500)
        ways = {}
        for name, (statement, given) in zip(("retry", "missed"), seen[-2:], strict=True):
            connection = await session.connection()
            ways[name] = str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)).fetchall())
    assert "ix_delivery_put_off (retry_at>?)" in ways["retry"]
    assert "ix_delivery_expiring (expires_at<?)" in ways["missed"]
