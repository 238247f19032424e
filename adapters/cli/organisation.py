"""`preceptor organisation`: an operator declares which workspaces stand under one organisation, and parts them again.
Cohorts may reach the others from then on, where their owners wish.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import click
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.composition import real_clocks
from bot.database import open_database
from bot.errors import ConfigError
from bot.mentoring import organisations
from bot.mentoring.cohort_reach import crossing
from bot.model.people import Tenant
from bot.settings import read_settings

_DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
_YES = click.option("--yes", is_flag=True, help="Do not ask first.")
Work = Callable[[AsyncSession], Coroutine[Any, Any, list[str]]]


class _NotDone(Exception):
    """Nothing is to be stored."""


@click.group()
def organisation() -> None:
    """Which workspaces stand under one organisation. Each has one of its own until you join some."""


@organisation.command("list")
def show() -> None:
    """Every organisation with its workspaces.

    Example: preceptor organisation list
    """
    _run(_listed)


async def _listed(session: AsyncSession) -> list[str]:
    found = await organisations.organisations(session)
    lines = [
        f"{each.name or 'organisation'} ({each.number}): {', '.join(map(_named, each.workspaces))}" for each in found
    ]
    return lines or ["There is no workspace yet."]


@organisation.command()
@click.argument("workspaces", nargs=-1, required=True)
@click.option("--name", default="", help="What the organisation is called.")
@_DRY_RUN
@_YES
def join(workspaces: tuple[str, ...], name: str, dry_run: bool, yes: bool) -> None:
    """Put workspaces under the organisation of the first one, by platform and id.

    Nothing is shared by that: the owner of a cohort says whether it reaches the others (`cohort span on`), and each
    person joins by their own word. `organisation leave` takes a workspace out again.

    Example: preceptor organisation join slack:T0123 slack:T0456 --name "Sample Health"
    """

    async def work(session: AsyncSession) -> list[str]:
        tenants = [await _found(session, each) for each in dict.fromkeys(workspaces)]
        if len(tenants) < 2:
            raise ConfigError("Name two workspaces or more, such as slack:T0123 slack:T0456.")
        moving = [each for each in tenants[1:] if each.organisation_id != tenants[0].organisation_id]
        people = sum([await crossing(session, [each.id or 0]) for each in moving])
        lines = [f"{_named(each)} joins {_named(tenants[0])}." for each in moving] or ["They are joined already."]
        _go_on([*lines, *_told(people)], dry_run=dry_run, yes=yes or not (moving or name))
        await organisations.join(session, tenants, name.strip(), real_clocks().calendar.now())
        return ["Done. Cohorts reach the others where their owners say `cohort span on`."] if moving else []

    _run(work)


@organisation.command()
@click.argument("workspace")
@_DRY_RUN
@_YES
def leave(workspace: str, dry_run: bool, yes: bool) -> None:
    """Give a workspace an organisation of its own again.

    Whoever is in a cohort on the other side is out of it, and out of its view, at once.

    Example: preceptor organisation leave slack:T0456
    """

    async def work(session: AsyncSession) -> list[str]:
        tenant = await _found(session, workspace)
        people = await crossing(session, [tenant.id or 0])
        _go_on([f"{_named(tenant)} stands alone.", *_told(people)], dry_run=dry_run, yes=yes)
        await organisations.leave(session, tenant, real_clocks().calendar.now())
        return ["Done."]

    _run(work)


def _run(work: Work) -> None:
    try:
        lines = asyncio.run(_worked(work))
    except _NotDone:
        return
    click.echo("\n".join(lines))


async def _worked(work: Work) -> list[str]:
    database = open_database(read_settings(os.environ).DATABASE_URL)
    try:
        await database.require_current()
        async with database.work() as session:
            return await work(session)
    finally:
        await database.close()


async def _found(session: AsyncSession, said: str) -> Tenant:
    platform, _, external_id = said.partition(":")
    tenant = await organisations.workspace(session, platform, external_id)
    if tenant is None:
        raise ConfigError(f"There is no workspace {said}. `preceptor organisation list` names all there are.")
    return tenant


def _named(tenant: Tenant) -> str:
    return f"{tenant.platform}:{tenant.external_id}" + (f" ({tenant.name})" if tenant.name else "")


def _told(people: int) -> Sequence[str]:
    return [f"{people} memberships in cohorts on the other side end, and what they share is out of sight."] * bool(
        people
    )


def _go_on(lines: Sequence[str], *, dry_run: bool, yes: bool) -> None:
    """Raises _NotDone unless it was said to go on."""
    click.echo("\n".join(lines))
    if dry_run:
        click.echo("Nothing was done: this was a dry run.")
        raise _NotDone
    if yes:
        return
    if not sys.stdin.isatty():
        click.echo("Nothing was done. To go on: --yes")
        raise _NotDone
    if not click.confirm("Go on?"):
        click.echo("Nothing was done.")
        raise _NotDone
