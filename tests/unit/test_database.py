"""The tables: migrations and models agree, units of work are whole, and a foreign address is refused."""

import asyncio
import sqlite3
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func
from sqlmodel import SQLModel, select

import bot.model  # noqa: F401 - registers the tables
from bot.clock import MachineClock
from bot.database import Database, open_database
from bot.errors import ConfigError, DatabaseNotReady
from bot.model.people import Member, Tenant
from bot.visitors import find_member, find_tenant

NOW = MachineClock().now()


async def test_migrations_make_what_the_models_say(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        return list(compare_metadata(context, SQLModel.metadata))

    async with database.engine.connect() as connection:
        found = await connection.run_sync(differences)
    # Alembic does not ask whether an index is meant for this kind of database.
    only_on_sqlite = {"ix_delivery_expiring"} if not database.is_sqlite else set()
    assert [each for each in found if getattr(each[1], "name", "") not in only_on_sqlite] == []


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Other tables come from the job queue's own files."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


async def test_a_fresh_database_is_not_ready_until_upgraded(tmp_path: Any) -> None:
    database = open_database(f"sqlite:///{tmp_path}/fresh.db")
    with pytest.raises(DatabaseNotReady):
        await database.require_current()

    await database.upgrade()
    await database.upgrade()

    await database.require_current()
    await database.close()


@pytest.mark.parametrize("url", ["mysql://user@host/name", "preceptor.db", ""])
def test_another_database_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ConfigError, match=r"sqlite:///preceptor\.db"):
        open_database(url)


async def test_a_unit_of_work_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await _fail_after_writing(database)

    async with database.work() as session:
        assert (await session.exec(select(func.count()).select_from(Tenant))).one() == 0


async def _fail_after_writing(database: Database) -> None:
    async with database.work() as session:
        await find_tenant(session, "demo", "T1", NOW)
        raise RuntimeError


async def test_twenty_first_requests_at_once_make_one_member(database: Database) -> None:
    async def arrive() -> int | None:
        async with database.work() as session:
            tenant = await find_tenant(session, "demo", "T1", NOW)
            return (await find_member(session, tenant, "U1", NOW)).id

    ids = await asyncio.gather(*(arrive() for _ in range(20)))

    assert len(set(ids)) == 1
    async with database.work() as session:
        assert (await session.exec(select(func.count()).select_from(Member))).one() == 1


async def test_an_instant_comes_back_in_utc(database: Database) -> None:
    async with database.work() as session:
        await find_tenant(session, "demo", "T1", NOW)

    async with database.work() as session:
        assert (await session.exec(select(Tenant.created_at))).one() == NOW


async def test_a_connection_dropped_in_mid_statement_leaves_no_lock(sqlite: Database) -> None:
    """As when a task is cancelled: the driver closes the connection while a statement still has rows to give."""
    other = sqlite3.connect(sqlite.file or "", timeout=0, isolation_level=None)
    async with sqlite.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute("BEGIN IMMEDIATE")
        unfinished = await driver.execute("SELECT name FROM sqlite_master")
        assert await unfinished.fetchone()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

        await driver.close()

        other.execute("BEGIN IMMEDIATE")
        other.close()
        await connection.invalidate()


async def test_a_connection_that_comes_back_after_the_end_is_closed(database_url: str) -> None:
    opened = open_database(database_url)
    async with opened.reading() as session:
        lent = (await (await session.connection()).get_raw_connection()).driver_connection
        await opened.close()
        assert lent
        assert not _is_closed(lent)
    assert _is_closed(lent)


def _is_closed(connection: Any) -> bool:
    return connection.closed if hasattr(connection, "closed") else not connection._running
