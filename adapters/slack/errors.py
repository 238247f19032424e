"""Slack's own words for what went wrong → our errors. `adapters.slack.api` asks after every call that failed."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import BadMessage, CannotReach, DeliveryError, TryLater, Unsure

SOON = timedelta(seconds=30)
"""How long to wait where Slack asks for patience without saying how much."""

LONGEST = 10**9
"""Seconds, some 30 years: a larger number is as good as this one, and fits into what we calculate with."""

MIGRATING = timedelta(minutes=5)
"""How long to leave a workspace alone that is being moved into an organization."""

DEACTIVATED = "account deactivated"
NOT_FOUND = "person not found"
NOT_PERMITTED = "messages not permitted"
NOT_ACCEPTED = "token not accepted"
SCOPE_MISSING = "permission missing"
TOO_LATE = "too late"

_OUR_FAULT = """
    invalid_blocks invalid_blocks_format invalid_block invalid_attachments too_many_attachments no_text msg_too_long
    msg_blocks_too_long blocks_too_long markdown_text_conflict metadata_too_large invalid_metadata_format
    invalid_metadata_schema metadata_must_be_sent_from_app invalid_arguments invalid_arg_name invalid_array_arg
    missing_argument missing_args invalid_charset invalid_form_data invalid_json json_not_object invalid_post_type
    missing_post_type insecure_request as_user_not_supported method_deprecated deprecated_endpoint unknown_method
    upgrade_required not_implemented method_not_supported_for_channel_type users_list_not_supplied not_enough_users
    too_many_users no_users_provided invalid_cursor invalid_limit invalid_ts_latest invalid_ts_oldest
    pagination_not_available view_too_large duplicate_external_id missing_profile_id invalid_trigger_id
    push_limit_reached slack_connect_file_link_sharing_blocked slack_connect_canvas_sharing_blocked
"""
_WAIT = "ratelimited rate_limited accesslimited message_limit_exceeded request_timeout"
_WAIT_LONGER = ("team_added_to_org", "org_login_required")
_MAY_HAVE_ARRIVED = "internal_error fatal_error service_unavailable"
_REFUSALS: Mapping[str, str] = {
    DEACTIVATED: "user_disabled is_inactive",
    NOT_FOUND: "user_not_found users_not_found user_not_visible channel_not_found",
    NOT_PERMITTED: """
        cannot_dm_bot messages_tab_disabled is_archived not_in_channel user_not_in_channel restricted_action
        restricted_action_read_only_channel restricted_action_thread_only_channel
        restricted_action_non_threadable_channel cannot_reply_to_message invalid_user_combination ekm_access_denied
        team_not_found not_enabled
    """,
    NOT_ACCEPTED: """
        not_authed invalid_auth account_inactive token_revoked token_expired is_bot two_factor_setup_required
        forbidden_team
    """,
    SCOPE_MISSING: """
        missing_scope no_permission not_allowed_token_type access_denied enterprise_is_restricted
        team_access_not_granted
    """,
    TOO_LATE: """
        expired_trigger_id exchanged_trigger_id hash_conflict not_found message_not_found cant_update_message
        edit_window_closed
    """,
}
"""Why Slack refuses for good: about the one person, about the token, or because the moment has passed."""

_WORDS: Mapping[str, str] = {name: words for words, names in _REFUSALS.items() for name in names.split()}
MEANINGS: Mapping[str, type[DeliveryError]] = {
    **dict.fromkeys(_OUR_FAULT.split(), BadMessage),
    **dict.fromkeys([*_WAIT.split(), *_WAIT_LONGER], TryLater),
    **dict.fromkeys(_MAY_HAVE_ARRIVED.split(), Unsure),
    **dict.fromkeys(_WORDS, CannotReach),
}
"""Slack's error strings; any other is a refusal for good, and its own name says why."""
_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


def explain(error: BaseException) -> DeliveryError:
    """What an error of slack_sdk or aiohttp means for the message; any other error is raised again."""
    if isinstance(error, SlackApiError):
        return _refused(error)
    if isinstance(error, _NEVER_LEFT):
        return TryLater(SOON, "Slack could not be reached.")
    if isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | UnicodeDecodeError):
        return Unsure()
    if isinstance(error, SlackClientError):
        return BadMessage("The call was not one that Slack takes.")
    raise error


def _refused(error: SlackApiError) -> DeliveryError:
    response: Any = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 200)
    data = getattr(response, "data", None)
    name = str(data.get("error", "")) if isinstance(data, dict) else ""
    return from_answer(status, name, getattr(response, "headers", None) or {})


def from_answer(status: int, name: str, headers: Mapping[str, str]) -> DeliveryError:
    """The table: an HTTP status, and the error string that came with it ("" where none did)."""
    meaning = MEANINGS.get(name, CannotReach)
    if status == 429 or meaning is TryLater:
        return TryLater(_told_to_wait(headers, MIGRATING if name in _WAIT_LONGER else SOON), "Slack asked to wait.")
    if status >= 500 or meaning is Unsure or (status == 200 and not name):
        return Unsure("Slack lost its way after it had the message: it may have arrived.")
    if status in (400, 413) or meaning is BadMessage:
        return BadMessage(f"Slack refused the message itself: {name or status}.")
    return CannotReach(name or f"http_{status}")


def in_words(reason: str) -> str:
    """The reason of a `CannotReach` as the ledger keeps it: "account deactivated (user_disabled)". Reasons that are not
    Slack's, and those it has invented since, stay as they are."""
    words = _WORDS.get(reason)
    return f"{words} ({reason})" if words else reason


def _told_to_wait(headers: Mapping[str, str], otherwise: timedelta) -> timedelta:
    told = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return timedelta(seconds=min(int(told), LONGEST)) if told.isdecimal() and told.isascii() else otherwise
