"""Which of Microsoft's clouds the mentor lives in: who signs requests there, and where it signs in. Read off
the address at which the signing keys are announced (Microsoft's page "Authentication with the Bot Connector API").
"""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds."""

    issuer: str
    """Who signs the tokens of requests to us."""
    login: str
    """Where a registration signs in."""
    resource: str
    """What it signs in for."""


PUBLIC = Cloud("https://api.botframework.com", "https://login.microsoftonline.com", "https://api.botframework.com")
GOVERNMENT = Cloud("https://api.botframework.us", "https://login.microsoftonline.us", "https://api.botframework.us")


def cloud_of(metadata_url: str) -> Cloud:
    """The United States government's for its own addresses, else the public one."""
    host = urlsplit(metadata_url).hostname or ""
    return GOVERNMENT if host.endswith((".azure.us", ".botframework.us")) else PUBLIC
