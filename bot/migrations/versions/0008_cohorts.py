"""Cohorts: who manages them, who is in them and shares what, ways in, figures' batches, looks; outcomes, sites,
organisations, and signing in to the pages.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
MEMBER_COLUMNS = ("stage_before", "stage_moved_at", "site", "region")
TENANT_COLUMNS = ("organisation_id", "cohort_makers", "cohorts_locked")
TABLES = (
    "websession",
    "signinlink",
    "lookperson",
    "look",
    "cohortshare",
    "cohortbatch",
    "cohortmembership",
    "jointry",
    "cohortinvitation",
    "cohortmanager",
    "cohort",
    "outcome",
    "organisation",
)


def upgrade() -> None:
    _create_organisation()
    _extend_member()
    _create_cohort()
    _create_cohortmanager()
    _create_cohortinvitation()
    _create_cohortmembership()
    _create_cohortbatch()
    _create_cohortshare()
    _create_small_ones()
    _create_look()
    _create_sign_in()


def _create_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    # In plain SQL, because Alembic adds the reference as a constraint of its own, which SQLite cannot.
    op.execute("ALTER TABLE tenant ADD COLUMN organisation_id INTEGER REFERENCES organisation (id)")
    op.add_column("tenant", sa.Column("cohort_makers", sa.JSON(), nullable=True))
    op.add_column("tenant", sa.Column("cohorts_locked", sa.Boolean(), nullable=True))
    # Each workspace gets one of its own, for the time being under the workspace's number.
    op.execute("INSERT INTO organisation (id, name, created_at) SELECT id, name, created_at FROM tenant")
    op.execute("UPDATE tenant SET organisation_id = id")
    if op.get_bind().dialect.name == "postgresql":
        highest = "SELECT COALESCE(MAX(id), 1) FROM organisation"
        op.execute(f"SELECT setval('organisation_id_seq', ({highest}), EXISTS (SELECT 1 FROM organisation))")  # noqa: S608


def _extend_member() -> None:
    op.add_column("member", sa.Column("stage_before", sa.Integer(), nullable=True))
    op.add_column("member", sa.Column("stage_moved_at", INSTANT, nullable=True))
    op.add_column("member", sa.Column("site", sa.String(), nullable=True))
    op.add_column("member", sa.Column("region", sa.String(), nullable=True))


def _create_cohort() -> None:
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("tenant_id", sa.Integer(), sa.ForeignKey("tenant.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("archived_at", INSTANT, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cohort_tenant_id", "cohort", ["tenant_id"])


def _cohort_id(*, is_key: bool = False) -> sa.Column[int]:
    reference = sa.ForeignKey("cohort.id", ondelete="CASCADE")
    return sa.Column("cohort_id", sa.Integer(), reference, primary_key=is_key, nullable=False)


def _member_id(name: str = "member_id", *, is_key: bool = False, may_lack: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey("member.id"), primary_key=is_key, nullable=may_lack)


def _create_cohortmanager() -> None:
    op.create_table(
        "cohortmanager",
        _cohort_id(is_key=True),
        _member_id(is_key=True),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("digest_at", INSTANT, nullable=True),
    )
    owner, due = sa.text("is_owner"), sa.text("digest_at IS NOT NULL")
    op.create_index(
        "ix_cohortmanager_owner",
        "cohortmanager",
        ["cohort_id"],
        unique=True,
        sqlite_where=owner,
        postgresql_where=owner,
    )
    op.create_index("ix_cohortmanager_due", "cohortmanager", ["digest_at"], sqlite_where=due, postgresql_where=due)
    op.create_index("ix_cohortmanager_member_id", "cohortmanager", ["member_id"])


def _create_cohortinvitation() -> None:
    op.create_table(
        "cohortinvitation",
        sa.Column("id", sa.Integer(), primary_key=True),
        _cohort_id(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True, unique=True),
        _member_id("invited_id", may_lack=True),
        _member_id("invited_by"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.UniqueConstraint("cohort_id", "invited_id"),
        sqlite_autoincrement=True,
    )
    for column in ("cohort_id", "invited_id", "invited_by"):
        op.create_index(f"ix_cohortinvitation_{column}", "cohortinvitation", [column])


def _create_cohortmembership() -> None:
    op.create_table(
        "cohortmembership",
        _cohort_id(is_key=True),
        _member_id(is_key=True),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.Column("hears", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_cohortmembership_member_id", "cohortmembership", ["member_id"])


def _create_cohortbatch() -> None:
    op.create_table(
        "cohortbatch",
        sa.Column("id", sa.Integer(), primary_key=True),
        _cohort_id(),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cohortbatch_cohort_id", "cohortbatch", ["cohort_id"])


def _create_cohortshare() -> None:
    batch = sa.ForeignKey("cohortbatch.id", ondelete="SET NULL")
    op.create_table(
        "cohortshare",
        _cohort_id(is_key=True),
        _member_id(is_key=True),
        sa.Column("field", sa.String(), primary_key=True),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("batch_id", sa.Integer(), batch, nullable=True),
        sa.Column("was_counted", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_cohortshare_member_id", "cohortshare", ["member_id"])
    op.create_index("ix_cohortshare_batch_id", "cohortshare", ["batch_id"])


def _create_small_ones() -> None:
    op.create_table(
        "jointry",
        sa.Column("id", sa.Integer(), primary_key=True),
        _member_id(),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_jointry_member_id", "jointry", ["member_id"])
    op.create_table(
        "outcome",
        _member_id(is_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
    )


def _create_look() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), primary_key=True),
        _cohort_id(),
        _member_id("viewer_id"),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("hour", INSTANT, nullable=False),
        sa.UniqueConstraint("cohort_id", "viewer_id", "page", "hour"),
    )
    for column in ("cohort_id", "viewer_id"):
        op.create_index(f"ix_look_{column}", "look", [column])
    op.create_table(
        "lookperson",
        sa.Column("look_id", sa.Integer(), sa.ForeignKey("look.id", ondelete="CASCADE"), primary_key=True),
        _member_id(is_key=True),
    )
    op.create_index("ix_lookperson_member_id", "lookperson", ["member_id"])


def _create_sign_in() -> None:
    for table in ("signinlink", "websession"):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), primary_key=True),
            _member_id(),
            sa.Column("token_hash", sa.String(), nullable=False, unique=True),
            sa.Column("expires_at", INSTANT, nullable=False),
        )
        op.create_index(f"ix_{table}_member_id", table, ["member_id"])


def downgrade() -> None:
    with op.batch_alter_table("tenant") as tenant:
        for name in TENANT_COLUMNS:
            tenant.drop_column(name)
    with op.batch_alter_table("member") as member:
        for name in MEMBER_COLUMNS:
            member.drop_column(name)
    for table in TABLES:
        op.drop_table(table)
