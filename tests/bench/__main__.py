"""`make bench`: what speed costs. Each line compares ours with something else, measured in the same run.

python -m tests.bench [--full] [NAME …]: `--full` for long runs (15 minutes in all), names for some benches only.
"""

import os
import platform
import sys
from importlib.metadata import version

from tests.bench import (
    acknowledging_bench,
    ce_bench,
    cohort_bench,
    delivery_bench,
    draining_bench,
    replying_bench,
    scale_bench,
    search_bench,
    sending_bench,
    slack_bench,
    teams_bench,
)

PACKAGES = ("aiohttp", "slack-bolt", "slack-sdk", "sqlalchemy", "aiosqlite", "psycopg", "procrastinate", "sqlmodel")
ONE_LENGTH = (
    search_bench,
    delivery_bench,
    slack_bench,
    teams_bench,
    acknowledging_bench,
    ce_bench,
    cohort_bench,
)
TWO_LENGTHS = (sending_bench, draining_bench, replying_bench, scale_bench)


def main() -> None:
    """Print the machine, the versions, and every figure."""
    full, names = "--full" in sys.argv, {name for name in sys.argv[1:] if not name.startswith("-")}
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f} before")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    for bench in (*ONE_LENGTH, *TWO_LENGTHS):
        if names and bench.__name__.rpartition(".")[2].removesuffix("_bench") not in names:
            continue
        print(f"\n{(bench.__doc__ or '').partition('. ')[0]}.".replace("\n", " "), flush=True)
        lines = bench.run(full=full) if bench in TWO_LENGTHS else bench.run()
        for line in lines:
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
