"""`preceptor deliveries`: what became of every message, for the person who is asked about it at two in the morning; and
the orders by which they send some once more, give some up, or stop what they began.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import click

from adapters.cli import deliveries_told as told
from adapters.cli import orders_told
from adapters.cli.confirming import confirmed
from adapters.cli.delivery_history import history
from adapters.cli.moments import Since
from bot.batches import DRAFT, RETRY, newest_batches, with_progress
from bot.clock import MachineClock
from bot.database import Database, open_database
from bot.errors import ConfigError
from bot.model.deliveries import SendBatch, State
from bot.model.people import Tenant
from bot.settings import read_settings
from jobs import desk, ledger
from jobs.deliverers import starts, who_delivers
from jobs.desk import Choice, Which
from jobs.health import health_at, longest_overdue
from jobs.outbox import LedgerOutbox

LARGEST_ID = 2**31 - 1
MANY = 20
"""What a list shows unless it is asked for more."""
T = TypeVar("T")


@asynccontextmanager
async def _opened() -> AsyncIterator[Database]:
    """The database, as it is: nothing is made or changed by looking. Raises ConfigError, DatabaseNotReady."""
    database = open_database(read_settings(os.environ).DATABASE_URL)
    try:
        if database.file and not database.file.exists():
            raise ConfigError(
                f"There is no database at {database.file} yet: DATABASE_URL names another one, or nothing has run."
            )
        await database.require_current()
        yield database
    finally:
        await database.close()


def _with_database(work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    async def opened() -> T:
        async with _opened() as database:
            return await work(database)

    return asyncio.run(opened())


def _say(lines: list[str]) -> None:
    click.echo("\n".join(lines))


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def deliveries(ctx: click.Context, as_json: bool) -> None:
    """What became of every message, and what to do about it.

    Ends with 1 when something is overdue, so that a timer can raise the alarm.

    Example: preceptor deliveries --json
    """
    if ctx.invoked_subcommand is not None:
        return
    overview = _with_database(_overview)
    _say([json.dumps(told.overview_json(overview))] if as_json else told.overview(overview))
    sys.exit(1 if overview.health.overdue else 0)


async def _overview(database: Database) -> told.Overview:
    now = MachineClock().now()
    async with database.reading() as session:
        return told.Overview(
            health=await health_at(session, now),
            stuck=await longest_overdue(session, now),
            counts=await ledger.count_states(session),
            running=[each for each in await newest_batches(session, MANY) if each.is_running],
            deliverer=await who_delivers(session, database, now),
            starts=starts(database),
        )


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which deliveries are meant."""
    for option in (
        click.option("--since", type=Since(), help="Due since then: 2h, 3d, 2026-12-01 or 2026-12-01T14:00:00Z."),
        click.option("--tenant", default="", help="The workspace: T0123, or slack:T0123."),
        click.option("--kind", default="", help="The kind: weekly, plan-reminder, notice …"),
        click.option("--reason", default="", help="Part of the reason."),
        click.option(
            "--state",
            multiple=True,
            metavar="STATE",
            type=click.Choice([state.value for state in State]),
            help=f"One of {', '.join(State)}. May be given more than once.",
        ),
    ):
        command = option(command)
    return command


def _which(chosen: dict[str, Any], ids: tuple[int, ...] = ()) -> Which:
    platform, _, tenant = str(chosen["tenant"]).rpartition(":")
    states = tuple(State(name) for name in chosen["state"])
    return Which(ids, states, chosen["reason"], chosen["kind"], platform, tenant, chosen["since"])


@deliveries.command("list")
@_filters
@click.option("--limit", default=MANY, show_default=True, type=click.IntRange(1, 100_000), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_some(limit: int, as_json: bool, **chosen: Any) -> None:
    """Deliveries, the newest first.

    Example: preceptor deliveries list --state failed --tenant slack:T0123 --since 3d
    """
    which = _which(chosen)

    async def look(database: Database) -> tuple[list[desk.Listed], int]:
        async with database.reading() as session:
            return await desk.find(session, which, limit), await desk.count(session, which)

    found, number = _with_database(look)
    now = MachineClock().now()
    _say([json.dumps(told.one_json(each)) for each in found] if as_json else told.several(found, number, now))


@deliveries.command()
@click.argument("delivery", type=click.IntRange(1, LARGEST_ID))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(delivery: int, as_json: bool) -> None:
    """The whole history of one delivery.

    What its message said is kept nowhere.

    Example: preceptor deliveries show 4711
    """

    async def look(database: Database) -> tuple[list[desk.Listed], SendBatch | None]:
        async with database.reading() as session:
            found = await desk.find(session, Which(ids=[delivery]), 1)
            number = found[0].delivery.batch_id if found else None
            return found, await session.get(SendBatch, number) if number else None

    found, batch = _with_database(look)
    if not found:
        raise click.ClickException(f"There is no delivery {delivery}.")
    now = MachineClock().now()
    _say([json.dumps(told.one_json(found[0]))] if as_json else history(found[0], batch, now))


def _order(command: Callable[..., None]) -> Callable[..., None]:
    """What the orders have in common: ids or a filter, and the word of the operator."""
    for option in (
        click.argument("ids", nargs=-1, type=click.IntRange(1, LARGEST_ID)),
        click.option("--all", "everything", is_flag=True, help="All that the filters name."),
        click.option("--yes", is_flag=False, flag_value="yes", help="Go on; --yes 213 where so many people are asked."),
    ):
        command = option(command)
    return _filters(command)


@deliveries.command()
@_order
def retry(ids: tuple[int, ...], everything: bool, yes: str | None, **chosen: Any) -> None:
    """Send once more what failed, was skipped, or is unsure.

    Example: preceptor deliveries retry 4711 4712, or preceptor deliveries retry --all --state failed --since 2h
    """
    which = _named(ids, chosen, everything=everything)
    if everything and not set(which.states) & {State.FAILED, State.UNSURE, State.SKIPPED}:
        raise click.UsageError("Say which: --state failed, --state unsure or --state skipped.")
    choice = _with_database(lambda database: _chosen(database, which, desk.refuses_retry))
    _say(orders_told.retry_ahead(choice))
    _go_on(choice, yes, risk="may arrive twice" if choice.unsure else "")

    _say(_with_database(lambda database: _retry(database, choice)))
    sys.exit(1 if choice.left else 0)


async def _retry(database: Database, choice: Choice) -> list[str]:
    now = MachineClock().now()
    batch_id = await _new_batch(database, choice) if len(choice.rows) > 1 else None
    done = await desk.retry(database, choice, now, batch_id=batch_id)
    async with database.reading() as session:
        lacks = "" if await who_delivers(session, database, now) else starts(database)
    return orders_told.retried(done, batch_id, lacks)


async def _new_batch(database: Database, choice: Choice) -> int | None:
    tenant_id = choice.rows[0].tenant_id if choice.workspaces == 1 else None
    now = MachineClock().now()
    async with database.work() as session:
        batch = SendBatch(tenant_id=tenant_id, kind=RETRY, started_by="command line", started_at=now)
        session.add(batch)
        await session.flush()
        return batch.id


@deliveries.command()
@_order
def abandon(ids: tuple[int, ...], everything: bool, yes: str | None, **chosen: Any) -> None:
    """Give up what waits to be sent, or is unsure.

    It is skipped, for good.

    Example: preceptor deliveries abandon 4711, or preceptor deliveries abandon --all --state pending --tenant T0123
    """
    which = _named(ids, chosen, everything=everything)
    choice = _with_database(lambda database: _chosen(database, which, desk.refuses_abandon))
    _say(orders_told.abandon_ahead(choice))
    _go_on(choice, yes)
    done = _with_database(lambda database: desk.abandon(database, choice, MachineClock().now()))
    _say(orders_told.abandoned(done))
    sys.exit(1 if choice.left else 0)


def _named(ids: tuple[int, ...], chosen: dict[str, Any], *, everything: bool) -> Which:
    which = _which(chosen, ids)
    if everything == bool(ids):
        raise click.UsageError(
            "Name deliveries, or say --all with a filter. (`--yes` comes last: it may take a number.)"
        )
    if everything and not which:
        raise click.UsageError("--all needs a filter, as in --state failed or --tenant T0123.")
    return which


async def _chosen(database: Database, which: Which, refuses: desk.Refuses) -> Choice:
    async with database.reading() as session:
        return await desk.choose(session, which, refuses, MachineClock().now())


def _go_on(choice: Choice, yes: str | None, *, risk: str = "") -> None:
    """Ends the program here unless there is something to do and the operator means it."""
    if not choice.rows:
        sys.exit(1)
    guard = read_settings(os.environ).SEND_GUARD
    if not confirmed(choice.people, yes, guard=guard, risk=risk):
        sys.exit(1)


@deliveries.command()
@click.option("--limit", default=MANY, show_default=True, type=click.IntRange(1, 1000), help="At most so many.")
def batches(limit: int) -> None:
    """What people started, and how far it has come.

    Example: preceptor deliveries batches
    """

    async def look(database: Database) -> list[str]:
        async with database.reading() as session:
            found = await newest_batches(session, limit)
            tenants = [await session.get(Tenant, each.batch.tenant_id) for each in found if each.batch.tenant_id]
            places = {tenant.id or 0: told.short(tenant) for tenant in tenants if tenant}
            return orders_told.batches(found, places, MachineClock().now())

    _say(_with_database(look))


@deliveries.command()
@click.argument("batch", type=click.IntRange(1, LARGEST_ID))
def stop(batch: int) -> None:
    """Stop a batch midway.

    What is not sent yet is skipped; what is sent stays.

    Example: preceptor deliveries stop 12
    """

    async def end(database: Database) -> list[str]:
        async with database.work() as session:
            found = await session.get(SendBatch, batch, with_for_update=True)
            if found is None or found.kind == DRAFT:
                raise click.ClickException(f"There is no batch {batch}. `preceptor deliveries batches` lists them.")
            skipped = await LedgerOutbox().stop(session, found, MachineClock().now())
            return orders_told.stopped((await with_progress(session, [found]))[0], skipped)

    _say(_with_database(end))
