"""A workspace removes the mentor, or takes it back: Slack's events about it, in whatever order and however often they
come. They are worked before they are acknowledged, so that everything stops at once. Registered with Bolt by
`adapters.slack.inbound`.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from sqlalchemy import ColumnElement
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.slack.installations import find_meant, forget_tokens
from adapters.slack.tokens import Tokens
from adapters.wiring import Wiring
from bot.mentoring.leaving import UNINSTALLED, come_back, everywhere, leave
from bot.model.people import Tenant
from bot.once import is_first, is_newest

log = logging.getLogger(__name__)

EVENTS = (
    "app_uninstalled",
    "tokens_revoked",
    "app_uninstalled_team",
    "team_access_granted",
    "team_access_revoked",
)
"""What the app subscribes to for this. The last three come to apps that an organization installed for all of its
workspaces."""
ACCESS = "access="
"""How the name of the note begins that says when a workspace's access changed last."""


class Lifecycle:
    """Works each event in one short unit of work, under its own id."""

    def __init__(self, wiring: Wiring, tokens: Tokens) -> None:
        self._database = wiring.database
        self._clocks = wiring.clocks
        self._tokens = tokens

    def register(self, bolt: AsyncApp) -> None:
        for event in EVENTS:
            bolt.event(event)(self.listen)

    async def listen(self, ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        return await ack() if await self._take(body) else BoltResponse(status=503)

    async def _take(self, body: Mapping[str, Any]) -> bool:
        """Carry out one event; False where it could not be, so that Slack brings it again."""
        try:
            async with self._database.work() as session:
                if await is_first(session, "slack", body["event_id"], self._clocks.machine.now()):
                    await self._carry_out(session, body)
        except Exception as error:  # noqa: BLE001 - the edge: Slack is asked to bring it again
            told = {"event": "event_not_kept", "reason": type(error).__name__}
            log.error("An event about the installation could not be worked", extra=told)  # noqa: TRY400 - quotes values
            return False
        self._tokens.changed()
        return True

    async def _carry_out(self, session: AsyncSession, body: Mapping[str, Any]) -> None:
        event, place = body["event"], _place(body)
        match event["type"]:
            case "app_uninstalled":
                await self._ended(session, body, place)
            case "tokens_revoked" if _is_of_the_bot(event):
                await self._ended(session, body, place)
            case "app_uninstalled_team":
                await self._leave(session, _exactly(*await self._newly(session, body, [body.get("team_id") or ""])))
            case "team_access_revoked":
                await self._leave(session, _exactly(*await self._newly(session, body, _teams(event))))
            case "team_access_granted":
                await come_back(session, _exactly(*await self._newly(session, body, _teams(event))))

    async def _newly(self, session: AsyncSession, body: Mapping[str, Any], teams: Sequence[str]) -> Sequence[str]:
        """Those of the workspaces about whose access nothing later is known, by Slack's own second."""
        at, now = body.get("event_time"), self._clocks.machine.now()
        if not isinstance(at, int):
            return teams
        return [team for team in sorted({*teams}) if await is_newest(session, "slack", f"{ACCESS}{team}", at, now)]

    async def _ended(self, session: AsyncSession, body: Mapping[str, Any], place: str) -> None:
        """Removed from a workspace, or from a whole organization; unless it was installed anew since."""
        row = await find_meant(session, place, str(body.get("enterprise_id") or ""))
        place = row.external_id if row else place
        since = row.installed_at if row else self._tokens.own_since
        if since and _happened_before(body, since):
            log.info("An old event about an earlier installation was left alone", extra={"event": "slack_stale"})
            return
        await forget_tokens(session, place, UNINSTALLED)
        await self._leave(session, everywhere("slack", place))

    async def _leave(self, session: AsyncSession, which: ColumnElement[bool]) -> None:
        if left := await leave(session, which, self._clocks.calendar.now()):
            log.warning("The mentor was removed", extra={"event": "slack_uninstalled", "workspaces": len(left)})


def _place(body: Mapping[str, Any]) -> str:
    """The workspace's id, or the organization's where that had installed the mentor."""
    authorizations = body.get("authorizations") or [body]
    if authorizations[0].get("is_enterprise_install") in (True, "true"):
        return str(authorizations[0].get("enterprise_id") or body.get("enterprise_id") or "")
    return str(authorizations[0].get("team_id") or body.get("team_id") or body.get("enterprise_id") or "")


def _is_of_the_bot(event: Mapping[str, Any]) -> bool:
    """A token of ours, and not one that a person alone had given."""
    tokens = event.get("tokens")
    return bool(isinstance(tokens, dict) and tokens.get("bot"))


def _teams(event: Mapping[str, Any]) -> tuple[str, ...]:
    teams = event.get("team_ids")
    return tuple(each for each in teams if isinstance(each, str)) if isinstance(teams, list) else ()


def _exactly(*team_ids: str) -> ColumnElement[bool]:
    return (col(Tenant.platform) == "slack") & col(Tenant.external_id).in_(team_ids)


def _happened_before(body: Mapping[str, Any], instant: datetime) -> bool:
    """By the second, as Slack tells it; False where it does not tell."""
    at = body.get("event_time")
    return isinstance(at, int) and 0 < at < int(instant.timestamp())
