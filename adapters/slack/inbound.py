"""Slack over HTTP, or through a socket: `add_slack` puts the whole adapter into the server's application.

    app = aiohttp.web.Application()
    messenger = add_slack(app, Wiring(settings, conversation, database, clocks, say))

registers `POST /slack/events` and the install pages. For the time between the application's start and its clean-up it
runs the worker that answers stored events (beginning with those an earlier run left), and looks once at whose token
this is. The messenger returned sends what the ledger's courier hands it; its session ends with the application. Whoever
only sends, such as `preceptor tick`, makes `SlackMessenger(SlackApi(settings, tokens), command=…)` and closes it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.web.async_client import AsyncWebClient

from adapters.background import Background
from adapters.inbox import Inbox
from adapters.slack.api import SlackApi
from adapters.slack.dispatch import ANSWER_WITHIN, Dispatch
from adapters.slack.dnd import DoNotDisturb
from adapters.slack.events import Hands, handlers
from adapters.slack.files import Files
from adapters.slack.forms import Forms
from adapters.slack.gate import Gate, verifier
from adapters.slack.home import Home
from adapters.slack.install import InstallPages
from adapters.slack.lifecycle import Lifecycle
from adapters.slack.listeners import Listeners, Surfaces
from adapters.slack.openings import Openings
from adapters.slack.replies import Replies
from adapters.slack.socket import SlackSocket
from adapters.slack.tokens import Tokens
from adapters.slack.transport import SlackMessenger, connect_workspace
from adapters.slack.workspaces import Workspaces
from adapters.slack.zones import Zones
from adapters.wiring import Wiring
from adapters.worker import Worker

PATH = "/slack/events"
Beside = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""What runs until the event is set."""


def add_slack(app: web.Application, wiring: Wiring, *, answer_within: float = ANSWER_WITHIN) -> SlackMessenger:
    """Add Slack to an application that has not started. `answer_within`: seconds, shorter in tests."""
    tokens = Tokens(wiring.settings, wiring.database, wiring.clocks)
    api, background = SlackApi(wiring.settings, tokens), Background()
    inbox, zones = Inbox("slack", wiring.database, wiring.clocks.machine), Zones(wiring, api)
    files = Files(wiring, api, inbox)
    replies = Replies(wiring, api, files)
    home = Home(wiring, replies, api, background)
    forms, openings = Forms(replies, api, home, background), Openings(replies, home, api)
    worker = Worker(inbox, handlers(Hands(wiring, api, replies, home, openings, files)), zones.learn)
    files.woken = worker.wake
    pages, dnd = InstallPages(wiring, tokens), DoNotDisturb(wiring, api)
    pages.add_to(app)
    bolt = _bolt(wiring, Workspaces(wiring, tokens, background), pages.flow)
    Lifecycle(wiring, tokens).register(bolt)  # first: Bolt hands a request to the first who listens for it
    surfaces = Surfaces(replies, home, forms)
    Listeners(surfaces, inbox, worker, zones, background, wiring.clocks.machine).register(bolt)
    dispatch = Dispatch(bolt, replies, forms, background, answer_within)
    if secret := wiring.settings.SLACK_SIGNING_SECRET:  # without one, anybody could sign
        app.router.add_post(PATH, Gate(dispatch, verifier(secret, wiring.clocks.machine)).receive)
    beside: list[Beside] = [dnd.run, partial(_meet, api, tokens, wiring)]
    if wiring.settings.SLACK_APP_TOKEN:
        beside.append(SlackSocket(wiring.settings, dispatch, replies).run)

    app.cleanup_ctx.append(partial(_running, background, worker, beside))
    app.on_cleanup.append(lambda _: api.close())
    return SlackMessenger(api, command=wiring.settings.SLACK_COMMAND, reads_back=wiring.settings.SLACK_READ_BACK)


async def _running(
    background: Background, worker: Worker, beside: Sequence[Beside], _: web.Application
) -> AsyncIterator[None]:
    """For the time between the application's start and its clean-up."""
    stop = asyncio.Event()
    background.start(worker.run())
    for work in beside:
        background.start(work(stop))
    yield
    stop.set()
    await worker.close()
    await background.close()


async def _meet(api: SlackApi, tokens: Tokens, wiring: Wiring, stop: asyncio.Event) -> None:
    """Look once at the tokens we have."""
    await tokens.made_ready()
    if wiring.settings.SLACK_BOT_TOKEN:
        await connect_workspace(api, wiring.database, wiring.clocks.calendar, stop, works=tokens.own_works)


def _bolt(wiring: Wiring, workspaces: Workspaces, flow: AsyncOAuthFlow | None) -> AsyncApp:
    """Bolt, for telling one kind of request from another. The gate has checked the signature on the raw bytes."""
    quiet = logging.getLogger(f"{__name__}.bolt")
    quiet.setLevel(logging.ERROR)  # its warnings about requests nobody listens to quote them
    return AsyncApp(
        name="preceptor",
        logger=quiet,
        client=AsyncWebClient(base_url=f"{wiring.settings.SLACK_API_URL}/", retry_handlers=[]),
        process_before_response=True,
        signing_secret=wiring.settings.SLACK_SIGNING_SECRET,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        authorize=workspaces,
        oauth_flow=flow,  # or Bolt would make one of its own out of the environment
    )
