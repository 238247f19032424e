"""slack_sdk's client for the calls that get tokens. Used where a workspace installs the mentor, and to renew a token.

Two things differ: failures of Slack's own are raised as our errors, since Bolt takes each error of slack_sdk for a
wrong code; and the app's own secret is put into the header here, since slack_sdk's way is one that aiohttp gives up.
"""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import explain
from bot.errors import CannotReach
from bot.settings import Settings

TIMEOUT = 10
"""Seconds."""


class OAuthClient(AsyncWebClient):
    """Raises SlackApiError for a definite refusal, and TryLater, BadMessage or Unsure for anything else."""

    async def api_call(
        self, api_method: str, *, auth: Any = None, headers: dict[str, str] | None = None, **more: Any
    ) -> Any:
        if auth:
            basic = aiohttp.encode_basic_auth(auth["client_id"], auth["client_secret"])
            headers = {**(headers or {}), "Authorization": basic}
        try:
            return await super().api_call(api_method, headers=headers, **more)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            meaning = explain(error)
            if isinstance(meaning, CannotReach):
                raise
            raise meaning from error


def oauth_client(settings: Settings) -> OAuthClient:
    return OAuthClient(base_url=f"{settings.SLACK_API_URL}/", timeout=TIMEOUT, retry_handlers=[])
