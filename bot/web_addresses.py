"""Web addresses as settings hold them, and whether one is this very machine's. For the settings and the adapters."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not a web address")
    return value.rstrip("/")


def _ping_address(value: str) -> str:
    _web_address(value)
    if urlsplit(value).port == 0 or any(map(str.isspace, value.strip())):  # a port that is no number raises by itself
        raise ValueError("is not a web address")
    return value.strip()  # with the slash at its end, which may matter to whoever answers there


WebAddress = Annotated[str, BeforeValidator(_web_address)]
PingAddress = Annotated[str, BeforeValidator(_ping_address)]


def is_loopback(address: str) -> bool:
    """Whether a web address names this very machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
