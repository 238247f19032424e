"""Spans → Slack's mrkdwn, in pieces that may be laid into one text or several. `adapters.slack.render` draws every
text through here.

Slack offers no escape for its own marks, so a `*` or a backtick in somebody's words is drawn as its look-alike: what
they typed looks as they typed it, and can neither format nor ping anything. Instants are written out in the zone the
member chose, rather than as Slack's date token, which would show the zone of whatever device reads it.
"""

import re
from collections.abc import Iterator
from typing import assert_never
from urllib.parse import quote, urlsplit

from bot.message import Bold, Code, Link, Mention, Span, Spans, Text, When, local_text

LONGEST_PIECE = 250
"""Characters before escaping, which makes five of one: a piece fits every text of Slack's."""
LONGEST_ADDRESS = 600
"""With a label of a piece's length a link still fits every text of Slack's."""

_LOOK_ALIKES = str.maketrans({"*": "∗", "＊": "﹡", "_": "ˍ", "＿": "⸏", "~": "∼", "～": "∼", "`": "ˋ", "｀": "ˋ"})
_BACKTICKS = str.maketrans({"`": "ˋ", "｀": "ˋ"})
_QUOTING = re.compile(r"(^|\s)(&gt;|＞)")
_CONTROL = re.compile(r"<(?=[!@#])")
_WORD = re.compile(rf"\S{{1,{LONGEST_PIECE}}}\s*|\s+")
_USER = re.compile(r"[UW][A-Z0-9]{1,20}")
_ZERO_WIDTH = "\u200b"
_SOFT_HYPHEN = "\u00ad"
_WORD_JOINER = "\u2060"


def escape(words: str) -> str:
    """The three characters that Slack's parser acts on, as entities."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(words: str) -> str:
    """Words that mrkdwn shows as they were typed. A `>` is kept from opening a quotation by a soft hyphen."""
    return _QUOTING.sub(rf"\1{_SOFT_HYPHEN}\2", escape(words.translate(_LOOK_ALIKES)))


def plain(words: str) -> str:
    """Words for a plain_text object, which formats nothing: only what looks like a control sequence is taken apart."""
    return _CONTROL.sub(f"<{_WORD_JOINER}", one_line(words))


def one_line(words: str) -> str:
    return " ".join(words.split())


def pieces(spans: Spans, *, command: str = "mentor") -> list[str]:
    """The spans as mrkdwn, cut where a line may break: joined they are the whole, each stays whole by itself."""
    drawn: list[str] = []
    after_word = after_mark = False
    for span in spans:
        for seen, written in _pieces(span, command):
            is_marked = written[0] in "*`"
            touches = (after_word and is_marked) or (after_mark and seen[0].isalnum())
            drawn.append(_ZERO_WIDTH + written if touches else written)
            after_mark = is_marked and written[-1] in "*`"
            after_word = seen[-1].isalnum()
    return drawn


def _pieces(span: Span, command: str) -> Iterator[tuple[str, str]]:
    """What is seen, and how it is written; never empty."""
    match span:
        case Text(words):
            yield from _typed(words)
        case Bold(words):
            yield from _bold(words)
        case Code(line):
            yield from _code(f"/{command} {one_line(line)}".rstrip())
        case Link(words, url):
            yield from _link(one_line(words), _address(url))
        case Mention(user, words):
            if _USER.fullmatch(user):
                yield f"@{words}", f"<@{user}>"
            else:
                yield from _typed(words)
        case When():
            yield from _typed(local_text(span))
        case _:
            assert_never(span)


def _typed(words: str) -> Iterator[tuple[str, str]]:
    for run in _runs(words):
        yield run, literal(run)


def _bold(words: str) -> Iterator[tuple[str, str]]:
    """Bold ends with its line, and knows no space inside its marks."""
    for run in _runs(words):
        inner = run.strip()
        if not inner:
            yield run, run
            continue
        before, _, after = run.partition(inner)
        yield run, f"{before}*{literal(inner)}*{after}"


def _runs(words: str) -> Iterator[str]:
    """Stretches of one line each, as long as a piece may be."""
    if 0 < len(words) <= LONGEST_PIECE and "\n" not in words:
        yield words
        return
    run = ""
    for word in _WORD.findall(words):
        if run and (len(run) + len(word) > LONGEST_PIECE or "\n" in run):
            yield run
            run = ""
        run += word
    if run:
        yield run


def _code(line: str) -> Iterator[tuple[str, str]]:
    for start in range(0, len(line), LONGEST_PIECE):
        part = line[start : start + LONGEST_PIECE]
        yield part, f"`{escape(part.translate(_BACKTICKS))}`"


def _link(words: str, address: str) -> Iterator[tuple[str, str]]:
    if not address:
        yield from _typed(words)
        return
    label = literal(words[:LONGEST_PIECE]).replace("|", "∣")
    yield words[:LONGEST_PIECE] or address, f"<{address}|{label}>" if label else f"<{address}>"
    yield from _typed(words[LONGEST_PIECE:])


def _address(url: str) -> str:
    """The address as Slack's link takes it; empty for what is no web address, or too long for a link."""
    try:
        known = urlsplit(url).scheme in ("http", "https", "mailto")
    except ValueError:
        known = False
    address = quote(url, safe=":/?#[]@!$&'()+,;=%", errors="replace").replace("&", "&amp;")
    return address if known and len(address) <= LONGEST_ADDRESS else ""
