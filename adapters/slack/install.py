"""`/slack/install`: what an administrator reads before they add the mentor, the way to Slack and back, and what
follows. Added to the server by `adapters.slack.inbound`.
"""

import logging
import re
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.response import BoltResponse

from adapters.slack.oauth import REDIRECT, oauth_flow
from adapters.slack.scopes import reasons
from adapters.slack.tokens import Tokens
from adapters.web.pages import Pages
from adapters.web.public_pages import STATIC_PATH
from adapters.wiring import Wiring
from bot.errors import DeliveryError
from bot.mentoring.leaving import KEPT

log = logging.getLogger(__name__)

PATH = "/slack/install"
START = f"{PATH}/start"
_REFUSALS = {
    "access_denied": ("cancelled", 403),
    "invalid_browser": ("another-browser", 400),
    "invalid_state": ("too-late", 400),
    "missing_code": ("too-late", 400),
    "invalid_code": ("too-late", 400),
    "storage_error": ("broken", 503),
}
"""Bolt's or Slack's word for what went wrong → the sentence, and the status. Any other: Slack has refused the app."""


class InstallPages:
    """The pages. Where one token serves one workspace, there is no `flow`, and they say that there is nothing to do."""

    def __init__(self, wiring: Wiring, tokens: Tokens) -> None:
        self._settings = wiring.settings
        self._tokens = tokens
        self._pages = Pages(wiring.say, static=STATIC_PATH, back=PATH)
        self.flow = None
        if wiring.settings.has_many_workspaces:
            self.flow = oauth_flow(wiring, AsyncCallbackOptions(success=self._installed, failure=self._failed))

    def add_to(self, app: web.Application) -> None:
        guarded = self._pages.guarded
        app.router.add_get(PATH, guarded(self.read))
        app.router.add_get(START, guarded(self.start))
        app.router.add_get(REDIRECT, guarded(self.back))

    async def read(self, _: web.Request) -> web.Response:
        """What it does, what it may read, what is stored, how to remove it; and the button."""
        return self._page(
            "install.html",
            scopes=reasons(self._pages.say),
            start=START if self.flow else "",
            organisation=self._settings.ORG_NAME,
            command=self._settings.SLACK_COMMAND,
        )

    async def start(self, request: web.Request) -> web.Response:
        """On to Slack, with a state that is good for this browser."""
        if self.flow is None:
            raise web.HTTPFound(PATH)
        team = re.fullmatch(r"T[A-Z0-9]{1,30}", request.query.get("team", ""))
        asked = AsyncBoltRequest(body="", query={"team": team[0]} if team else {})
        response = await to_aiohttp_response(await self.flow.handle_installation(asked))
        for cookie in response.cookies.values():
            cookie["samesite"] = "Lax"  # Slack sends the browser back, and with it the cookie has to come
            cookie["secure"] = (self._settings.PUBLIC_URL or "").startswith("https:")
        response.headers["Cache-Control"] = "no-store"
        return response

    async def back(self, request: web.Request) -> web.Response:
        """Slack has sent the browser back: with a code, or with a refusal."""
        if self.flow is None:
            raise web.HTTPFound(PATH)
        cookie = request.headers.get("Cookie", "")
        asked = AsyncBoltRequest(body="", query=request.query_string, headers={"cookie": cookie})
        try:
            done = await self.flow.handle_callback(asked)
        except DeliveryError as error:
            log.warning("An installation broke off: %s", error, extra={"event": "slack_install_undone"})
            done = self._refusal("slack-is-down", 503)
        self._tokens.changed()
        response = web.Response(text=done.body, status=done.status, content_type="text/html", charset="utf-8")
        response.headers["Cache-Control"] = "no-store"
        response.del_cookie(self.flow.settings.state_cookie_name)
        if done.status == 503:
            response.headers["Retry-After"] = "120"
        return response

    async def _installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        given = args.installation
        name = given.enterprise_name if given.is_enterprise_install else given.team_name
        log.info("Installed in a workspace", extra={"event": "slack_installed", "org": given.is_enterprise_install})
        page = self._page(
            "installed.html",
            name=name or self._pages.say("install.your-workspace"),
            command=self._settings.SLACK_COMMAND,
            is_organization=given.is_enterprise_install,
            team_id=given.team_id or "",
            app_id=given.app_id or "",
        )
        return BoltResponse(status=200, body=page.text or "")

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        sentence, status = _REFUSALS.get(args.reason, ("refused", 400))
        word = args.reason if re.fullmatch(r"[a-z_]{1,60}", args.reason) else "unknown"
        log.warning("An installation was not made: %s", word, extra={"event": "slack_not_installed"})
        return self._refusal(sentence, status)

    def _refusal(self, sentence: str, status: int) -> BoltResponse:
        say = self._pages.say
        said = {"title": say(f"install.{sentence}.title"), "sentence": say(f"install.{sentence}")}
        return BoltResponse(status=status, body=self._page("install_refused.html", **said, again=START).text or "")

    def _page(self, template: str, **values: Any) -> web.Response:
        return self._pages.page(template, days=KEPT.days, **values)
