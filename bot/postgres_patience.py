"""How soon PostgreSQL and its driver notice that the other is gone. Used by `bot.database` and by the job queue."""

from sqlalchemy.engine import URL

NOTICES = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
"""How PostgreSQL's driver is told to notice within 20 seconds that the server's machine, or the way there, is gone,"""
NOTICED = (
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2 -c tcp_user_timeout=20000"
    " -c idle_in_transaction_session_timeout=60000"
)
"""and the server, that ours is: or the rows that a lost machine held would be nobody's for two hours."""


def options_of(url: URL) -> str:
    """What PostgreSQL is told when a connection begins: the operator's own options, and ours."""
    return f"{url.query.get('options', '')} {NOTICED}".strip()
