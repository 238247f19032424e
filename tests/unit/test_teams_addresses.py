"""Which service addresses may be answered with our token: those under a prefix, and nothing that only looks so."""

import pytest

from adapters.teams.addresses import is_allowed, is_file_store
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


def test_files_go_to_microsofts_own_stores_alone() -> None:
    good = [
        "https://sample.sharepoint.com/personal/x/_api/v2.0/drive/items/1/uploadSession?guid='1'&temp=1",
        "https://sample-my.sharepoint.us/upload",
    ]
    bad = [
        "http://sample.sharepoint.com/upload",
        "https://sharepoint.com.example.org/upload",
        "https://notsharepoint.com/upload",
        "https://sample.sharepoint.com:8443/upload",
        "https://someone@sample.sharepoint.com/upload",
        "https://127.0.0.1/upload",
        "https://[/upload",
        "https://sample.sharepoint.com:port/upload",
        f"https://sample.sharepoint.com/{'x' * 5000}",
        "",
    ]
    assert [each for each in good if not is_file_store(each, local=False)] == []
    assert [each for each in bad if is_file_store(each, local=False)] == []
    assert is_file_store("http://127.0.0.1:5000/store/x", local=True)
    assert not is_file_store(good[0], local=True)
