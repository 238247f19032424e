"""What was sent long ago costs a round of deliveries nothing; shown on SQLite, which keeps no statistics."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from bot.clock import Clocks, FixedClock
from bot.database import Database
from bot.errors import Unsure
from bot.model.deliveries import State
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
    assert {each[0].partition("WHERE")[2].count("settle_at >") for each in asked} == {0, 1}
    async with sqlite.work() as session:
        connection = await session.connection()
        for statement, given in asked:
            way = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            assert "ix_delivery_tenant_id" not in str(way.fetchall()), statement
