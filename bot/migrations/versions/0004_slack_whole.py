"""Slack, whole: installations with their locked tokens, and workspaces that removed the mentor."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("enterprise_id", sa.String(), nullable=True))
    op.add_column("tenant", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_tenant_left_at"), "tenant", ["left_at"], unique=False)
    op.create_table(
        "slackinstallation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("enterprise_id", "name", "app_id", "bot_user_id", "scopes", "installer_id")
        ),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotating_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("external_id"),
    )


def downgrade() -> None:
    op.drop_table("slackinstallation")
    op.drop_index(op.f("ix_tenant_left_at"), "tenant")
    for column in ("enterprise_id", "left_at"):
        op.drop_column("tenant", column)
