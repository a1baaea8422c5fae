"""What the cues find on a page, and on pages taken together.

A page is judged alone and then as a page of its document. Each is looked at once: what is found on the whole is what is
found on its pages and across the edges between them. (Looking at the whole anew took as long again, and the cues
that no line bounds went over a megabyte of text each.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extractors import lore
from extractors.documents.cues import all_cues, hits_in, hits_in_sentence, is_story, matches_in
from extractors.documents.misread import mend_words
from extractors.evidence import Line, Page

# Accents go too: scanners drop them, and so do some letters in Spanish.
_PLAIN = str.maketrans("’‘“”–—\u00a0áéíóúüñÁÉÍÓÚÜÑ", "''\"\"-- aeiouunAEIOUUN")
_HEADING_LINES = 8
_OPENING_LINES = 12
_EDGE_LINES = 6  # of a page that a cue may run over from or into
_TITLE_PART = 0.42  # of the height of a page, from the top
_SHORT = 12  # words

Found = dict[int, str]  # cue by its place in the table -> the first words found


@dataclass(slots=True, kw_only=True)
class Look:
    """What is found on one page."""

    found: dict[str, Found] = field(default_factory=dict)  # place on the page ("row" apart from "line") -> cues
    between: Found = field(default_factory=dict)  # in its sentences but the first and the last
    sentences: tuple[str, ...] = ()  # the first and the last; one where there is but one
    edges: tuple[str, str] = ("", "")  # the first and the last lines
    ticked: tuple[bool, bool] = (False, False)  # whether a box in its lines is ticked, and in its rows
    boxed: bool = False  # what stands at boxes left empty would go, were one ticked on another page


def look_at(page: Page, ticked: tuple[bool, bool] = (False, False)) -> Look:
    """Look for every cue on a page; `ticked`: whether boxes of its document are, in lines and in rows."""
    read = {id(line): read_line(line) for line in page.lines}
    printed = [read[id(line)] for line in page.lines]
    joined = [" ".join(read[id(line)] for line in row) for row in page.rows if len(row) > 1]
    mine = (_TICKED.search("\n".join(printed)) is not None, _TICKED.search("\n".join(joined)) is not None)
    lines = _without_empty_boxes(printed) if mine[0] or ticked[0] else printed
    rows = _without_empty_boxes(joined) if mine[1] or ticked[1] else joined
    known = None if lines is printed else set(lines)
    look = Look(
        ticked=mine,
        boxed=not all(mine) and any(_UNTICKED.search(line) for line in (*printed, *joined)),
        edges=("\n".join(lines[:_EDGE_LINES]), "\n".join(lines[-_EDGE_LINES:])),
    )
    titles = (read[id(line)] for line in page.lines if _may_be_title(line, page))
    whole = "\n".join(lines)
    views = {
        "heading": [read[id(line)] for line in page.lines[:_HEADING_LINES] if _may_be_heading(line)],
        "title": [title for title in titles if not is_story(title)],
        "line": [line for line in lines if len(line.split()) <= _SHORT],
        "row": [row for row in rows if len(row.split()) <= _SHORT],
    }
    for where, pieces in views.items():
        found = look.found[where] = {}
        for piece in pieces:
            if known is None or piece in known or where in ("line", "row"):
                _add(found, hits_in("line" if where == "row" else where, piece))
    look.found["opening"] = _opening_found([page])
    look.found["any"] = {number: match[0] for number, match in matches_in("any", whole)}
    sentences = _sentences(whole)
    look.sentences = tuple(sentences[:1] + sentences[1:][-1:])
    for sentence in sentences[1:-1]:
        _add(look.between, hits_in_sentence(sentence))
    return look


def found_on(pages: Sequence[Page], looks: Sequence[Look]) -> Found:
    """Return the cues found on pages taken as one document; those that rule something out on its first page alone."""
    first = _together(pages[:1], looks[:1])
    if len(pages) == 1:
        return first
    lines, rows = (any(look.ticked[kind] for look in looks) for kind in (0, 1))
    looks = [
        look_at(page, (lines, rows)) if look.boxed and (lines, rows) != look.ticked else look
        for page, look in zip(pages, looks, strict=True)
    ]
    whole = _together(pages, looks)
    return {number: words for number, words in whole.items() if not all_cues()[number].over} | {
        number: words for number, words in first.items() if all_cues()[number].over
    }


def _together(pages: Sequence[Page], looks: Sequence[Look]) -> Found:
    found: Found = {}
    _add(found, looks[0].found["heading"].items())
    for where in ("title", "line", "row"):
        for look in looks:
            _add(found, look.found[where].items())
    _add(found, (looks[0].found["opening"] if len(pages) == 1 else _opening_found(pages)).items())
    _add(found, _said(looks).items())
    for number, look in enumerate(looks):
        if number:
            _add(found, _over_the_edge(looks[number - 1].edges[1], look.edges[0]))
        _add(found, look.found["any"].items())
    return found


def _said(looks: Sequence[Look]) -> Found:
    """Return what the sentences say; the last of a page may go on at the head of the next."""
    found: Found = {}
    open_one = None
    for look in looks:
        if not look.sentences:
            continue
        head = look.sentences[0]
        ended = [head] if open_one is None else _sentences(f"{open_one}\n{head}")
        open_one = ended.pop() if len(look.sentences) == 1 else look.sentences[-1]
        for sentence in ended:
            _add(found, hits_in_sentence(sentence))
        _add(found, look.between.items())
    if open_one is not None:
        _add(found, hits_in_sentence(open_one))
    return found


def _over_the_edge(above: str, below: str) -> Iterable[tuple[int, str]]:
    """Return cues whose words begin on one page and end on the next."""
    for number, match in matches_in("any", f"{above}\n{below}"):
        if match.start() < len(above) < match.end() - 1:
            yield number, match[0]


def opening(pages: Sequence[Page]) -> str:
    """Return the first lines of the first two pages."""
    return "\n".join(read_line(line) for page in pages[:2] for line in page.lines[:_OPENING_LINES])


def _opening_found(pages: Sequence[Page]) -> Found:
    return {number: match[0] for number, match in matches_in("opening", opening(pages))}


def _add(found: Found, more: Iterable[tuple[int, str]]) -> None:
    for number, words in more:
        found.setdefault(number, words)


def words_of(line: Line) -> int:
    """Return how many words a line has, which hold no space."""
    return line.text.count(" ") + 1


def _may_be_title(line: Line, page: Page) -> bool:
    return (
        line.box.top < _TITLE_PART * page.height
        and words_of(line) <= 14
        and not line.text.rstrip().endswith((".", ",", "?"))
        and not line.text.lstrip()[:1].islower()  # the middle of a sentence: "with our denial of Austedo, which"
    )


def _may_be_heading(line: Line) -> bool:
    return words_of(line) <= _SHORT and not line.text.rstrip().endswith((".", ",", ";"))


_TICKED = lore.regex(r"[\[(] ?[xX] ?[\])]|[\u2611\u2612\u2713\u2714\u25a0]")
# An empty box and its words, up to the next box: "[ ] Denied", "\u2610 Out of network".
_UNTICKED = lore.regex(
    r"(?:\[[ _]?\]|\( ?_?\)|[\u2610\u25a1\u25fb]|^(?:\[J|\(\]|[CLU][Jj]|[CL]\])(?= ))"
    r"[^\[\](\u2610-\u2612\u25a0-\u25fb\n]*"
)


def _without_empty_boxes(lines: list[str]) -> list[str]:
    """Return the lines less what stands at boxes left empty."""
    return [line for line in (_UNTICKED.sub("", line) for line in lines) if line.strip()]


def read_line(line: Line) -> str:
    """Return the text of a line with plain quotes and the engine's slips in letter words put right."""
    if line.confidence >= 1.0:
        return line.text if line.text.isascii() else line.text.translate(_PLAIN)
    return " ".join(mend_words((word.text.translate(_PLAIN), word.confidence) for word in line.words))


_END = lore.regex(r"(?<=[.!?:])\s+(?=[\"'(]?[A-Z0-9])|\n(?=[A-Z][^\n]{0,40}:)|\n{2,}")


def _sentences(text: str) -> list[str]:
    return [piece for piece in _END.split(text) if piece and piece.strip()]
