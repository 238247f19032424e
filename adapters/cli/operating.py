"""`preceptor tick` and `preceptor seed`: one look at the clock by hand, and sample members to try it on."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from adapters.composition import Mentor, open_mentor, real_clocks
from adapters.post import open_post_office
from adapters.server import stop_signal
from bot.clock import Clocks, FixedClock
from bot.errors import ConfigError
from bot.mentoring.signing_in import LINK_LASTS, make_link
from bot.sample_cohorts import MANAGER
from bot.samples import FIRST, Sample
from bot.samples import seed as add_samples
from bot.settings import Settings, read_settings
from bot.visitors import find_member, find_tenant
from bot.web_addresses import is_loopback
from jobs.rules_known import remember_rules
from jobs.tick import TickReport, Would, dry_run
from jobs.tick import tick as look_once

FARTHEST = timedelta(days=3653)
"""How far ahead a clock may be moved: what is planned stays planned, so a slip in the year would silence everybody."""
PART = 1000
"""Sample members added in one transaction."""


class Instant(click.ParamType[datetime]):
    """An instant as ISO 8601 with its zone, 2026-12-01T14:00:00Z."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
            in_utc = instant.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no instant; write it as 2026-12-01T14:00:00Z", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no zone; write it as 2026-12-01T14:00:00Z", param, ctx)
        return in_utc


@click.command()
@click.option(
    "--now",
    type=Instant(),
    help="The instant to plan and deliver for. Default: the present. What a later one plans stays planned: "
    "nobody gets those weeks' notes a second time.",
)
@click.option("--dry-run", is_flag=True, help="Say who would get what; store and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def tick(now: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Look at the clock once: plan, deliver, and count what happened.

    Example: preceptor tick --now 2026-12-01T14:00:00Z --dry-run
    """
    settings = read_settings(os.environ)
    if now and now - real_clocks().machine.now() > FARTHEST:
        raise click.BadParameter(f"{now:%Y-%m-%d} is more than ten years away; is the year right?", param_hint="--now")
    report, would = asyncio.run(_tick(settings, now, store=not dry_run))
    click.echo(json.dumps(_as_json(report, would)) if as_json else _as_text(report, would))
    sys.exit(1 if report.broken or report.holder else 0)


async def _tick(settings: Settings, now: datetime | None, *, store: bool) -> tuple[TickReport, Sequence[Would] | None]:
    machine = real_clocks().machine
    clocks = Clocks(calendar=FixedClock(now) if now else machine, machine=machine)
    async with open_mentor(settings, clocks) as mentor, open_post_office(mentor) as office:
        if not store:
            return await dry_run(office)
        await remember_rules(office)
        return await look_once(office, stop=stop_signal()), None


def _as_json(report: TickReport, would: Sequence[Would] | None) -> dict[str, Any]:
    counts: dict[str, Any] = {
        "planned": sum(report.planned.values()),
        "planned_by_kind": dict(report.planned),
        "sent": report.sent,
        "skipped": dict(report.skipped),
        "failed": dict(report.failed),
        "unsure": dict(report.unsure),
        "waiting": report.waiting,
        "broken": report.broken,
        "delivered_by": report.holder,
    }
    if would is not None:
        counts["would"] = [
            {
                "platform": w.platform,
                "tenant": w.tenant,
                "user": w.user,
                "kind": w.kind,
                "slot": w.slot,
                "due": str(w.due_at),
            }
            for w in would
        ]
    return counts


def _as_text(report: TickReport, would: Sequence[Would] | None) -> str:
    lines = [f"planned  {sum(report.planned.values())}{_by(report.planned)}"]
    if would is not None:
        lines += [
            f"would    {w.kind} {w.slot} to {w.platform}:{w.tenant}:{w.user}, due {w.due_at:%Y-%m-%d %H:%M} UTC"
            for w in would
        ]
        return "\n".join([*lines, f"{len(would)} messages would be tried now; nothing was stored or sent."])
    lines += [
        f"sent     {report.sent}",
        f"skipped  {sum(report.skipped.values())}{_by(report.skipped)}",
        f"failed   {sum(report.failed.values())}{_by(report.failed)}",
        f"unsure   {sum(report.unsure.values())}{_by(report.unsure)}",
    ]
    if report.waiting:
        lines.append(f"waiting  {report.waiting}")
    if report.holder:
        lines.append(f"Delivering was left to {report.holder}, which holds the lock.")
    lines += [f"Planning {kind} was undone by an error; see the log above." for kind in report.broken]
    return "\n".join(lines)


def _by(counts: dict[str, int]) -> str:
    known = ", ".join(f"{name}: {number}" for name, number in sorted(counts.items()) if number)
    return f"  ({known})" if known else ""


@click.command()
@click.option("--members", required=True, type=click.IntRange(1, 2_000_000), help="How many sample members to add.")
@click.option("--workspaces", default=1, show_default=True, type=click.IntRange(1, 10_000), help="Spread over so many.")
@click.option("--platform", default="demo", show_default=True, type=click.Choice(["demo", "slack", "teams"]))
@click.option("--due", type=click.Choice(["now"]), help="Their weekly slot is this very minute, in their daytime.")
@click.option("--real", is_flag=True, help="Allow sample members on a platform that is not on this machine.")
@click.option("--cohort", default="", help="The name of a cohort that all of them join, and share everything.")
def seed(**asked: Any) -> None:
    """Add sample members with running coaching plans.

    Example: preceptor seed --members 1000 --workspaces 20 --due now
    """
    settings = read_settings(os.environ)
    platform = asked["platform"]
    if platform == "slack":
        _require_local_slack(settings, real=asked["real"])
    if platform == "teams":
        _require_local_teams(settings, real=asked["real"])
    members, workspaces, cohort = asked["members"], asked["workspaces"], " ".join(asked["cohort"].split())
    sample = Sample(members, workspaces, platform, due_now=asked["due"] == "now", cohort=cohort)
    added, link = asyncio.run(_seed(settings, sample))
    click.echo(f"Added {added} sample members in {workspaces} sample workspaces on {platform}.")
    if cohort:
        click.echo(f"All are in {cohort!r}, which {MANAGER} manages in each of them.")
        click.echo(f"Sign in as the first one's manager, once and within {_minutes()} minutes: {link}")


def _minutes() -> int:
    return int(LINK_LASTS.total_seconds() // 60)


def _require_local_slack(settings: Settings, *, real: bool) -> None:
    if not settings.has_slack:
        raise ConfigError("Sample members on Slack need SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET.")
    if not settings.slack_is_local and not real:
        raise ConfigError(
            f"SLACK_API_URL is {settings.SLACK_API_URL}, which is not on this machine: sample members would be written "
            "to for real. Point it at a local server, as in SLACK_API_URL=http://127.0.0.1:4004/api, or add --real."
        )


def _require_local_teams(settings: Settings, *, real: bool) -> None:
    if not settings.has_teams:
        raise ConfigError("Sample members on Teams need MicrosoftAppId and the other settings of Teams.")
    if not is_loopback(settings.teams_service_url) and not real:
        raise ConfigError(
            f"BOT_SERVICE_URLS begins with {settings.BOT_SERVICE_URLS[0]}, which is not on this machine: sample "
            "members would be written to for real. Name a local one first, as in "
            "BOT_SERVICE_URLS=http://127.0.0.1:3980/, or add --real."
        )


async def _seed(settings: Settings, sample: Sample) -> tuple[int, str]:
    """How many were added, and where the manager of the sample cohort signs in."""
    async with open_mentor(settings) as mentor:
        added = await _add(mentor, sample)
        return added, await _link(mentor, sample) if sample.cohort else ""


async def _link(mentor: Mentor, sample: Sample) -> str:
    now = mentor.clocks.calendar.now()
    async with mentor.database.work() as session:
        tenant = await find_tenant(session, sample.platform, FIRST, now)
        manager = await find_member(session, tenant, MANAGER, now)
        assert manager.id is not None
        token = await make_link(session, manager.id, now)
    address = mentor.settings.PUBLIC_URL or f"http://localhost:{mentor.settings.PORT}"
    return f"{address.rstrip('/')}/dashboard/enter/{token}"


async def _add(mentor: Mentor, sample: Sample) -> int:
    now = mentor.clocks.calendar.now()
    added = 0
    while added < sample.members:
        part = replace(sample, members=min(PART, sample.members - added), first=added)
        async with mentor.database.work() as session:
            added += await add_samples(session, part, now)
    return added
