"""Packages of npm that tests use, fetched once by their lock file into `.cache`: by `make e2e-slack`, and for the
drawing of Teams' cards.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache"
LOCK = "package-lock.json"


@dataclass(frozen=True, slots=True)
class Pins:
    """What one package.json and its lock name. `needed_for`: what cannot be done without it, for a sentence."""

    folder: Path
    name: str
    needed_for: str

    @property
    def fetched(self) -> Path:
        """Where the packages are, once they are fetched."""
        return CACHE / self.name

    def is_fetched(self) -> bool:
        """Whether what is there is what the lock file names."""
        copy = self.fetched / LOCK
        is_same = copy.exists() and copy.read_bytes() == (self.folder / LOCK).read_bytes()
        return is_same and (self.fetched / "node_modules").is_dir()

    def fetch(self) -> None:
        """Ends the program with a sentence where it cannot be had."""
        if self.is_fetched():
            return
        npm = shutil.which("npm")
        if npm is None:
            sys.exit(f"{self.needed_for} needs npm: apt-get install npm")
        fresh = self.fetched.with_name(f"{self.name}.new")
        for old in (self.fetched, fresh):
            shutil.rmtree(old, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name in ("package.json", LOCK):
            shutil.copy(self.folder / name, fresh)
        done = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=fresh, check=False)
        if done.returncode:
            sys.exit(f"npm did not get what {self.needed_for} needs (it said why above). Is its registry reachable?")
        fresh.rename(self.fetched)
