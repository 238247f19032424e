"""The job queue's own SQL files, read from the installed package `procrastinate` for the migrations that apply them.

Only the migrations on PostgreSQL call this, and the test that notices files we have not applied yet.
"""

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection

NEWEST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
"""The newest of the package's migration files that our migrations apply: Procrastinate 3.10 has none after it.

When a later release brings more, add a migration that calls `bring_up(op.get_bind(), "<name of the file>")`, and set
this. Files with `pre` in their name fit the old program too; those with `post` belong into the release after it.
"""

_STATED = "SELECT obj_description('procrastinate_jobs'::regclass, 'pg_class')"
_DROPPED = """
DO $$
DECLARE
    it record;
BEGIN
    FOR it IN SELECT tablename AS name FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('DROP TABLE %I CASCADE', it.name);
    END LOOP;
    FOR it IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', it.name);
    END LOOP;
    FOR it IN SELECT typname AS name FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace AND typname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('DROP TYPE %I CASCADE', it.name);
    END LOOP;
END;
$$
"""


def files() -> list[Path]:
    """The package's migration files, oldest first."""
    return sorted((_folder() / "migrations").glob("*.sql"))


def bring_up(connection: Connection, newest: str) -> None:
    """Apply the package's migration files up to `newest`, beginning after the last one applied.

    A fresh start gets the package's whole schema at once, which may be newer than `newest`; it is noted in the
    database how far that goes, so that a later call applies nothing twice.
    """
    if connection.exec_driver_sql("SELECT to_regclass('procrastinate_jobs')").scalar() is None:
        _run(connection, (_folder() / "schema.sql").read_text(encoding="utf-8"))
        applied = files()[-1].name
    else:
        applied = connection.exec_driver_sql(_STATED).scalar_one()
    for file in files():
        if applied < file.name <= newest:
            _run(connection, file.read_text(encoding="utf-8"))
            applied = file.name
    _run(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{applied}'")


def drop(connection: Connection) -> None:
    """Take the queue's tables, functions and types away; jobs in it go too, and deliveries stay where they are."""
    _run(connection, _DROPPED)


def _folder() -> Path:
    spec = find_spec("procrastinate")  # found, not imported: the migrations need its files and none of its code
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / "sql"


def _run(connection: Connection, script: str) -> None:
    # Without parameters, so that the driver takes several statements at once and leaves every % alone.
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})
