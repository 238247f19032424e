"""Finds, reads and checks packs. The composition roots call `load_library` once; whoever edits content learns every
fault at once, with file and line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from content.cross_check import cross_check
from content.draft import HEAD, Draft, read_draft
from content.explain import explain
from content.faults import ContentFault, Fault
from content.pack import Pack

PACKS = Path(__file__).parent / "packs"
"""What Preceptor ships."""
FALLBACK = "en"


@dataclass(frozen=True, eq=False)
class Library(Mapping[tuple[str, str], Pack]):
    """Every pack by (its name, its locale)."""

    packs: Mapping[tuple[str, str], Pack]

    def __getitem__(self, key: tuple[str, str]) -> Pack:
        return self.packs[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.packs)

    def __len__(self) -> int:
        return len(self.packs)

    def pack(self, locale: str, name: str | None = None) -> Pack:
        """The pack in a language ("es", "es-US"), or in English where there is none.

        Without a name it is the first career by name; raises KeyError for a name there is no pack of.
        """
        career = name or min(name for name, _ in self.packs)
        wanted = (career, locale.replace("_", "-").split("-")[0].lower())
        return self.packs.get(wanted) or self.packs[career, FALLBACK]


def load_library(root: Path | None = None) -> Library:
    """Every pack under `root` (the packs shipped, without one), laid out as <career>/<locale>/pack.yaml.

    Raises ContentFault with every fault of every pack.
    """
    folder = PACKS if root is None else root
    found = pack_folders(folder)
    packs: dict[tuple[str, str], Pack] = {}
    faults: list[Fault] = []
    for path in found:
        try:
            pack = load_pack(path)
        except ContentFault as fault:
            faults += fault.faults
        else:
            faults += _misplaced(path, pack, packs)
            packs[pack.name, pack.locale] = pack
    if not faults:
        faults += _without_english(folder, packs)
    if faults:
        raise ContentFault(faults)
    return Library(MappingProxyType({key: _with_rules(pack, packs) for key, pack in packs.items()}))


def _with_rules(pack: Pack, packs: Mapping[tuple[str, str], Pack]) -> Pack:
    """A language without rules of its own tells those of English: what an issuer asks is no matter of language."""
    return pack if pack.credentials else pack.model_copy(update={"credentials": packs[pack.name, FALLBACK].credentials})


def load_pack(folder: Path) -> Pack:
    """One career in one language. Raises ContentFault with every fault at once."""
    if not folder.is_dir():
        raise ContentFault([Fault(str(folder), 1, "there is no such folder; name one that holds a pack.yaml")])
    pack, faults = _build(read_draft(folder))
    if pack is None or faults:
        raise ContentFault(faults)
    return pack


def pack_folders(root: Path) -> list[Path]:
    """The folders that are packs. Raises ContentFault where there is none."""
    if not root.is_dir():
        raise ContentFault([Fault(str(root), 1, "there is no such folder; CONTENT_DIR names the folder of the packs")])
    found = sorted(path.parent for path in root.glob(f"*/*/{HEAD}"))
    if not found:
        raise ContentFault([Fault(str(root), 1, f"holds no pack; expected <career>/<locale>/{HEAD} in it")])
    return found


def _build(draft: Draft) -> tuple[Pack | None, list[Fault]]:
    faults = [*draft.faults, *cross_check(draft)]
    try:
        return Pack.model_validate(draft.data), faults
    except ValidationError as error:
        return None, [*faults, *explain(draft, error)]


def _misplaced(folder: Path, pack: Pack, others: Mapping[tuple[str, str], Pack]) -> Iterator[Fault]:
    head = str(folder / HEAD)
    if pack.locale != folder.name:
        yield Fault(head, 1, f"`locale` is {pack.locale} and the folder is {folder.name}; make them the same")
    if (pack.name, pack.locale) in others:
        yield Fault(head, 1, f"another folder holds {pack.name} in {pack.locale} already; choose another `name`")


def _without_english(root: Path, packs: Mapping[tuple[str, str], Pack]) -> Iterator[Fault]:
    for name in sorted({name for name, _ in packs}):
        if (name, FALLBACK) not in packs:
            yield Fault(
                str(root), 1, f"{name} has no English pack ({FALLBACK}/), which other languages fall back on; add it"
            )
