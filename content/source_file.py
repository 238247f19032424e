"""Reads one YAML or Markdown file of a pack and remembers on which line everything stands. Used by `content.draft`.

Every plain word is text: an editor's `no`, 2024 or 2024-05-01 needs no quotes, and pydantic makes numbers of numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from content.faults import Fault

Location = tuple[str | int, ...]
"""The way to a value: names of fields and places in lists, as pydantic counts them."""

_FENCE = "---"
_CONTROL = re.compile(r"[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML cannot hold."""
_NULLS = {"null", "~"}


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way to say that no word is special


@dataclass(frozen=True)
class SourceFile:
    """A file that could be read."""

    path: str
    lines: tuple[str, ...]
    data: object
    """Nested dicts, lists and strings."""
    root: yaml.Node
    before: int = 0
    """Lines in front of the YAML (the fence of a Markdown file's front matter)."""
    body: tuple[str, int] | None = None
    """A Markdown file's field for the text below the front matter, and the line it begins on."""

    def line(self, location: Location) -> int:
        """The line of a value, or of the nearest thing around it when the value itself is missing."""
        return self._span(location)[0]

    def line_of(self, location: Location, word: str) -> int:
        """The line, within a value, on which `word` stands; the value's own line when a line break splits it."""
        first, last = self._span(location)
        wanted = word.casefold()
        hits = (number for number in range(first, last + 1) if wanted in self.lines[number - 1].casefold())
        return next(hits, first)

    def _span(self, location: Location) -> tuple[int, int]:
        if self.body and location[:1] == (self.body[0],):
            return self.body[1], len(self.lines)
        key, node = self.root, self.root
        for part in location:
            found = _child(node, part)
            if found is None:
                break
            key, node = found
        first = key.start_mark.line + 1 + self.before
        return first, min(max(first, node.end_mark.line + 1 + self.before), len(self.lines))


def read_yaml(path: Path) -> tuple[SourceFile | None, list[Fault]]:
    """The file, or None with the reason."""
    text, faults = _text(path)
    return (None, faults) if text is None else _parse(path, text, text)


def read_markdown(path: Path, field: str) -> tuple[SourceFile | None, list[Fault]]:
    """Front matter between two lines `---`; what follows becomes `field`."""
    text, faults = _text(path)
    if text is None:
        return None, faults
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == _FENCE]
    if len(fences) < 2 or fences[0] != 0:
        return None, [
            Fault(str(path), 1, "begins with a line `---`, then the fields, then another line `---`; add them")
        ]
    front, rest = lines[1 : fences[1]], lines[fences[1] + 1 :]
    blank = next((count for count, line in enumerate(rest) if line.strip()), 0)
    body = (field, min(fences[1] + 2 + blank, len(lines)))
    file, faults = _parse(path, "\n".join(front), text, before=1, body=body)
    if file and isinstance(file.data, dict):
        if field in file.data:
            faults.append(
                Fault(file.path, file.line(()), f"`{field}` is the text below the second `---`; remove the field")
            )
        file.data[field] = "\n".join(rest).strip()
    return file, faults


def _text(path: Path) -> tuple[str | None, list[Fault]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return None, [Fault(str(path), line, "holds a character that is not UTF-8; save the file as UTF-8")]
    if control := _CONTROL.search(text):
        line = text[: control.start()].count("\n") + 1
        return None, [Fault(str(path), line, "holds a control character; delete it and type the text anew")]
    return text, []


def _parse(
    path: Path, source: str, whole: str, *, before: int = 0, body: tuple[str, int] | None = None
) -> tuple[SourceFile | None, list[Fault]]:
    root, faults = _compose(path, source, before)
    if root is None:
        return None, faults
    found: list[tuple[int, str]] = []
    data = _plain(root, found, set())
    file = SourceFile(str(path), tuple(whole.split("\n")), data, root, before, body)
    return file, [Fault(str(path), line + 1 + before, says) for line, says in found]


def _compose(path: Path, source: str, before: int) -> tuple[yaml.Node | None, list[Fault]]:
    try:
        loader = _Loader(source)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        is_open_quote = "quoted" in (error.context or "")
        mark = error.context_mark if is_open_quote else error.problem_mark
        line = mark.line + 1 if mark else 1
        return None, [Fault(str(path), line + before, _unreadable(error))]
    if root is None:
        return None, [Fault(str(path), 1, "is empty; fill it or remove it")]
    return root, []


def _unreadable(error: yaml.MarkedYAMLError) -> str:
    return (
        f"cannot be read as YAML ({error.problem}). Look here and on the line above for a text without quotes that "
        "holds ': ' or begins with a special character, an unclosed quote or bracket, a tab, or a wrong indent"
    )


def _plain(node: yaml.Node, found: list[tuple[int, str]], seen: set[int]) -> object:
    """What the node holds. `found` gathers (line counted from 0, sentence) for what YAML would pass over silently."""
    if id(node) in seen:
        found.append((node.start_mark.line, "is used again elsewhere by `*`; write the text out in both places"))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, found, seen))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, found, seen) for item in node.value]
    assert isinstance(node, yaml.ScalarNode)
    is_null = not node.style and node.value in _NULLS
    return None if is_null else node.value


def _pairs(node: yaml.MappingNode, found: list[tuple[int, str]], seen: set[int]) -> Iterator[tuple[str, object]]:
    names: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            found.append((key.start_mark.line, "a field's name must be a word; put quotes around the text"))
        elif key.value in names:
            found.append((key.start_mark.line, f"`{key.value}` stands here a second time; keep one of the two"))
        else:
            names.add(key.value)
            yield key.value, _plain(value, found, seen)


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that names the part (a field's name, or the entry itself) and the part."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if getattr(key, "value", None) == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
