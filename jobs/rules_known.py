"""Keeps what the credentials' rules of this program say, so that a later one can tell what changed. Called by
`jobs.service` when it starts, and by `preceptor tick`.
"""

from bot.mentoring.ce_changes import remember
from jobs.post_office import PostOffice

LANGUAGE = "en"
"""A language that has no rules of its own tells those of English."""


async def remember_rules(office: PostOffice) -> None:
    """Each version is written once."""
    async with office.database.work() as session:
        await remember(session, office.library.pack(LANGUAGE).credentials)
