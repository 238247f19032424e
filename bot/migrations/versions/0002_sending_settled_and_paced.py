"""Deliveries that are looked for and stopped, the pace of each workspace, closed days, quiet hours and leave."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_sendbatch()
    _create_pace()
    _create_closeddays()
    _extend_delivery()
    op.add_column("coachingplan", sa.Column("paused_from", sa.Date(), nullable=True))
    op.add_column("member", sa.Column("written_to_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tenant", sa.Column("quiet_from", sa.Integer(), nullable=True))
    op.add_column("tenant", sa.Column("quiet_to", sa.Integer(), nullable=True))


def _create_sendbatch() -> None:
    op.create_table(
        "sendbatch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def _create_pace() -> None:
    op.create_table(
        "pace",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "act"),
    )


def _create_closeddays() -> None:
    op.create_table(
        "closeddays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_closeddays_tenant_id"), "closeddays", ["tenant_id"], unique=False)


def _extend_delivery() -> None:
    # Columns in place, not a copy of the table: the ledger may be long. What older programs do not write has a default.
    for column in (
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settle_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("queued_until", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("delivery", column)
    # In plain SQL, because Alembic adds the reference as a constraint of its own, which SQLite cannot.
    op.execute("ALTER TABLE delivery ADD COLUMN batch_id INTEGER REFERENCES sendbatch (id)")
    for name, column_name in (("ix_delivery_to_settle", "settle_at"), ("ix_delivery_batch", "batch_id")):
        there = sa.text(f"{column_name} IS NOT NULL")
        op.create_index(name, "delivery", [column_name], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    for index in ("ix_delivery_to_settle", "ix_delivery_batch"):
        op.drop_index(index, "delivery")
    with op.batch_alter_table("delivery") as delivery:
        for column in ("tried_at", "settle_at", "looks", "queued_until", "batch_id"):
            delivery.drop_column(column)
    op.drop_column("coachingplan", "paused_from")
    op.drop_column("member", "written_to_at")
    op.drop_column("tenant", "quiet_from")
    op.drop_column("tenant", "quiet_to")
    for table in ("closeddays", "pace", "sendbatch"):
        op.drop_table(table)
