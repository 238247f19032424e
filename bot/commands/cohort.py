"""`cohort …`: groups of learners, for their managers and their members."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from bot.mentoring import cohort_joining, cohort_running, cohort_showing, cohort_thanking
from bot.mentoring.cohort_inviting import invite_some
from bot.mentoring.cohort_spanning import span
from bot.mentoring.cohort_web import web
from bot.mentoring.samples import PLACED
from bot.message import Message
from bot.visit import Visit
from bot.words import Command, Example

Way = Callable[[Visit, str], Awaitable[Message]]


async def handle(visit: Visit, arguments: str) -> Message:
    if arguments.startswith("#"):
        return await cohort_showing.show(visit, arguments)
    verb, _, rest = arguments.partition(" ")
    return await _WAYS[verb.lower()](visit, rest.strip())


_WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "": cohort_showing.overview,
        "show": cohort_showing.show,
        "sharing": cohort_showing.own_sharing,
        "create": cohort_running.create_one,
        "rename": cohort_running.rename,
        "archive": cohort_running.archive,
        "reopen": cohort_running.reopen,
        "managers": cohort_running.managers,
        "span": span,
        "digest": cohort_running.digest,
        "invite": invite_some,
        "web": web,
        "join": cohort_joining.join_one,
        "leave": cohort_joining.leave_one,
        "share": cohort_joining.share_some,
        "unshare": cohort_joining.unshare_some,
        "messages": cohort_joining.messages,
        "cheer": cohort_thanking.cheer,
        "offer": cohort_thanking.offer,
    }
)
_VERBS = "|".join(verb for verb in _WAYS if verb)

_CREATED = ("cohort create Sample learners",)
_INVITED = (*_CREATED, "cohort invite @sample-member")
_JOINED = (PLACED, *_INVITED, "cohort join invite-2 share everything")

COMMAND = Command(
    name="cohort",
    summary="cohorts.summary",
    arguments=rf"(?:(?:{_VERBS})(?: .*)?|#\d{{1,9}}(?: \d{{1,5}})?)?",
    examples=(
        Example("cohort"),
        Example("cohort invite", after=_CREATED),
        Example("cohort invite @sample-member", after=_CREATED),
        Example("cohort join invite-2", after=_INVITED),
        Example("cohort join invite-2 share everything", after=(PLACED, *_INVITED)),
        Example("cohort show", after=_JOINED),
        Example("cohort unshare step", after=_JOINED),
        Example("cohort managers", after=_CREATED),
        Example("cohort web", after=_CREATED),
        Example("cohort archive", after=_CREATED),
        Example("cohort digest on", after=_CREATED),
        Example("cohort leave", after=_JOINED),
        Example("cohort join NOTA-REAL-CODE"),
        Example("cohort create"),
        Example("cohort show #999"),
    ),
    handle=handle,
)
