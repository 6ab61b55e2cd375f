"""Texts in the languages that Haechi speaks."""

import os
from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "ko"]


class Text(str):
    """An English text that knows its Korean; as a plain `str` it is the English one.

    Formatting and joining give a plain `str`, so both languages are built side by side:
    `Text(f"{count:,} rows are cut", f"{count:,}개 행이 잘립니다")`.
    """

    ko: str

    def __new__(cls, en: str, ko: str) -> "Text":
        text = super().__new__(cls, en)
        text.ko = ko
        return text

    def __reduce__(self) -> tuple[type["Text"], tuple[str, str]]:
        return Text, (str(self), self.ko)

    def of(self, language: Language) -> str:
        """The text in one language."""
        return self.ko if language == "ko" else str(self)


def quote(words: str) -> Text:
    """What someone else says, which is not translated: Hydra, a server, the operating system."""
    return Text(words, words)


def join(separator: str, texts: list[Text]) -> Text:
    """Several texts as one."""
    return Text(separator.join(texts), separator.join(text.ko for text in texts))


def locale_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the user's locale: Korean, or English for any other."""
    # The order in which POSIX reads them.
    values = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ko" if (next(filter(None, values), "")).lower().startswith("ko") else "en"
