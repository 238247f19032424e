"""Which engine delivers: `DATABASE_URL` decides, here and nowhere else. Asked by the commands that plan or deliver."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.database import open_database
from bot.errors import ConfigError
from jobs.engine import EmbeddedEngine
from jobs.post_office import PostOffice

if TYPE_CHECKING:
    from jobs.distributed import DistributedEngine, Worker


def engine_beside_planning(office: PostOffice) -> "EmbeddedEngine | DistributedEngine":
    """For a process that plans: on SQLite it delivers too, on PostgreSQL it gives the workers their jobs."""
    if office.database.is_sqlite:
        return EmbeddedEngine(office)
    from jobs.distributed import DistributedEngine  # noqa: PLC0415 - the queue's package is loaded only for a queue

    return DistributedEngine(office)


def require_workers(database_url: str) -> None:
    """Raise ConfigError where there is nothing to do for a worker."""
    if open_database(database_url).is_sqlite:
        raise ConfigError(
            "Workers need PostgreSQL, as in DATABASE_URL=postgresql://user:password@host/name. "
            "From SQLite, `preceptor serve` delivers by itself."
        )


def worker(office: PostOffice, beat: Callable[[], None]) -> "Worker":
    """For a process that only delivers, on PostgreSQL. `beat` is called whenever the database has heard from it."""
    from jobs.distributed import Worker  # noqa: PLC0415

    return Worker(office, beat=beat)
