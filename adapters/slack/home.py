"""The Home tab: published when somebody opens it, and again when what it shows has changed. Its words are those of the
`home` command. Asked by the listeners, the forms and whoever answers events.
"""

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from adapters.background import Background
from adapters.slack.api import SlackApi
from adapters.slack.fitting import Drawn
from adapters.slack.replies import Replies
from adapters.slack.views import home_view
from adapters.wiring import Wiring
from bot.conversation import Request
from bot.errors import DeliveryError
from bot.message import Message
from bot.model.people import Member, Tenant

log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""People whose Home we remember, so as not to publish the same again."""
UNASKED_AT_ONCE = 4
"""Homes drawn side by side after a round of notes: whoever opens theirs meanwhile does not wait for them."""
CONFLICT = "hash_conflict"

Person = tuple[str, str]
"""Workspace and user, by Slack's ids."""


@dataclass
class _Desk:
    """What is known about one person's Home, and what shall be done with it."""

    shown: str = ""
    """A digest of what was published last."""
    hash: str = ""
    """Slack's own name for that."""
    wanted: bool = False
    reply: Message | None = None
    """To be shown above the next one."""
    is_used: bool = False
    """Somebody asked for it, so that it counts as a use of the mentor."""
    busy: bool = False


class Home:
    """Publishes Home, for each person one after the other; what is wanted meanwhile is drawn once."""

    def __init__(self, wiring: Wiring, replies: Replies, api: SlackApi, background: Background) -> None:
        self._database = wiring.database
        self._clock = wiring.clocks.machine
        self._replies = replies
        self._api = api
        self._background = background
        self._desks: OrderedDict[Person, _Desk] = OrderedDict()
        self._turns = asyncio.Semaphore(UNASKED_AT_ONCE)

    async def opened(self, tenant: str, user: str) -> None:
        """Somebody opened Home: from now on it is kept up to date."""
        person = (tenant, user)
        desk = self._desk(person)
        desk.shown = ""  # another process may have published since
        desk.is_used = True
        await self._bring(person, desk)
        await self._remember(person)

    def touched(self, tenant: str, user: str, reply: Message) -> None:
        """Somebody used the mentor: if they ever opened Home, and it now shows something else, it is published anew."""
        if reply.has_page:
            desk = self._desk((tenant, user))
            desk.is_used = True
            self._background.start(self._bring((tenant, user), desk))

    def written_to(self, tenant: str, user: str, message: Message) -> None:
        """Something went to somebody unasked: the same, a few people at a time, and they have not used the mentor."""
        if message.has_page:
            self._background.start(self._in_turn((tenant, user)))

    async def _in_turn(self, person: Person) -> None:
        async with self._turns:
            await self._bring(person, self._desk(person))

    async def show(self, tenant: str, user: str, reply: Message) -> None:
        """Somebody pressed something on Home: show the reply above it."""
        desk = self._desk((tenant, user))
        desk.reply, desk.is_used = reply, True
        await self._bring((tenant, user), desk)

    def _desk(self, person: Person) -> _Desk:
        desk = self._desks.setdefault(person, _Desk())
        self._desks.move_to_end(person)
        while len(self._desks) > REMEMBERED:
            self._desks.popitem(last=False)
        return desk

    async def _bring(self, person: Person, desk: _Desk) -> None:
        desk.wanted = True
        if desk.busy:
            return
        desk.busy = True
        try:
            while desk.wanted:
                desk.wanted, reply, desk.reply = False, desk.reply, None
                await self._publish(person, desk, reply)
        finally:
            desk.busy = False

    async def _publish(self, person: Person, desk: _Desk, reply: Message | None) -> None:
        try:
            await self._draw(person, desk, reply)
        except DeliveryError as error:
            if CONFLICT in str(error):  # another process published meanwhile, perhaps from an older look
                desk.hash = desk.shown = ""
                desk.reply, desk.wanted = desk.reply or reply, True
                return
            log.info("Home was not published: %s", error, extra={"event": "slack_home_unpublished"})

    async def _draw(self, person: Person, desk: _Desk, reply: Message | None) -> None:
        tenant, user = person
        asked, is_used, desk.is_used = Request("slack", tenant, user, "home"), desk.is_used, False
        message = await self._replies.to(asked) if is_used else await self._replies.peek(asked)
        if message is None:
            return
        view = home_view(message, reply=reply, command=self._replies.command)
        digest = _digest(view)
        if digest == desk.shown:
            return
        told = {"hash": desk.hash} if desk.hash else {}
        done: Any = await self._api.show(tenant, lambda client: client.views_publish(user_id=user, view=view, **told))
        desk.shown, desk.hash = digest, str((done["view"] or {}).get("hash") or "")

    async def _remember(self, person: Person) -> None:
        async with self._database.work() as session:
            wanted = (
                select(Member)
                .join(Tenant, col(Tenant.id) == Member.tenant_id)
                .where(Tenant.platform == "slack", Tenant.external_id == person[0], Member.user_id == person[1])
                .where(col(Member.home_opened_at).is_(None))
            )
            if member := (await session.exec(wanted.with_for_update(of=Member, key_share=True))).first():
                member.home_opened_at = self._clock.now()


def _digest(view: Drawn) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
