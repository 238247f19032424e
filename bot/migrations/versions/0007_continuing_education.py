"""Continuing education: credentials held, courses logged, and choices about alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_heldcredential()
    _create_loggedcourse()
    _create_alertplan()


def _create_heldcredential() -> None:
    op.create_table(
        "heldcredential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("earned", "expires")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("dues_month", "own_required")),
        sa.Column("added_at", _INSTANT, nullable=False),
        sa.Column("removed_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_heldcredential_member_id"), "heldcredential", ["member_id"])


def _create_loggedcourse() -> None:
    op.create_table(
        "loggedcourse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("amounts", "kinds")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("provider", "index_number", "link")),
        sa.Column("logged_at", _INSTANT, nullable=False),
        sa.Column("removed_at", _INSTANT, nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_loggedcourse_member_id"), "loggedcourse", ["member_id"])


def _create_alertplan() -> None:
    op.create_table(
        "alertplan",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("opted_in_at", _INSTANT, nullable=True),
        sa.Column("minute", sa.Integer(), nullable=True),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("next_due_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("member_id"),
    )
    is_due = sa.text("next_due_at IS NOT NULL")
    op.create_index("ix_alertplan_due", "alertplan", ["next_due_at"], sqlite_where=is_due, postgresql_where=is_due)


def downgrade() -> None:
    for table in ("alertplan", "loggedcourse", "heldcredential"):
        op.drop_table(table)
