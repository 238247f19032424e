"""`faq [question]`, `ask …`, and every line that is no whole command: an answer, up to three guesses, or a person."""

from difflib import get_close_matches

from bot.markdown import blocks
from bot.mentoring.open_questions import keep
from bot.mentoring.sourcing import sources_line
from bot.message import Block, Button, Buttons, Mention, Message, Paragraph, Spans, Text, rich, text
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Faq, Outside
from content.search import Answer, DidYouMean, NoAnswer


async def handle(visit: Visit, question: str) -> Message:
    if not question:
        return _topics(visit)
    if entry := entry_named(visit, question):
        return answered(visit, entry, question)
    match visit.searcher.search(question):
        case Answer(faq=entry):
            return answered(visit, entry, question)
        case DidYouMean(faqs=entries):
            return guesses(visit, entries, question)
        case NoAnswer(reply=outside):
            if outside is not None:
                return outside_reply(outside)
            await keep(visit, question)
            return _not_covered(visit, question)


def outside_reply(outside: Outside) -> Message:
    """The fixed reply to what is never answered; its first sentence alone tells the point, so it is the title."""
    first, _, rest = " ".join(outside.reply.split()).partition(". ")
    return Message(f"{first}.", blocks(rest))


def entry_named(visit: Visit, name: str) -> Faq | None:
    """The entry whose id this is, as a button names it."""
    return next((entry for entry in visit.pack.faqs if entry.id == name.strip().lower()), None)


def answered(visit: Visit, entry: Faq, question: str) -> Message:
    """The answer, where it comes from, and a way on if it is the wrong one."""
    buttons = [_button(other) for name in entry.see_also[:2] if (other := entry_named(visit, name))]
    buttons.append(Button(visit.say("faq.not-it"), f"not it {entry.id} {question}"[:1900]))
    return Message(
        entry.question,
        (
            *blocks(entry.answer),
            Paragraph(sources_line(visit.say, entry.sources), quiet=True),
            Buttons(tuple(buttons)),
        ),
    )


def guesses(visit: Visit, entries: tuple[Faq, ...], question: str) -> Message:
    """Up to three questions the member may have meant."""
    buttons = (*(_button(entry) for entry in entries), _none_of_these(visit, question))
    return Message(visit.say("faq.did-you-mean"), (Buttons(buttons),))


def _none_of_these(visit: Visit, question: str) -> Button:
    return Button(visit.say("faq.none-of-these"), f"not it none {question}"[:1900])


def to_a_person(visit: Visit) -> Paragraph:
    """Who else may know: the people who run the mentor here, else an association."""
    people = visit.operators_here
    if not people:
        return Paragraph(rich(visit.say("faq.ask-an-association")))
    names: Spans = ()
    for user in people[:3]:
        names += (Mention(user, visit.say("faq.operator")), Text(" "))
    return Paragraph((*text(visit.say("faq.ask-a-person") + " "), *names))


def _not_covered(visit: Visit, question: str) -> Message:
    said: list[Block] = [Paragraph(rich(visit.say("faq.not-covered"))), to_a_person(visit)]
    if near := _nearest_commands(visit, question):
        said += [Paragraph(rich(visit.say("talk.nearest-commands"))), Buttons(near)]
    return Message(visit.say("faq.not-covered.title"), tuple(said))


def _nearest_commands(visit: Visit, question: str) -> tuple[Button, ...]:
    """The three commands whose words look most like the question's; `help` where none does."""
    commands = [command for command in visit.vocabulary.values() if not command.for_operators]
    names = [command.name for command in commands if command.name not in ("faq", "not")]
    found = [name for word in question.lower().split()[:12] for name in get_close_matches(word, names, 1, 0.75)]
    return tuple(Button(name, name) for name in list(dict.fromkeys([*found, "help"]))[:3])


def _topics(visit: Visit) -> Message:
    first = [entry for entry in visit.pack.faqs if entry.step == 0 or entry.id in ("qualifications", "certifications")]
    return Message(
        visit.say("faq.topics.title"),
        (Paragraph(rich(visit.say("faq.topics"))), Buttons(tuple(_button(entry) for entry in first[:5]))),
    )


def _button(entry: Faq) -> Button:
    return Button(entry.question, f"faq {entry.id}")


COMMAND = Command(
    name="faq",
    summary="faq.summary",
    aliases=("ask",),
    arguments=".*",
    examples=(
        Example("faq do I need a degree?"),
        Example("faq"),
        Example("faq which one"),
        Example("is it legal to fire me for this"),
        Example("what is the airspeed of an unladen swallow"),
    ),
    handle=handle,
    only_reads=True,
)
