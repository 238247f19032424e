"""The option that asks for these tests: `make e2e-slack`. Without it they are skipped; they need the network once."""

from pathlib import Path

import pytest

from tests.emulated.installing import FOLDER, is_installed


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--emulated", action="store_true", help="Run what needs the emulator; see `make e2e-slack`.")


@pytest.fixture(scope="session")
def modules(request: pytest.FixtureRequest) -> Path:
    """The folder that the emulator is installed in."""
    if not request.config.getoption("--emulated", default=False):
        pytest.skip("`make e2e-slack` fetches the Slack emulator and runs this")
    assert is_installed(), "`python -m tests.emulated.installing` fetches the emulator"
    return FOLDER
