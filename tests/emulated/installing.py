"""Fetches the emulator and the Node.js that it needs into `.cache/e2e-slack`, once. `make e2e-slack` begins with it."""

import platform
import sys
from pathlib import Path

from tests.fakes.npm_pins import Pins

PINS = Pins(Path(__file__).parent, "e2e-slack", "make e2e-slack")
FOLDER = PINS.fetched


def main() -> None:
    """Ends with a sentence where it cannot be had."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        sys.exit("The emulator's Node.js is for Linux on x86-64; make e2e-slack does not work on this machine.")
    PINS.fetch()


def is_installed() -> bool:
    """Whether what is there is what the lock file names."""
    return PINS.is_fetched()


if __name__ == "__main__":
    main()
