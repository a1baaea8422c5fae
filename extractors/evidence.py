"""What was read, and where on the page it was read.

Everything above speaks in these terms, so each sentence of an appeal can be traced
to a page. Imports the standard library only.

Two frames of coordinates, both in PDF points with the origin top left and y downward:

* the *reading frame* is the page turned upright and straightened: `Word`, `Line` and
  `Page` speak in it, so that readers never meet a sideways or skewed page;
* the *shown frame* is the page as a viewer shows it (after `/Rotate`): `Evidence`
  speaks in it. `Page.evidence` and `Page.cite` are the only way from one to the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import repeat
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# x' = a*x + c*y + e, y' = b*x + d*y + f, as in a PDF matrix (a, b, c, d, e, f).
Affine = tuple[float, float, float, float, float, float]
# The same over w = g*x + h*y + 1, as (a, b, c, d, e, f, g, h): a sheet photographed at a slant.
Projective = tuple[float, float, float, float, float, float, float, float]
Matrix = Affine | Projective
IDENTITY: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle: PDF points, origin top-left, y downward."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def moved_by(self, matrix: Matrix) -> "Box":
        """Return the upright box that encloses this one after the matrix."""
        if matrix == IDENTITY:
            return self
        corners = [moved(matrix, x, y) for x in (self.x0, self.x1) for y in (self.top, self.bottom)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return Box(x0=min(xs), top=min(ys), x1=max(xs), bottom=max(ys))

    def as_list(self) -> list[float]:
        """Return [x0, top, x1, bottom] to a tenth of a point, the `bbox` of the published JSON."""
        return [round(v, 1) for v in (self.x0, self.top, self.x1, self.bottom)]


def moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Return the point after the matrix."""
    a, b, c, d, e, f = matrix[:6]
    if len(matrix) == 6:
        return a * x + c * y + e, b * x + d * y + f
    w = matrix[6] * x + matrix[7] * y + 1.0
    return (a * x + c * y + e) / w, (b * x + d * y + f) / w


def affine_near(matrix: Matrix, x: float, y: float) -> Affine:
    """Return the matrix as an affine one that is right at the point and nearly so around it."""
    if len(matrix) == 6:
        return matrix
    a, b, c, d, _, _, g, h = matrix
    to_x, to_y = moved(matrix, x, y)
    w = g * x + h * y + 1.0
    a, b, c, d = (a - g * to_x) / w, (b - g * to_y) / w, (c - h * to_x) / w, (d - h * to_y) / w
    return (a, b, c, d, to_x - a * x - c * y, to_y - b * x - d * y)


def enclose(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all of them, in one pass: a chart has many words; at least one is needed."""
    boxes = list(boxes)
    around: Any = boxes[0]
    if len(boxes) == 1:
        return around
    x0, top, x1, bottom = around.x0, around.top, around.x1, around.bottom
    for box in boxes:
        if box.x0 < x0:
            x0 = box.x0
        if box.top < top:
            top = box.top
        if box.x1 > x1:
            x1 = box.x1
        if box.bottom > bottom:
            bottom = box.bottom
    around = _UnfrozenBox()
    around.x0, around.top, around.x1, around.bottom = x0, top, x1, bottom
    around.__class__ = Box
    return around


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The words a value was read from, and where they stand on the page as shown."""

    document: str  # name of the file as it was given
    page: int  # 1 is the first page of that file
    bbox: Box  # shown frame; encloses the words, or their whole line where they cannot be told apart
    text: str  # as it stands on the page, OCR errors included


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Generic[T]):
    """One value and the words that state it."""

    value: T
    confidence: float  # 0.0-1.0; at most the lowest word confidence of its evidence
    evidence: tuple[Evidence, ...]  # never empty


class _Found(Protocol[T_co]):
    """A `Finding`, or the published form of one."""

    @property
    def value(self) -> T_co: ...

    @property
    def confidence(self) -> float: ...


SURE = 0.6  # from here on a value is stated; below, it is offered to a person who looks at the page


def asserted(found: _Found[T_co] | None) -> T_co | None:
    """Return the value if it may be stated, None where nothing was found or what was found is only offered."""
    return found.value if found is not None and found.confidence >= SURE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A run of characters without a space."""

    text: str
    box: Box  # reading frame
    confidence: float = 1.0  # 1.0 for a text layer, the engine's word score / 100 for OCR


class _UnfrozenBox:
    """The slots of a `Box`, open to be filled."""

    __slots__ = ("bottom", "top", "x0", "x1")


class _UnfrozenWord:
    __slots__ = ("box", "confidence", "text")


def words_at(
    texts: Sequence[str], places: Iterable[Sequence[float]], confidences: Iterable[float] | None = None
) -> list[Word]:
    """Return words, each with its box (x0, top, x1, bottom) and its confidence, 1.0 where none are given.

    For whoever makes all words of a page: filled before they are frozen, they take a third of the time that the
    constructors take (0.4 of 1.3 us; a chart of 300 pages has 180,000 words).
    """
    words: list[Any] = []
    scores = repeat(1.0, len(texts)) if confidences is None else confidences
    for text, (x0, top, x1, bottom), score in zip(texts, places, scores, strict=True):
        box: Any = _UnfrozenBox()
        word: Any = _UnfrozenWord()
        box.x0, box.top, box.x1, box.bottom = x0, top, x1, bottom
        box.__class__ = Box
        word.text, word.box, word.confidence = text, box, score
        word.__class__ = Word
        words.append(word)
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words on one baseline with no gap of a column between them.

    A table row or a row of a two-column letter is several lines; `Page.rows` joins them again.
    """

    words: tuple[Word, ...]  # left to right, never empty
    box: Box  # reading frame

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words])

    @property
    def confidence(self) -> float:
        return min([word.confidence for word in self.words])

    def words_at(self, start: int, end: int) -> tuple[Word, ...]:
        """Return the words that characters start..end (exclusive) of `text` touch."""
        touched, offset = [], 0
        for word in self.words:
            if offset < end and offset + len(word.text) > start:
                touched.append(word)
            offset += len(word.text) + 1
        return tuple(touched)


class _UnfrozenLine:
    __slots__ = ("box", "words")


def line_of(words: Sequence[Word]) -> Line:
    """Return the line of these words, its box around them; made as `words_at` makes words."""
    line: Any = _UnfrozenLine()
    line.words, line.box = tuple(words), enclose([word.box for word in words])
    line.__class__ = Line
    return line


class PageSource(StrEnum):
    """How the words of a page were come by."""

    TEXT = "text"  # the file's own text layer
    OCR = "ocr"
    BLANK = "blank"  # nothing to read on it
    FAILED = "failed"  # could not be rendered or read in time; `problem` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of one file, ready to be read."""

    document: str  # name of the file as it was given
    number: int  # 1 is the first page of that file
    width: float  # reading frame, points
    height: float
    lines: tuple[Line, ...]  # reading order
    source: PageSource = PageSource.TEXT
    to_shown: Matrix = IDENTITY  # reading frame -> shown frame
    turn: int = 0  # degrees clockwise that the shown page was turned to stand upright: 0, 90, 180, 270
    digest: str = ""  # sha256 of the page's own content, for caching and exact repeats
    part: str | None = None  # attachment of an e-mail that this page came from
    problem: str | None = None  # why the page FAILED: a code, never text of the page

    @property
    def text(self) -> str:
        """The lines joined by newlines, in reading order."""
        return "\n".join([line.text for line in self.lines])

    @property
    def rows(self) -> list[list[Line]]:
        """Lines that share a baseline, left to right; rows from top to bottom."""
        rows: list[list[Line]] = []
        middles = [(line.box.top + line.box.bottom) / 2 for line in self.lines]
        for index in sorted(range(len(middles)), key=middles.__getitem__):
            line, middle = self.lines[index], middles[index]
            if rows and any(at.box.top < middle < at.box.bottom for at in rows[-1]):
                rows[-1].append(line)
            else:
                rows.append([line])
        return [sorted(row, key=lambda at: at.box.x0) if len(row) > 1 else row for row in rows]

    def evidence(self, lines: Line | Sequence[Line], text: str | None = None) -> Evidence:
        """Cite lines, or the words of them that hold `text` (one line) where they can be told apart."""
        lines = [lines] if isinstance(lines, Line) else list(lines)
        box = enclose(line.box for line in lines)
        if text is not None and len(lines) == 1:
            start = lines[0].text.find(text)
            if start >= 0 and (words := lines[0].words_at(start, start + len(text))):
                box = enclose(word.box for word in words)
        return Evidence(
            document=self.document,
            page=self.number,
            bbox=box.moved_by(self.to_shown),
            text=text if text is not None else " ".join(line.text for line in lines),
        )

    def cite(self, lines: Line | Sequence[Line], text: str, value: T, confidence: float = 1.0) -> Finding[T]:
        """Return a finding whose evidence is `text` on these lines.

        Its confidence is the given one, lowered to that of the worst word it rests on.
        """
        chosen = [lines] if isinstance(lines, Line) else list(lines)
        words = chosen[0].words
        if len(chosen) == 1 and (start := chosen[0].text.find(text)) >= 0:
            words = chosen[0].words_at(start, start + len(text)) or words
        elif len(chosen) > 1:
            words = tuple(word for line in chosen for word in line.words)
        worst = min(word.confidence for word in words)
        return Finding(value=value, confidence=min(confidence, worst), evidence=(self.evidence(lines, text),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a page or a case is about, as printed."""

    name: str | None = None  # "Marisol Ketterman"; order as printed
    birth_date: str | None = None  # ISO date
    member_id: str | None = None
    record_numbers: tuple[str, ...] = field(default=())  # MRN, chart number
