"""What each of Slack's error strings means: walked through the lists that Slack documents; none is forgotten."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.errors import MEANINGS, MIGRATING, from_answer, in_words
from bot.errors import BadMessage, CannotReach, TryLater, Unsure

METHODS = (
    "auth.test",
    "chat.postEphemeral",
    "chat.postMessage",
    "conversations.history",
    "conversations.open",
    "dnd.info",
    "dnd.teamInfo",
    "users.info",
    "views.open",
    "views.publish",
    "views.update",
)
EVERYWHERE = """
    access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted
    fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset
    invalid_form_data invalid_post_type is_bot method_deprecated missing_post_type missing_scope no_permission
    not_allowed_token_type not_authed org_login_required ratelimited request_timeout service_unavailable
    team_access_not_granted team_added_to_org token_expired token_revoked two_factor_setup_required unknown_method
"""
DOCUMENTED = {
    "chat.postMessage": """
        as_user_not_supported cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks
        invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_archived markdown_text_conflict
        message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large
        msg_blocks_too_long msg_too_long no_text not_in_channel rate_limited restricted_action
        restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_only_channel team_not_found too_many_attachments user_not_in_channel
    """,
    "conversations.open": """
        cannot_dm_bot channel_not_found invalid_user_combination method_not_supported_for_channel_type
        not_enough_users too_many_users user_disabled user_not_found user_not_visible users_list_not_supplied
        users_not_found
    """,
    "conversations.history": """
        channel_not_found invalid_cursor invalid_limit invalid_ts_latest invalid_ts_oldest not_in_channel
        pagination_not_available
    """,
    "users.info": "user_not_found user_not_visible",
    "dnd.teamInfo": "no_users_provided too_many_users user_not_visible",
    "views": """
        duplicate_external_id exchanged_trigger_id expired_trigger_id hash_conflict invalid_trigger_id
        missing_profile_id not_enabled not_found not_implemented push_limit_reached view_too_large
    """,
    "apps.connections.open": "forbidden_team insecure_request missing_args",
}
"""From each method's own page, besides what every method may answer."""


@pytest.mark.parametrize("method", ["every", *DOCUMENTED])
def test_no_documented_error_is_without_a_meaning(method: str) -> None:
    names = (DOCUMENTED | {"every": EVERYWHERE})[method].split()
    assert len(names) >= 2
    assert [name for name in names if name not in MEANINGS] == []


def test_no_error_of_the_official_description_is_without_a_meaning() -> None:
    folder = os.environ.get("SCHEMAS_DIR")
    if not folder:
        pytest.skip("SCHEMAS_DIR names no folder of official schemas")
    description = json.loads((Path(folder) / "slack/slack_web_openapi_v2_without_examples.json").read_text())
    found = {method: set(_errors(description["paths"].get(f"/{method}"))) for method in METHODS}
    assert sum(map(len, found.values())) > 100
    assert {name for names in found.values() for name in names if name not in MEANINGS} == set()


def _errors(described: Any) -> Iterator[str]:
    if isinstance(described, dict):
        error = described.get("error")
        yield from error.get("enum", ()) if isinstance(error, dict) else ()
        described = list(described.values())
    for part in described if isinstance(described, list) else ():
        yield from _errors(part)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("ratelimited", TryLater),
        ("team_added_to_org", TryLater),
        ("internal_error", Unsure),
        ("invalid_blocks", BadMessage),
        ("view_too_large", BadMessage),
        ("user_disabled", CannotReach),
        ("invalid_auth", CannotReach),
        ("hash_conflict", CannotReach),
    ],
)
def test_a_string_has_its_meaning(name: str, meaning: type[Exception]) -> None:
    assert type(from_answer(200, name, {})) is meaning


def test_a_workspace_on_the_move_is_left_alone_for_longer() -> None:
    moving, asked = from_answer(200, "org_login_required", {}), from_answer(429, "ratelimited", {"Retry-After": "7"})
    assert isinstance(moving, TryLater)
    assert isinstance(asked, TryLater)
    assert (moving.retry_after, asked.retry_after) == (MIGRATING, timedelta(seconds=7))


def test_what_is_wrong_with_the_token_is_told_apart_from_what_is_wrong_with_the_person() -> None:
    of_the_token = {in_words(name).partition(" (")[0] for name in ("invalid_auth", "token_revoked", "account_inactive")}
    of_the_person = {in_words(name).partition(" (")[0] for name in ("user_disabled", "cannot_dm_bot", "user_not_found")}
    assert of_the_token == {"token not accepted"}
    assert of_the_person == {"account deactivated", "messages not permitted", "person not found"}
    assert in_words("user_disabled") == "account deactivated (user_disabled)"
    assert in_words("invented_next_year") == "invented_next_year"
