"""`preceptor db`: the tables, a backup of everything, and its way back or to another database."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from adapters.composition import real_clocks
from bot.backup import Backup, back_up, opened
from bot.database import Database, open_database
from bot.errors import ArchiveError, ConfigError
from bot.revisions import is_newer, newest
from bot.settings import read_settings
from jobs.moving import Moved, Restored
from jobs.moving import move as move_all
from jobs.moving import restore as put_back
from jobs.nudges import find_nudges


@click.group()
def db() -> None:
    """Look after the database that DATABASE_URL names."""


@asynccontextmanager
async def _database() -> AsyncIterator[Database]:
    database = open_database(read_settings(os.environ).DATABASE_URL)
    try:
        yield database
    finally:
        await database.close()


def _named(database: Database) -> str:
    return database.engine.url.set(drivername=database.engine.url.get_backend_name()).render_as_string()


@db.command()
def upgrade() -> None:
    """Bring the tables to this program's version.

    Of a SQLite file that holds anything, a copy from before is kept beside it.

    Example: DATABASE_URL=postgresql://user:password@host/name preceptor db upgrade
    """
    click.echo(asyncio.run(_upgrade()))


async def _upgrade() -> str:
    async with _database() as database:
        done = await database.upgrade()
    if is_newer(done.after):
        return f"The tables ({done.after}) are newer than this program ({newest()}); they stay as they are."
    return f"The tables are up to date.{f' As they were: {done.kept}' if done.kept else ''}"


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write everything to FILE, while the mentor runs.

    It is one SQLite file, whatever kind of database it comes from, and nothing is overwritten. It holds what people
    told the mentor: keep it where nobody else can read it.

    Example: preceptor db backup preceptor-2026-12-01.backup
    """
    members = asyncio.run(_backup(file))
    click.echo(f"Wrote {members} members and all that is theirs to {file} ({_size(file)}).")


async def _backup(file: Path) -> int:
    async with _database() as database:
        return await back_up(database, file, real_clocks().machine.now())


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:.1f} MB"


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask first.")
def restore(file: Path, yes: bool) -> None:
    """Put a backup into use, and send nothing again.

    A present SQLite file is kept under another name; a PostgreSQL database must be empty. What fell due between the
    backup and now may have been sent: it is marked as unsure and never goes out a second time.

    Example: preceptor db restore preceptor-2026-12-01.backup
    """
    click.echo(asyncio.run(_restore(file, ask=not yes)))


async def _restore(file: Path, *, ask: bool) -> str:
    async with _database() as target:
        if target.file and target.file.exists() and target.file.samefile(file):
            raise ArchiveError(f"{file} is the database that DATABASE_URL names. Name a backup of it.")
        folder = target.file.parent if target.file else None
        with _working_folder(folder) as working:
            async with opened(file, Path(working)) as found:
                if ask:
                    click.confirm(_question(file, found, target), abort=True)
                done = await put_back(found, target, find_nudges(), real_clocks().machine)
            return _restored(found, done, target)


def _working_folder(beside: Path | None) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix=".preceptor-restore-", dir=beside)
    except OSError as error:
        raise ArchiveError(f"{beside} cannot be written to: {error.strerror}.") from error


def _question(file: Path, found: Backup, target: Database) -> str:
    taken = f"{found.taken_at:%Y-%m-%d %H:%M} UTC" if found.taken_at else "an unknown time"
    place = "The present file is set aside." if target.file else "It must be empty."
    return (
        f"{file} holds {found.members} members as of {taken}. It goes into {_named(target)}. {place} "
        "What fell due since then may have been sent, and will not be sent again.\nGo on?"
    )


def _restored(found: Backup, done: Restored, target: Database) -> str:
    lines = [
        f"Restored {found.members} members into {_named(target)}.",
        f"{done.marked.unsure} messages may have been sent since the backup: they are unsure, and not sent again.",
        "Whoever turned something off, or had their data erased, since the backup has to do so again.",
    ]
    if done.marked.unanswered:
        lines.append(f"{done.marked.unanswered} messages to the mentor may have been answered, and are not again.")
    if done.kept:
        lines.append(f"The former file is now {done.kept}.")
    return "\n".join(lines)


@db.command()
@click.argument("target_url")
def move(target_url: str) -> None:
    """Move everything to the empty database at TARGET_URL.

    From SQLite to PostgreSQL, or back. Stop the mentor first. The SQLite file that is left behind gets another name, so
    that nothing can be sent from it by mistake.

    Example: preceptor db move postgresql://user:password@host/name
    """
    click.echo(asyncio.run(_move(target_url)))


async def _move(target_url: str) -> str:
    try:
        target = open_database(target_url)
    except ConfigError as error:
        raise click.BadParameter(
            "it is sqlite:///preceptor.db or postgresql://user:password@host/name", param_hint="TARGET_URL"
        ) from error
    async with _database() as source:
        try:
            return _moved(await move_all(source, target, real_clocks().machine), source, target)
        finally:
            await target.close()


def _moved(done: Moved, source: Database, target: Database) -> str:
    kept = (
        f"The file that is left behind is now {done.kept}."
        if done.kept
        else f"{_named(source)} keeps its rows, and no program works with it any more."
    )
    return (
        f"Moved {done.rows['member']} members, {sum(done.rows.values())} rows in all. {kept}\n"
        f"From now on: DATABASE_URL={_named(target)}"
    )
