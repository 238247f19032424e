"""Which service addresses may be answered. `adapters.teams.gate` asks before anything is stored, `adapters.teams.api`
once more before anything is sent there with our token.
"""

from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from bot.web_addresses import is_loopback

LONGEST = 500
LONGEST_UPLOAD = 4000
FILE_STORES = ("sharepoint.com", "sharepoint.us", "sharepoint.cn")
"""Where Teams keeps a person's files (their OneDrive for work), in the clouds in which bots may hand over files."""
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


def is_file_store(upload_url: str, *, local: bool) -> bool:
    """Whether a file may be put there: it goes without our token, but it is somebody's own. `local`: Teams itself is a
    test peer on this machine, and so is its store."""
    if len(upload_url) > LONGEST_UPLOAD or not upload_url.isascii() or any(c in upload_url for c in "\\\t\r\n @"):
        return False
    try:
        parts = urlsplit(upload_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if local:
        return parts.scheme in ("http", "https") and is_loopback(upload_url)
    return parts.scheme == "https" and port in (None, 443) and any(host.endswith(f".{store}") for store in FILE_STORES)


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
