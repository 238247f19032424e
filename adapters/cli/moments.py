"""Instants as an operator types them: "2h" ago, a day, or an instant with its zone. Used by `preceptor deliveries`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.clock import MachineClock

_AGO = re.compile(r"(\d{1,9})\s*(min|m|h|d|w)")
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_HOW = "write it as 2h (min, h, d, w: so long ago), 2026-12-01 or 2026-12-01T14:00:00Z"


class Since(click.ParamType[datetime]):
    """An instant: so long ago, the beginning of a day in UTC, or ISO 8601 with its zone."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = _read(value.strip())
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no instant; {_HOW}", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no zone; {_HOW}", param, ctx)
        return instant


def _read(text: str) -> datetime:
    if ago := _AGO.fullmatch(text):
        return MachineClock().now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC) if len(text) == len("2026-12-01") else instant
    return instant.astimezone(UTC)
