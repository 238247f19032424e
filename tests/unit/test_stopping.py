"""How long a server takes to stop when everything hangs: the sum that whoever stops it has to wait."""

from pathlib import Path

import yaml

from adapters import background, server
from adapters.slack import rotation
from jobs.post_office import Limits

ROOT = Path(__file__).parents[2]
PLATFORMS = 2
"""Slack and Teams, which end one after the other: first what was said, then what follows from it."""
TO_RECORD = 5
"""Seconds for the database, on the way."""


def test_the_graces_of_a_stop_fit_into_what_is_stated() -> None:
    """In the order in which they pass: sending, answers, each platform, a token that is being kept."""
    sending, platforms = Limits().timeout.total_seconds(), PLATFORMS * 2 * background.GRACE
    assert sending + server.LAST_ANSWERS + platforms + rotation.CLOSING + TO_RECORD <= server.STOPS_WITHIN


def test_docker_waits_for_as_long() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    ours = {name: about["stop_grace_period"] for name, about in services.items() if "command" in about}
    assert ours == dict.fromkeys(("migrate", "web", "worker"), f"{server.STOPS_WITHIN}s")
    assert f"--stop-timeout {server.STOPS_WITHIN}" in (ROOT / "README.md").read_text()
