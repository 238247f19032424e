"""Whether a sentence gives a credential to somebody who does not grant it. `content.check` asks.

A rule of thumb that never needs to understand the sentence: whoever names a credential beside any issuer names the
credential's own issuer too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from content.pack import Credential
from content.texts import plain, sentences


@dataclass(frozen=True)
class Attributions:
    """The credentials of `terms.yaml`. Names keep their case: cHAP is a credential, CHAP and chap are not."""

    credentials: tuple[Credential, ...]

    def wrong(self, markdown: str) -> Iterator[tuple[str, str]]:
        """(the credential, a sentence to the editor) for every sentence that breaks the rule."""
        for sentence in sentences(plain(markdown)):
            named = set(self._issuers.findall(sentence))
            if named:
                yield from self._wrong_in(sentence, named)

    def _wrong_in(self, sentence: str, named: set[str]) -> Iterator[tuple[str, str]]:
        found = set(self._names.findall(sentence))
        for credential in self.credentials:
            if credential.name in found and not named & _granted_by(credential):
                others = " and ".join(sorted(named))
                yield (
                    credential.name,
                    f"names {credential.name} beside {others}; {credential.issuer} grants it, so say so",
                )

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return whole_words(credential.name for credential in self.credentials)

    @cached_property
    def _issuers(self) -> re.Pattern[str]:
        return whole_words(name for credential in self.credentials for name in _granted_by(credential))


def _granted_by(credential: Credential) -> set[str]:
    return {credential.issuer, *credential.also}


def whole_words(words: Iterable[str], flags: int = 0, ending: str = "") -> re.Pattern[str]:
    """Matches any of the words, the longest first, and none that is only a part of a word.

    `ending` is a pattern for what may follow within the word (a plural's s).
    """
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    either = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{either}){ending}(?!\w)", flags)
