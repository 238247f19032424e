"""Where the commands that run on and on write their log, and which libraries are told to say less in it."""

import logging
import sys

_CHATTY = {
    "apscheduler": logging.WARNING,  # two lines a minute
    "alembic": logging.WARNING,  # two lines a look at /readyz
    "aiosqlite": logging.INFO,  # below it, every value of every statement
    "procrastinate": logging.WARNING,  # three lines a job
    "psycopg.pool": logging.ERROR,  # a line for each try to reach a database that is away; the worker says so once
    "slack_sdk": logging.INFO,  # below it, every body
}


def log_to_stderr() -> None:
    """One line an event, with its time. Called once, when the command begins."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name, level in _CHATTY.items():
        logging.getLogger(name).setLevel(level)
