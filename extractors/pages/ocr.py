"""A rendered page through the engine: upright, straight, read once, and again only where it pays."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractors.evidence import IDENTITY, Box, Line, Matrix, Word
from extractors.pages import prepare
from extractors.pages.bars import find_bars, turn_bars
from extractors.pages.engine import AUTOMATIC, BLOCK, COLUMN, Engine, EngineTimeoutError, Mark
from extractors.pages.frame import inverse, rotated, rounded, scaled, then, turned
from extractors.pages.lines import build_lines
from extractors.pages.problems import PageProblem
from extractors.pages.reread import reread_weak_lines
from extractors.pages.rulings import Segment, erase_rulings, find_ruled_area
from extractors.pages.sheet import READING_DPI, find_sheet, seen_from_above
from extractors.pages.spaces import part_glued_words
from extractors.pages.specks import wipe_specks, wipe_strays
from extractors.pages.stance import HEAD, TextRows, lean_of, letters_of, lies_sideways
from extractors.pages.typeface import look_at_type

UNEVEN = 0.18  # paper brightness range from which the background is flattened
SURE = 0.6  # word confidence that counts as read
FEW_SURE = 0.55  # share of sure words under which the page may stand the wrong way
LOW = 0.72  # mean confidence under which a second pass with another segmentation is tried
SMALL_PRINT = 20.5  # pixels: mean height of letters of eight points at 300 dpi, which have no detail to spare
TURN_CONFIDENCE = 1.5  # of the engine's orientation detection


@dataclass(frozen=True, slots=True)
class Reading:
    """What the engine read, in the reading frame in points."""

    lines: tuple[Line, ...]
    width: float
    height: float
    to_shown: Matrix
    turn: int
    passes: int  # full passes of the engine


@dataclass(frozen=True, slots=True)
class _Upright:
    """A picture ready for the engine and the way back to the page as shown."""

    grey: np.ndarray
    turn: int
    skew: float  # degrees put right
    rulings: tuple[Segment, ...]  # upright ruling lines, pixels


@dataclass(frozen=True, slots=True)
class _View:
    """How the engine is shown a picture."""

    mode: int  # page segmentation
    across: float = 1.0  # share of the picture's width
    down: float = 1.0  # share of its height


def read_picture(
    grey: np.ndarray, scale: float, bilevel: bool, engine: Engine, deadline: float, sharp: bool = False
) -> Reading | None:
    """Return the words of a page as shown (scale: pixels per point), None where it is blank.

    grey: used up, its pixels are changed. A letter page at 300 dpi is 8.4 MB; with a new picture for each step
    five of them stood in memory while the engine worked.
    sharp: the picture has detail enough that the engine may see it smaller.
    """
    small = prepare.small_of(grey)
    if not bilevel and (sheet := find_sheet(small)):
        picture, back = seen_from_above(grey, sheet, grey.shape[0] / small.shape[0])
        flat = READING_DPI / 72
        reading = _read_flat(picture, prepare.small_of(picture), flat, READING_DPI, False, engine, deadline, False)
        if reading is None:
            return None
        shown = then(then(scaled(flat), back), scaled(1 / scale))
        return replace(reading, to_shown=rounded(then(reading.to_shown, shown)))
    dpi = min(max(70, round(scale * 72)), 400)  # beyond it is a page whose stated size is not to be believed
    return _read_flat(grey, small, scale, dpi, bilevel, engine, deadline, sharp)


def _read_flat(
    grey: np.ndarray,
    small: np.ndarray,
    scale: float,
    dpi: int,
    bilevel: bool,
    engine: Engine,
    deadline: float,
    sharp: bool,
) -> Reading | None:
    """Return the words of a page that fills its picture; small: the same made smaller."""
    background = prepare.background_of(small)
    ink = prepare.ink_of(small, background)
    if prepare.is_blank(ink):
        return None
    if bars := find_bars(small, background, dpi * small.shape[0] / grey.shape[0]):
        turn_bars(grey, bars, grey.shape[0] / small.shape[0])
        for left, top, right, bottom in bars:
            ink[top:bottom, left:right] = 0
    if not bilevel and prepare.unevenness(background) > UNEVEN:
        prepare.flatten(grey, background)
    wipe_specks(grey, bilevel)
    if bilevel:
        prepare.smooth_fax(grey)
    turn, rows, letters = _turn_by_ink(engine, grey, ink, dpi)
    tall = float(letters[3].mean()) * grey.shape[0] / small.shape[0] if letters.size else 0.0

    def made_ready(turn: int, rows: TextRows | None = None) -> tuple[_Upright, _View]:
        upright = _put_upright(grey, ink, turn, dpi, bilevel, rows)
        return upright, _made_ready(upright, dpi, bilevel, sharp, tall)

    upright, view = made_ready(turn, rows)
    marks = _recognise(engine, upright.grey, dpi, view, deadline)
    passes = 1
    if _share_of_sure(marks) < FEW_SURE and (found := _find_turn(engine, upright.grey, dpi, (90, 180, 270))):
        del upright  # one picture of it at a time: rarely is it wanted again
        upright, view = made_ready((turn + found) % 360)
        again = _recognise(engine, upright.grey, dpi, view, deadline)
        passes += 1
        if _worth(again) > _worth(marks):
            marks = again
        else:
            upright, view = made_ready(turn, rows)
    if marks and _mean_confidence(marks) < LOW:
        mode = AUTOMATIC if _share_of_sure(marks) < 0.3 else BLOCK
        try:
            again = _recognise(engine, upright.grey, dpi, _View(mode), deadline)
        except PageProblem:
            again = []
        passes += 1
        if _worth(again) > 1.03 * _worth(marks):
            marks = again
    lines = _lines_of(marks, upright, scale, engine)
    return _reading(lines, upright, grey.shape, scale, passes)


def _made_ready(upright: _Upright, dpi: int, bilevel: bool, sharp: bool, tall: float) -> _View:
    """Wipe off what is no print, and return how to show the picture: no larger than its letters need; tall: in pixels.

    Always as one column, though one block costs 8% less where lines stand one under the other: a block's reader parts
    lines beside which something else stands, such as the date of a letter beside the address.
    """
    face = look_at_type(upright.grey, dpi)
    if bilevel and face.capital:
        wipe_strays(upright.grey, face.capital)
    if not sharp or tall < SMALL_PRINT:
        return _View(COLUMN, face.width(False))
    down = prepare.reading_size(tall, face.plain)
    return _View(COLUMN, down * face.width(True), down)


def _recognise(engine: Engine, grey: np.ndarray, dpi: int, view: _View, deadline: float) -> list[Mark]:
    """Return the words in pixels of `grey`."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise PageProblem("page-too-slow")
    size = prepare.condensed_size(grey, view.across, view.down)
    try:  # what is made smaller is held by nobody, so that the engine lets go of it
        marks = engine.recognise(prepare.condense(grey, size), round(dpi * view.down), view.mode, left)
    except EngineTimeoutError as error:
        raise PageProblem("page-too-slow") from error
    wide, high = grey.shape[1] / size[0], grey.shape[0] / size[1]
    if wide == high == 1:
        return marks
    return [
        replace(
            mark,
            left=round(mark.left * wide),
            top=round(mark.top * high),
            right=round(mark.right * wide),
            bottom=round(mark.bottom * high),
        )
        for mark in marks
    ]


def _put_upright(
    grey: np.ndarray, ink: np.ndarray, turn: int, dpi: int, bilevel: bool, rows: TextRows | None = None
) -> _Upright:
    """Return a copy of the picture turned, straightened and without ruling lines; rows: of the ink once turned."""
    picture, ink = prepare.turn_clockwise(grey, turn), prepare.turn_clockwise(ink, turn)
    skew = (rows or TextRows(ink)).skew
    if abs(skew) < prepare.LEAST_SKEW:
        skew = 0.0
    else:
        picture = prepare.straighten(picture, rotated(-skew, picture.shape[1] / 2, picture.shape[0] / 2), 255)
        ink = prepare.straighten(ink, rotated(-skew, ink.shape[1] / 2, ink.shape[0] / 2), 0)
    if picture is grey:  # may be put up another way round yet
        picture = grey.copy()
    paper = max(60, int(np.median(picture[::8, ::8])))
    rulings: list[Segment] = []
    if area := find_ruled_area(ink, round(dpi * ink.shape[0] / picture.shape[0])):
        rulings = erase_rulings(picture, area, paper, dpi)
    # a fax is black and white already: stretched, its smoothed edges grow stairs again
    if not bilevel:
        prepare.stretch(picture, paper)
    return _Upright(picture, turn, skew, tuple(rulings))


def _turn_by_ink(engine: Engine, grey: np.ndarray, ink: np.ndarray, dpi: int) -> tuple[int, TextRows, np.ndarray]:
    """Return the turn that the ink tells, and rows and letters of the ink so turned.

    Where ink is mute the engine is asked. A turn told wrong shows in the reading, which then is done again.
    """
    rows = TextRows(ink)
    sideways = lies_sideways(ink, rows)
    turn = 90 if sideways else 0
    standing = prepare.turn_clockwise(ink, turn)
    letters = letters_of(standing)
    lean = lean_of(letters, (TextRows(standing) if turn else rows).skew)
    if sideways and abs(lean) < HEAD:
        turn = _find_turn(engine, grey, dpi, (90, 270)) or 0
        letters = letters if turn else letters_of(ink)
    elif lean < -HEAD:
        turn += 180
    return turn, TextRows(prepare.turn_clockwise(ink, turn)) if turn else rows, letters


def _find_turn(engine: Engine, grey: np.ndarray, dpi: int, choices: Sequence[int]) -> int | None:
    """Return the quarter turn clockwise that puts the picture upright; None: it stands, or nobody can tell."""
    half = prepare.small_of(grey, max(grey.shape) // 2)
    found = engine.find_turn(half, max(70, dpi // 2))
    if found is not None and found[1] >= TURN_CONFIDENCE:
        return found[0] if found[0] in choices else None
    return _turn_by_trial(engine, half, dpi, choices)


def _turn_by_trial(engine: Engine, half: np.ndarray, dpi: int, choices: Sequence[int]) -> int | None:
    """Read the middle of the page each way round and take the way that gives the most sure words."""
    height, width = half.shape
    middle = np.ascontiguousarray(half[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4])
    worth = {}
    for turn in (0, *choices):
        try:
            marks = engine.recognise(prepare.turn_clockwise(middle, turn), max(70, dpi // 2), BLOCK, 5.0)
        except EngineTimeoutError:
            marks = []
        worth[turn] = _worth(marks)
    best = max(worth, key=worth.get)
    return best if best and worth[best] > 1.5 * worth[0] + 3 else None


def _sure(mark: Mark) -> bool:
    return mark.confidence >= SURE and sum(c.isalnum() for c in mark.text) >= 2


def _share_of_sure(marks: Sequence[Mark]) -> float:
    if len(marks) < 4:
        return 1.0 if len(marks) and all(map(_sure, marks)) else 0.0
    return sum(map(_sure, marks)) / len(marks)


def _mean_confidence(marks: Sequence[Mark]) -> float:
    weights = [len(mark.text) for mark in marks]
    return sum(mark.confidence * w for mark, w in zip(marks, weights, strict=True)) / sum(weights)


def _worth(marks: Sequence[Mark]) -> float:
    """Return characters read with confidence: what makes one reading of a page better than another."""
    return sum(len(mark.text) * (mark.confidence - 0.4) for mark in marks if _sure(mark))


def _lines_of(marks: Sequence[Mark], upright: _Upright, scale: float, engine: Engine) -> tuple[Line, ...]:
    """Return the lines in points, the weak ones read twice."""
    borders = [
        Box(x0=x / scale, top=top / scale, x1=x / scale, bottom=bottom / scale) for x, top, bottom in upright.rulings
    ]
    words = part_glued_words([_word(mark, scale) for mark in marks], upright.grey, scale)
    lines = build_lines(words, ink=True, rulings=borders)
    again = reread_weak_lines(lines, upright.grey, scale, engine)
    if again is None:
        return lines
    return build_lines(part_glued_words(again, upright.grey, scale), ink=True, rulings=borders)


def _word(mark: Mark, scale: float) -> Word:
    box = Box(
        x0=round(mark.left / scale, 2),
        top=round(mark.top / scale, 2),
        x1=round(mark.right / scale, 2),
        bottom=round(mark.bottom / scale, 2),
    )
    return Word(text=mark.text, box=box, confidence=mark.confidence)


def _reading(lines: tuple[Line, ...], upright: _Upright, shape: tuple[int, ...], scale: float, passes: int) -> Reading:
    height, width = upright.grey.shape
    back = rotated(upright.skew, width / 2, height / 2) if upright.skew else IDENTITY
    back = then(back, inverse(turned(upright.turn, shape[1], shape[0])))
    return Reading(
        lines=lines,
        width=round(width / scale, 2),
        height=round(height / scale, 2),
        to_shown=rounded(then(then(scaled(scale), back), scaled(1 / scale))),
        turn=upright.turn,
        passes=passes,
    )
