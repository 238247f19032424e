"""Bolt's OAuth flow, set up for us: our stores, our scopes, and failures of Slack's own told apart from a wrong code.
Used by `adapters.slack.install`.
"""

import logging
from urllib.parse import urlsplit

from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings

from adapters.slack.installations import Installations
from adapters.slack.oauth_client import oauth_client
from adapters.slack.scopes import SCOPES
from adapters.slack.states import LASTS, States
from adapters.wiring import Wiring
from bot.settings import Settings
from bot.vault import Vault

REDIRECT = "/slack/oauth_redirect"


def oauth_flow(wiring: Wiring, callbacks: AsyncCallbackOptions) -> AsyncOAuthFlow:
    """The flow. Its `handle_callback` raises TryLater, BadMessage or Unsure where Slack does not answer properly."""
    settings = wiring.settings
    vault = Vault(settings.SECRET_KEY)
    quiet = logging.getLogger(f"{__name__}.bolt")
    quiet.setLevel(logging.ERROR)  # its warning about a refused code quotes the code
    return AsyncOAuthFlow(
        client=oauth_client(settings),
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
