"""How a fact's source and its honest label are told. Used wherever a command shows what somebody else has said."""

from collections.abc import Iterable

from bot.message import Link, Span, Spans, Text
from content.sourced import PRODUCT, Label, Source
from content.wording import Wording

_KEYS = {Label.CONFIRMED: "source.confirmed", Label.READ: "source.read", Label.THIRD_PARTY: "source.third-party"}


def sources_line(say: Wording, sources: Iterable[Source]) -> Spans:
    """ "Source: PAHCOM, decertification page (read on the issuer's page, undated)"."""
    known = tuple(sources)
    spans: list[Span] = [Text(say.count("source.heading", len(known)) + " ")]
    for number, source in enumerate(known):
        if number:
            spans.append(Text("; "))
        spans.append(Link(source.name, source.url) if source.url else Text(source.name))
        if source.name != PRODUCT:
            spans.append(Text(f" ({label_of(say, source)})"))
    return tuple(spans)


def label_of(say: Wording, source: Source) -> str:
    """The label in words, with the source's own date."""
    assert source.label is not None
    undated = source.date == "undated"
    return say(_KEYS[source.label], date=say("source.undated") if undated else source.date)
