"""`preceptor worker --port`: on PostgreSQL the workers send, so their own pages count what became of it."""

import asyncio
import signal
import socket
from pathlib import Path

from aiohttp import ClientSession

from bot.database import Database
from tests.e2e.test_worker_command import plan, worker
from tests.fakes.warm_program import WarmProgram

SENT = 'preceptor_deliveries_ended_total{reason="",state="sent"} 3.0\n'


async def test_a_worker_tells_how_it_goes(
    postgresql: Database, postgres_url: str, program: WarmProgram, tmp_path: Path
) -> None:
    await plan(postgresql, 3)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = worker(program, postgres_url, tmp_path, "--port", str(port))
    async with running as process, ClientSession(f"http://127.0.0.1:{port}") as http:
        assert await asyncio.to_thread(process.stdout.readline) == f"Answering on port {port}.\n"
        while SENT not in (told := await (await http.get("/metrics")).text()):
            assert process.poll() is None
            await asyncio.sleep(0.1)
        assert (await http.get("/readyz")).status == 200
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.communicate)
        assert process.returncode == 0

    assert "preceptor_planner" not in told
