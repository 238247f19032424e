"""Request → command → reply, in one unit of work: the only door the adapters use."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.clock import Clocks
from bot.errors import SeenBefore
from bot.files import Made, NotMade, make
from bot.logbook import Logbook, Use
from bot.marks import Marks
from bot.mentoring.coaching import is_awake, is_news, wake
from bot.mentoring.profile import Profile, follow, is_here, language_of
from bot.mentoring.welcome import welcome
from bot.message import Message, Paragraph, rich
from bot.once import is_first
from bot.visit import Deployment, Visit
from bot.visitors import Visitor, find_visitor, known_visitor
from bot.words import MAX_TEXT, Asked, Said, Vocabulary, clean, understand
from content.patient_data import looks_like_patient_data

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel.ext.asyncio.session import AsyncSession

    from bot.database import Database
    from bot.model.coaching import CoachingPlan
    from bot.model.people import Member, Tenant
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
    name: str = ""
    """What the platform calls them, where it says so with each request. For managers of their cohorts, never logged."""
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
        self._logbook = Logbook(database)

    async def answer(self, request: Request) -> Message:
        """What the mentor says to one request. Everything it changes is stored when this returns, or nothing is.

        Raises SeenBefore for a request that was worked before, and for a greeting to somebody who had one.
        """
        with self._database.right_of_way.person():
            return await self._answer(request)

    async def make(self, platform: str, tenant: str, user: str, recipe: str) -> Made | NotMade:
        """The file of a recipe, as it is now, for the person to whom it was offered; or why there is none any more."""
        with self._database.right_of_way.person():
            async with self._database.work() as session:
                found = await known_visitor(session, platform, tenant, user)
                if found is None or found[0].left_at or found[1].deactivated_at:
                    return NotMade(self._knowledge.wordings["en"]("file.nobody"))
                return await make(self._visit(session, found, self._clocks.calendar.now()), recipe)

    async def _answer(self, request: Request) -> Message:
        heard = self._hear(request.text)
        if heard.only_reads and not request.is_greeting and (message := await self._glance(request, heard)):
            return message
        async with self._database.answering() as session:
            await self._admit(session, request)
            visit = await self._open(session, request)
            if request.is_greeting and visit.member.welcomed_at is not None:
                raise SeenBefore
            return _whole(visit, _welcomed(visit, await heard.reply(visit)))

    async def _glance(self, request: Request, heard: "_Heard") -> Message | None:
        """The answer to a line that changes nothing, without the right to write; None where there is more to it."""
        now = self._clocks.calendar.now()
        async with self._database.glancing() as session:
            found = await known_visitor(session, request.platform, request.tenant, request.user)
            if found is None or not _is_settled(request, self._knowledge.wordings, *found):
                return None
            visit = self._visit(session, found, now)
            message = await heard.reply(visit)
            if session.new or session.dirty or session.deleted:
                return None
        name = (request.platform, request.once) if request.once else None
        seen_at = now if is_news(visit.member, found[2], now) else None
        if not await self._logbook.note(Use(name, self._clocks.machine.now(), visit.member_id, seen_at)):
            raise SeenBefore
        return _whole(visit, message)

    async def _admit(self, session: "AsyncSession", request: Request) -> None:
        now = self._clocks.machine.now()
        if request.once and not await is_first(session, request.platform, request.once, now):
            raise SeenBefore

    async def _open(self, session: "AsyncSession", request: Request) -> Visit:
        now = self._clocks.calendar.now()
        tenant, member, plan = await find_visitor(session, request.platform, request.tenant, request.user, now)
        await _learn(session, member, request, now, self._knowledge.wordings)
        await wake(session, member, plan, now)
        return self._visit(session, (tenant, member, plan), now)

    def _visit(self, session: "AsyncSession", visitor: Visitor, now: "datetime") -> Visit:
        tenant, member, _ = visitor
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

    def _hear(self, line: str) -> "_Heard":
        said = clean(line)
        if len(said) > MAX_TEXT:
            return _Heard(_too_long, only_reads=True)
        if looks_like_patient_data(said):
            log.info("Text refused: it may hold patient data", extra={"event": "patient_data_refused"})
            return _Heard(_refused, only_reads=True)
        match understand(said, self._vocabulary, prefix=self._deployment.command):
            case Said(command, arguments):
                return _Heard(lambda visit: command.handle(visit, arguments), command.only_reads)
            case Asked(question):
                command = self._vocabulary["faq"]
                return _Heard(lambda visit: command.handle(visit, question), command.only_reads)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a line wants."""

    reply: Callable[[Visit], Awaitable[Message]]
    only_reads: bool


async def _too_long(visit: Visit) -> Message:
    return Message(visit.say("talk.too-long.title"), (Paragraph(rich(visit.say("talk.too-long"))),))


async def _refused(visit: Visit) -> Message:
    return refusal(visit.say)


def _is_settled(
    request: Request, languages: Collection[str], _: "Tenant", member: "Member", plan: "CoachingPlan | None"
) -> bool:
    """Whether this person's word leaves all that is stored about them as it is, but for its hour."""
    is_known = member.welcomed_at is not None and request.reference in ("", member.reference)
    speaks = language_of(request.locale or "", languages) in (None, member.locale)
    is_told = is_here(member, request.zone, request.name) and speaks
    return is_known and not request.is_greeting and is_told and is_awake(member, plan)


async def _learn(
    session: "AsyncSession", member: "Member", request: Request, now: "datetime", languages: Collection[str]
) -> None:
    """Keep what the platform tells about the person: how to reach them, their name and language, their zone until they
    choose one.
    """
    if request.reference and request.reference != member.reference:
        member.reference = request.reference
    told = Profile(request.zone, request.locale, is_closed=False, name=request.name)
    await follow(session, member, told, now, languages)


def _whole(visit: Visit, message: Message) -> Message:
    has_page = visit.member.home_opened_at is not None
    return replace(message, marks=_marks(visit.say), has_page=has_page)


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
