"""Which service addresses may be answered. `adapters.teams.gate` asks before anything is stored, `adapters.teams.api`
once more before anything is sent there with our token.
"""

from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urlsplit

LONGEST = 500
_PORTS = {"http": 80, "https": 443}


def is_allowed(service_url: str, prefixes: Sequence[str]) -> bool:
    """Whether the address lies under one of these (BOT_SERVICE_URLS). Anything odd about it is a no."""
    if len(service_url) > LONGEST or not service_url.isascii() or any(c in service_url for c in "\\{}\t\r\n @"):
        return False
    try:
        address = urlsplit(service_url)
        return not _is_odd(address) and any(_lies_under(address, urlsplit(each)) for each in prefixes)
    except ValueError:
        return False


def _is_odd(address: SplitResult) -> bool:
    parts = unquote(address.path).split("/")
    return bool(address.query or address.fragment or ".." in parts or "." in parts or not address.hostname)


def _lies_under(address: SplitResult, prefix: SplitResult) -> bool:
    if _door(address) != _door(prefix):
        return False
    beginning = f"{prefix.path.rstrip('/')}/"
    return f"{address.path.rstrip('/')}/".startswith(beginning)


def _door(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
