"""`make bench`: what speed costs. Each line compares ours with something else, measured in the same run."""

import os
import platform
from importlib.metadata import version

from tests.bench import delivery_bench, search_bench, slack_bench

PACKAGES = ("aiohttp", "slack-bolt", "sqlalchemy", "aiosqlite", "sqlmodel")


def main() -> None:
    """Print the machine, the versions, and every figure."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    for bench in (search_bench, delivery_bench, slack_bench):
        print(f"\n{(bench.__doc__ or '').splitlines()[0]}")
        for line in bench.run():
            print(f"  {line}")


if __name__ == "__main__":
    main()
