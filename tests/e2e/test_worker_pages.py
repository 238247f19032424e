"""`preceptor worker --port`: on PostgreSQL the workers send, so their own pages count what became of it."""

import asyncio
import socket

from aiohttp import ClientSession

from bot.database import Database
from tests.e2e.test_worker_command import plan, worker

SENT = 'preceptor_deliveries_ended_total{reason="",state="sent"} 3.0\n'


async def test_a_worker_tells_how_it_goes(postgresql: Database, postgres_url: str) -> None:
    await plan(postgresql, 3)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with worker(postgres_url, "--port", str(port)) as process, ClientSession(f"http://127.0.0.1:{port}") as http:
        assert process.stdout is not None
        assert await process.stdout.readline() == f"Answering on port {port}.\n".encode()
        while SENT not in (told := await (await http.get("/metrics")).text()):
            assert process.returncode is None
            await asyncio.sleep(0.1)
        assert (await http.get("/readyz")).status == 200
        process.terminate()
        assert await process.wait() == 0

    assert "preceptor_planner" not in told
