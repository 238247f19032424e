"""Slack, whole: installations with their locked tokens, workspaces that removed the mentor, events of every kind, who
chose a zone, closed accounts, "do not disturb", and who opened the mentor's page.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MEMBER_INSTANTS = ("deactivated_at", "dnd_from", "dnd_until", "dnd_asked_at", "home_opened_at")


def upgrade() -> None:
    _extend_tenant()
    _create_slackinstallation()
    _extend_inboundevent()
    _extend_member()


def _extend_tenant() -> None:
    op.add_column("tenant", sa.Column("enterprise_id", sa.String(), nullable=True))
    op.add_column("tenant", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_tenant_left_at"), "tenant", ["left_at"], unique=False)


def _create_slackinstallation() -> None:
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


def _extend_inboundevent() -> None:
    op.add_column("inboundevent", sa.Column("kind", sa.String(), nullable=False, server_default="speech"))
    op.add_column("inboundevent", sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))


def _extend_member() -> None:
    op.add_column("member", sa.Column("zone_is_own", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    for name in MEMBER_INSTANTS:
        op.add_column("member", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # Nobody knows any more who chose these: taken for the member's own choice, none of them is overwritten.
    op.execute("UPDATE member SET zone_is_own = true WHERE zone IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("member") as member:
        for name in ("zone_is_own", *MEMBER_INSTANTS):
            member.drop_column(name)
    with op.batch_alter_table("inboundevent") as inboundevent:
        for name in ("kind", "details"):
            inboundevent.drop_column(name)
    op.drop_table("slackinstallation")
    op.drop_index(op.f("ix_tenant_left_at"), "tenant")
    for column in ("enterprise_id", "left_at"):
        op.drop_column("tenant", column)
