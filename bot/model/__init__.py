"""The tables, one file per subject. Importing this package registers all of them with SQLModel's metadata."""

from bot.model import coaching, cohorts, deliveries, demo, inbound, installations, people, progress, questions

__all__ = ["coaching", "cohorts", "deliveries", "demo", "inbound", "installations", "people", "progress", "questions"]
