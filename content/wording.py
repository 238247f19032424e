"""The bot's own sentences, from gettext catalogues in `content/words/<locale>/*.po`. Commands, nudges and pages say
everything through a `Wording`, so that a language is a folder and a plural is right.
"""

from collections.abc import Mapping
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from content.faults import ContentFault, Fault

WORDS = Path(__file__).parent / "words"
FALLBACK = "en"


class Wording:
    """The sentences of one language. Call it with a key (`say("progress.done", action="…")`)."""

    def __init__(self, locale: str, translations: GNUTranslations, keys: frozenset[str]) -> None:
        self.locale = locale
        self.keys = keys
        self._translations = translations

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence of `key` with its {placeholders} filled. Raises LookupError for an unknown key."""
        return self._known(key, self._translations.gettext(key)).format(**values)

    def count(self, key: str, number: int, /, **values: object) -> str:
        """The same where the grammar depends on a number, which fills {number}."""
        return self._known(key, self._translations.ngettext(key, key, number)).format(number=number, **values)

    def _known(self, key: str, sentence: str) -> str:
        if key not in self.keys:
            raise LookupError(f"no sentence {key!r} in content/words/{self.locale}")
        return sentence


def load_wordings(folder: Path = WORDS) -> Mapping[str, Wording]:
    """Every language in `folder`; a sentence not yet translated falls back to English.

    Raises ContentFault when a catalogue cannot be read or holds a key twice.
    """
    catalogues = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    compiled = {locale: _compile(catalogue) for locale, catalogue in catalogues.items()}
    english = _keys(catalogues[FALLBACK])
    for locale, translations in compiled.items():
        if locale != FALLBACK:
            translations.add_fallback(compiled[FALLBACK])
    return {
        locale: Wording(locale, compiled[locale], english | _keys(catalogue))
        for locale, catalogue in catalogues.items()
    }


def _read(folder: Path) -> Catalog:
    read: dict[str, Message] = {}
    for path in sorted(folder.glob("*.po")):
        try:
            with path.open("rb") as file:
                part = read_po(file, locale=folder.name, abort_invalid=True)
        except PoFileError as error:
            raise ContentFault([Fault(str(path), getattr(error, "lineno", 1), str(error))]) from error
        for message in part:
            if not message.id:
                continue
            if (key := _key(message)) in read:
                raise ContentFault([Fault(str(path), message.lineno or 1, f"the key {key!r} stands twice")])
            read[key] = message
    whole = Catalog(locale=folder.name)
    for key in sorted(read):  # Babel sorts them again, slowly where they are not in order
        whole[read[key].id] = read[key]
    return whole


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _compile(catalogue: Catalog) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _keys(catalogue: Catalog) -> frozenset[str]:
    return frozenset(_key(message) for message in catalogue if message.id and message.string)
