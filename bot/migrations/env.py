"""Run by Alembic on the connection that `bot.database` opened; never by itself."""

from alembic import context
from sqlmodel import SQLModel

import bot.model  # noqa: F401 - registers the tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
