"""The bot's own sentences, from gettext catalogues in `content/words/<locale>/*.po`. Commands, nudges and pages say
everything through a `Wording`, so that a language is a folder and a plural is right.
"""

from collections.abc import Mapping
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
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
    fallback = _compile(catalogues[FALLBACK])
    english = _keys(catalogues[FALLBACK])
    return {
        locale: Wording(locale, _falling_back(_compile(catalogue), fallback, locale), english | _keys(catalogue))
        for locale, catalogue in catalogues.items()
    }


def _read(folder: Path) -> Catalog:
    whole = Catalog(locale=folder.name)
    for path in sorted(folder.glob("*.po")):
        try:
            with path.open("rb") as file:
                part = read_po(file, locale=folder.name, abort_invalid=True)
        except PoFileError as error:
            raise ContentFault([Fault(str(path), getattr(error, "lineno", 1), str(error))]) from error
        for message in part:
            if not message.id:
                continue
            if message.id in whole:
                raise ContentFault([Fault(str(path), message.lineno or 1, f"the key {message.id!r} stands twice")])
            whole[message.id] = message
    return whole


def _compile(catalogue: Catalog) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _falling_back(translations: GNUTranslations, fallback: GNUTranslations, locale: str) -> GNUTranslations:
    if locale != FALLBACK:
        translations.add_fallback(fallback)
    return translations


def _keys(catalogue: Catalog) -> frozenset[str]:
    return frozenset(
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id and message.string
    )
