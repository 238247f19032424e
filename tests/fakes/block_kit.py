"""Block Kit's rules for messages, as Slack's reference states them. The fake Slack refuses what breaks one; the
renderer's tests ask it directly.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, time
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
    "plain_text_input": {
        *("type", "action_id", "max_length", "dispatch_action_config", "placeholder", "initial_value", "multiline"),
    },
    "datepicker": {"type", "action_id", "placeholder", "initial_date"},
    "timepicker": {"type", "action_id", "placeholder", "initial_time"},
    "number_input": {"type", "action_id", "is_decimal_allowed", "initial_value", "min_value", "max_value"},
    "mrkdwn": {"type", "text", "verbatim"},
    "plain_text": {"type", "text", "emoji"},
}


def faults(blocks: Any) -> list[str]:
    """What Slack would refuse about a message's blocks; empty when it takes them."""
    return check_blocks(blocks, 50, "a message")


def refused_for(said: Json) -> Json | None:
    """Why Slack refuses a message; None when it takes it."""
    text = said.get("text")
    if not isinstance(text, str) or not text.strip():
        return {"error": "no_text"}
    if len(text) > 40_000:
        return {"error": "msg_too_long"}
    found = faults(said["blocks"]) if "blocks" in said else []
    return {"error": "invalid_blocks", "response_metadata": {"messages": found}} if found else None


def check_blocks(blocks: Any, most: int, where: str) -> list[str]:
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= most:
        return [f"{where} takes 1 to {most} blocks"]
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
        "header": lambda block, at: check_text(block.get("text"), f"{at}/text", 150, only="plain_text"),
        "context": lambda block, at: _each(block.get("elements"), at, 10, lambda one, at: check_text(one, at, 3000)),
        "actions": lambda block, at: _each(block.get("elements"), at, 25, _element),
        "divider": lambda block, at: iter(()),
        "input": _input,
    }
    if not isinstance(block, dict) or block.get("type") not in checks:
        yield f"{at}: no block of a message"
        return
    yield from _known_keys(block, at)
    yield from check_length(block.get("block_id", "b"), f"{at}/block_id", 255)
    yield from checks[block["type"]](block, at)


def _section(block: Json, at: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{at}: a section needs text or fields"
    if "text" in block:
        yield from check_text(block["text"], f"{at}/text", 3000)
    if "fields" in block:
        yield from _each(block["fields"], f"{at}/fields", 10, lambda one, at: check_text(one, at, 2000))
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory")


def _input(block: Json, at: str) -> Iterator[str]:
    yield from check_text(block.get("label"), f"{at}/label", 2000, only="plain_text")
    if "hint" in block:
        yield from check_text(block["hint"], f"{at}/hint", 2000, only="plain_text")
    yield from _element(block.get("element"), f"{at}/element")


def _element(element: Any, at: str) -> Iterator[str]:
    checks = {
        "button": _button,
        "static_select": _select,
        "plain_text_input": _field,
        "datepicker": _day,
        "timepicker": _time,
        "number_input": _number,
    }
    if not isinstance(element, dict) or element.get("type") not in checks:
        yield f"{at}: no element we know"
        return
    yield from _known_keys(element, at)
    yield from check_length(element.get("action_id"), f"{at}/action_id", 255)
    yield from checks[element["type"]](element, at)


def _button(button: Json, at: str) -> Iterator[str]:
    yield from check_text(button.get("text"), f"{at}/text", 75, only="plain_text")
    yield from check_length(button.get("value"), f"{at}/value", 2000)
    if button.get("style", "primary") not in ("primary", "danger"):
        yield f"{at}/style: neither primary nor danger"


def _select(select: Json, at: str) -> Iterator[str]:
    yield from check_text(select.get("placeholder"), f"{at}/placeholder", 150, only="plain_text")
    yield from _each(select.get("options"), f"{at}/options", 100, _option)
    if "initial_option" in select and select["initial_option"] not in select["options"]:
        yield f"{at}/initial_option: none of the options"


def _option(option: Any, at: str) -> Iterator[str]:
    yield from check_text(option.get("text"), f"{at}/text", 75)
    yield from check_length(option.get("value"), f"{at}/value", 150)


def _field(field: Json, at: str) -> Iterator[str]:
    if len(field.get("initial_value", "")) > field.get("max_length", 3000):
        yield f"{at}/initial_value: longer than the field takes"
    if not 1 <= field.get("max_length", 1) <= 3000:
        yield f"{at}/max_length: not within 1 to 3000"
    triggers = field.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
    if not triggers or set(triggers) - {"on_enter_pressed", "on_character_entered"}:
        yield f"{at}/dispatch_action_config: an unknown trigger"


def _day(picker: Json, at: str) -> Iterator[str]:
    if "initial_date" in picker and not _reads(date.fromisoformat, picker["initial_date"], "%Y-%m-%d"):
        yield f"{at}/initial_date: no day"


def _time(picker: Json, at: str) -> Iterator[str]:
    if "initial_time" in picker and not _reads(time.fromisoformat, picker["initial_time"], "%H:%M"):
        yield f"{at}/initial_time: no time of day"


def _reads(read: Callable[[str], date | time], value: Any, shape: str) -> bool:
    try:
        return bool(read(value).strftime(shape) == value)
    except (TypeError, ValueError):
        return False


def _number(field: Json, at: str) -> Iterator[str]:
    if not isinstance(field.get("is_decimal_allowed"), bool):
        yield f"{at}/is_decimal_allowed: not said"
    least, value, most = (field.get(key) for key in ("min_value", "initial_value", "max_value"))
    known = [float(number) for number in (least, value, most) if number is not None]
    if known != sorted(known):
        yield f"{at}: the smallest, the first and the largest number do not fit together"


def _each(things: Any, at: str, most: int, check: Callable[[Any, str], Iterator[str]]) -> Iterator[str]:
    if not isinstance(things, list) or not 1 <= len(things) <= most:
        yield f"{at}: takes 1 to {most}"
        return
    for number, thing in enumerate(things):
        yield from check(thing, f"{at}/{number}")


def check_text(text: Any, at: str, most: int, *, only: str = "") -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ({only} if only else {"mrkdwn", "plain_text"}):
        yield f"{at}: no {only or 'text object'}"
        return
    yield from _known_keys(text, at)
    yield from check_length(text.get("text"), at, most)


def check_length(words: Any, at: str, most: int) -> Iterator[str]:
    if not isinstance(words, str) or not words.strip() or len(words) > most:
        yield f"{at}: takes 1 to {most} characters"


def _known_keys(drawn: Json, at: str) -> Iterator[str]:
    if unknown := drawn.keys() - _KEYS[drawn["type"]]:
        yield f"{at}: unknown keys {sorted(unknown)}"
