"""Bolt's OAuth flow, set up for us: our stores, our scopes, and failures of Slack's own told apart from a wrong code.
Used by `adapters.slack.install`.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import explain
from adapters.slack.installations import Installations
from adapters.slack.scopes import SCOPES
from adapters.slack.states import LASTS, States
from adapters.slack.wiring import Wiring
from bot.errors import CannotReach
from bot.settings import Settings
from bot.vault import Vault

TIMEOUT = 10
REDIRECT = "/slack/oauth_redirect"


class _Candid(AsyncWebClient):
    """Raises our errors where Slack is down or asks to wait: Bolt takes each error of slack_sdk for a wrong code."""

    async def api_call(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().api_call(*args, **kwargs)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            meaning = explain(error)
            if isinstance(meaning, CannotReach):
                raise
            raise meaning from error


def oauth_flow(wiring: Wiring, callbacks: AsyncCallbackOptions) -> AsyncOAuthFlow:
    """The flow. Its `handle_callback` raises TryLater, BadMessage or Unsure where Slack does not answer properly."""
    settings = wiring.settings
    vault = Vault(settings.SECRET_KEY)
    quiet = logging.getLogger(f"{__name__}.bolt")
    quiet.setLevel(logging.ERROR)  # its warning about a refused code quotes the code
    return AsyncOAuthFlow(
        client=_Candid(base_url=f"{settings.SLACK_API_URL}/", timeout=TIMEOUT, retry_handlers=[]),
        logger=quiet,
        settings=AsyncOAuthSettings(
            client_id=settings.SLACK_CLIENT_ID,
            client_secret=settings.SLACK_CLIENT_SECRET,
            scopes=SCOPES,
            user_scopes=(),
            redirect_uri=f"{settings.PUBLIC_URL}{REDIRECT}",
            redirect_uri_path=REDIRECT,
            install_page_rendering_enabled=False,
            authorization_url=authorization_url(settings),
            callback_options=callbacks,
            installation_store=Installations(wiring.database, vault, wiring.clocks),
            installation_store_bot_only=True,
            state_store=States(wiring.database, vault, wiring.clocks.machine),
            state_expiration_seconds=int(LASTS.total_seconds()),
            logger=quiet,
        ),
    )


def authorization_url(settings: Settings) -> str:
    """Where Slack asks the administrator: on the host of its Web API."""
    parts = urlsplit(settings.SLACK_API_URL)
    return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"
