"""`preceptor serve` and `preceptor demo`: the server with the clock beside it, and the playground."""

import asyncio
import os
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click
from aiohttp import web

from adapters.cli.logs import log_to_stderr
from adapters.composition import open_mentor, ready_to_answer
from adapters.heartbeat import open_watch
from adapters.post import open_post_office, post_office
from adapters.server import make_app, run
from adapters.slack.inbound import add_slack
from adapters.teams.inbound import add_teams
from adapters.teams.listeners import Listeners
from adapters.web.calendar_feed import CalendarFeeds
from adapters.web.dashboard import add_dashboard
from adapters.web.demo_world import PLATFORM, TENANT
from adapters.web.personas import OPERATOR
from adapters.web.playground import demo_clocks, open_playground
from adapters.web.public_pages import PublicPages
from adapters.web.taking import TakePages
from adapters.wiring import Wiring
from bot.errors import ConfigError
from bot.ports import Messenger
from bot.settings import Settings, read_settings
from jobs.engines import engine_beside_planning
from jobs.service import run_jobs


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on. Default: PORT, or 8000.")
def serve(port: int | None) -> None:
    """Serve the platforms that are on, and deliver what falls due.

    Example: SLACK_BOT_TOKEN=xoxb-… SLACK_SIGNING_SECRET=… preceptor serve --port 8000
    """
    settings = read_settings(os.environ)
    if not settings.has_slack and not settings.has_teams:
        raise ConfigError(
            "No platform is switched on. Set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN, or MicrosoftAppId and "
            "MicrosoftAppPassword (see `preceptor doctor`), or try the playground with `preceptor demo`."
        )
    log_to_stderr()
    asyncio.run(_serve(settings, port or settings.PORT))


def _platforms(app: web.Application, parts: Wiring) -> Mapping[str, Messenger]:
    """Each platform that is switched on, put into the application; the way to its members."""
    platforms: dict[str, Messenger] = {}
    if parts.settings.has_slack:
        platforms["slack"] = add_slack(app, parts)
    if parts.settings.has_teams:
        platforms["teams"] = add_teams(app, parts, Listeners)
    return platforms


async def _serve(settings: Settings, port: int) -> None:
    async with open_mentor(settings) as mentor:
        ready_to_answer(mentor.knowledge)
        watch = open_watch(mentor)
        app = make_app(mentor, watch)
        add_dashboard(app, mentor)
        TakePages(mentor).add_to(app)
        say = mentor.knowledge.wordings
        PublicPages(say["en"], settings.ORG_NAME).add_to(app)
        CalendarFeeds(mentor).add_to(app)
        parts = Wiring(
            settings,
            mentor.conversation,
            mentor.database,
            mentor.clocks,
            say["en"],
            languages=frozenset(say),
            files=mentor.conversation,
        )
        office = post_office(mentor, _platforms(app, parts))
        engine = engine_beside_planning(office)
        watch.tally = engine.tally
        jobs = partial(run_jobs, office, engine, watch=watch)
        await run(app, jobs, port, started=lambda: click.echo(f"Serving on port {port}."))


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on. Default: PORT, or 8000.")
@click.option(
    "--content", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder of edited packs."
)
def demo(port: int | None, content: Path | None) -> None:
    """Fill a sample workspace and serve the playground. Needs no account and no setting; nothing leaves this machine.

    Example: preceptor demo --content my-packs
    """
    settings = read_settings(os.environ)
    with tempfile.TemporaryDirectory(prefix="preceptor-demo-") as folder:
        fresh = Settings(
            DATABASE_URL=f"sqlite:///{folder}/demo.db",
            CONTENT_DIR=content or settings.CONTENT_DIR,
            ORG_NAME=settings.ORG_NAME or "Sample Clinics",
            OPERATORS=((PLATFORM, TENANT, OPERATOR),),
            PUBLIC_URL=f"http://localhost:{port or settings.PORT}",
        )
        asyncio.run(_demo(fresh, port or settings.PORT))


async def _demo(settings: Settings, port: int) -> None:
    async with open_mentor(settings, demo_clocks()) as mentor, open_post_office(mentor) as office:
        ready_to_answer(mentor.knowledge)
        app = make_app(mentor)
        PublicPages(mentor.knowledge.wordings["en"], settings.ORG_NAME).add_to(app)
        CalendarFeeds(mentor).add_to(app)
        add_dashboard(app, mentor)
        TakePages(mentor).add_to(app)
        live = await open_playground(app, mentor, office)
        await run(app, live, port, host="127.0.0.1", started=lambda: _invite(port))


def _invite(port: int) -> None:
    click.echo(f"The playground is at http://localhost:{port} (all of it is sample data). Stop it with Ctrl-C.")
