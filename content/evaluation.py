"""Measures how well a pack's questions are answered: rows of questions with the ids that are right, and a report.

`preceptor content eval FILE` calls it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from content.search import Answer, DidYouMean, Outcome, Searcher


class BadRow(ValueError):
    """Lines of a file that are no rows of an evaluation: a sentence each, with the line's number."""


class Row(BaseModel):
    """One question and what is right for it; further fields of a line are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)

    text: str = Field(min_length=1)
    expect: list[str]
    """Ids that are right as the first answer; empty where the question is outside what the mentor knows."""
    also: list[str] = []
    """Further ids that are right among the first three."""


@dataclass(frozen=True)
class Case:
    """A row and what came."""

    row: Row
    outcome: Outcome

    @property
    def outside(self) -> bool:
        return not self.row.expect

    @property
    def answered(self) -> bool:
        return isinstance(self.outcome, Answer)

    @property
    def first(self) -> bool:
        return bool(set(self.outcome.ids[:1]) & set(self.row.expect))

    @property
    def in_three(self) -> bool:
        return bool(set(self.outcome.ids) & {*self.row.expect, *self.row.also})

    @property
    def missed(self) -> bool:
        return self.answered if self.outside else not self.first


@dataclass(frozen=True)
class Evaluation:
    """What every row brought. Shares are between 0 and 1, and 0 where there is nothing to share."""

    cases: tuple[Case, ...]

    @property
    def inside(self) -> list[Case]:
        return [case for case in self.cases if not case.outside]

    @property
    def outside(self) -> list[Case]:
        return [case for case in self.cases if case.outside]

    @property
    def answers(self) -> list[Case]:
        return [case for case in self.cases if case.answered]

    @property
    def misses(self) -> list[Case]:
        return [case for case in self.cases if case.missed]

    @property
    def top_1(self) -> float:
        return _share(case.first for case in self.inside)

    @property
    def in_first_3(self) -> float:
        return _share(case.in_three for case in self.inside)

    @property
    def outside_answered(self) -> float:
        return _share(case.answered for case in self.outside)

    @property
    def precision(self) -> float:
        """Of all direct answers, those whose entry is right."""
        return _share(case.first for case in self.answers)

    @property
    def did_you_mean(self) -> float:
        """Of the questions that have an answer, those that brought a choice instead."""
        return _share(isinstance(case.outcome, DidYouMean) for case in self.inside)

    def report(self) -> str:
        """Plain text: the figures, then each miss with what came instead."""
        return "\n".join(
            [
                f"top-1            {self.top_1:7.1%}  of {len(self.inside)} questions that have an answer",
                f"in first 3       {self.in_first_3:7.1%}",
                f"did you mean     {self.did_you_mean:7.1%}",
                f"answers right    {self.precision:7.1%}  of {len(self.answers)} direct answers",
                f"outside answered {self.outside_answered:7.1%}  of {len(self.outside)} questions that have none",
                "",
                f"{len(self.misses)} misses{':' if self.misses else ''}",
                *map(_told, self.misses),
            ]
        )


def read_rows(lines: Iterable[str], known: Iterable[str]) -> list[Row]:
    """Reads JSON lines, passing over blank ones; `known` are the ids of the pack's entries.

    Raises BadRow with every line that is no row or names an id the pack lacks, and where there is no row.
    """
    ids = frozenset(known)
    read = [(number, _row(line, ids)) for number, line in enumerate(lines, 1) if line.strip()]
    faults = [f"line {number}: {row}" for number, row in read if isinstance(row, str)]
    if not read:
        faults.append("no row; expected a JSON object a line, with text and expect")
    if faults:
        raise BadRow("\n".join(faults))
    return [row for _, row in read if isinstance(row, Row)]


def evaluate(searcher: Searcher, rows: Sequence[Row]) -> Evaluation:
    return Evaluation(tuple(Case(row, searcher.search(row.text)) for row in rows))


def _row(line: str, known: Collection[str]) -> Row | str:
    """The row, or what is wrong with the line."""
    try:
        row = Row.model_validate_json(line)
    except ValidationError as fault:
        return "; ".join(_reason(error["loc"], error["msg"]) for error in fault.errors())
    if unknown := sorted({*row.expect, *row.also}.difference(known)):
        return f"the pack has no entry {', '.join(unknown)}"
    return row


def _reason(place: tuple[int | str, ...], message: str) -> str:
    return f"`{'.'.join(map(str, place))}`: {message}" if place else message


def _told(case: Case) -> str:
    wanted = " or ".join(case.row.expect) or "no answer"
    came = ", ".join(case.outcome.ids) or "nothing"
    return f"  {case.row.text}\n    wanted {wanted}; came {case.outcome.kind} ({case.outcome.score:.2f}): {came}"


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0
