"""The part of the strict local Slack that shows views: modals opened by a trigger that is good for three seconds and
once, updates that a hash guards, Home tabs; and the way of a filled-in modal to the mentor.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from tests.fakes.block_kit import Json
from tests.fakes.view_kit import view_faults


class SlackViews:
    """What people see in windows and on Home."""

    def __init__(self, people: Mapping[str, str]) -> None:
        self._people = people
        self._numbers = count(1)
        self._triggers: dict[str, str] = {}
        self.modals: dict[str, list[Json]] = {}
        """By view id, every state of each window, the last one last."""
        self.homes: dict[str, list[Json]] = {}
        """By user id, every Home that was published."""

    def trigger(self, *, expired: bool = False) -> str:
        """A new trigger, as it comes with a press."""
        name = f"{next(self._numbers)}.2.trigger"
        self._triggers[name] = "trigger_expired" if expired else ""
        return name

    def window(self) -> Json:
        """The only window there is, as it looks now."""
        [states] = self.modals.values()
        return states[-1]

    def methods(self) -> Mapping[str, Callable[[Json], Json]]:
        return {"views.open": self._open, "views.update": self._update, "views.publish": self._publish}

    def _open(self, asked: Json) -> Json:
        trigger = asked.get("trigger_id", "")
        if error := self._triggers.get(trigger, "invalid_trigger_id"):
            return {"ok": False, "error": error}
        if refused := _refused(asked.get("view"), "modal"):
            return refused
        self._triggers[trigger] = "trigger_exchanged"
        view_id = f"V{next(self._numbers)}"
        self.modals[view_id] = []
        return self._shown(self.modals[view_id], view_id, asked["view"])

    def _update(self, asked: Json) -> Json:
        states = self.modals.get(asked.get("view_id", ""))
        if states is None:
            return {"ok": False, "error": "not_found"}
        return _refused(asked.get("view"), "modal") or self._newer(states, asked["view_id"], asked)

    def _publish(self, asked: Json) -> Json:
        if asked.get("user_id") not in self._people:
            return {"ok": False, "error": "user_not_found"}
        states = self.homes.setdefault(asked["user_id"], [])
        return _refused(asked.get("view"), "home") or self._newer(states, f"VH{asked['user_id']}", asked)

    def _newer(self, states: list[Json], view_id: str, asked: Json) -> Json:
        if "hash" in asked and (not states or states[-1]["hash"] != asked["hash"]):
            return {"ok": False, "error": "hash_conflict"}
        return self._shown(states, view_id, asked["view"])

    def _shown(self, states: list[Json], view_id: str, view: Json) -> Json:
        states.append({**view, "id": view_id, "hash": f"{next(self._numbers)}.hash"})
        return {"ok": True, "view": states[-1]}


def _refused(view: Any, kind: str) -> Json:
    found = view_faults(view) if isinstance(view, dict) and view.get("type") == kind else [f"no {kind}"]
    error = "view_too_large" if found == ["view_too_large"] else "invalid_arguments"
    return {"ok": False, "error": error, "response_metadata": {"messages": found}} if found else {}


_FILLED = {"datepicker": "selected_date", "timepicker": "selected_time"}


def filled_in(view: Json, filled: Mapping[str, str]) -> Json:
    """The state of a window's fields: as they stood, or as `filled` says by name ("" empties one). An option is named
    by its words or its value. Fails for a field that is not there, and for one left empty that must not be.
    """
    fields = {block["block_id"].split(":")[2]: block for block in view["blocks"] if block["type"] == "input"}
    assert filled.keys() <= fields.keys(), (filled, list(fields))
    values = {}
    for name, block in fields.items():
        element = block["element"]
        value = _value(element, filled.get(name))
        assert block.get("optional") or any(value.values()), f"Slack lets nobody leave {name} empty"
        values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **value}}
    return values


def _value(element: Json, said: str | None) -> Json:
    if element["type"] == "static_select":
        options = [one for one in element["options"] if said in (one["text"]["text"], one["value"])]
        return {"selected_option": element.get("initial_option") if said is None else next(iter(options), None)}
    key = _FILLED.get(element["type"], "value")
    initial = element.get(f"initial_{key.removeprefix('selected_')}")
    return {key: initial if said is None else said or None}


def submission_faults(view: Json, told: Json) -> list[str]:
    """What Slack would refuse of the answer to a submitted window; it then says that it had some trouble."""
    match told:
        case {"response_action": "errors", "errors": dict(errors)} if errors:
            return list(_error_faults(view, errors))
        case {"response_action": "update", "view": {"type": "modal"} as shown}:
            return view_faults(shown)
        case {"response_action": "clear"}:
            return []
        case _:
            return [f"no answer to a submission: {sorted(told)}"]


def _error_faults(view: Json, errors: Mapping[str, Any]) -> Iterator[str]:
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    for block_id, words in errors.items():
        if block_id not in inputs:
            yield f"no field {block_id}"
        if not isinstance(words, str) or not words.strip():
            yield f"{block_id}: says nothing"
