"""`preceptor db`: the tables."""

import asyncio
import os

import click

from bot.database import open_database
from bot.settings import read_settings


@click.group()
def db() -> None:
    """Look after the database that DATABASE_URL names."""


@db.command()
def upgrade() -> None:
    """Bring the tables to this program's version.

    Example: DATABASE_URL=postgresql://user:password@host/name preceptor db upgrade
    """
    asyncio.run(_upgrade())
    click.echo("The tables are up to date.")


async def _upgrade() -> None:
    database = open_database(read_settings(os.environ).DATABASE_URL)
    try:
        await database.upgrade()
    finally:
        await database.close()
