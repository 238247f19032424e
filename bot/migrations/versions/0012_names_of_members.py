"""What a member is called, as the platform shows it; whether a cohort reaches other workspaces."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("name", sa.String(), nullable=True))
    op.add_column("cohort", sa.Column("spans", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("cohort", "spans")
    op.drop_column("member", "name")
