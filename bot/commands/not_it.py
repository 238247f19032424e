"""`not it` under an answer: shows the next nearest entries and keeps the question, redacted, for the editor."""

from bot.commands.faq import entry_named, guesses, to_a_person
from bot.mentoring.open_questions import keep
from bot.message import Message, Paragraph, rich
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, arguments: str) -> Message:
    _, _, rest = arguments.partition(" ")
    wrong, _, question = rest.partition(" ")
    if not question:
        return Message(visit.say("faq.which-answer.title"), (Paragraph(rich(visit.say("faq.which-answer"))),))
    await keep(visit, question, answered_with="" if wrong == "none" else wrong)
    near = [entry for name in visit.searcher.search(question).ids if (entry := entry_named(visit, name))]
    others = tuple(entry for entry in near if entry.id != wrong)
    if wrong == "none" or not others:
        said = (Paragraph(rich(visit.say("faq.not-covered"))), to_a_person(visit))
        return Message(visit.say("faq.not-covered.title"), said)
    return guesses(visit, others, question)


COMMAND = Command(
    name="not",
    typed="not it",
    summary="faq.not-it.summary",
    arguments=r"it(?: [a-z0-9-]+ .*)?",
    examples=(
        Example("not it"),
        Example("not it degree-needed which college is best"),
        Example("not it none which college is best"),
    ),
    handle=handle,
)
