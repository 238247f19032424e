"""What people share, field by field: figures of a large cohort read nothing else of it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["cohort_id", "field", "member_id", "batch_id", "since"]
    op.create_index("ix_cohortshare_field", "cohortshare", columns)


def downgrade() -> None:
    op.drop_index("ix_cohortshare_field", "cohortshare")
