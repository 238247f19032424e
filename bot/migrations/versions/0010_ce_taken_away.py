"""Calendars of CE dates, a workspace's own rules, and what rules said in earlier versions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendarfeed",
        sa.Column("member_id", sa.Integer(), sa.ForeignKey("member.id"), primary_key=True, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "ruleversion",
        sa.Column("rule_id", sa.String(), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer(), primary_key=True, nullable=False, autoincrement=False),
        sa.Column("rule", sa.JSON(), nullable=False),
    )
    op.add_column("tenant", sa.Column("ce_rules", sa.JSON(), nullable=True))
    op.create_index("ix_heldcredential_rule", "heldcredential", ["rule_id", "rule_version"])


def downgrade() -> None:
    op.drop_index("ix_heldcredential_rule", "heldcredential")
    with op.batch_alter_table("tenant") as tenant:
        tenant.drop_column("ce_rules")
    op.drop_table("ruleversion")
    op.drop_table("calendarfeed")
