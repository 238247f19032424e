"""All files of a pack's folder put together, not yet checked: what `content.library` makes a Pack of, and where
`content.check` looks up on which line a text stands.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from content.faults import Fault
from content.source_file import Location, SourceFile, read_markdown, read_yaml

HEAD = "pack.yaml"
FILES = {f"{part}.yaml": part for part in ("practices", "suggestions", "resources", "placement", "terms")}
FOLDERS = {
    "steps": ("steps", ".yaml"),
    "faq": ("faqs", ".md"),
    "outside": ("outside", ".md"),
    "credentials": ("credentials", ".yaml"),
}
"""A folder's name; the field of the pack it fills, and how its files' names end."""
BODIES = {"faq": "answer", "outside": "reply"}
_HOMES: dict[Location, str] = {
    **{(part,): name for name, part in FILES.items()},
    **{(part,): name for name, (part, _) in FOLDERS.items()},
}
PARTS = {*FILES.values(), *(part for part, _ in FOLDERS.values())}


@dataclass
class Draft:
    """A pack as read. `data` is what Pack.model_validate takes; a file that could not be read is left out of it."""

    folder: Path
    data: dict[str, object] = field(default_factory=dict)
    files: dict[Location, SourceFile] = field(default_factory=dict)
    """Where each part was read: () is pack.yaml, ("practices",) a file, ("steps", 0) one of a folder."""
    faults: list[Fault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Fields of which something could not be read, so that nothing can be said about their number."""

    def place(self, location: Location) -> tuple[SourceFile | None, Location]:
        """The file a value came from and its way inside that file; None where a whole folder is meant."""
        for length in (2, 1):
            if location[:length] in self.files:
                return self.files[location[:length]], location[length:]
        if location and location[0] in PARTS:
            return None, location
        return self.files.get(()), location

    def fault(self, location: Location, says: str, word: str = "") -> Fault:
        """A fault at a value, or on the line within it on which `word` stands."""
        file, inside = self.place(location)
        if file is None:
            return Fault(str(self.folder / _HOMES.get(location[:1], HEAD)), 1, says)
        return Fault(file.path, file.line_of(inside, word) if word else file.line(inside), says)


def read_draft(folder: Path) -> Draft:
    """Reads every file; what cannot be read, is missing, or is read by nobody becomes a fault of the draft."""
    draft = Draft(folder)
    _read_head(draft)
    for name, part in FILES.items():
        if file := _read(draft, folder / name, part, read_yaml):
            draft.files[(part,)] = file
            draft.data[part] = file.data
    for name in FOLDERS:
        _read_folder(draft, name)
    draft.faults.extend(_strangers(folder))
    return draft


def _read_head(draft: Draft) -> None:
    file = _read(draft, draft.folder / HEAD, "", read_yaml)
    if file is None:
        return
    draft.files[()] = file
    if not isinstance(file.data, dict):
        draft.faults.append(Fault(file.path, 1, "holds fields (`name: value`), one a line"))
        return
    for name in PARTS & set(file.data):
        draft.faults.append(draft.fault((name,), f"`{name}` has files of its own; remove it here"))
    draft.data.update({name: value for name, value in file.data.items() if name not in PARTS})


Reader = Callable[[Path], tuple[SourceFile | None, list[Fault]]]


def _read(draft: Draft, path: Path, part: str, read: Reader) -> SourceFile | None:
    if path.is_file():
        file, faults = read(path)
    else:
        file, faults = None, [Fault(str(path), 1, "this file is missing; add it")]
    draft.faults.extend(faults)
    if file is None:
        draft.unread.add(part)
    return file


def _read_folder(draft: Draft, name: str) -> None:
    part, ending = FOLDERS[name]
    paths = [path for path in _visible(draft.folder / name) if path.suffix == ending]
    files = [file for path in paths if (file := _read(draft, path, part, _reader(name)))]
    if part == "steps":
        files.sort(key=_number)
    draft.data[part] = [file.data for file in files]
    draft.files.update({(part, place): file for place, file in enumerate(files)})


def _reader(name: str) -> Reader:
    return (lambda path: read_markdown(path, BODIES[name])) if name in BODIES else read_yaml


def _number(file: SourceFile) -> tuple[int, str]:
    number = file.data.get("number") if isinstance(file.data, Mapping) else None
    return int(number) if isinstance(number, str) and number.isdecimal() else 99, file.path


def _strangers(folder: Path) -> Iterator[Fault]:
    known = {HEAD, "README.md", *FILES, *FOLDERS}
    names = ", ".join(sorted(known - {"README.md"}))
    for path in _visible(folder):
        if path.name not in known:
            yield Fault(str(path), 1, f"nothing reads this file; the names read here are {names}")
    for name, (_, ending) in FOLDERS.items():
        for path in _visible(folder / name):
            if path.suffix != ending:
                yield Fault(str(path), 1, f"nothing reads this file; the names of files here end in {ending}")


def _visible(folder: Path) -> list[Path]:
    """What an editor put there: no hidden files and no editor's backups."""
    if not folder.is_dir():
        return []
    return sorted(
        path for path in folder.iterdir() if not path.name.startswith((".", "#")) and not path.name.endswith("~")
    )
