"""`preceptor worker`: delivers what `preceptor serve` has planned, beside any number of others like it."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import click

from adapters.cli.logs import log_to_stderr
from adapters.composition import open_mentor, stay_loaded
from adapters.post import open_post_office
from adapters.server import make_app, run, stop_signal
from bot.errors import ConfigError
from bot.settings import Settings, read_settings
from jobs import engines
from jobs.watch import Watch

BEHIND = 5
"""How much a worker is behind those who answer people, where they share a machine: in steps of `nice`."""


@click.command()
@click.option(
    "--alive",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file to touch every 5 seconds, as long as the database hears from this worker: for a health check.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Answer /healthz, /readyz and /metrics of this worker there."
)
def worker(alive: Path | None, port: int | None) -> None:
    """Deliver what falls due, beside any number of others.

    Needs PostgreSQL: from SQLite, `preceptor serve` delivers by itself. Each worker takes up to 13 connections to the
    database, and sends IN_FLIGHT messages at one time. Told to end, it finishes and records what it is sending, in
    half a minute at most.

    Example: DATABASE_URL=postgresql://user:password@host/name preceptor worker
    """
    settings = read_settings(os.environ)
    engines.require_workers(settings.DATABASE_URL)
    beat = _beat(alive)
    log_to_stderr()
    asyncio.run(_work(settings, beat, port))


def _beat(alive: Path | None) -> Callable[[], None]:
    if alive is None:
        return lambda: None
    if not os.access(alive.parent, os.W_OK | os.X_OK):
        raise ConfigError(f"--alive: the folder {alive.parent} is missing or cannot be written to.")
    return alive.touch


async def _work(settings: Settings, beat: Callable[[], None], port: int | None) -> None:
    async with open_mentor(settings) as mentor, open_post_office(mentor) as office:
        worker = engines.worker(office, beat)
        stay_loaded()
        os.nice(BEHIND)
        if port is None:
            await worker.run(stop_signal())
            return
        watch = Watch(mentor.database, mentor.clocks.machine)
        watch.tally = worker.tally
        await run(make_app(mentor, watch), worker.run, port, started=lambda: click.echo(f"Answering on port {port}."))
