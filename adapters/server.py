"""One aiohttp application for everything that comes over HTTP, and the process that runs it beside the jobs.
`preceptor serve` and `preceptor demo` call `run`.
"""

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from adapters.composition import Mentor
from bot.database import Database
from bot.errors import ConfigError, DatabaseNotReady
from jobs.engine import EmbeddedEngine
from jobs.post_office import PostOffice
from jobs.service import run_jobs

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
"""Bytes; no platform sends more in one request."""
DATABASE: web.AppKey[Database] = web.AppKey("database", Database)


def make_app(mentor: Mentor) -> web.Application:
    """The application with what every deployment has; platforms and pages add themselves."""
    app = web.Application(client_max_size=MAX_BODY)
    app[DATABASE] = mentor.database
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz)
    return app


async def _healthz(request: web.Request) -> web.Response:  # noqa: ARG001
    """The process answers."""
    return web.json_response({"status": "ok"})


async def _readyz(request: web.Request) -> web.Response:
    """The process can do its work: the database is there and its tables fit."""
    try:
        await request.app[DATABASE].require_current()
    except (SQLAlchemyError, OSError, DatabaseNotReady) as error:
        log.warning("Not ready", extra={"event": "not_ready", "reason": type(error).__name__})
        return web.json_response({"status": "the database is not ready"}, status=503)
    return web.json_response({"status": "ready"})


async def run(
    app: web.Application, office: PostOffice, port: int, *, host: str | None = None, started: Callable[[], None]
) -> None:
    """Serve and deliver until SIGINT or SIGTERM; what is being sent is finished and recorded first.

    Listens on every address unless `host` names one. Raises ConfigError when the port is taken.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as cleanup:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        cleanup.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError(f"Port {port} is taken by another program. Choose another, as in PORT=8001.") from error
        started()
        await run_jobs(office, EmbeddedEngine(office), stop)
