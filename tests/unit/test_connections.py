"""Connections to PostgreSQL say how soon a lost machine is to be noticed, and keep what the operator's address says."""

from sqlalchemy import text

from bot.database import open_database
from jobs.pool import CONNECTIONS, open_pool

ASKED = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
NAMES = ["search_path", "idle_in_transaction_session_timeout", "synchronous_commit"]


async def test_both_kinds_of_connections_add_to_the_operators_own_options(postgres_url: str) -> None:
    database = open_database(f"{postgres_url}&options=-csearch_path%3Dpg_catalog")
    async with database.engine.connect() as connection:
        found = await connection.execute(text(ASKED.replace("%s", ":names")), {"names": NAMES})
        ledgers: dict[str, str] = dict(found.all())
    async with open_pool(database) as pool, pool.connection() as plain:
        queues = dict(await (await plain.execute(ASKED, (NAMES,))).fetchall())
        assert pool.max_size == CONNECTIONS
    await database.close()
    assert ledgers == {"search_path": "pg_catalog", NAMES[1]: "60000", NAMES[2]: "on"}
    assert queues == {**ledgers, "synchronous_commit": "off"}
