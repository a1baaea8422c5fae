"""Pages as compact JSON: what one worker read, another can use.

Lossless for every field of `Page`. The version changes when old files can no longer be read.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields

from extractors.errors import RebutError
from extractors.evidence import Box, Line, Page, PageSource, Word, enclose
from extractors.pages.packed import pack_lines, unpack_lines

FORMAT_VERSION = 2
_WORD_BY_WORD = 1  # the version before, with a list for each word
_PLAIN = [f.name for f in fields(Page) if f.name not in {"lines", "source", "to_shown"}]


class StoredPagesError(RebutError):
    """Stored pages of another version, or no stored pages at all."""

    code = "pages-stored-unreadable"
    message = "The stored pages cannot be used ({0}). Read the file again."


def dump_pages(pages: Iterable[Page]) -> bytes:
    """Return the pages as UTF-8 JSON."""
    body = {"version": FORMAT_VERSION, "pages": [_dump_page(page) for page in pages]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def load_pages(data: bytes) -> list[Page]:
    """Return the pages that `dump_pages` wrote, equal in every field."""
    try:
        return [_load_page(entry) for entry in _entries(data)]
    except (ValueError, KeyError, TypeError) as error:
        raise StoredPagesError("damaged") from error


def join_dumps(dumps: Sequence[bytes]) -> bytes:
    """Return several results of `dump_pages` as one, without making pages of them."""
    if len(dumps) == 1:
        return dumps[0]
    body = {"version": FORMAT_VERSION, "pages": [entry for dump in dumps for entry in _entries(dump)]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _entries(data: bytes) -> list[dict]:
    try:
        body = json.loads(data)
        version, entries = body["version"], body["pages"]
    except (ValueError, KeyError, TypeError) as error:
        raise StoredPagesError("not stored pages") from error
    if version not in (_WORD_BY_WORD, FORMAT_VERSION):
        raise StoredPagesError(f"version {version}, not {FORMAT_VERSION}")
    return entries


def _dump_page(page: Page) -> dict:
    entry = {name: value for name in _PLAIN if (value := getattr(page, name)) is not None}
    entry["source"] = page.source.value
    entry["to_shown"] = list(page.to_shown)
    return entry | pack_lines(page.lines)


def _load_page(entry: dict) -> Page:
    plain = {name: entry[name] for name in _PLAIN if name in entry}
    return Page(
        **plain,
        source=PageSource(entry["source"]),
        to_shown=tuple(entry["to_shown"]),
        lines=unpack_lines(entry) if "boxes" in entry else tuple(_load_line(line) for line in entry["lines"]),
    )


def _load_line(entry: list) -> Line:
    boxed = isinstance(entry[0][0], list)  # [words, box] where the box is not the one around the words
    words = tuple(
        Word(text=text, box=Box(x0=x0, top=top, x1=x1, bottom=bottom), confidence=confidence)
        for text, x0, top, x1, bottom, confidence in (entry[0] if boxed else entry)
    )
    if boxed:
        x0, top, x1, bottom = entry[1]
        return Line(words=words, box=Box(x0=x0, top=top, x1=x1, bottom=bottom))
    return Line(words=words, box=enclose(word.box for word in words))
