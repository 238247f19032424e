"""What the app asks Slack for, and nothing more: the install page says each with its reason, the OAuth flow asks for
them, and the manifest lists them.
"""

from collections.abc import Mapping

from content.wording import Wording

SCOPES = (
    "commands",
    "chat:write",
    "im:history",
    "im:write",
    "app_mentions:read",
    "users:read",
    "dnd:read",
    "files:write",
)
"""Bot scopes; there are no user scopes. Each has its reason in the catalogue, as `slack.scope.<name>`."""


def reasons(say: Wording) -> Mapping[str, str]:
    """Scope → why it is needed, in a sentence."""
    return {scope: say(f"slack.scope.{scope.replace(':', '-').replace('_', '-')}") for scope in SCOPES}
