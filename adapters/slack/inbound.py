"""Slack over HTTP: `add_slack` puts the whole adapter into the server's application.

    app = aiohttp.web.Application()
    messenger = add_slack(app, Wiring(settings, conversation, database, clocks, say))

registers `POST /slack/events` and the install pages. For the time between the application's start and its clean-up it
runs the worker that answers stored events (beginning with those an earlier run left), and looks once at whose token
this is. The messenger returned sends what the ledger's courier hands it; its session ends with the application. Whoever
only sends, such as `preceptor tick`, makes `SlackMessenger(SlackApi(settings, tokens), command=…)` and closes it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import SlackApi
from adapters.slack.background import Background
from adapters.slack.gate import ANSWER_WITHIN, Gate, verifier
from adapters.slack.inbox import Inbox
from adapters.slack.install import InstallPages
from adapters.slack.lifecycle import Lifecycle
from adapters.slack.listeners import Listeners
from adapters.slack.replies import Replies
from adapters.slack.tokens import Tokens
from adapters.slack.transport import SlackMessenger, connect_workspace
from adapters.slack.wiring import Wiring
from adapters.slack.worker import Worker
from adapters.slack.workspaces import Workspaces
from adapters.slack.zones import Zones

PATH = "/slack/events"


def add_slack(app: web.Application, wiring: Wiring, *, answer_within: float = ANSWER_WITHIN) -> SlackMessenger:
    """Add Slack to an application that has not started. `answer_within`: seconds, shorter in tests."""
    tokens = Tokens(wiring.settings, wiring.database, wiring.clocks)
    api, background = SlackApi(wiring.settings, tokens), Background()
    replies, zones, inbox = Replies(wiring, api), Zones(wiring, api), Inbox(wiring)
    worker, machine = Worker(inbox, replies, zones, api), wiring.clocks.machine
    pages = InstallPages(wiring, tokens)
    pages.add_to(app)
    bolt = _bolt(wiring, Workspaces(wiring, tokens, background), pages.flow)
    Lifecycle(wiring, tokens).register(bolt)  # first: Bolt hands a request to the first who listens for it
    Listeners(replies, inbox, worker, zones, background, machine).register(bolt)
    secret = verifier(wiring.settings.SLACK_SIGNING_SECRET or "", machine)
    if wiring.settings.SLACK_SIGNING_SECRET:  # without one, anybody could sign
        app.router.add_post(PATH, Gate(bolt, secret, replies, background, answer_within).receive)

    async def running(_: web.Application) -> AsyncIterator[None]:
        stop = asyncio.Event()
        background.start(worker.run())
        background.start(_meet(api, tokens, wiring, stop))
        yield
        stop.set()
        await worker.close()
        await background.close()
        await api.close()

    app.cleanup_ctx.append(running)
    return SlackMessenger(api, command=wiring.settings.SLACK_COMMAND, reads_back=wiring.settings.SLACK_READ_BACK)


async def _meet(api: SlackApi, tokens: Tokens, wiring: Wiring, stop: asyncio.Event) -> None:
    """Look once at the tokens we have."""
    await tokens.made_ready()
    if wiring.settings.SLACK_BOT_TOKEN:
        await connect_workspace(api, wiring.database, wiring.clocks.calendar, stop)


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
