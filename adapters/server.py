"""One aiohttp application for everything that comes over HTTP, and the process that runs it beside the jobs.
`preceptor serve` and `preceptor demo` call `run`.
"""

import asyncio
import errno
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from adapters.composition import Mentor
from adapters.metrics import metrics_route
from bot.database import Database
from bot.errors import ConfigError, DatabaseNotReady
from jobs.watch import Watch

log = logging.getLogger(__name__)

BACKLOG = 1024
"""Connections that may wait to be taken: of a thousand at once nobody has to knock again, a second later."""
MAX_BODY = 1024 * 1024
"""Bytes; no platform sends more in one request."""
LAST_ANSWERS = 4.0
"""Seconds that requests under way are given when the server stops; aiohttp's own patience is a minute."""
STOPS_WITHIN = 45
"""Seconds in which a server that is told to stop has stopped, whatever hangs: what it is sending (`jobs.post_office`),
the last answers, what each platform has begun (`adapters.background`), a token being kept. Whoever stops it for good
after a while, as Docker does, has to wait so long."""
DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
WATCH: web.AppKey[Watch] = web.AppKey("watch", Watch)


def make_app(mentor: Mentor, watch: Watch | None = None) -> web.Application:
    """The application with what every deployment has; platforms and pages add themselves.

    `watch` knows how the jobs beside it go.
    """
    app = web.Application(client_max_size=MAX_BODY)
    app[DATABASE] = mentor.database
    app[WATCH] = watch or Watch(mentor.database, mentor.clocks.machine)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz)
    app.router.add_routes([metrics_route(app[WATCH], mentor.settings.METRICS_TOKEN)])
    return app


async def _healthz(request: web.Request) -> web.Response:  # noqa: ARG001
    """The process answers."""
    return web.json_response({"status": "ok"})


async def _readyz(request: web.Request) -> web.Response:
    """The process can do its work: the database is there, its tables fit, and nothing is overdue."""
    try:
        await request.app[DATABASE].require_current()
        health = await request.app[WATCH].health()
    except DatabaseNotReady as error:
        log.warning("Not ready", extra={"event": "not_ready", "reason": type(error).__name__})
        return web.json_response({"status": "the database is not ready"}, status=503)
    if health.overdue:
        seconds = int(health.oldest.total_seconds())
        said = {"status": "messages are overdue", "overdue": health.overdue, "longest_seconds": seconds}
        return web.json_response({**said, "see": "preceptor deliveries"}, status=503)
    return web.json_response({"status": "ready"})


def _without_trace(record: logging.LogRecord) -> bool:
    """What scanners send is worth one line, and not its bytes."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | web.RequestPayloadError):
        record.msg, record.args, record.exc_info = "A malformed HTTP request was turned away", (), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _unheard(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another, as in PORT=8001."
    return f"Port {port} cannot be listened on: {error.strerror}. Choose another above 1023, as in PORT=8001."


def stop_signal() -> asyncio.Event:
    """Set when this process is told to end (SIGINT, SIGTERM), which then no longer ends it by itself."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


Beside = Callable[[asyncio.Event], Awaitable[None]]
"""What runs beside the server until the event is set, such as `jobs.service.run_jobs`."""


async def run(
    app: web.Application, beside: Beside, port: int, *, host: str | None = None, started: Callable[[], None]
) -> None:
    """Serve until SIGINT or SIGTERM, with the clock's work beside it, which finishes what it has begun.

    Listens on every address unless `host` names one. Raises ConfigError when the port cannot be listened on.
    """
    logging.getLogger("aiohttp.server").addFilter(_without_trace)
    stop = stop_signal()
    async with AsyncExitStack() as cleanup:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=LAST_ANSWERS)
        await runner.setup()
        cleanup.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
        except OSError as error:
            raise ConfigError(_unheard(port, error)) from error
        started()
        await beside(stop)
