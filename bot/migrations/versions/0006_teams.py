"""Microsoft Teams: the conversations in which the mentor is installed, and why a member is left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("deactivated_why", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "teamsconversation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), sa.ForeignKey("tenant.id"), nullable=False),
        sa.Column("member_id", sa.Integer(), sa.ForeignKey("member.id"), nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name", "place", "conversation", "service_url", "bot", "teams_id", "team")
        ),
        sa.Column("opening_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "name"),
    )
    for name in ("tenant_id", "member_id"):
        op.create_index(op.f(f"ix_teamsconversation_{name}"), "teamsconversation", [name], unique=False)


def downgrade() -> None:
    for name in ("member_id", "tenant_id"):
        op.drop_index(op.f(f"ix_teamsconversation_{name}"), "teamsconversation")
    op.drop_table("teamsconversation")
    with op.batch_alter_table("member") as member:
        member.drop_column("deactivated_why")
