"""Puts the post office together: the way to each platform that is switched on, and the sample workspaces' inbox.
Called by the server and by `preceptor tick`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.composition import Mentor
from adapters.slack.transport import open_slack
from adapters.web.inbox import DemoMessenger
from bot.ports import Messenger
from jobs.nudges import find_nudges
from jobs.post_office import Limits, PostOffice


@asynccontextmanager
async def open_post(mentor: Mentor) -> AsyncIterator[PostOffice]:
    """The post office of this mentor; connections to platforms close when the block ends."""
    settings = mentor.settings
    async with AsyncExitStack() as open_things:
        messengers: dict[str, Messenger] = {"demo": DemoMessenger(mentor.database, mentor.clocks)}
        if settings.has_slack:
            messengers["slack"] = await open_things.enter_async_context(open_slack(settings))
        yield PostOffice(
            database=mentor.database,
            nudges=find_nudges(),
            messengers=messengers,
            clocks=mentor.clocks,
            library=mentor.knowledge.library,
            wordings=mentor.knowledge.wordings,
            deployment=mentor.deployment,
            limits=Limits(in_flight=settings.IN_FLIGHT, per_minute={"slack": settings.SLACK_PER_MINUTE}),
        )
