"""Which service addresses may be answered with our token: those under a prefix, and nothing that only looks so."""

import pytest

from adapters.teams.addresses import is_allowed
from bot.teams_settings import TEAMS_OWN

LOCAL = ("http://127.0.0.1:3980/emea", "https://[::1]:3980/")


@pytest.mark.parametrize(
    "address",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net/amer/72f988bf-86f1-41af-91ab-2d7cd011db47/",
        "https://smba.trafficmanager.net",
        "https://SMBA.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net:443/teams/",
        "https://smba.infra.gcc.teams.microsoft.com/teams",
    ],
)
def test_teams_own_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address, TEAMS_OWN)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "smba.trafficmanager.net",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.example.org/",
        "https://smba.trafficmanager.net@example.org/",
        "https://example.org/smba.trafficmanager.net/",
        "https://example.org#https://smba.trafficmanager.net/",
        "https://example.org\\@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net:port/",
        "https://smba.trafficmanager.net/emea/?to=example.org",
        "https://smba.trafficmanager.net/emea/#x",
        "https://smba.trafficmanager.net/emea/../..",
        "https://smba.trafficmanager.net/%2e%2e/",
        "https://smba.trafficmanager.net/{conversationId}/",
        "https://smba.trafficmanager.net/a b/",
        "https://smba.trafficmanager.net/\n",
        "https://ѕmba.trafficmanager.net/",
        "https://[::1",
        f"https://smba.trafficmanager.net/{'x' * 600}",
        "http://127.0.0.1:3980/",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_is(address: str) -> None:
    assert not is_allowed(address, TEAMS_OWN)


def test_this_machine_is_allowed_where_it_is_named_and_only_under_that_path() -> None:
    allowed = ("http://127.0.0.1:3980/emea/", "http://127.0.0.1:3980/emea/x", "https://[::1]:3980/teams/")
    assert all(is_allowed(each, LOCAL) for each in allowed)
    refused = ("http://127.0.0.1:3980/", "http://127.0.0.1:3980/emeax/", "http://127.0.0.1:3981/emea/")
    assert not any(is_allowed(each, LOCAL) for each in refused)
