"""The tables, one file per subject. Importing this package registers all of them with SQLModel's metadata."""

from bot.model import (
    coaching,
    cohorts,
    credentials,
    deliveries,
    demo,
    files,
    inbound,
    installations,
    people,
    progress,
    questions,
    teams,
)

__all__ = [
    "coaching",
    "cohorts",
    "credentials",
    "deliveries",
    "demo",
    "files",
    "inbound",
    "installations",
    "people",
    "progress",
    "questions",
    "teams",
]
