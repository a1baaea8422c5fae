"""Pages as compact JSON: what one worker read, another can use.

Lossless for every field of `Page`; a line's box is written only where it is not the
box around its words. The version changes when old files can no longer be read.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields

from extractors.errors import RebutError
from extractors.evidence import Box, Line, Page, PageSource, Word, enclose

FORMAT_VERSION = 1
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
    return [_load_page(entry) for entry in _entries(data)]


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
    if version != FORMAT_VERSION:
        raise StoredPagesError(f"version {version}, not {FORMAT_VERSION}")
    return entries


def _dump_page(page: Page) -> dict:
    entry = {name: value for name in _PLAIN if (value := getattr(page, name)) is not None}
    entry["source"] = page.source.value
    entry["to_shown"] = list(page.to_shown)
    entry["lines"] = [_dump_line(line) for line in page.lines]
    return entry


def _dump_line(line: Line) -> list:
    words = [[w.text, *_corners(w.box), w.confidence] for w in line.words]
    if line.box == enclose(word.box for word in line.words):
        return words
    return [words, _corners(line.box)]


def _corners(box: Box) -> list[float]:
    return [box.x0, box.top, box.x1, box.bottom]


def _load_page(entry: dict) -> Page:
    plain = {name: entry[name] for name in _PLAIN if name in entry}
    return Page(
        **plain,
        source=PageSource(entry["source"]),
        to_shown=tuple(entry["to_shown"]),
        lines=tuple(_load_line(line) for line in entry["lines"]),
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
