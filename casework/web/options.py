"""What may be chosen: an enum, words by value, groups of these, or a function that gives one of them."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from .words import in_words

Options = Mapping[Any, Any] | Iterable[Any] | type[StrEnum]
Source = Options | Callable[[], Options]
Groups = list[tuple[str, list[tuple[str, str]]]]


def given(source: Source | None) -> Options:
    return source() if callable(source) and not isinstance(source, type) else (source or {})


def grouped(options: Options) -> Groups:
    if isinstance(options, Mapping) and any(isinstance(inner, Mapping) for inner in options.values()):
        return [(str(group), list(_plain(inner))) for group, inner in options.items()]
    return [("", list(_plain(options)))]


def pairs(options: Options) -> list[tuple[str, str]]:
    return [pair for _, inner in grouped(options) for pair in inner]


def _plain(options: Options) -> Iterator[tuple[str, str]]:
    if isinstance(options, Mapping):
        yield from ((str(value), str(words)) for value, words in options.items())
        return
    for each in options:
        yield each if isinstance(each, tuple) else (str(each), in_words(str(each)))
