"""Puts the post office together: what to send, and the way to each platform. Called by the server's commands and by
`preceptor tick`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from adapters.background import Background
from adapters.composition import Mentor
from adapters.inbox import Inbox
from adapters.slack.api import SlackApi
from adapters.slack.files import Files
from adapters.slack.home import Home
from adapters.slack.replies import Replies
from adapters.slack.tokens import Tokens
from adapters.slack.transport import SlackMessenger
from adapters.teams.transport import teams_messenger
from adapters.web.inbox import DemoMessenger
from adapters.wiring import Wiring
from bot.ports import Messenger
from jobs.nudges import find_nudges
from jobs.pacing import Rate
from jobs.post_office import Limits, PostOffice

APART = timedelta(seconds=1)
"""Slack lets one message a second into a channel, and Teams seven into a conversation."""
SLACK_LOOKS = Rate(40)
"""Slack lets an app read histories 50 times a minute (tier 3); members' own commands need some of that."""
TEAMS_RATE = Rate(50, timedelta(seconds=1))
"""Microsoft's limit for one app in one organization."""


def post_office(mentor: Mentor, platforms: Mapping[str, Messenger]) -> PostOffice:
    """The post office of this mentor, with the ways to platforms that are open; sample members always have one."""
    settings = mentor.settings
    samples = DemoMessenger(mentor.database, mentor.clocks, command=settings.SLACK_COMMAND)
    return PostOffice(
        database=mentor.database,
        nudges=find_nudges(),
        messengers={"demo": samples, **platforms},
        clocks=mentor.clocks,
        library=mentor.knowledge.library,
        wordings=mentor.knowledge.wordings,
        deployment=mentor.deployment,
        limits=Limits(
            in_flight=settings.IN_FLIGHT,
            rates={"slack": Rate(settings.SLACK_PER_MINUTE), "teams": TEAMS_RATE},
            apart={"slack": APART, "teams": APART},
            look_rates={"slack": SLACK_LOOKS},
        ),
    )


def parts_of(mentor: Mentor) -> Wiring:
    """What the platforms need of this mentor."""
    say, conversation = mentor.knowledge.wordings, mentor.conversation
    return Wiring(
        mentor.settings,
        conversation,
        mentor.database,
        mentor.clocks,
        say["en"],
        languages=frozenset(say),
        peek=conversation.peek,
        files=conversation,
    )


@asynccontextmanager
async def _slack(mentor: Mentor) -> AsyncIterator[SlackMessenger]:
    """The way to Slack's members, and to the Home tab of those who open it."""
    settings, parts, background = mentor.settings, parts_of(mentor), Background()
    api = SlackApi(settings, Tokens(settings, mentor.database, mentor.clocks))
    files = Files(parts, api, Inbox("slack", mentor.database, mentor.clocks.machine))
    home = Home(parts, Replies(parts, api, files), api, background)
    slack = SlackMessenger(api, command=settings.SLACK_COMMAND, reads_back=settings.SLACK_READ_BACK, home=home)
    try:
        yield slack
    finally:
        await background.close()
        await slack.close()


@asynccontextmanager
async def open_post_office(mentor: Mentor) -> AsyncIterator[PostOffice]:
    """The same for a process that only sends: opens a way to each platform that is switched on, and closes it."""
    settings, platforms = mentor.settings, dict[str, Messenger]()
    async with AsyncExitStack() as opened:
        if settings.has_slack:
            platforms["slack"] = await opened.enter_async_context(_slack(mentor))
        if settings.has_teams:
            platforms["teams"] = teams = teams_messenger(settings, mentor.database, mentor.clocks)
            opened.push_async_callback(teams.close)
        yield post_office(mentor, platforms)
