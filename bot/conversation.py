"""Request → command → reply, in one unit of work: the only door the adapters use."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.clock import Clocks
from bot.errors import SeenBefore
from bot.mentoring.coaching import wake
from bot.mentoring.profile import Profile, follow
from bot.mentoring.welcome import welcome
from bot.message import Marks, Message, Paragraph, rich
from bot.once import is_first
from bot.visit import Deployment, Visit
from bot.visitors import find_visitor
from bot.words import MAX_TEXT, Asked, Said, Utterance, Vocabulary, clean, understand
from content.patient_data import looks_like_patient_data

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel.ext.asyncio.session import AsyncSession

    from bot.database import Database
    from bot.model.people import Member
    from bot.ports import Outbox
    from content.library import Library
    from content.search import Searcher
    from content.wording import Wording

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What an adapter heard, from somebody whose name it has proved."""

    platform: str
    """One of demo, slack, teams."""
    tenant: str
    user: str
    text: str
    """What was typed, or the command line of the pressed button."""
    zone: str | None = None
    """IANA name, as the platform tells it."""
    locale: str | None = None
    """Such as "es-US", as the person's client tells it."""
    reference: str = ""
    """What the platform needs to reach the person later; empty when this request does not tell."""
    once: str = ""
    """The platform's own name for this very request, where the same one may come again; it is worked once."""
    is_greeting: bool = False
    """Nobody typed this: it is said to somebody who meets the mentor for the first time, and to nobody else."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the mentor knows, ready to use: one searcher and one set of sentences for each language."""

    library: "Library"
    searchers: Mapping[str, "Searcher"]
    wordings: Mapping[str, "Wording"]


class Conversation:
    """Answers requests. One object serves every adapter; it holds no state of its own."""

    def __init__(
        self,
        database: "Database",
        knowledge: Knowledge,
        vocabulary: Vocabulary,
        *,
        clocks: Clocks,
        deployment: Deployment,
        outbox: "Outbox | None" = None,
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._vocabulary = vocabulary
        self._clocks = clocks
        self._deployment = deployment
        self._outbox = outbox

    async def answer(self, request: Request) -> Message:
        """What the mentor says to one request. Everything it changes is stored when this returns, or nothing is.

        Raises SeenBefore for a request that was worked before, and for a greeting to somebody who had one.
        """
        with self._database.right_of_way.person():
            return await self._answer(request)

    async def _answer(self, request: Request) -> Message:
        async with self._database.work() as session:
            await self._admit(session, request)
            visit = await self._open(session, request)
            if request.is_greeting and visit.member.welcomed_at is not None:
                raise SeenBefore
            message = await self._reply(visit, request.text)
            has_page = visit.member.home_opened_at is not None
            return replace(_welcomed(visit, message), marks=_marks(visit.say), has_page=has_page)

    async def _admit(self, session: "AsyncSession", request: Request) -> None:
        now = self._clocks.machine.now()
        if request.once and not await is_first(session, request.platform, request.once, now):
            raise SeenBefore

    async def _open(self, session: "AsyncSession", request: Request) -> Visit:
        now = self._clocks.calendar.now()
        tenant, member, plan = await find_visitor(session, request.platform, request.tenant, request.user, now)
        await _learn(session, member, request, now, self._knowledge.wordings)
        await wake(session, member, plan, now)
        locale = member.locale if member.locale in self._knowledge.wordings else "en"
        return Visit(
            session=session,
            tenant=tenant,
            member=member,
            pack=self._knowledge.library.pack(locale),
            searcher=self._knowledge.searchers[locale],
            say=self._knowledge.wordings[locale],
            vocabulary=self._vocabulary,
            deployment=self._deployment,
            now=now,
            outbox=self._outbox,
        )

    async def _reply(self, visit: Visit, text: str) -> Message:
        said = clean(text)
        if len(said) > MAX_TEXT:
            return Message(visit.say("talk.too-long.title"), (_sentence(visit, "talk.too-long"),))
        if looks_like_patient_data(said):
            log.info("Text refused: it may hold patient data", extra={"event": "patient_data_refused"})
            return refusal(visit.say)
        return await self._carry_out(visit, understand(said, self._vocabulary, prefix=self._deployment.command))

    async def _carry_out(self, visit: Visit, utterance: Utterance) -> Message:
        match utterance:
            case Said(command, arguments):
                return await command.handle(visit, arguments)
            case Asked(question):
                return await self._vocabulary["faq"].handle(visit, question)


async def _learn(
    session: "AsyncSession", member: "Member", request: Request, now: "datetime", languages: Collection[str]
) -> None:
    """Keep what the platform tells about the person: how to reach them, their language, their zone until they choose
    one.
    """
    if request.reference and request.reference != member.reference:
        member.reference = request.reference
    await follow(session, member, Profile(request.zone, request.locale, is_closed=False), now, languages)


def _welcomed(visit: Visit, message: Message) -> Message:
    """The first reply to a person ends with the welcome, unless it holds it."""
    if visit.member.welcomed_at is not None:
        return message
    visit.member.welcomed_at = visit.now
    missing = tuple(block for block in welcome(visit.say) if block not in message.blocks)
    return replace(message, blocks=(*message.blocks, *missing))


def _marks(say: "Wording") -> Marks:
    part = say("talk.part", number="{number}", total="{total}")
    return Marks(cut=say("talk.cut"), pick=say("talk.pick"), part=part)


def refusal(say: "Wording") -> Message:
    """Said to what looks like patient data. It never says whether it is."""
    return Message(say("talk.patient-data.title"), (Paragraph(rich(say("talk.patient-data"))),))


def _sentence(visit: Visit, key: str) -> Paragraph:
    return Paragraph(rich(visit.say(key)))
