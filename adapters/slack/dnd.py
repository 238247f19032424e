"""Members' "do not disturb", kept true in our database: Slack tells of changes by an event, and is asked about those to
whom something may go soon, fifty at a time. `adapters.slack.inbound` runs it; the courier reads what it keeps.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from adapters.slack.api import SlackApi
from adapters.wiring import Wiring
from bot.errors import CannotReach, DeliveryError, TryLater
from bot.mentoring.do_not_disturb import Asked, Window, learn, take, to_ask, unasked
from bot.model.inbound import InboundEvent
from bot.model.people import Member, Tenant

log = logging.getLogger(__name__)

AT_ONCE = 50
"""People that Slack tells about in one call."""
LOOK_EVERY = timedelta(minutes=1)
APART = timedelta(seconds=3)
"""Slack answers twenty such calls a minute in each workspace."""
MOST = 1000
"""In one look: twenty calls, where all are of one workspace."""
REFUSED_FOR = timedelta(days=1)
"""A workspace that does not let us ask is asked again after so long: it may have been given the permission since."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 2**33
"""Seconds since 1970, beyond any that a calendar here reaches."""


class DoNotDisturb:
    """One for the server. `apart` is shorter in tests."""

    def __init__(self, wiring: Wiring, api: SlackApi, *, apart: timedelta = APART) -> None:
        self._database = wiring.database
        self._clocks = wiring.clocks
        self._api = api
        self._apart = apart
        self._not_before: dict[str, datetime] = {}
        self._is_told = False

    async def changed(self, event: InboundEvent) -> None:
        """What a `dnd_updated_user` told. About whom we do not know, nothing is done."""
        wanted = (
            select(Member.id)
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Tenant.platform == "slack", Tenant.external_id == event.tenant, Member.user_id == event.user_id)
        )
        async with self._database.work() as session:
            if member_id := (await session.exec(wanted)).first():
                await learn(session, {member_id: window(event.details)}, self._clocks)

    async def run(self, stop: asyncio.Event) -> None:
        """Look every minute, and on without a pause while there are more to be asked about; until told to stop."""
        while not stop.is_set():
            try:
                if await self._look(stop) >= MOST:
                    continue
            except Exception as error:  # noqa: BLE001 - the edge: the next look may go better
                log.error("Nobody's do-not-disturb could be looked up", extra=_unasked(error))  # noqa: TRY400 - values
            await _pause(stop, LOOK_EVERY)

    async def _look(self, stop: asyncio.Event) -> int:
        """How many there were to be asked about; with `MOST`, there may be more."""
        now = self._clocks.machine.now()
        self._not_before = {tenant: until for tenant, until in self._not_before.items() if until > now}
        async with self._database.reading() as session:
            found = await to_ask(session, "slack", self._clocks, most=MOST, but=tuple(self._not_before))
        if not found:
            return 0
        async with self._database.work() as session:
            asked = await take(session, found, self._clocks)
        people: dict[str, list[Asked]] = defaultdict(list)
        for each in asked:
            people[each.tenant].append(each)
        asking = (self._ask_all(tenant, mine, stop) for tenant, mine in people.items())
        for done in await asyncio.gather(*asking, return_exceptions=True):
            if done is not None:
                raise done
        return len(found) if asked else 0  # another process may be at it

    async def _ask_all(self, tenant: str, people: Sequence[Asked], stop: asyncio.Event) -> None:
        """One call after the other, not too fast. What Slack does not say now, or says in a way that nobody
        understands, is asked again later, and no other workspace waits for it.
        """
        left = list(people)
        try:
            while left and not stop.is_set():
                await self._ask(tenant, left[:AT_ONCE])
                left = left[AT_ONCE:]
                if left:
                    await _pause(stop, self._apart)
        except DeliveryError as error:
            self._put_off(tenant, error)
        except Exception as error:  # noqa: BLE001 - the edge: it is the one workspace's trouble
            log.error("A workspace could not be asked about do-not-disturb", extra=_unasked(error))  # noqa: TRY400 - values
            self._not_before[tenant] = self._clocks.machine.now() + LOOK_EVERY
        finally:
            async with self._database.work() as session:
                await unasked(session, left)

    async def _ask(self, tenant: str, people: Sequence[Asked]) -> None:
        users = [each.user for each in people]
        # An organization's token needs the workspace's name.
        team = tenant if tenant.startswith("T") else None
        answer: Any = await self._api.call(tenant, lambda client: client.dnd_teamInfo(users=users, team_id=team))
        found = answer.get("users")
        told: Mapping[str, Any] = found if isinstance(found, dict) else {}
        async with self._database.work() as session:
            await learn(session, {each.member_id: window(told.get(each.user)) for each in people}, self._clocks)

    def _put_off(self, tenant: str, error: DeliveryError) -> None:
        wait = error.retry_after if isinstance(error, TryLater) else LOOK_EVERY
        if isinstance(error, CannotReach):
            wait = REFUSED_FOR
            if not self._is_told:
                self._is_told = True
                told = {"event": "dnd_refused", "reason": error.reason}
                log.warning(
                    "A workspace does not tell who wants no disturbance; nothing waits for it there", extra=told
                )
        self._not_before[tenant] = self._clocks.machine.now() + min(wait, REFUSED_FOR)


def _unasked(error: Exception) -> dict[str, str]:
    return {"event": "dnd_unasked", "reason": type(error).__name__}


def window(status: Any) -> Window | None:
    """Slack's status of one person, as an event or a look-up tells it; None where nothing is set, or nothing known."""
    if not isinstance(status, Mapping):
        return None
    begins, ends = (_instant(status.get(f"next_dnd_{name}_ts")) for name in ("start", "end"))
    planned = Window(begins, ends) if status.get("dnd_enabled") is True and begins and ends and begins < ends else None
    snoozed_until = _instant(status.get("snooze_endtime")) if status.get("snooze_enabled") is True else None
    if snoozed_until is None:
        return planned
    runs_on = planned is not None and planned.begins <= snoozed_until < planned.ends
    return Window(EPOCH, planned.ends if planned and runs_on else snoozed_until)


def _instant(seconds: Any) -> datetime | None:
    """Slack writes 0 or 1 where there is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 < seconds < LATEST:
        return None
    return EPOCH + timedelta(seconds=seconds)


async def _pause(stop: asyncio.Event, length: timedelta) -> None:
    """Wait so long, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), length.total_seconds())
