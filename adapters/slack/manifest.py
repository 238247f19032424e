"""The manifest from which an administrator makes the Slack app, drawn from the code itself: what it asks for is what
the code uses. Printed by `preceptor manifest slack`.
"""

from typing import Any

from adapters.slack import lifecycle
from adapters.slack.events import EVENTS
from adapters.slack.heard import SPEECH_EVENTS
from adapters.slack.inbound import PATH
from adapters.slack.oauth import REDIRECT
from adapters.slack.scopes import SCOPES
from content.wording import Wording

Json = dict[str, Any]
COLOR = "#1d4f5c"
SIGN_IN_SCOPES = ("openid", "profile")
"""What people are asked for who sign in to the pages; nobody else is."""


def bot_events() -> list[str]:
    """Every event that somebody here works."""
    return sorted({*SPEECH_EVENTS, *EVENTS, *lifecycle.EVENTS})


def manifest(say: Wording, command: str, public_url: str | None, *, rotates: bool = False, sign_in: str = "") -> Json:
    """With a public address, Slack knocks at it; without one, the mentor listens through a socket.

    `command` is the slash command's word. `rotates`: tokens end after twelve hours, which only installations by OAuth
    can bear, and which cannot be switched off again. `sign_in`: where people come back who sign in to
    the pages, as a path; empty where nobody does.
    """
    name = say("slack.manifest.name")
    url = f"{public_url}{PATH}" if public_url else None
    at_url = {"request_url": url} if url else {}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": name,
            "description": say("slack.manifest.description"),
            "long_description": say("slack.manifest.long"),
            "background_color": COLOR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": "app_home_opened" in EVENTS,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": [_slash(say, command, url)],
        },
        "oauth_config": _oauth(public_url, sign_in),
        "settings": {
            "event_subscriptions": {**at_url, "bot_events": bot_events()},
            "interactivity": {"is_enabled": True, **at_url},
            "org_deploy_enabled": bool(public_url),
            "socket_mode_enabled": not public_url,
            "token_rotation_enabled": rotates,
        },
    }


def _oauth(public_url: str | None, sign_in: str) -> Json:
    backs = [f"{public_url}{path}" for path in (REDIRECT, sign_in) if path]
    scopes = {"bot": list(SCOPES), **({"user": list(SIGN_IN_SCOPES)} if sign_in else {})}
    return {**({"redirect_urls": backs} if public_url else {}), "scopes": scopes}


def _slash(say: Wording, command: str, url: str | None) -> Json:
    return {
        "command": f"/{command}",
        **({"url": url} if url else {}),
        "description": say("slack.manifest.command"),
        "usage_hint": say("slack.manifest.hint"),
        # People are then named by their ids, which no one can forge.
        "should_escape": True,
    }
