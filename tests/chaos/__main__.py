"""`make chaos`: kills, outages and restarts on both engines, and what became of every message. Ends with 1 when any was
lost or doubled. See `tests.chaos.run`.
"""

import argparse
import asyncio
import os
import platform
import sys

from tests.chaos.night import Nights, nights
from tests.chaos.plan import Plan
from tests.chaos.report import Report, table
from tests.chaos.run import run

ENGINES = ("sqlite", "postgresql")


def main() -> None:
    """Run on each engine in turn, and print the table."""
    asked = _arguments().parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {asked.seed}")
    reports: dict[str, Report] = {}
    darkness: dict[str, Nights] = {}
    for engine in asked.engine or ENGINES:
        names = ("deliveries", "kills", "workspaces", "workers", "seed", "patience")
        plan = Plan(engine, **{name: getattr(asked, name) for name in names})
        print(f"\n{engine}: {plan.deliveries} deliveries, {plan.kills} kills, {plan.workspaces} workspaces", flush=True)
        reports[engine] = asyncio.run(run(plan, _say))
        darkness[engine] = Nights() if asked.no_nights else asyncio.run(nights(engine, _say, asked.seed))
    print("\n" + table({name: {**report.lines(), **darkness[name].lines()} for name, report in reports.items()}))
    for name, report in reports.items():
        for line in _wrong(report):
            print(f"{name}: {line}")
    sys.exit(not all(report.is_right and not darkness[name].wrong for name, report in reports.items()))


def _say(line: str) -> None:
    print(line, flush=True)


def _wrong(report: Report) -> list[str]:
    result = report.reckoning
    told = {"doubled": result.doubled, "lost": result.lost, "unsure": result.unsure, "after opt-out": result.unwanted}
    return [f"{what}: {', '.join(keys[:20])}" for what, keys in told.items() if keys]


def _arguments() -> argparse.ArgumentParser:
    asking = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    asking.add_argument("--engine", action="append", choices=ENGINES, help="Default: both, one after the other.")
    asking.add_argument("--deliveries", type=int, default=20_000)
    asking.add_argument("--kills", type=int, default=200)
    asking.add_argument("--workspaces", type=int, default=20)
    asking.add_argument("--workers", type=int, default=4, help="On PostgreSQL.")
    asking.add_argument("--no-nights", action="store_true", help="Leave out the nights on which clocks change.")
    asking.add_argument("--seed", type=int, default=1)
    asking.add_argument(
        "--patience", type=float, default=1800, help="Seconds, after which what is open counts as lost."
    )
    return asking


if __name__ == "__main__":
    main()
