"""Teams' own words for what went wrong → our errors, by the table of its page "Build conversational capability".
`adapters.teams.api` asks after every call that failed.
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp

from adapters.teams.sdk.connector import Refused, Unreadable
from adapters.teams.sdk.signin import SignInRefused
from bot.errors import BadMessage, CannotReach, DeliveryError, TryLater, Unsure

SOON = timedelta(seconds=30)
"""How long to wait where Teams asks for patience without saying how much."""
CROSSED = timedelta(seconds=2)
"""A 412: somebody else changed the conversation at the same moment."""
UNTIL_MENDED = timedelta(minutes=5)
"""The mentor could not sign in: an operator has to look, and what waits goes out afterwards."""
LONGEST = 10**9
"""Seconds, some 30 years: a larger number is as good as this one, and fits into what we calculate with."""

BLOCKED = "blocked by the member"
UNINSTALLED = "uninstalled"
DISABLED = "disabled by an administrator"
NOT_FOUND = "conversation not found"
NOT_ACCEPTED = "bot not accepted"
NOT_PERMITTED = "messages not permitted"

REASONS: Mapping[str, str] = {
    "ConversationBlockedByUser": BLOCKED,
    "MessageWritesBlocked": BLOCKED,
    "BotNotInConversationRoster": UNINSTALLED,
    "ForbiddenOperationException": UNINSTALLED,
    "BotDisabledByAdmin": DISABLED,
    "ConversationNotFound": NOT_FOUND,
    "ActivityNotFound": NOT_FOUND,
    "ActivityNotFoundInConversation": NOT_FOUND,
    "MemberNotFoundInConversation": NOT_FOUND,
    "BotNotRegistered": NOT_ACCEPTED,
    "InvalidBotApiHost": NOT_ACCEPTED,
    "NotEnoughPermissions": NOT_PERMITTED,
}
"""Teams' codes and what the ledger calls them; any other code stands for itself."""
LEFT_ALONE = frozenset((BLOCKED, UNINSTALLED, DISABLED))
"""Why a member is not written to until they come back."""
_BY_STATUS: Mapping[int, str] = {401: NOT_ACCEPTED, 403: NOT_PERMITTED, 404: NOT_FOUND}
_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_NAMED = re.compile("|".join(REASONS))


def explain(error: BaseException) -> DeliveryError:
    """What an error of the connector, the sign-in or aiohttp means for the message; any other is raised again."""
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, Refused):
        return from_answer(error.status, error.body, error.headers)
    if isinstance(error, SignInRefused):
        return TryLater(UNTIL_MENDED, f"The mentor could not sign in to Teams: {error.reason}.")
    if isinstance(error, _NEVER_LEFT):
        return TryLater(SOON, "Teams could not be reached.")
    if isinstance(error, aiohttp.ClientError | TimeoutError | Unreadable):
        return Unsure()
    raise error


def from_answer(status: int, body: bytes, headers: Mapping[str, str]) -> DeliveryError:
    """The table: an HTTP status, and what the answer says besides."""
    code = code_of(body)
    if status == 429:
        return TryLater(_told_to_wait(headers), "Teams asked to wait.")
    if status == 412:
        return TryLater(CROSSED, "The conversation changed meanwhile.")
    if status == 408 or status >= 500:
        return Unsure("Teams lost its way after it had the message: it may have arrived.")
    if code not in REASONS and status not in _BY_STATUS:
        return BadMessage(f"Teams refused the message itself: {code or status}.")
    return CannotReach(_in_words(code, status))


def _in_words(code: str, status: int) -> str:
    """ "blocked by the member (ConversationBlockedByUser)"."""
    return f"{REASONS.get(code) or _BY_STATUS[status]} ({code or f'http_{status}'})"


def kind_of(reason: str) -> str:
    """What a reason begins with: one of ours, without Teams' word for it."""
    return reason.partition(" (")[0]


def code_of(body: bytes) -> str:
    """The code that says most: one of ours wherever it stands (Teams puts some into texts), else the error's own."""
    text = body[:20_000].decode(errors="replace")
    if named := _NAMED.search(text):
        return named[0]
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    return _code(said)


def _code(said: Any) -> str:
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z0-9_]{1,60}", code) else ""


def _told_to_wait(headers: Mapping[str, str]) -> timedelta:
    told = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return timedelta(seconds=min(int(told), LONGEST)) if told.isdecimal() and told.isascii() else SOON
