"""A long backlog: what is put off and what runs out of time are found without reading all that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PUT_OFF = sa.text("state = 'pending' AND retry_at IS NOT NULL")
EXPIRING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_index(
        "ix_delivery_put_off", "delivery", ["retry_at"], sqlite_where=PUT_OFF, postgresql_where=PUT_OFF, unique=False
    )
    # Not on PostgreSQL, which would take it for the way to one workspace's rows and go through all that waits.
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_delivery_expiring", "delivery", ["expires_at"], sqlite_where=EXPIRING)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_delivery_expiring", table_name="delivery")
    op.drop_index("ix_delivery_put_off", table_name="delivery")
