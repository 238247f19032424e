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

_OUR_FAULT = """
    invalid_blocks invalid_blocks_format invalid_block invalid_attachments too_many_attachments no_text msg_too_long
    msg_blocks_too_long blocks_too_long markdown_text_conflict metadata_too_large invalid_metadata_format
    invalid_metadata_schema metadata_must_be_sent_from_app invalid_arguments invalid_arg_name invalid_array_arg
    missing_argument invalid_charset invalid_form_data invalid_json json_not_object invalid_post_type missing_post_type
"""
_WAIT = "ratelimited rate_limited accesslimited message_limit_exceeded request_timeout"
_MAY_HAVE_ARRIVED = "internal_error fatal_error service_unavailable"
_MEANS: Mapping[str, type[DeliveryError]] = {
    **dict.fromkeys(_OUR_FAULT.split(), BadMessage),
    **dict.fromkeys(_WAIT.split(), TryLater),
    **dict.fromkeys(_MAY_HAVE_ARRIVED.split(), Unsure),
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
    meaning = _MEANS.get(name, CannotReach)
    if status == 429 or meaning is TryLater:
        return TryLater(_told_to_wait(headers), "Slack asked to wait.")
    if status >= 500 or meaning is Unsure or (status == 200 and not name):
        return Unsure("Slack lost its way after it had the message: it may have arrived.")
    if status in (400, 413) or meaning is BadMessage:
        return BadMessage(f"Slack refused the message itself: {name or status}.")
    return CannotReach(name or f"http_{status}")


def _told_to_wait(headers: Mapping[str, str]) -> timedelta:
    told = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return timedelta(seconds=min(int(told), LONGEST)) if told.isdecimal() and told.isascii() else SOON
