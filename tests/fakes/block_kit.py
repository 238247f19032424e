"""Block Kit's rules for messages, as Slack's reference states them. The fake Slack refuses what breaks one; the
renderer's tests ask it directly.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

_KEYS = {
    "section": {"type", "block_id", "text", "fields", "accessory"},
    "header": {"type", "block_id", "text"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "divider": {"type", "block_id"},
    "input": {"type", "block_id", "label", "element", "dispatch_action", "hint", "optional"},
    "button": {"type", "action_id", "text", "value", "style", "url", "confirm", "accessibility_label"},
    "static_select": {"type", "action_id", "placeholder", "options", "initial_option"},
    "plain_text_input": {"type", "action_id", "max_length", "dispatch_action_config", "placeholder", "initial_value"},
    "mrkdwn": {"type", "text", "verbatim"},
    "plain_text": {"type", "text", "emoji"},
}


def faults(blocks: Any) -> list[str]:
    """What Slack would refuse about a message's blocks; empty when it takes them."""
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= 50:
        return ["a message takes 1 to 50 blocks"]
    found = [fault for number, block in enumerate(blocks) for fault in _block(block, f"blocks/{number}")]
    return found + list(_repeated(blocks, "action_id")) + list(_repeated(blocks, "block_id"))


def _repeated(drawn: Any, key: str) -> Iterator[str]:
    for value, times in Counter(every(drawn, key)).items():
        if times > 1:
            yield f"the {key} {value!r} stands {times} times"


def every(drawn: Any, key: str) -> Iterator[Any]:
    """The values of a key, wherever it stands."""
    for inner in drawn.values() if isinstance(drawn, dict) else drawn if isinstance(drawn, list) else ():
        yield from every(inner, key)
    if isinstance(drawn, dict) and key in drawn:
        yield drawn[key]


def _block(block: Any, at: str) -> Iterator[str]:
    checks: dict[str, Callable[[Json, str], Iterator[str]]] = {
        "section": _section,
        "header": lambda block, at: _text(block.get("text"), f"{at}/text", 150, only="plain_text"),
        "context": lambda block, at: _each(block.get("elements"), at, 10, lambda one, at: _text(one, at, 3000)),
        "actions": lambda block, at: _each(block.get("elements"), at, 25, _element),
        "divider": lambda block, at: iter(()),
        "input": _input,
    }
    if not isinstance(block, dict) or block.get("type") not in checks:
        yield f"{at}: no block of a message"
        return
    yield from _known_keys(block, at)
    yield from _length(block.get("block_id", "b"), f"{at}/block_id", 255)
    yield from checks[block["type"]](block, at)


def _section(block: Json, at: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{at}: a section needs text or fields"
    if "text" in block:
        yield from _text(block["text"], f"{at}/text", 3000)
    if "fields" in block:
        yield from _each(block["fields"], f"{at}/fields", 10, lambda one, at: _text(one, at, 2000))
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory")


def _input(block: Json, at: str) -> Iterator[str]:
    yield from _text(block.get("label"), f"{at}/label", 2000, only="plain_text")
    if "hint" in block:
        yield from _text(block["hint"], f"{at}/hint", 2000, only="plain_text")
    yield from _element(block.get("element"), f"{at}/element")


def _element(element: Any, at: str) -> Iterator[str]:
    checks = {"button": _button, "static_select": _select, "plain_text_input": _field}
    if not isinstance(element, dict) or element.get("type") not in checks:
        yield f"{at}: no element we know"
        return
    yield from _known_keys(element, at)
    yield from _length(element.get("action_id"), f"{at}/action_id", 255)
    yield from checks[element["type"]](element, at)


def _button(button: Json, at: str) -> Iterator[str]:
    yield from _text(button.get("text"), f"{at}/text", 75, only="plain_text")
    yield from _length(button.get("value"), f"{at}/value", 2000)
    if button.get("style", "primary") not in ("primary", "danger"):
        yield f"{at}/style: neither primary nor danger"


def _select(select: Json, at: str) -> Iterator[str]:
    yield from _text(select.get("placeholder"), f"{at}/placeholder", 150, only="plain_text")
    yield from _each(select.get("options"), f"{at}/options", 100, _option)
    if "initial_option" in select and select["initial_option"] not in select["options"]:
        yield f"{at}/initial_option: none of the options"


def _option(option: Any, at: str) -> Iterator[str]:
    yield from _text(option.get("text"), f"{at}/text", 75)
    yield from _length(option.get("value"), f"{at}/value", 150)


def _field(field: Json, at: str) -> Iterator[str]:
    if not 1 <= field.get("max_length", 1) <= 3000:
        yield f"{at}/max_length: not within 1 to 3000"
    triggers = field.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
    if not triggers or set(triggers) - {"on_enter_pressed", "on_character_entered"}:
        yield f"{at}/dispatch_action_config: an unknown trigger"


def _each(things: Any, at: str, most: int, check: Callable[[Any, str], Iterator[str]]) -> Iterator[str]:
    if not isinstance(things, list) or not 1 <= len(things) <= most:
        yield f"{at}: takes 1 to {most}"
        return
    for number, thing in enumerate(things):
        yield from check(thing, f"{at}/{number}")


def _text(text: Any, at: str, most: int, *, only: str = "") -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ({only} if only else {"mrkdwn", "plain_text"}):
        yield f"{at}: no {only or 'text object'}"
        return
    yield from _known_keys(text, at)
    yield from _length(text.get("text"), at, most)


def _length(words: Any, at: str, most: int) -> Iterator[str]:
    if not isinstance(words, str) or not words.strip() or len(words) > most:
        yield f"{at}: takes 1 to {most} characters"


def _known_keys(drawn: Json, at: str) -> Iterator[str]:
    if unknown := drawn.keys() - _KEYS[drawn["type"]]:
        yield f"{at}: unknown keys {sorted(unknown)}"
