"""Where a database stands among the migrations, and the way from there. Called by `bot.database`.

Revisions are four digits, in order. Migrations only ever expand (CONTRIBUTING.md), so that a program can also work with
tables that are newer than it: while a release is rolled out, and when it is taken back.
"""

from datetime import datetime
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import DatabaseNotReady

_FOLDER = Path(__file__).parent / "migrations"
_RETIRED = "gone"
"""Opens the revision of a database whose data live elsewhere now: "gone-20261122-0002"."""


@cache
def known() -> tuple[str, ...]:
    """Every revision of this program, oldest first."""
    return tuple(script.revision for script in reversed(list(ScriptDirectory(str(_FOLDER)).walk_revisions())))


def newest() -> str:
    return known()[-1]


def revision_of(connection: Connection) -> str | None:
    """Where the tables stand; None when there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_newer(revision: str | None) -> bool:
    """Whether a later program made the tables."""
    return revision is not None and revision.isdecimal() and revision > newest()


def require(revision: str | None) -> None:
    """Raise DatabaseNotReady unless this program can work with tables of that revision."""
    if revision != newest() and not is_newer(revision):
        raise DatabaseNotReady(_refusal(revision))


def require_known(revision: str | None) -> None:
    """Raise DatabaseNotReady unless tables of that revision can be brought to any other."""
    if revision is not None and revision not in known():
        raise DatabaseNotReady(_refusal(revision))


def _refusal(revision: str | None) -> str:
    if revision is None:
        return "The database has no tables yet. Run `preceptor db upgrade`."
    if revision in known():
        return ""  # the error's own sentence
    if revision.startswith(_RETIRED):
        day = revision.split("-")[1]
        return (
            f"The mentor's data left this database on {day[:4]}-{day[4:6]}-{day[6:]}, so nothing is sent from it any "
            "more. Let DATABASE_URL name the database where the data are now."
        )
    if is_newer(revision):
        return f"The tables ({revision}) are newer than this program ({newest()}). Install the newer program."
    return f"The database belongs to another program: its tables stand at {revision!r}."


def upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def retire(connection: Connection, now: datetime) -> None:
    """Mark a database so that no program works with it again: its data are elsewhere from now on."""
    if revision := revision_of(connection):
        _write(connection, f"{_RETIRED}-{now:%Y%m%d}-{before_retired(revision)}")


def revive(connection: Connection) -> None:
    """Take the mark away, in a copy that is to be worked with."""
    if (revision := revision_of(connection)) and revision != before_retired(revision):
        _write(connection, before_retired(revision))


def before_retired(revision: str) -> str:
    """The revision without the mark."""
    return revision.rpartition("-")[2] if revision.startswith(_RETIRED) else revision


def _write(connection: Connection, revision: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
