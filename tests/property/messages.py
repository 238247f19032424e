"""Awkward messages for the renderers' property tests: every block and span, with markup, odd signs and great lengths.

Both platforms' renderers are held to them.
"""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.marks import Marks
from bot.message import (
    Block,
    Bold,
    Bullets,
    Button,
    Buttons,
    Choice,
    Code,
    Divider,
    Facts,
    File,
    Input,
    Link,
    Mention,
    Message,
    Paragraph,
    Progress,
    Span,
    Spans,
    Table,
    Text,
    When,
)

CUT = "Here it is cut, because no more fits"
MARKUP = (
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<@U0SAMPLE1>",
    "<#C1|general>",
    "<https://example.org|click>",
    "<!date^1^{date}|x>",
    "<at>everyone</at>",
    "&lt;!channel&gt;",
    "&amp;",
    "*bold*",
    "_slanted_",
    "~gone~",
    "`code`",
    "```",
    "> quoted",
    "[link](https://example.org)",
    "**strong**",
    "# heading",
    "{{DATE(2026-12-02)}}",
    "${name}",
    "1. first",
    "- point",
    "|",
    "\\",
    "100%",
    "%3C",
    "é🙂‍",
    "مرحبا",
    "\u202eabc\u202c",
    "\n",
    "\n\n",
    " ",
    "@channel",
)

snippets = st.one_of(
    st.sampled_from(MARKUP),
    st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=12),
    st.from_regex(r"[a-z]{1,9}", fullmatch=True),
)
words = st.lists(snippets, max_size=8).map(" ".join)
tight_words = st.lists(snippets, max_size=5).map("".join)
long_words = st.builds(lambda one, times: (one * times)[:4200], snippets, st.sampled_from((40, 400, 4000)))
texts = st.one_of(words, tight_words, long_words)
labels = st.one_of(words, st.just("A label " * 30))
commands = st.one_of(
    st.sampled_from(("", "home", "done a-17", "start role=biller degree=yes")),
    words.map(lambda said: f"not it none {said}"),
    long_words.map(lambda said: f"not it none {said}"),
)
zones = st.sampled_from(("America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
addresses = st.sampled_from(
    (
        "https://example.org/a?b=1&c=2",
        "https://example.org/|<>",
        "javascript:alert(1)",
        "",
        "https://[",
        "http://a b/*_~`",
    )
) | words.map(lambda path: f"https://example.org/{path}")
users = st.sampled_from(("U0SAMPLE1", "W0SAMPLE2", "U1", "29:1abc-DEF", "<!channel>", "u1", "")) | words

spans: st.SearchStrategy[Span] = st.one_of(
    texts.map(Text),
    texts.map(Bold),
    words.map(Code),
    st.builds(Link, words, addresses),
    st.builds(Mention, users, words),
    st.builds(When, instants, zones, st.sampled_from(("day", "moment"))),
)
lines: st.SearchStrategy[Spans] = st.lists(spans, max_size=4).map(tuple)
buttons = st.builds(Button, labels, commands, st.sampled_from(("plain", "primary", "danger")), st.booleans())


def _several(each: st.SearchStrategy[Button], most: int) -> st.SearchStrategy[tuple[Button, ...]]:
    few = st.lists(each, max_size=4).map(tuple)
    return few | st.builds(lambda one, times: (one,) * times, each, st.integers(20, most))


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    options = draw(_several(buttons, 130))
    chosen = draw(st.none() | commands | st.sampled_from([option.command for option in options] or [""]))
    return Choice(draw(labels), options, chosen)


blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, lines, st.booleans()),
    st.builds(Bullets, st.lists(lines, max_size=12).map(tuple), st.booleans()),
    st.builds(Facts, st.lists(st.tuples(labels, lines), max_size=12).map(tuple)),
    st.builds(Progress, labels, st.integers(-2, 30), st.integers(-1, 20)),
    st.builds(
        Table,
        st.lists(labels, max_size=4).map(tuple),
        st.lists(st.lists(lines, max_size=4).map(tuple), max_size=6).map(tuple),
    ),
    _several(buttons, 60).map(Buttons),
    choices(),
    st.builds(Input, labels, commands, words, st.sampled_from(("Save", "", "Keep this for later " * 5))),
    st.just(Divider()),
    st.builds(File, words, labels, commands),
)
# What a message may hold sixty times over: a list of 130 long choices in each would be megabytes of nothing new.
repeated: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, lines, st.booleans()),
    st.builds(Progress, labels, st.integers(-2, 30), st.integers(-1, 20)),
    st.lists(buttons, max_size=2).map(tuple).map(Buttons),
    st.builds(Input, labels, commands, words, st.just("Save")),
    st.just(Divider()),
)
messages = st.builds(
    Message,
    texts,
    st.one_of(
        st.lists(blocks, max_size=6).map(tuple),
        st.builds(lambda one, times: (one,) * times, repeated, st.integers(45, 60)),
    ),
    st.none() | words,
    st.just(Marks(CUT, "Take it")),
)
"""Messages that no command would make, and that no renderer may stumble over."""
