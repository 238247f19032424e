"""Where a member starts: six answers and the pack's rules → a step and why. `start` asks; nothing here is stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from content.pack import MetWhen, Placement

LAST_STEP = 7


@dataclass(frozen=True, slots=True)
class Placed:
    """The step to start on, and the sentences of the rules that led there."""

    step: int
    because: tuple[str, ...]


def place(answers: Mapping[str, str], placement: Placement) -> Placed:
    """The first step whose rule is not met, unless a rule of `straight_to` decides at once.

    `answers` maps the ids of questions to the ids of choices; a question left out meets nothing.
    """
    for rule in placement.straight_to:
        if _holds(rule, answers):
            return Placed(rule.step, (rule.because,))
    met = {rule.step: rule.because for rule in placement.met_when if _holds(rule, answers)}
    step = next((number for number in range(1, LAST_STEP) if number not in met), LAST_STEP)
    return Placed(step, tuple(met[number] for number in range(1, step)))


def _holds(rule: MetWhen, answers: Mapping[str, str]) -> bool:
    return any(all(answers.get(question) in fits for question, fits in line.items()) for line in rule.any_of)
