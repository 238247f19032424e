"""A worker's connections for its jobs, beside those of its database. Opened by `jobs.distributed`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text

from bot.database import Database
from bot.postgres_patience import NOTICES, options_of

CONNECTIONS = 3
PATIENCE = 5.0
"""Seconds to wait for one of them."""

_SETTINGS = (
    # The ledger waits for the disk; what a crash takes back of the queue comes again and finds nothing to do.
    "-c synchronous_commit=off",
    # PostgreSQL plans the look for the next job once, mostly while the table is empty, and so reads all of it each time
    # that it is full. Without these ways it goes along the index, which is in the order of the jobs' times.
    "-c enable_seqscan=off",
    "-c enable_bitmapscan=off",
    "-c enable_sort=off",
)


@asynccontextmanager
async def open_pool(database: Database) -> AsyncIterator[AsyncConnectionPool]:
    """Connect for the length of the block. Raises what the driver says when the database does not answer."""
    async with database.engine.connect() as connection:  # first, because a pool would go on trying
        await connection.execute(text("SELECT 1"))
    _, address = database.engine.dialect.create_connect_args(database.engine.url)
    options = " ".join((options_of(database.engine.url), *_SETTINGS))
    ours = {"autocommit": True, "options": options, "application_name": "preceptor worker"}
    pool = AsyncConnectionPool(
        kwargs={**NOTICES, **address, **ours},
        min_size=1,
        max_size=CONNECTIONS,
        timeout=PATIENCE,
        reconnect_timeout=PATIENCE,
        open=False,
    )
    async with pool:
        yield pool
