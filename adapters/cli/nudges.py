"""`preceptor nudges preview`: who will get what in the coming weeks, when, and why."""

import asyncio
import json
import os
from collections.abc import Sequence
from typing import Any

import click
from sqlmodel import select

from adapters.cli.aligned import aligned
from adapters.composition import open_mentor
from adapters.post import post_office
from bot.archive_parts import Part
from bot.database import Database
from bot.errors import ConfigError
from bot.mentoring.coaching import WEEKLY
from bot.model.people import Member, Tenant
from bot.settings import Settings, read_settings
from jobs.preview import Coming, preview

LONGEST = 26


@click.group()
def nudges() -> None:
    """What the mentor sends unasked.

    Example: preceptor nudges preview --weeks 4
    """


@nudges.command(name="preview")
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(1, LONGEST), help="So many from now on.")
@click.option("--member", help="Only this one, as platform:workspace:user.")
@click.option("--workspace", help="Only this one, as platform:workspace.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def preview_command(weeks: int, member: str | None, workspace: str | None, as_json: bool) -> None:
    """Say who will get what, when by their own clock, and why. Nothing is sent, and nothing is changed.

    The weeks are lived through on a copy, as if nobody did anything meanwhile: so a member who answers may get more.

    Example: preceptor nudges preview --weeks 4 --member slack:T0123:U0456
    """
    if member and workspace:
        raise click.UsageError("Give --member or --workspace, not both.")
    found = asyncio.run(_preview(read_settings(os.environ), weeks, member or workspace or ""))
    for line in map(json.dumps, map(_as_json, found)) if as_json else _as_text(found, weeks):
        click.echo(line)


async def _preview(settings: Settings, weeks: int, whose: str) -> Sequence[Coming]:
    async with open_mentor(settings) as mentor:
        part = await _part(mentor.database, whose) if whose else None
        return await preview(post_office(mentor, {}), weeks, part)


async def _part(database: Database, whose: str) -> Part:
    platform, _, rest = whose.partition(":")
    external_id, _, user = rest.partition(":")
    tenants = select(Tenant.id).where(Tenant.platform == platform, Tenant.external_id == external_id)
    async with database.work() as session:
        tenant_id = (await session.exec(tenants)).first()
        people = select(Member.id).where(Member.tenant_id == tenant_id, Member.user_id == user)
        member_id = (await session.exec(people)).first() if user else None
    if tenant_id is None or (user and member_id is None):
        raise ConfigError(
            f"Nobody here is called {whose}. A workspace is written as platform:workspace and a member as "
            "platform:workspace:user, by the ids of the platform, as in slack:T0123:U0456."
        )
    return Part(member_id=member_id) if user else Part(tenant_id=tenant_id)


def _as_text(found: Sequence[Coming], weeks: int) -> list[str]:
    rows = [
        (
            f"{each.at:%a %d %b %Y %H:%M}",
            _zone(each),
            _whom(each),
            f"{each.delivery.kind} {each.delivery.slot}",
            f"“{each.what}”" if each.what else f"skipped: {each.delivery.reason}",
            _why(each),
        )
        for each in found
    ]
    members = len({each.member.id for each in found})
    total = f"{sum(bool(each.what) for each in found)} messages to {members} members in the coming {weeks} weeks"
    return [*aligned(rows), f"{total}, if nobody does anything meanwhile. Nothing was sent."]


def _zone(coming: Coming) -> str:
    return coming.member.zone or f"{coming.at.tzinfo} (a guess)"


def _whom(coming: Coming) -> str:
    return f"{coming.tenant.platform}:{coming.tenant.external_id}:{coming.member.user_id}"


def _why(coming: Coming) -> str:
    said = _asked_for(coming)
    return f"{said}; later than planned: {coming.held}" if coming.held else said


def _asked_for(coming: Coming) -> str:
    if coming.delivery.kind != WEEKLY:
        return "a notice of the operator" if coming.delivery.batch_id else "the member planned it"
    since = coming.plan.opted_in_at if coming.plan else None
    return f"weekly notes, asked for on {since:%d %b %Y}" if since else "weekly notes, asked for"


def _as_json(coming: Coming) -> dict[str, Any]:
    return {
        "at": coming.at.isoformat(),
        "zone": coming.member.zone,
        "platform": coming.tenant.platform,
        "workspace": coming.tenant.external_id,
        "user": coming.member.user_id,
        "kind": coming.delivery.kind,
        "slot": coming.delivery.slot,
        "what": coming.what,
        "skipped": "" if coming.what else coming.delivery.reason,
        "why": _why(coming),
    }
