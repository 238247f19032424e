"""Block Kit's rules for modals and Home, as Slack's reference states them; those of blocks are in
`tests.fakes.block_kit`. The fake Slack refuses what breaks one; the tests of forms ask it directly.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.block_kit import Json, check_blocks, check_length, check_text

_KEYS = {
    "modal": {"type", "title", "blocks", "close", "submit", "private_metadata", "callback_id"},
    "home": {"type", "blocks", "private_metadata", "callback_id"},
}


def view_faults(view: Any) -> list[str]:
    """What Slack would refuse about a view; empty when it takes it."""
    if not isinstance(view, dict) or view.get("type") not in _KEYS:
        return ["neither a modal nor Home"]
    if len(json.dumps(view).encode()) > 250_000:
        return ["view_too_large"]
    found = check_blocks(view.get("blocks"), 100, "a view")
    if unknown := view.keys() - _KEYS[view["type"]]:
        found.append(f"unknown keys {sorted(unknown)}")
    if "private_metadata" in view and len(view["private_metadata"]) > 3000:
        found.append("private_metadata: more than 3000 characters")
    if "callback_id" in view:
        found += check_length(view["callback_id"], "callback_id", 255)
    return found + list(_frame(view) if view["type"] == "modal" else ())


def _frame(view: Json) -> Iterator[str]:
    for part in ("title", "submit", "close"):
        if part == "title" or part in view:
            yield from check_text(view.get(part), part, 24, only="plain_text")
    if "submit" not in view and any(block.get("type") == "input" for block in view.get("blocks", ())):
        yield "a modal with an input needs a button to submit it"
