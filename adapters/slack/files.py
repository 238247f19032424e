"""Files that replies offer, on their way to their readers: kept with the reply, then made and put into the reader's
direct messages, by whoever runs then. `adapters.slack.replies` offers them; `adapters.worker` hands them over.

Nothing shows until Slack is told that an upload is complete, so all before that may be done again. That one call may
not: where its answer was lost, the direct messages are read back first.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from secrets import token_hex
from typing import Any

from adapters.answers import sentence
from adapters.handing import Handing
from adapters.inbox import Inbox
from adapters.slack.api import SlackApi
from adapters.slack.errors import SCOPE_MISSING, in_words
from adapters.slack.render import fallback, render
from adapters.wiring import Wiring
from bot.conversation import Request
from bot.errors import BadMessage, CannotLook, CannotReach, DeliveryError
from bot.files import Made, NotMade
from bot.message import File, Message, Paragraph, text
from bot.model.inbound import FILE, InboundEvent

log = logging.getLogger(__name__)

TRIES = 3
"""How often work on one is begun: it may break off with the process, or wait for Slack."""
BEFORE = timedelta(minutes=5)
"""Slack's clock and ours may differ by so much, when a direct message is looked for."""


class Files:
    """Offers files and hands them over. `woken`: called when something was stored."""

    def __init__(self, wiring: Wiring, api: SlackApi, inbox: Inbox) -> None:
        self._wiring = wiring
        self._api = api
        self._inbox = inbox
        self._handing = Handing(wiring, "slack")
        self.woken: Callable[[], None] = lambda: None

    async def offer(self, request: Request, files: Sequence[File]) -> None:
        """Keep what somebody asked for, until it is handed over."""
        now = self._wiring.clocks.machine.now()
        for file in files:
            details = {"name": file.name, "label": file.label, "recipe": file.recipe}
            await self._inbox.keep(
                InboundEvent(
                    platform="slack",
                    event_id=f"{FILE}={token_hex(16)}",
                    kind=FILE,
                    tenant=request.tenant,
                    user_id=request.user,
                    channel="",
                    details=details,
                    received_at=now,
                )
            )
        self.woken()

    async def hand_over(self, event: InboundEvent) -> None:
        """Once. What Slack refuses is said to its reader; what may go better later raises a DeliveryError."""
        if event.claims > TRIES:
            await self._tell(event, "file.unsure" if "upload" in event.details else "file.lost")
            return
        if "upload" in event.details and await self._arrived(event):
            return
        made = await self._handing.make(event.tenant, event.user_id, event.details["recipe"])
        if isinstance(made, NotMade):
            await self._post(event, Message(self._wiring.say("file.lost.title"), (Paragraph(text(made.why)),)))
            return
        try:
            await self._share(event, made)
        except (CannotReach, BadMessage) as error:
            await self._refused(event, error)

    async def _share(self, event: InboundEvent, made: Made) -> None:
        opened: Any = await self._api.call_patiently(
            event.tenant, lambda client: client.conversations_open(users=event.user_id)
        )
        channel = str(opened["channel"]["id"])
        upload = await self._uploaded(event.tenant, made)
        await self._inbox.note(event, {**event.details, "upload": upload, "channel": channel})
        files: list[dict[str, str | None]] = [{"id": upload, "title": made.name}]
        said = fallback(Message(event.details["label"]))
        await self._api.call_patiently(
            event.tenant,
            lambda client: client.files_completeUploadExternal(files=files, channel_id=channel, initial_comment=said),
        )

    async def _uploaded(self, tenant: str, made: Made) -> str:
        """The upload's name. Nobody sees it yet."""
        place: Any = await self._api.call_patiently(
            tenant, lambda client: client.files_getUploadURLExternal(filename=made.name, length=len(made.content))
        )
        await self._api.upload(str(place["upload_url"]), made.content)
        return str(place["file_id"])

    async def _arrived(self, event: InboundEvent) -> bool:
        """Whether an upload that was being completed when its work broke off needs no more: it is there, or nobody can
        tell, which its reader is told."""
        try:
            return event.details["upload"] in await self._shared(event)
        except (CannotReach, BadMessage, CannotLook):
            await self._tell(event, "file.unsure")
            return True

    async def _shared(self, event: InboundEvent) -> Sequence[str]:
        """The names of the files in the direct messages since it was asked for."""
        if not self._wiring.settings.SLACK_READ_BACK:
            raise CannotLook
        since: dict[str, Any] = {"oldest": f"{(event.received_at - BEFORE).timestamp():.6f}", "limit": 15}
        page: Any = await self._api.call_patiently(
            event.tenant,
            lambda client: client.conversations_history(channel=event.details["channel"], **since),
        )
        return [file["id"] for message in page["messages"] for file in message.get("files") or () if "id" in file]

    async def _refused(self, event: InboundEvent, error: CannotReach | BadMessage) -> None:
        """Say why, what would help, and offer the other way where there is one."""
        reason = str(error)
        log.warning("Slack took no file: %s", reason, extra={"event": "slack_file_refused"})
        is_scope = in_words(reason).startswith(SCOPE_MISSING)
        file = File(**{name: event.details[name] for name in ("name", "label", "recipe")})
        link = await self._handing.link(event.tenant, event.user_id, file)
        await self._tell(event, "slack.file.scope" if is_scope else "slack.file.refused", *link)

    async def _tell(self, event: InboundEvent, key: str, *more: Paragraph) -> None:
        said = sentence(self._wiring.say, key, name=event.details["name"])
        await self._post(event, Message(said.title, (*said.blocks, *more)))

    async def _post(self, event: InboundEvent, message: Message) -> None:
        blocks = render(message, command=self._wiring.settings.SLACK_COMMAND)
        said: dict[str, Any] = {"text": fallback(message), "blocks": blocks, "unfurl_links": False}
        try:
            await self._api.call_patiently(
                event.tenant, lambda client: client.chat_postMessage(channel=event.user_id, unfurl_media=False, **said)
            )
        except DeliveryError as error:
            log.warning("A reply did not arrive: %s", error, extra={"event": "reply_lost"})
