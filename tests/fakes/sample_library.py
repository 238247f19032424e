"""A small pack about a lending library, far from the shipped content, on which the tests of search ask questions."""

from pathlib import Path

from content.library import load_pack
from content.pack import Faq, Outside, Pack
from content.sourced import PRODUCT, Source
from tests.fakes.sample_pack import write_pack

HOURS = """
when are you open | what time do you close | opening hours | are you open on sunday | what's the latest i can come in
closing time on friday | do you open early | hours over the holidays | is the building open now | what are the hours
till when can i stay tonight | open on monday morning | weekend hours | when do the doors open | is it closed today
"""
CARD = """
how do i get a card | sign up for a card | i lost my card | what do i need to join | can my child have a card
do i have to live here to join | how old must i be for a card | replace a lost card | card for visitors
register as a reader | proof of address for joining | is the card free | new reader card | become a member
apply for a reader card online
"""
LATE = """
how much is the fine | i brought my book back late | what happens if a book is overdue | pay a late fee
can you waive my fine | overdue charges | renew a book | extend my loan | keep a book for longer
how many times can i renew | my loan ends tomorrow | late return | do i owe you money | fine for a lost book
book is three weeks overdue
"""
WEATHER = """
will it rain | is it going to snow | how hot is it outside | weather tomorrow | do i need an umbrella
what is the forecast | is a storm coming | how cold will it get | will the sun shine on sunday | temperature tonight
"""
CASE = """
a patient of mine is ill | my patient needs a refill | results for the patient in room two | a patient with a fever
the patient missed a visit | the chart of a patient | what should this patient take | patient asks for her results
the man in room five | she is a patient here
"""
SYNONYMS = (("fine", "penalty", "late fee"), ("card", "pass"))


def library_pack(folder: Path) -> Pack:
    """Written to `folder` on the way, since a pack has much more than questions."""
    whole = load_pack(write_pack(folder / "sample" / "en"))
    faqs = (
        _faq(
            "hours", "When is the library open?", HOURS, "The library is open from nine to six, and closed on Sunday."
        ),
        _faq("card", "How do I get a library card?", CARD, "Bring a letter with your address. The card is free."),
        _faq("late", "What if I return a book late?", LATE, "You pay ten cents a day. You can renew a loan twice."),
    )
    outside = (
        Outside(id="weather", phrasings=_lines(WEATHER), reply="I do not know the weather."),
        Outside(id="patient-case", phrasings=_lines(CASE), reply="Please do not write about a patient."),
    )
    return whole.model_copy(
        update={
            "faqs": faqs,
            "outside": outside,
            "terms": whole.terms.model_copy(update={"synonyms": SYNONYMS}),
        }
    )


def _faq(name: str, question: str, asked: str, answer: str) -> Faq:
    phrasings = _lines(asked)
    return Faq(id=name, step=0, question=question, phrasings=phrasings, answer=answer, sources=(Source(name=PRODUCT),))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for line in text.strip().splitlines() for phrase in line.split("|"))
