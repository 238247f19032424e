"""`preceptor doctor`: what is wrong and how to mend it, for whoever runs the mentor."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from adapters.cli.doctor_pages import look_at_pages
from adapters.cli.doctor_teams import look_at_teams
from adapters.cli.findings import Finding
from adapters.composition import real_clocks
from bot.database import Database, open_database
from bot.errors import ConfigError, DatabaseNotReady, DatabaseOutOfReach
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.model.installations import SlackInstallation
from bot.model.people import Member
from bot.settings import Settings, read_settings
from bot.vault import Vault
from content.faults import ContentFault
from content.library import load_library
from jobs.deliverers import starts, who_delivers
from jobs.health import health_at


@click.command()
def doctor() -> None:
    """Look at everything that is set up; say what to mend.

    That is the settings, the database, the content and the platforms.

    Example: DATABASE_URL=sqlite:///preceptor.db preceptor doctor
    """
    findings = asyncio.run(_all(os.environ))
    for finding in findings:
        click.echo(f"{'MEND' if finding.mend else 'ok':<5} {finding.what:<10} {finding.says}")
        if finding.mend:
            click.echo(f"{'':<16} -> {finding.mend}")
    sick = sum(bool(finding.mend) for finding in findings)
    click.echo(f"\n{sick} to mend." if sick else "\nAll is well.")
    sys.exit(1 if sick else 0)


async def _all(environment: Mapping[str, str]) -> list[Finding]:
    async with aclosing(examine(environment)) as findings:
        return [finding async for finding in findings]


async def examine(environment: Mapping[str, str]) -> AsyncGenerator[Finding, None]:
    """Every finding, the plainest first. Without readable settings there is nothing more to look at."""
    yield Finding("Program", f"Preceptor {version('preceptor')}, Python {sys.version.split()[0]}")
    yield _zones()
    try:
        settings = read_settings(environment)
    except ConfigError as error:
        yield Finding("Settings", "a setting is missing or malformed", str(error))
        return
    yield Finding("Settings", "every setting given is well formed")
    yield _content(settings)
    async for finding in _database(settings):
        yield finding
    yield _alarms(settings)
    async for finding in look_at_pages(settings, real_clocks().machine):
        yield finding
    yield await _slack(settings)
    async for finding in look_at_teams(settings, real_clocks().machine):
        yield finding


def _zones() -> Finding:
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        return Finding("Time zones", "no time zone data found", "install the package tzdata: pip install tzdata")
    return Finding("Time zones", f"tzdata {version('tzdata')}")


def _content(settings: Settings) -> Finding:
    try:
        pack = load_library(settings.CONTENT_DIR).pack("en")
    except ContentFault as fault:
        return Finding(
            "Content", f"{len(fault.faults)} faults", "run `preceptor content check`, which names each with its line"
        )
    return Finding("Content", f"{pack.name} {pack.version}: {len(pack.steps)} steps, {len(pack.faqs)} answers")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        database = open_database(settings.DATABASE_URL)
    except ConfigError as error:
        yield Finding("Database", "DATABASE_URL is malformed", str(error))
        return
    async for finding in _tables(database, settings):
        yield finding


async def _tables(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    try:
        if database.file and not database.file.exists():
            yield _new_file(database.file)
            return
        await database.require_current()
        yield Finding("Database", f"{database.engine.dialect.name}, tables up to date")
        async for finding in _ledger(database, settings):
            yield finding
    except DatabaseOutOfReach as error:
        yield Finding("Database", f"cannot be reached: {error.reason}", str(error))
    except DatabaseNotReady as error:
        yield Finding("Database", "the tables do not fit this program", str(error))
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        yield Finding("Database", f"cannot be read: {reason}", "check that nothing else holds it, then try again")
    finally:
        await database.close()


def _new_file(file: Path) -> Finding:
    """The SQLite file that the first start will make, where it can."""
    if not os.access(file.parent, os.W_OK | os.X_OK):
        mend = f"make the folder {file.parent}, and let the user that runs the mentor write to it"
        return Finding("Database", f"SQLite, {file}: the folder is missing or cannot be written to", mend)
    return Finding("Database", f"SQLite, {file} (made at the first start)")


async def _ledger(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    now = real_clocks().machine.now()
    async with database.reading() as session:
        members = (await session.exec(select(func.count()).select_from(Member))).one()
        on = (await session.exec(select(func.count()).where(col(CoachingPlan.is_on)))).one()
        unsure = (await session.exec(select(func.count()).where(Delivery.state == State.UNSURE))).one()
        health = await health_at(session, now)
        deliverer = await who_delivers(session, database, now)
    yield Finding("Ledger", f"{members} members, {on} with weekly coaching")
    mend = "run `preceptor deliveries`: it says which, and what to do" if health.overdue else ""
    unsettled = f"{unsure} unsure ({health.unsettled} still being looked for)"
    yield Finding("Messages", f"{health.overdue} overdue, {unsettled}", mend)
    idle = "" if deliverer or not health.groups else f"start `{starts(database)}`: something waits to be sent"
    async for finding in _installations(database, settings):
        yield finding
    yield Finding("Delivery", f"by {deliverer}" if deliverer else "nobody delivers at this moment", idle)


async def _installations(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    """Whether the tokens of workspaces that installed the mentor by themselves can be used."""
    async with database.reading() as session:
        rows = (await session.exec(select(SlackInstallation).order_by(SlackInstallation.external_id))).all()
    with_token = [row for row in rows if row.token]
    if not settings.has_many_workspaces and not with_token:
        return
    vault = Vault(settings.SECRET_KEY) if settings.SECRET_KEY else None
    closed = [row for row in with_token if vault is None or not vault.opens(row.token)]
    refused = [row for row in with_token if row.refused]
    old = [row for row in with_token if vault and row not in closed and not vault.is_newest(row.token)]
    says = f"{len(with_token)} with a token, {len(rows) - len(with_token)} that removed the mentor"
    yield Finding("Installs", f"{says}; {_keys(old, settings)}")
    page = f"{settings.PUBLIC_URL or ''}/slack/install"
    if closed:
        mend = (
            f"put the key they were locked with back into SECRET_KEY, at its end; or let them install again at {page}"
        )
        yield Finding("Installs", f"no key in SECRET_KEY opens the token of {_named(closed)}", mend)
    if refused:
        words = ", ".join(sorted({row.refused for row in refused}))
        mend = f"start `preceptor serve` anew for another try; if that is in vain, let them install again at {page}"
        yield Finding("Installs", f"Slack refuses ({words}) {_named(refused)}", mend)


def _keys(old: Sequence[SlackInstallation], settings: Settings) -> str:
    if old:
        return f"{len(old)} still need an older key (`preceptor serve` locks them anew when it starts)"
    return "the older keys in SECRET_KEY can go" if len(settings.SECRET_KEY) > 1 else "all under the newest key"


def _named(rows: Sequence[SlackInstallation]) -> str:
    return ", ".join(f"{row.external_id} ({row.name})" for row in rows[:5]) + (" …" if len(rows) > 5 else "")


def _alarms(settings: Settings) -> Finding:
    """Who hears about it when the mentor falls silent."""
    metrics = f"/metrics is open to {'whoever has METRICS_TOKEN' if settings.METRICS_TOKEN else 'this machine alone'}"
    if settings.HEARTBEAT_URL is None:
        return Finding("Alarms", f"{metrics}; HEARTBEAT_URL is not set, so nobody is told of silence")
    return Finding("Alarms", f"{metrics}; a heartbeat every minute to {urlsplit(settings.HEARTBEAT_URL).hostname}")


async def _slack(settings: Settings) -> Finding:
    if not settings.has_slack:
        return Finding("Slack", "off (no SLACK_… setting)")
    if settings.SLACK_BOT_TOKEN is None:
        return Finding("Slack", f"workspaces install it at {settings.PUBLIC_URL}/slack/install")
    client = AsyncWebClient(
        token=settings.SLACK_BOT_TOKEN, base_url=f"{settings.SLACK_API_URL}/", timeout=5, retry_handlers=[]
    )
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        said = error.response.get("error", "an error") if isinstance(error.response.data, dict) else "an error"
        return Finding("Slack", f"answers {said}", "copy SLACK_BOT_TOKEN anew from your app's page OAuth & Permissions")
    except (SlackClientError, ClientError, OSError, TimeoutError) as error:
        return Finding(
            "Slack", f"cannot be reached at {settings.SLACK_API_URL}: {error}", "check the network and SLACK_API_URL"
        )
    return Finding("Slack", f"connected to {answer.get('team', 'a workspace')}")
