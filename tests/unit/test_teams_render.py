"""The Adaptive Card of a message: what is drawn, what is escaped, what stands for what when pressed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.teams.actions import Place
from adapters.teams.fitting import LIMIT
from adapters.teams.render import cards, render, summary
from adapters.teams.submitted import command_line
from bot.form import Field, Form
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
    Table,
    Text,
    When,
    text,
)


def body(*blocks: Block) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = render(Message("A title", blocks))["body"][1:]
    return elements


def field_of(block: Block) -> tuple[dict[str, Any], dict[str, Any]]:
    """A field and its button."""
    beside, submit = (column["items"][0] for column in only(block)["columns"])
    return beside, submit["actions"][0]


def only(block: Block) -> dict[str, Any]:
    [element] = body(block)
    return element


def test_a_card_names_its_version_and_says_its_point_without_being_drawn() -> None:
    card = render(Message("You are on step 2"))
    assert (card["type"], card["version"], card["fallbackText"]) == ("AdaptiveCard", "1.5", "You are on step 2")
    assert card["body"][0]["text"] == "You are on step 2"
    assert card["body"][0]["style"] == "heading"


def test_what_is_sent_unasked_opens_with_its_blocks_and_notifies_discreetly() -> None:
    message = Message("List your courses", (Paragraph(text("Hello")),), discreet="Your weekly note is ready")
    assert summary(message) == "Your weekly note is ready"
    assert "List your courses" not in json.dumps(render(message))


def test_spans_become_runs_that_know_no_markup() -> None:
    noon = datetime(2026, 12, 2, 17, 15, tzinfo=UTC)
    spans = (Text("*a* "), Bold("b"), Code("coach on"), Mention("U1", "Ann"), When(noon, "America/New_York"))
    runs = only(Paragraph(spans))["inlines"]
    assert [run["text"] for run in runs] == ["*a* ", "b", "coach on", "Ann", "Wed 2 Dec 2026, 12:15"]
    assert [run.get("weight") for run in runs] == [None, "Bolder", None, "Bolder", None]
    assert runs[2]["fontType"] == "Monospace"


def test_a_text_with_a_link_is_markdown_with_everything_else_escaped() -> None:
    spans = (Text("1. see *this* <at>all</at> "), Link("a [page]", "https://example.org/a b(c)"), Bold("now"))
    element = only(Paragraph(spans, quiet=True))
    assert element["text"] == (
        r"1\. see \*this\* \<at\>all\</at\> [a \[page\]](https://example.org/a%20b%28c%29)**now**"
    )
    assert element["isSubtle"] is True


def test_words_that_begin_far_in_are_no_code_block() -> None:
    assert only(Paragraph((Text("    far in "), Link("page", "https://example.org"))))["text"].startswith("far in ")


def test_only_web_addresses_become_links() -> None:
    assert only(Paragraph((Link("press", "javascript:alert(1)"),)))["inlines"][0]["text"] == "press"


def test_no_words_become_a_date_template() -> None:
    assert "{{" not in json.dumps(render(Message("{{DATE(2017-02-14T06:08:39Z)}}", (Paragraph(text("{{{")),))))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("# heading", r"\# heading"),
        ("- point", r"\- point"),
        ("2) second", r"2\) second"),
        ("a-b + c", "a-b + c"),
        ("back\\slash", r"back\\slash"),
        ("R&amp;D", r"R\&amp;D"),
        ("**loud**", r"\*\*loud\*\*"),
    ],
)
def test_titles_are_escaped(words: str, shown: str) -> None:
    assert render(Message(words))["body"][0]["text"] == shown


def test_bullets_carry_their_marks() -> None:
    items = (text("first"), text("second"))
    assert [element["inlines"][0]["text"] for element in body(Bullets(items))] == ["• ", "• "]
    assert [element["inlines"][0]["text"] for element in body(Bullets(items, numbered=True))] == ["1. ", "2. "]


def test_facts_stand_side_by_side() -> None:
    element = only(Facts((("Step", text("2 of 7")), ("Empty", ()))))
    assert element["facts"] == [{"title": "Step", "value": "2 of 7"}, {"title": "Empty", "value": "–"}]


def test_progress_is_told_in_marks_and_numbers() -> None:
    runs = only(Progress("Step 2", 3, 7))["inlines"]
    assert "".join(run["text"] for run in runs) == "Step 2  ■■■□□□□  3 / 7"
    runs = only(Progress("Step 2", 0, 0))["inlines"]
    assert "".join(run["text"] for run in runs) == "Step 2  0 / 0"


def test_a_table_loses_no_fact_where_tables_are_unknown() -> None:
    rows = ((text("CMM"), text("48 hours")), (text("CPPM"), (Link("36", "https://example.org"),)))
    table = only(Table(("Certificate", "Needs"), rows))
    fallback = json.dumps(table["fallback"])
    assert all(words in fallback for words in ("Certificate: ", "CMM", "Needs: ", "48 hours", "CPPM", "36"))
    assert [len(row["cells"]) for row in table["rows"]] == [2, 2, 2]


def test_a_wide_table_is_lines_that_a_phone_can_show() -> None:
    element = only(Table(tuple("ABCDE"), (tuple(text(cell) for cell in ("one", "two", "", "four", "five")),)))
    assert element["type"] == "RichTextBlock"
    assert "".join(run["text"] for run in element["inlines"]) == "A: one; B: two; D: four; E: five"


def test_a_button_sends_its_command() -> None:
    element = only(Buttons((Button("Done", "done a-17", style="primary"), Button("Stop", "stop", style="danger"))))
    assert [command_line(action["data"]) for action in element["actions"]] == ["done a-17", "stop"]
    assert [action["style"] for action in element["actions"]] == ["positive", "destructive"]


def test_a_press_is_answered_in_place_and_older_clients_send_a_message() -> None:
    [action] = only(Buttons((Button("Done", "done a-17", style="primary"),)))["actions"]
    assert (action["type"], action["verb"], action["data"]) == ("Action.Execute", "say", {"command": "done a-17"})
    assert action["fallback"] == {
        "type": "Action.Submit",
        "title": "Done",
        "data": {"command": "done a-17"},
        "style": "positive",
    }


def test_a_button_opens_a_dialog_where_dialogs_can_be_opened() -> None:
    message = Message("", (Buttons((Button("Pick a day", "plan a-17", opens=True),)),))
    for place, kind, data in (
        (Place(), "Action.Submit", {"command": "plan a-17", "msteams": {"type": "task/fetch"}}),
        (Place(opens=False), "Action.Execute", {"command": "plan a-17"}),
        (Place(is_dialog=True), "Action.Submit", {"command": "plan a-17"}),
    ):
        [action] = render(message, place)["body"][0]["actions"]
        assert (action["type"], action["data"]) == (kind, data)


def test_the_form_of_a_message_has_a_button_of_its_own() -> None:
    form = Form("Plan it", "plan a-17", "Fill it in", "Save", "plan a-17 Thursday", (Field("day", "Day"),))
    message = Message("When?", form=form)
    assert render(message)["body"][-1]["actions"][0]["title"] == "Fill it in"
    assert len(render(message, Place(opens=False))["body"]) == 1


def test_what_is_too_long_for_one_card_is_spread_over_several_that_say_so() -> None:
    much = [Paragraph(text(f"{number} " + "word " * 500)) for number in range(25)]
    several = cards(
        Message("Much", (*much, Buttons((Button("Next", "next"),))), marks=Marks(part="Part {number} of {total}"))
    )
    assert len(several) == 3
    assert [card["body"][0]["inlines"][0]["text"] for card in several] == [f"Part {n} of 3" for n in (1, 2, 3)]
    assert all(f'"{number} word' in json.dumps(several) for number in range(25))
    assert several[-1]["body"][-1]["actions"][0]["title"] == "Next"
    assert len(cards(Message("Little", (Paragraph(text("word")),)))) == 1


def test_what_is_too_long_for_four_cards_says_that_it_is_cut() -> None:
    several = cards(Message("Much", (*[Paragraph(text("word " * 900))] * 60, Buttons((Button("Next", "next"),)))))
    assert len(several) == 4
    assert '"…"' in json.dumps(several[-1], ensure_ascii=False)
    assert several[-1]["body"][-1]["actions"][0]["title"] == "Next"


def test_questions_stand_whole_one_below_the_other() -> None:
    asked = "Do I need a *degree* to become a manager?"
    question, buttons = body(Buttons((Button(asked, "faq degree-needed"), Button("Not this", "b"), Button("Or", "c"))))
    assert question["items"][0]["text"] == asked.replace("*", r"\*")
    assert question["items"][0]["wrap"] is True
    assert command_line(question["selectAction"]["data"]) == "faq degree-needed"
    assert [action["title"] for action in buttons["actions"]] == ["Not this", "Or"]


def test_more_buttons_than_a_row_holds_make_a_second_row() -> None:
    many = Buttons(tuple(Button(str(number), f"step {number}") for number in range(7)))
    assert [len(element["actions"]) for element in body(many)] == [6, 1]


def test_a_row_of_buttons_is_no_wider_than_a_card() -> None:
    labels = ("Done", "Smaller step", "Not this week", "More", "Change day, hour or topics", "Pause until a date")
    rows = body(Buttons(tuple(Button(label, "next") for label in labels)))
    assert [[action["title"] for action in row["actions"]] for row in rows] == [
        ["Done", "Smaller step", "Not this week", "More"],
        ["Change day, hour or topics"],
        ["Pause until a date"],
    ]


def test_a_choice_sends_the_command_of_its_option() -> None:
    options = (Button("Monday", "coach day monday"), Button("Tuesday", "coach day tuesday"))
    field, submit = field_of(Choice("Day", options, chosen="coach day monday"))
    assert (field["label"], field["value"]) == ("Day", "coach day monday")
    sent = {**submit["data"], field["id"]: field["choices"][1]["value"]}
    assert command_line(sent) == "coach day tuesday"


def test_the_button_beside_a_list_is_in_the_readers_language() -> None:
    choice = Choice("Day", (Button("Monday", "coach day monday"),))
    for marks, shown in ((Marks(pick="Elegir"), "Elegir"), (Marks(), "→")):
        [field] = render(Message("", (choice,), marks=marks))["body"]
        assert field["columns"][1]["items"][0]["actions"][0]["title"] == shown


def test_fields_of_one_card_never_share_an_id() -> None:
    choice = Choice("Day", (Button("Monday", "coach settings monday"),))
    elements = body(choice, Input("What?", "result"), choice)
    fields = [element["columns"][0]["items"][0]["id"] for element in elements]
    assert len(set(fields)) == 3


def test_a_choice_that_nothing_is_chosen_of_shows_nothing_chosen() -> None:
    field, _ = field_of(Choice("Day", (Button("Monday", "coach day monday"),), chosen="gone"))
    assert "value" not in field


def test_an_input_hands_its_words_to_its_command() -> None:
    field, submit = field_of(Input("What changed?", "result list-your-schooling", hint="One line", button="Keep"))
    assert (field["placeholder"], submit["title"]) == ("One line", "Keep")
    sent = {**submit["data"], field["id"]: "  fewer no-shows "}
    assert command_line(sent) == "result list-your-schooling fewer no-shows"


@pytest.mark.parametrize("value", [{}, {"command": 7}, {"command": None, "input": ["x"]}, {"input": "gone"}])
def test_what_is_not_ours_reads_as_an_empty_line(value: dict[str, Any]) -> None:
    assert command_line(value) == ""


def test_a_divider_separates_what_follows() -> None:
    elements = body(Paragraph(text("a")), Divider(), Paragraph(text("b")), Divider())
    assert [element.get("separator") for element in elements] == [None, True]


def test_too_much_is_left_out_and_said_while_buttons_stay() -> None:
    much = [Paragraph(text("word " * 500))] * 30
    marks, button = Marks(cut="The rest is left out."), Buttons((Button("Next", "next"),))
    card = render(Message("Much", (*much, button), marks=marks))
    assert len(json.dumps(card)) <= LIMIT
    assert "The rest is left out." in json.dumps(card)
    assert "The rest" not in json.dumps(render(Message("Much", (button,), marks=marks)))
    assert card["body"][-1]["type"] == "ActionSet"
