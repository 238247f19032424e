"""Settings: each malformed or missing one ends the start with its name, what it is for, and an example."""

from datetime import date

import pytest

from bot.errors import ConfigError
from bot.settings import Settings, explain, read_settings
from bot.vault import Vault
from bot.web_addresses import is_loopback

SLACK = {"SLACK_SIGNING_SECRET": "0123456789abcdef0123", "SLACK_BOT_TOKEN": "xoxb-sample"}
SOCKET = {"SLACK_APP_TOKEN": "xapp-sample", "SLACK_BOT_TOKEN": "xoxb-sample"}
MANY = {
    "SLACK_CLIENT_ID": "123.456",
    "SLACK_CLIENT_SECRET": "0123456789abcdef0123",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123",
    "SECRET_KEY": Vault.new_key(),
    "PUBLIC_URL": "https://mentor.example.org",
}


def test_an_empty_environment_is_enough() -> None:
    settings = read_settings({})

    assert settings.DATABASE_URL == "sqlite:///preceptor.db"
    assert settings.PORT == 8000
    assert not settings.has_slack


def test_an_empty_value_counts_as_unset() -> None:
    assert read_settings({"PORT": "", "SLACK_BOT_TOKEN": "  "}) == read_settings({})


def test_every_setting_says_what_it_is_for_with_an_example() -> None:
    assert len(Settings.model_fields) >= 12
    for name in Settings.model_fields:
        assert explain(name).startswith(f"{name}: ")
        assert f"Example: {name}=" in explain(name)


TEAMS = {
    "MicrosoftAppId": "11111111-2222-3333-4444-555555555555",
    "MicrosoftAppPassword": "secret-of-teams",
    "MicrosoftAppType": "SingleTenant",
    "MicrosoftAppTenantId": "72f988bf-86f1-41af-91ab-2d7cd011db47",
}
TEAMS_MANY = {**TEAMS, "MicrosoftAppType": "MultiTenant", "TEAMS_TENANTS": "72f988bf-86f1-41af-91ab-2d7cd011db47"}
TEAMS_LOCAL = {
    "MicrosoftAppId": "11111111-2222-3333-4444-555555555555",
    "TEAMS_TENANTS": "72f988bf-86f1-41af-91ab-2d7cd011db47",
    "BOT_SERVICE_URLS": "http://127.0.0.1:3980/",
    "BOT_ACCESS_TOKEN": "a-local-token",
}
SAMPLE_KEY = "c2FtcGxlLWtleS1mb3ItdGVzdHMtb25seS0wMDAwMDE="


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PUBLIC_URL", "mentor.example.org"),
        ("OPERATORS", "slack:T1"),
        ("SLACK_BOT_TOKEN", "xoxp-wrong-kind"),
        ("SLACK_SIGNING_SECRET", "tooshort"),
        ("SLACK_API_URL", "nowhere"),
        ("SLACK_APP_TOKEN", "xoxb-wrong-kind"),
        ("SLACK_CLIENT_ID", "with spaces"),
        ("SLACK_CLIENT_SECRET", "tooshort"),
        ("SECRET_KEY", "not-a-key"),
        ("SECRET_KEY", f"{SAMPLE_KEY},tooshort"),
        ("SLACK_COMMAND", "two words"),
        ("IN_FLIGHT", "0"),
        ("SEND_GUARD", "-1"),
        ("SEND_GUARD", "many"),
        ("HEARTBEAT_URL", "beats.example.org/p"),
        ("HEARTBEAT_URL", "ftp://beats.example.org/p"),
        ("HEARTBEAT_URL", "https://beats.example.org:port/p"),
        ("HEARTBEAT_URL", "https://beats.example.org/a b"),
        ("METRICS_TOKEN", "too-short"),
        ("MicrosoftAppId", "mentor"),
        ("MicrosoftAppPassword", "short"),
        ("MicrosoftAppType", "Multitenant"),
        ("MicrosoftAppTenantId", "sample.onmicrosoft.com"),
        ("TEAMS_TENANTS", "72f988bf-86f1-41af-91ab-2d7cd011db47,sample.onmicrosoft.com"),
        ("BOT_OPENID_METADATA_URL", "login.botframework.com"),
        ("BOT_SERVICE_URLS", "https://smba.trafficmanager.net/,http://smba.trafficmanager.net/"),
        ("BOT_SERVICE_URLS", "https://user@smba.trafficmanager.net/"),
        ("BOT_SERVICE_URLS", ","),
        ("BOT_ACCESS_TOKEN", "with spaces in it"),
        ("SECRETS_EXPIRE", "MicrosoftAppPassword=soon"),
        ("SECRETS_EXPIRE", "MicrosoftAppPasword=2027-03-31"),
        ("METRICS_TOKEN", "has spaces in its middle"),
    ],
)
def test_a_malformed_setting_is_named_and_explained(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({name: value})

    assert explain(name) in str(caught.value)


@pytest.mark.parametrize(
    ("whole", "missing"), [(whole, name) for whole in (SLACK, SOCKET, MANY) for name in sorted(whole)]
)
def test_a_part_of_slack_is_refused_naming_what_is_missing(whole: dict[str, str], missing: str) -> None:
    part = {name: value for name, value in whole.items() if name != missing}
    named = "SLACK_SIGNING_SECRET" if missing == "SLACK_APP_TOKEN" else missing

    with pytest.raises(ConfigError, match=f"^{named}: .* Example: {named}="):
        read_settings(part)
    assert read_settings(whole).has_slack


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        ({"MicrosoftAppId": TEAMS["MicrosoftAppId"]}, "MicrosoftAppPassword"),
        ({"MicrosoftAppPassword": "secret-of-teams"}, "MicrosoftAppId"),
        ({"TEAMS_TENANTS": "sample"}, "MicrosoftAppId"),
        ({"BOT_SERVICE_URLS": "http://127.0.0.1:3980/"}, "MicrosoftAppId"),
        ({**TEAMS, "MicrosoftAppTenantId": ""}, "MicrosoftAppTenantId"),
        ({**TEAMS_MANY, "MicrosoftAppTenantId": "", "TEAMS_TENANTS": ""}, "TEAMS_TENANTS"),
        ({**TEAMS, "MicrosoftAppType": "UserAssignedMSI", "MicrosoftAppTenantId": ""}, "TEAMS_TENANTS"),
        ({**TEAMS_LOCAL, "BOT_ACCESS_TOKEN": ""}, "MicrosoftAppPassword"),
    ],
)
def test_a_part_of_teams_is_refused_naming_what_is_missing(part: dict[str, str], missing: str) -> None:
    with pytest.raises(ConfigError, match=f"^{missing}: .* Example: {missing}="):
        read_settings(part)


def test_teams_is_whole_in_each_of_its_ways() -> None:
    identity = {**TEAMS, "MicrosoftAppType": "UserAssignedMSI", "MicrosoftAppPassword": ""}
    for whole in (TEAMS, TEAMS_MANY, TEAMS_LOCAL, identity):
        assert read_settings(whole).has_teams
    unsaid = read_settings({**TEAMS, "MicrosoftAppType": ""})
    assert (unsaid.teams_type, unsaid.teams_tenants) == ("SingleTenant", frozenset({TEAMS["MicrosoftAppTenantId"]}))
    assert not read_settings(SLACK).has_teams


def test_a_fixed_token_is_for_this_machine_alone() -> None:
    everywhere = "http://127.0.0.1:3980/,https://smba.trafficmanager.net/"
    for elsewhere in ("", "https://smba.trafficmanager.net/", everywhere):
        with pytest.raises(ConfigError, match=r"^BOT_ACCESS_TOKEN: .*this machine only"):
            read_settings({**TEAMS_LOCAL, "BOT_SERVICE_URLS": elsewhere})


def test_the_ends_of_secrets_are_dates_and_one_alone_is_teams() -> None:
    stated = read_settings({"SECRETS_EXPIRE": "2027-03-31, SLACK_CLIENT_SECRET=2027-04-01"}).SECRETS_EXPIRE
    assert stated == (("MicrosoftAppPassword", date(2027, 3, 31)), ("SLACK_CLIENT_SECRET", date(2027, 4, 1)))


def test_slack_sends_browsers_back_to_a_secure_address_or_to_this_machine() -> None:
    with pytest.raises(ConfigError, match=r"^PUBLIC_URL: .*https only"):
        read_settings({**MANY, "PUBLIC_URL": "http://mentor.example.org"})
    assert read_settings({**MANY, "PUBLIC_URL": "http://127.0.0.1:8000"}).has_many_workspaces


def test_a_secret_key_alone_switches_nothing_on() -> None:
    assert not read_settings({"SECRET_KEY": Vault.new_key()}).has_slack


def test_a_heartbeats_address_stays_as_it_was_given() -> None:
    assert (
        read_settings({"HEARTBEAT_URL": " https://beats.example.org/p/ "}).HEARTBEAT_URL
        == "https://beats.example.org/p/"
    )


def test_secrets_do_not_show_where_settings_are_printed() -> None:
    key = Vault.new_key()
    secrets = {
        "DATABASE_URL": "postgresql://user:secret-password@host/name",
        "HEARTBEAT_URL": "https://beats.example.org/p/secret-name",
        "METRICS_TOKEN": "secret-token-0123",
        "SLACK_SIGNING_SECRET": "secret-0123456789abcdef",
        "SLACK_BOT_TOKEN": "xoxb-secret-",
        "SLACK_APP_TOKEN": "xapp-secret-",
        "SLACK_CLIENT_ID": "123.456",
        "SLACK_CLIENT_SECRET": "secret-0123456789abcdef",
        **TEAMS_MANY,
        "SECRET_KEY": key,
        "PUBLIC_URL": "https://mentor.example.org",
    }

    shown = repr(read_settings(secrets))

    assert "secret-" not in shown
    assert key not in shown


def test_the_slash_command_may_be_written_with_its_slash() -> None:
    assert read_settings({"SLACK_COMMAND": "/career"}).SLACK_COMMAND == "career"


def test_operators_are_read_as_platform_tenant_user() -> None:
    settings = read_settings({"OPERATORS": "slack:T1:U1, teams:AAA:bbb"})

    assert settings.OPERATORS == (("slack", "T1", "U1"), ("teams", "aaa", "bbb"))


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://127.0.0.1:4004/api", True),
        ("http://localhost:4004", True),
        ("http://[::1]:4004", True),
        ("https://slack.com/api", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_loopback_is_told_from_the_world(address: str, local: bool) -> None:  # noqa: FBT001
    assert is_loopback(address) is local
