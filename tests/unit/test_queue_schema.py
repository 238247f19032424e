"""The job queue's tables: made by our migrations from the package's own files, and taken away by them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import bot
from bot import queue_schema
from bot.database import Database

OBJECTS = """
SELECT (SELECT count(*) FROM pg_tables WHERE tablename LIKE 'procrastinate\\_%')
     + (SELECT count(*) FROM pg_proc WHERE proname LIKE 'procrastinate\\_%')
     + (SELECT count(*) FROM pg_type WHERE typname LIKE 'procrastinate\\_%')
"""


def test_the_package_has_no_migration_file_that_ours_do_not_apply() -> None:
    names = [file.name for file in queue_schema.files()]
    assert len(names) >= 37
    newer = [name for name in names if name > queue_schema.NEWEST]
    assert newer == [], f"{newer}: add a migration that applies them, as bot/queue_schema.py says, and set NEWEST there"


async def test_going_down_takes_every_object_away_and_going_up_brings_them_back(postgresql: Database) -> None:
    there = await _count(postgresql)
    assert there > 20

    await _go_down(postgresql)
    assert await _count(postgresql) == 0
    await postgresql.upgrade()

    assert await _count(postgresql) == there


async def test_files_newer_than_what_is_there_are_applied_once(postgresql: Database) -> None:
    """As after an older program: its tables lack what the newest file makes."""
    before, newest = (file.name for file in queue_schema.files()[-2:])
    last = "procrastinate_trigger_function_status_events_update_v1"

    def there_after_bringing_up(connection: Connection) -> bool:
        connection.exec_driver_sql(f"DROP FUNCTION {last} CASCADE")
        queue_schema.bring_up(connection, newest)
        found = connection.exec_driver_sql(f"SELECT count(*) FROM pg_proc WHERE proname = '{last}'")
        return bool(found.scalar_one())

    async with postgresql.engine.begin() as connection:
        await connection.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS '{before}'")
        assert await connection.run_sync(there_after_bringing_up)
        assert not await connection.run_sync(there_after_bringing_up)


async def _go_down(database: Database) -> None:
    def go(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(bot.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")

    async with database.engine.begin() as connection:
        await connection.run_sync(go)


async def _count(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int((await connection.execute(text(OBJECTS))).scalar_one())
