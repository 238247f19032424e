"""The tables of the job queue, from the files of the package `procrastinate` (3.10); on PostgreSQL only."""

from alembic import op

from bot import queue_schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEWEST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        queue_schema.bring_up(op.get_bind(), NEWEST)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        queue_schema.drop(op.get_bind())
