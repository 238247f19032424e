"""What is owed once after the start: one look at our tokens, and whose SLACK_BOT_TOKEN is. Run by
`adapters.slack.inbound` until it has worked.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from adapters.slack.api import SlackApi
from adapters.slack.tokens import Tokens
from adapters.wiring import Wiring
from bot.clock import Clock
from bot.database import Database
from bot.errors import DeliveryError
from bot.mentoring.leaving import come_back, everywhere
from bot.visitors import find_tenant

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(seconds=30)


async def meet(
    api: SlackApi, tokens: Tokens, wiring: Wiring, stop: asyncio.Event, *, again_after: timedelta = TRY_AGAIN
) -> None:
    """Make the tokens ready, and learn whose SLACK_BOT_TOKEN is. A database that is away is waited for."""
    while not stop.is_set():
        try:
            await tokens.made_ready()
            if wiring.settings.SLACK_BOT_TOKEN:
                clock, works = wiring.clocks.calendar, tokens.own_works
                await connect_workspace(api, wiring.database, clock, stop, again_after=again_after, works=works)
        except Exception as error:  # noqa: BLE001 - the edge: the next try may go better
            told = {"event": "slack_unmet", "reason": type(error).__name__}
            log.error("The look at our tokens broke off; it is tried again", extra=told)  # noqa: TRY400 - quotes values
            await _pause(stop, again_after)
        else:
            return


async def connect_workspace(
    api: SlackApi,
    database: Database,
    clock: Clock,
    stop: asyncio.Event,
    *,
    again_after: timedelta = TRY_AGAIN,
    works: Callable[[], None] | None = None,
) -> None:
    """Ask Slack once whose token this is, and keep the workspace's name and our own id in it; repeated until it works.

    Nothing waits for it: until it has worked, requests are answered without knowing our own id. `stop` ends it.
    """
    while not stop.is_set():
        try:
            about = await api.call("", lambda client: client.auth_test())
        except DeliveryError as error:
            log.warning("Slack did not say whose token this is: %s", error, extra={"event": "slack_auth_test"})
            await _pause(stop, again_after)
            continue
        if works:
            works()
        async with database.work() as session:
            tenant = await find_tenant(session, "slack", str(about["team_id"]), clock.now())
            tenant.name, tenant.bot_user_id = str(about["team"]), str(about["user_id"])
            await session.flush()
            await come_back(session, everywhere("slack", tenant.external_id))
        log.info("Connected to a Slack workspace", extra={"event": "slack_connected"})
        return


async def _pause(stop: asyncio.Event, length: timedelta) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), length.total_seconds())
