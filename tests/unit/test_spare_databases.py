"""What one test leaves in a PostgreSQL database the next does not find: rows, numbers already given, or a new shape."""

import psycopg
import pytest

from tests.fakes.spare_databases import SpareDatabases

_TENANTS = """
INSERT INTO tenant (platform, external_id, name, created_at) SELECT 'demo', n, repeat('x', 500), now()
    FROM generate_series(1, 2000) n
"""


@pytest.mark.parametrize("left", [_TENANTS, "CREATE TABLE left_behind (x int)", "DROP TABLE member CASCADE"])
def test_the_next_finds_it_as_the_template(spare_databases: SpareDatabases, left: str) -> None:
    name = spare_databases.lend()
    with spare_databases.connect(name) as connection:
        connection.execute(left)
    spare_databases.take_back(name)
    with spare_databases.connect(again := spare_databases.lend()) as connection:
        assert (again == name) == (left is _TENANTS)
        assert _one(connection, "SELECT count(*) FROM tenant") == 0
        assert _one(connection, "SELECT pg_relation_size('tenant')") == 0
        assert _one(connection, "SELECT nextval('tenant_id_seq')") == 1
        assert _one(connection, "SELECT count(*) FROM member") == 0
        assert _one(connection, "SELECT to_regclass('left_behind') IS NULL")
    spare_databases.take_back(again)


def _one(connection: "psycopg.Connection[tuple[int]]", question: str) -> int:
    found = connection.execute(question.encode()).fetchone()
    assert found
    return found[0]
