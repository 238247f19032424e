"""The manifest and the code never part: what is asked of Slack is what is used, and nothing else."""

import ast
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from adapters.cli.main import preceptor
from adapters.slack import lifecycle
from adapters.slack.events import EVENTS
from adapters.slack.heard import SPEECH_EVENTS
from adapters.slack.scopes import SCOPES

FOLDER = Path(__file__).parents[2] / "adapters/slack"
ADDRESS = "https://mentor.example.org"
METHODS = {
    "apps_connections_open": None,
    "auth_test": None,
    "chat_postEphemeral": "chat:write",
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "conversations_history": "im:history",
    "conversations_open": "im:write",
    "dnd_teamInfo": "dnd:read",
    "files_completeUploadExternal": "files:write",
    "files_getUploadURLExternal": "files:write",
    "oauth_v2_access": None,
    "users_info": "users:read",
    "views_open": None,
    "views_publish": None,
    "views_update": None,
}
"""slack_sdk's name for each method that may be called → the scope that Slack asks for, in our direct messages."""
LISTENS = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "dnd_updated_user": "dnd:read",
    "message.im": "im:history",
    "user_change": "users:read",
    **dict.fromkeys(lifecycle.EVENTS),
}
"""Each event → its scope."""


def _run(*arguments: str, **environment: str) -> Result:
    blank = {name: "" for name in os.environ if name.startswith(("SLACK_", "PUBLIC_", "DATABASE_"))}
    return CliRunner().invoke(preceptor, ["manifest", "slack", *arguments], env={**blank, **environment})


def _made(*arguments: str, **environment: str) -> dict[str, Any]:
    result = _run(*arguments, **environment)
    assert result.exit_code == 0, result.output
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def _called() -> set[str]:
    """The methods of the Web API that the adapter calls."""
    trees = [ast.parse(path.read_text()) for path in FOLDER.glob("*.py")]
    assert len(trees) > 20
    calls = (node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        func.attr
        for func in calls
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "client"
    }


def test_with_an_address_slack_calls_it() -> None:
    made = _made(PUBLIC_URL=f"{ADDRESS}/", SLACK_COMMAND="/coach")
    [command] = made["features"]["slash_commands"]
    assert (command["command"], command["url"]) == ("/coach", f"{ADDRESS}/slack/events")
    assert made["settings"]["event_subscriptions"]["request_url"] == f"{ADDRESS}/slack/events"
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": f"{ADDRESS}/slack/events"}
    assert made["oauth_config"]["redirect_urls"] == [f"{ADDRESS}/slack/oauth_redirect"]
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["org_deploy_enabled"] is True


def test_without_an_address_it_is_socket_mode() -> None:
    made = _made()
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["features"]["slash_commands"][0]["command"] == "/mentor"
    assert "url" not in json.dumps(made)
    assert made["features"]["app_home"]["messages_tab_enabled"] is True
    assert made["features"]["app_home"]["messages_tab_read_only_enabled"] is False


def test_tokens_rotate_only_when_asked() -> None:
    assert _made()["settings"]["token_rotation_enabled"] is False
    assert _made("--rotate-tokens")["settings"]["token_rotation_enabled"] is True


def test_each_scope_is_printed_with_its_reason() -> None:
    told = _run().stderr.splitlines()
    assert [line.partition(": ")[0] for line in told] == list(SCOPES)
    assert all(line.endswith(".") for line in told)


def test_a_half_set_up_slack_is_no_hindrance_and_an_unsafe_address_is_refused() -> None:
    assert _run(SLACK_BOT_TOKEN="xoxb-alone").exit_code == 0
    refused = _run(PUBLIC_URL="http://mentor.example.org")
    assert refused.exit_code == 2
    assert "https" in refused.output


def test_its_help_shows_an_example() -> None:
    assert "Example: " in _run("--help").output


@pytest.mark.parametrize("address", ["", ADDRESS])
def test_it_is_valid_by_slacks_own_schema(address: str) -> None:
    folder = os.environ.get("SCHEMAS_DIR")
    if not folder:
        pytest.skip("SCHEMAS_DIR names no folder of official schemas")
    schema = json.loads((Path(folder) / "slack/manifest.schema.2.0.0.json").read_text())
    made = _made(PUBLIC_URL=address)
    jsonschema.Draft7Validator(schema).validate(made)
    made["features"]["slash_commands"][0]["command"] = "no slash"
    assert not jsonschema.Draft7Validator(schema).is_valid(made)


def test_the_display_texts_keep_to_their_limits() -> None:
    shown = _made()["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000


def test_what_is_worked_is_subscribed_to() -> None:
    subscribed = _made()["settings"]["event_subscriptions"]["bot_events"]
    assert len(subscribed) >= 6
    assert set(subscribed) == {*SPEECH_EVENTS, *EVENTS, *lifecycle.EVENTS}
    assert len(subscribed) == len(set(subscribed))


def test_the_scopes_are_those_that_methods_and_events_need() -> None:
    called = _called()
    assert len(called) >= 6
    assert called - METHODS.keys() == set()
    subscribed = {*SPEECH_EVENTS, *EVENTS, *lifecycle.EVENTS}
    needed = {METHODS[method] for method in called} | {LISTENS[event] for event in subscribed} | {"commands"}
    assert needed - {None} == set(_made()["oauth_config"]["scopes"]["bot"])


def test_signing_in_with_slack_has_a_way_back_and_scopes_of_its_own() -> None:
    made = _made("--sign-in", PUBLIC_URL=ADDRESS)["oauth_config"]
    assert made["redirect_urls"][1:] == [f"{ADDRESS}/dashboard/openid/slack/back"]
    assert made["scopes"]["user"] == ["openid", "profile"]
    assert _run("--sign-in").exit_code != 0
