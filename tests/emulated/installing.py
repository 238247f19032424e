"""Fetches the emulator and the Node.js that it needs into `.cache/e2e-slack`, once. `make e2e-slack` begins with it."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).parent
FOLDER = PINS.parents[1] / ".cache" / "e2e-slack"
LOCK = "package-lock.json"


def main() -> None:
    """Ends with a sentence where it cannot be had."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        sys.exit("The emulator's Node.js is for Linux on x86-64; make e2e-slack does not work on this machine.")
    if not is_installed():
        _install()


def is_installed() -> bool:
    """Whether what is there is what the lock file names."""
    copy = FOLDER / LOCK
    return copy.exists() and copy.read_bytes() == (PINS / LOCK).read_bytes() and (FOLDER / "node_modules").is_dir()


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("make e2e-slack needs npm, to fetch the emulator and its Node.js: apt-get install npm")
    shutil.rmtree(FOLDER, ignore_errors=True)
    fetched = FOLDER.with_name(f"{FOLDER.name}.new")
    shutil.rmtree(fetched, ignore_errors=True)
    fetched.mkdir(parents=True)
    for name in ("package.json", LOCK):
        shutil.copy(PINS / name, fetched)
    done = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=fetched, check=False)
    if done.returncode:
        sys.exit("npm did not get the emulator (what it said stands above). Is there a way to its registry from here?")
    fetched.rename(FOLDER)


if __name__ == "__main__":
    main()
