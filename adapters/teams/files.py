"""Files that replies offer, on their way to people in Teams: behind a link in the reply itself; where browsers cannot
reach this server, through the card on which Teams asks whether to save them. `adapters.teams.replies` offers them, the
worker hands the stored ones over.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Any

from adapters.answers import sentence
from adapters.handing import Handing
from adapters.inbox import Inbox
from adapters.teams.api import TeamsApi
from adapters.teams.patience import patiently
from adapters.teams.personal import PersonalConversations
from adapters.teams.sdk.adapter import InvokeAnswer
from adapters.teams.transport import as_activity
from adapters.teams.turns import Json, Reference, Turn
from adapters.wiring import Wiring
from bot.errors import BadMessage, CannotReach, DeliveryError
from bot.files import Made, NotMade, files_of
from bot.mentoring.handing_over import CARD_LASTS
from bot.message import Block, File, Message, Paragraph, text
from bot.model.inbound import FILE, InboundEvent

log = logging.getLogger(__name__)

CONSENT = "fileConsent/invoke"
CONSENT_CARD = "application/vnd.microsoft.teams.card.file.consent"
INFO_CARD = "application/vnd.microsoft.teams.card.file.info"
LONGEST = 4000
"""Characters of an address that Teams names."""


class Files:
    """Offers files and hands them over. `woken`: called when something was stored."""

    def __init__(self, wiring: Wiring, api: TeamsApi, personal: PersonalConversations, inbox: Inbox) -> None:
        self._wiring = wiring
        self._api = api
        self._personal = personal
        self._inbox = inbox
        self._handing = Handing(wiring, "teams")
        self.woken: Callable[[], None] = lambda: None

    async def offered(self, turn: Turn, message: Message) -> Message:
        """The reply with links in place of its files. Where there can be none, or others may read along, each comes
        after it into the personal chat.
        """
        if turn.is_private and self._handing.can_link:
            blocks = [part for block in message.blocks for part in await self._linked(turn, block)]
            return replace(message, blocks=tuple(blocks))
        for file in files_of(message):
            await self._keep(turn, {"name": file.name, "label": file.label, "recipe": file.recipe})
        return message

    async def _linked(self, turn: Turn, block: Block) -> tuple[Block, ...]:
        if not isinstance(block, File):
            return (block,)
        return await self._handing.link(turn.who.tenant, turn.who.user, block) or (block,)

    async def _keep(self, turn: Turn, details: Mapping[str, Any]) -> None:
        event = InboundEvent(
            platform="teams",
            event_id=f"{FILE}={token_hex(16)}",
            kind=FILE,
            tenant=turn.who.tenant,
            user_id=turn.who.user,
            channel="",
            details=dict(details),
            received_at=self._wiring.clocks.machine.now(),
        )
        await self._inbox.keep(event)
        self.woken()

    async def consented(self, turn: Turn) -> InvokeAnswer:
        """Somebody answered the card. It works for the one it was shown to, whoever else may have got hold of it."""
        given, context = turn.value, turn.value.get("context")
        token = context.get("offer") if isinstance(context, dict) else None
        mine = (turn.who.tenant, turn.who.user)
        recipe = await self._handing.take(*mine, token) if isinstance(token, str) and turn.is_private else None
        upload = _upload_of(given)
        if recipe is None:
            await self._keep(turn, {"say": "file.over"})
        elif given.get("action") != "accept" or upload is None:
            await self._keep(turn, {"say": "file.declined"})
        else:
            await self._keep(turn, {"recipe": recipe, "card": turn.replies_to, **upload})
        return InvokeAnswer()

    async def hand_over(self, event: InboundEvent) -> None:
        """One step of it, once. What Teams refuses is said to its reader, or logged where nothing can be."""
        where = None
        try:
            where = await patiently(lambda: self._personal.with_(event.tenant, event.user_id))
            await self._step(event)(where, event)
        except (CannotReach, BadMessage) as error:
            log.warning("A file did not arrive: %s", error, extra={"event": "teams_file_refused"})
            if where:
                await self._tell(where, "file.lost", event.details.get("name", ""))

    def _step(self, event: InboundEvent) -> Callable[[Reference, InboundEvent], Awaitable[None]]:
        if "say" in event.details:
            return self._said
        if event.claims > 1:
            return self._interrupted
        return self._save if "upload_url" in event.details else self._offer

    async def _said(self, where: Reference, event: InboundEvent) -> None:
        await self._tell(where, event.details["say"], "")

    async def _interrupted(self, where: Reference, event: InboundEvent) -> None:
        await self._tell(where, "file.unsure", event.details["name"])

    async def _offer(self, where: Reference, event: InboundEvent) -> None:
        """A link, or the card that asks for consent."""
        file = File(**{name: event.details[name] for name in ("name", "label", "recipe")})
        made = await self._made(where, event)
        if made is None:
            return
        if link := await self._handing.link(event.tenant, event.user_id, file):
            await self._send(where, as_activity(Message(file.label, link)))
        elif token := await self._handing.offer(event.tenant, event.user_id, file, CARD_LASTS):
            await self._send(where, _consent_card(made, file.label, token))

    async def _save(self, where: Reference, event: InboundEvent) -> None:
        """Put the file where Teams said, and show it."""
        said = event.details
        if made := await self._made(where, event):
            await self._api.upload(said["upload_url"], made.content)
            await self._send(where, _info_card(said))
            await self._take_back(where, said["card"])

    async def _made(self, where: Reference, event: InboundEvent) -> Made | None:
        made = await self._handing.make(event.tenant, event.user_id, event.details["recipe"])
        if isinstance(made, NotMade):
            title = self._wiring.say("file.lost.title")
            await self._send(where, as_activity(Message(title, (Paragraph(text(made.why)),))))
            return None
        return made

    async def _take_back(self, where: Reference, card: str) -> None:
        """The card that asked. Some clients do so themselves."""
        try:
            if card:
                await self._api.delete(where, card)
        except DeliveryError as error:
            log.info("A card stays where it is: %s", error, extra={"event": "teams_not_deleted"})

    async def _tell(self, where: Reference, key: str, name: str) -> None:
        await self._send(where, as_activity(sentence(self._wiring.say, key, name=name)))

    async def _send(self, where: Reference, said: Json) -> None:
        await patiently(lambda: self._api.send(where, said))


def _upload_of(given: Json) -> dict[str, str] | None:
    """Where an accepted card says that the file goes; None where it does not."""
    info = given.get("uploadInfo")
    names = {"upload_url": "uploadUrl", "content_url": "contentUrl", "name": "name"}
    names |= {"unique": "uniqueId", "type": "fileType"}
    if not isinstance(info, dict):
        return None
    found = {ours: info.get(theirs) for ours, theirs in names.items()}
    texts = {ours: value for ours, value in found.items() if isinstance(value, str) and len(value) <= LONGEST}
    return texts if len(texts) == len(names) else None


def _consent_card(made: Made, label: str, token: str) -> Json:
    context = {"offer": token}
    asks = {"description": label, "sizeInBytes": len(made.content), "acceptContext": context, "declineContext": context}
    return {"type": "message", "attachments": [{"contentType": CONSENT_CARD, "name": made.name, "content": asks}]}


def _info_card(said: Json) -> Json:
    content = {"uniqueId": said["unique"], "fileType": said["type"]}
    card = {"contentType": INFO_CARD, "contentUrl": said["content_url"], "name": said["name"], "content": content}
    return {"type": "message", "attachments": [card]}
