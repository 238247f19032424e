"""When a member's step changed to other people's eyes, for a cohort's progress over weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LAST_KNOWN = """
    INSERT INTO stagechange (member_id, at, before, after)
    SELECT id, stage_moved_at, stage_before, CASE WHEN step > 5 THEN 5 ELSE step END
    FROM member WHERE stage_moved_at IS NOT NULL AND stage_before IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "stagechange",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("member_id", sa.Integer(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=True),
    )
    op.create_index("ix_stagechange_member_id", "stagechange", ["member_id"])
    op.execute(LAST_KNOWN)


def downgrade() -> None:
    op.drop_table("stagechange")
