"""How the neutral message looks in Slack, block by block."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.slack.fitting import clipped
from adapters.slack.heard import as_typed
from adapters.slack.render import fallback, render
from adapters.slack.spans import pieces
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
    Input,
    Link,
    Mention,
    Message,
    Paragraph,
    Progress,
    Span,
    Table,
    Text,
    When,
    text,
)
from tests.fakes.block_kit import faults

NOON = datetime(2026, 12, 2, 17, 15, tzinfo=UTC)


def draw(*blocks: Block, command: str = "mentor") -> list[dict[str, Any]]:
    """The blocks of a message below its title."""
    drawn = render(Message("Title", blocks), command=command)
    assert faults(drawn) == []
    return drawn[1:]


def mrkdwn(*spans: Span) -> str:
    return "".join(pieces(spans))


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (Text("plain words"), "plain words"),
        (Text("a < b & c > d"), "a &lt; b &amp; c \u00ad&gt; d"),
        (Text("<!channel> <@U1> <#C1>"), "&lt;!channel&gt; &lt;@U1&gt; &lt;#C1&gt;"),
        (Text("&lt;!channel&gt;"), "&amp;lt;!channel&amp;gt;"),
        (Text("*b* _i_ ~s~ `c`"), "∗b∗ ˍiˍ ∼s∼ ˋcˋ"),
        (Text("> quoted"), "\u00ad&gt; quoted"),
        (Bold("Next step"), "*Next step*"),
        (Bold(" spaced "), " *spaced* "),
        (Bold("two\nlines"), "*two*\n*lines*"),
        (Bold("a*b"), "*a∗b*"),
        (Bold(" "), " "),
        (Code("coach on"), "`/mentor coach on`"),
        (Code(""), "`/mentor`"),
        (Code("say `hi` <now>"), "`/mentor say ˋhiˋ &lt;now&gt;`"),
        (Link("BLS", "https://bls.gov/a?b=1&c=2"), "<https://bls.gov/a?b=1&amp;c=2|BLS>"),
        (Link("a|b>c", "https://e.org/|>"), "<https://e.org/%7C%3E|a∣b&gt;c>"),
        (Link("", "https://e.org"), "<https://e.org>"),
        (Link("run", "javascript:alert(1)"), "run"),
        (Mention("U0SAMPLE1", "Sample member 1"), "<@U0SAMPLE1>"),
        (Mention("29:1abc", "<Sample>"), "&lt;Sample&gt;"),
        (Mention("!channel", "everyone"), "everyone"),
        (When(NOON, "America/New_York"), "Wed 2 Dec 2026, 12:15"),
        (When(NOON, "Asia/Tokyo", "day"), "Thu 3 Dec 2026"),
    ],
    ids=str,
)
def test_a_span_is_written_so(span: Span, written: str) -> None:
    assert mrkdwn(span) == written


def test_marks_that_touch_a_word_still_work() -> None:
    assert mrkdwn(Text("the "), Bold("3"), Text("rd time")) == "the *3*\u200brd time"
    assert mrkdwn(Text("say"), Code("home"), Text(".")) == "say\u200b`/mentor home`."
    assert mrkdwn(Bold("a"), Bold("b")) == "*a*\u200b*b*"


def test_an_answer_opens_with_its_title() -> None:
    [title, *_] = render(Message("Do I need a degree?", (Paragraph(text("No.")),)))
    assert title == {"type": "header", "text": {"type": "plain_text", "text": "Do I need a degree?", "emoji": False}}


def test_a_title_too_long_for_a_header_is_shown_whole() -> None:
    title = "word " * 60
    [drawn] = render(Message(title))
    assert drawn["type"] == "section"
    assert drawn["text"]["text"].replace("*", "").split() == title.split()


def test_what_is_sent_unasked_opens_with_its_blocks() -> None:
    message = Message("Ask for the report", (Paragraph(text("Ask for it.")),), discreet="Your weekly note is ready")
    assert [block["type"] for block in render(message)] == ["section"]
    assert fallback(message, unasked=True) == "Your weekly note is ready"
    assert fallback(message) == "Ask for the report"
    assert render(Message("Only a title", discreet="Quiet"))[0]["text"]["text"] == "Only a title"


def test_a_title_cannot_ping() -> None:
    message = Message("<!channel> <@U0SAMPLE1> R&D")
    assert render(message)[0]["text"]["text"] == "<\u2060!channel> <\u2060@U0SAMPLE1> R&D"
    assert fallback(message) == "&lt;!channel&gt; &lt;@U0SAMPLE1&gt; R&amp;D"


def test_paragraphs_are_sections_and_remarks_are_context() -> None:
    loud, quiet = draw(Paragraph(text("Read this.")), Paragraph(text("Source: BLS."), quiet=True))
    assert loud["text"] == {"type": "mrkdwn", "text": "Read this.", "verbatim": True}
    assert quiet["type"] == "context"
    assert quiet["elements"][0]["text"] == "Source: BLS."


def test_points_stand_on_lines_of_their_own() -> None:
    items = (text("first"), (Bold("second"),))
    assert draw(Bullets(items))[0]["text"]["text"] == "• first\n• *second*"
    assert draw(Bullets(items, numbered=True))[0]["text"]["text"] == "1. first\n2. *second*"


def test_facts_are_fields_ten_to_a_section() -> None:
    drawn = draw(Facts(tuple((f"Name {number}", text(f"value {number}")) for number in range(12))))
    assert [len(section["fields"]) for section in drawn] == [10, 2]
    assert drawn[0]["fields"][0]["text"] == "*Name 0*\nvalue 0"


def test_a_bar_comes_with_its_figures() -> None:
    assert draw(Progress("Actions", 3, 7))[0]["text"]["text"] == "*Actions*  3 / 7\n■■■□□□□"
    assert draw(Progress("Actions", 0, 0))[0]["text"]["text"] == "*Actions*  0 / 0"


def test_a_table_is_rows_that_fit_a_phone() -> None:
    rows = ((text("Billing"), text("3 of 8")), (text("Team"), (Bold("all"),)))
    [drawn] = draw(Table(("Step", "Done"), rows))
    assert drawn["text"]["text"] == "Step: *Billing* · Done: 3 of 8\nStep: *Team* · Done: *all*"
    [drawn] = draw(Table(("Step", "Done", "Due"), ((text("Billing"), (), text("Friday")),)))
    assert drawn["text"]["text"] == "Step: *Billing* · Due: Friday"


def test_buttons_are_commands_with_ids_of_their_own() -> None:
    first, second = draw(
        Buttons((Button("Done", "done a-17", "primary"), Button("Later", "later a-17"))),
        Buttons((Button("Stop", "coach off", "danger"),)),
    )
    assert [element["value"] for element in first["elements"]] == ["done a-17", "later a-17"]
    assert [element.get("style") for element in first["elements"]] == ["primary", None]
    assert second["elements"][0]["style"] == "danger"
    assert [element["action_id"] for block in (first, second) for element in block["elements"]] == ["c:0", "c:1", "c:2"]


def test_many_buttons_take_several_rows_and_long_labels_end_in_an_ellipsis() -> None:
    drawn = draw(Buttons(tuple(Button("a label " * 20, f"done {number}") for number in range(60))))
    assert [len(block["elements"]) for block in drawn] == [25, 25, 10]
    label = drawn[0]["elements"][0]["text"]["text"]
    assert label.endswith("…")
    assert len(label) <= 75


def test_a_choice_shows_what_is_true_now() -> None:
    days = (Button("Monday", "coach day mon"), Button("Tuesday", "coach day tue"))
    [drawn] = draw(Choice("Your day", days, chosen="coach day tue"))
    assert drawn["text"]["text"] == "*Your day*"
    assert drawn["accessory"]["initial_option"]["value"] == "coach day tue"
    assert "initial_option" not in draw(Choice("Your day", days))[0]["accessory"]


def test_a_choice_of_long_commands_becomes_buttons() -> None:
    long = tuple(Button(f"Answer {number}", f"start {'role=biller ' * 14}last={number}") for number in range(3))
    label, buttons = draw(Choice("Which?", long))
    assert label["text"]["text"] == "*Which?*"
    assert [element["value"] for element in buttons["elements"]] == [option.command for option in long]


def test_a_field_answers_to_enter_and_to_its_button() -> None:
    field, submit = draw(Input("What changed?", "result", hint="One line, no patients", button="Keep"))
    assert field["dispatch_action"] is True
    assert field["block_id"] == "i:0:result"
    assert field["hint"]["text"] == "One line, no patients"
    assert submit["elements"][0]["text"]["text"] == "Keep"
    assert submit["elements"][0]["value"] == "result"


def test_a_divider_divides_and_the_command_word_is_the_operators() -> None:
    divider, said = draw(Divider(), Paragraph((Code("home"),)), command="career")
    assert divider == {"type": "divider"}
    assert said["text"]["text"] == "`/career home`"


def test_a_long_paragraph_flows_into_the_next_section() -> None:
    drawn = draw(Paragraph(text("word " * 1_500)))
    assert len(drawn) == 3
    assert sum(len(section["text"]["text"].split()) for section in drawn) == 1_500


def test_a_message_beyond_all_limits_says_that_it_is_cut() -> None:
    for blocks in ((Paragraph(text("word " * 3_000)),), (Paragraph(text("one")),) * 60):
        for marks, shown in ((Marks(cut="<The rest> is left out"), "&lt;The rest&gt; is left out"), (Marks(), "…")):
            drawn = render(Message("Much", blocks, marks=marks))
            assert drawn[-1]["elements"][0]["text"] == shown
    assert "…" not in str(render(Message("Much", (Paragraph(text("one")),) * 49)))


def test_words_are_cut_behind_a_word() -> None:
    assert clipped("one two three", 13) == "one two three"
    assert clipped("one two three", 10) == "one two…"
    assert clipped("x" * 20, 10) == "x" * 9 + "…"


def test_slacks_own_writing_is_read_as_it_was_typed() -> None:
    assert as_typed("see <https://e.org/a|e.org/a>, <mailto:a@b.c|a@b.c> or <https://e.org>") == (
        "see e.org/a, a@b.c or https://e.org"
    )
    assert as_typed("&amp;lt; &lt;b&gt; &amp;") == "&lt; <b> &"
    assert as_typed("<@U0MENTOR1> <!channel> <#C1|x>") == "<@U0MENTOR1> <!channel> <#C1|x>"
