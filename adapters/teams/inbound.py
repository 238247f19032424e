"""Teams over HTTP: `add_teams` puts the whole adapter into the server's application.

    messenger = add_teams(app, Wiring(settings, conversation, database, clocks, say), ears)

registers `POST /api/messages`. For the time between the application's start and its clean-up it runs the worker that
answers stored messages (beginning with those an earlier run left). The messenger returned sends what the ledger's
courier hands it; its session ends with the application.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from adapters.background import Background
from adapters.inbox import Inbox
from adapters.openid.keys import SigningKeys
from adapters.teams.api import TeamsApi
from adapters.teams.conversations import Conversations
from adapters.teams.dispatch import ANSWER_WITHIN, Dispatch, Ears
from adapters.teams.files import Files
from adapters.teams.gate import Gate
from adapters.teams.lifecycle import Lifecycle
from adapters.teams.personal import PersonalConversations
from adapters.teams.reading import kept_turn
from adapters.teams.sdk.adapter import TeamsAdapter
from adapters.teams.sdk.clouds import cloud_of
from adapters.teams.sdk.connector import Connector
from adapters.teams.sdk.tokens import TokenCheck
from adapters.teams.transport import TeamsMessenger, teams_messenger
from adapters.wiring import Wiring
from adapters.worker import Handle, Worker
from bot.model.inbound import FILE, SPEECH, InboundEvent

PATH = "/api/messages"


@dataclass(frozen=True, slots=True)
class Hands:
    """What the surfaces may need, made once for the server."""

    wiring: Wiring
    api: TeamsApi
    personal: PersonalConversations
    background: Background
    files: Files


def add_teams(
    app: web.Application,
    wiring: Wiring,
    ears_of: Callable[[Hands], Ears],
    *,
    answer_within: float = ANSWER_WITHIN,
    connector: Connector | None = None,
) -> TeamsMessenger:
    """Add Teams to an application that has not started. For tests: `answer_within`, seconds; and a `connector` that
    signs in elsewhere than at Microsoft's.
    """
    settings, clocks, background = wiring.settings, wiring.clocks, Background()
    messenger = teams_messenger(settings, wiring.database, clocks, connector)
    conversations, api = messenger.conversations, messenger.api
    inbox = Inbox("teams", wiring.database, clocks.machine)
    files = Files(wiring, api, messenger.personal, inbox)
    ears = ears_of(Hands(wiring, api, messenger.personal, background, files))
    lifecycle = Lifecycle(wiring.database, clocks, conversations)
    worker = Worker(inbox, {**_handlers(ears, conversations, lifecycle), FILE: files.hand_over})
    files.woken = worker.wake
    dispatch = Dispatch(ears, worker, conversations, background, within=answer_within)
    app_id, metadata = settings.MicrosoftAppId or "", settings.BOT_OPENID_METADATA_URL
    check = TokenCheck(app_id, cloud_of(metadata).issuer, SigningKeys(metadata, clocks.machine), clocks.machine)
    gate = Gate(settings, check, TeamsAdapter(app_id, api.connector), dispatch)
    app.router.add_post(PATH, gate.receive)
    app.cleanup_ctx.append(partial(_running, background, worker))
    app.on_cleanup.append(lambda _: api.close())
    return messenger


def _handlers(ears: Ears, conversations: Conversations, lifecycle: Lifecycle) -> dict[str, Handle]:
    async def spoken(event: InboundEvent) -> None:
        turn = kept_turn(event)
        await conversations.seen(turn)
        await ears.hears(turn)

    async def installed(event: InboundEvent) -> None:
        turn = kept_turn(event)
        is_new = await lifecycle.installed(turn)
        if is_new or turn.is_private or turn.interrupted:
            await ears.hears(turn)

    async def removed(event: InboundEvent) -> None:
        turn = kept_turn(event)
        await lifecycle.removed(turn)
        await ears.hears(turn)

    return {SPEECH: spoken, "installed": installed, "removed": removed}


async def _running(background: Background, worker: Worker, _: web.Application) -> AsyncIterator[None]:
    """For the time between the application's start and its clean-up."""
    background.start(worker.run())
    yield
    await worker.close()
    await background.close()
