"""Two engines behind one interface: in process where its wheel is installed, else the system's program."""

import sys

import pytest
from PIL import Image

from extractors.errors import MissingProgramError
from extractors.pages import engine, read
from tests.extractors.pages.sheets import LETTER, picture, scanned, typed, words_of


@pytest.fixture(autouse=True)
def _fresh_choice():
    engine._engine_of.cache_clear()
    yield
    engine._engine_of.cache_clear()


@pytest.fixture
def without_wheel(monkeypatch):
    """A machine for which tesserocr has no wheel."""
    monkeypatch.setitem(sys.modules, "tesserocr", None)


def test_the_engine_in_process_is_taken_where_its_wheel_is():
    """And once for the process: loading its model costs 0.2 s."""
    assert engine.open_engine().version.startswith("tesserocr ")
    assert engine.open_engine() is engine.open_engine()


def test_no_engine_at_all_names_what_to_install(without_wheel, monkeypatch, tmp_path):
    """Not a traceback of a library."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingProgramError, match="apt-get install"):
        engine.open_engine()


def test_the_program_is_taken_where_there_is_no_wheel(without_wheel):
    """The system's Tesseract, through files in memory."""
    assert engine.open_engine().version.startswith("tesseract ")


def test_both_engines_read_the_same_words(monkeypatch):
    """Builds of two years apart may differ on a smudge, not on a clean letter."""
    pdf = scanned(picture(typed(LETTER), 200))
    [ours] = read.read_pages(pdf, "scan.pdf", [1])
    monkeypatch.setattr(read, "open_engine", engine.ProgramEngine)

    [theirs] = read.read_pages(pdf, "scan.pdf", [1])

    assert [word.text for word in words_of(theirs)] == [word.text for word in words_of(ours)]


def test_the_program_stops_at_the_time_given():
    """As the engine in process does."""
    import numpy as np

    grey = np.asarray(Image.effect_noise((2550, 3300), 90))

    with pytest.raises(engine.EngineTimeoutError):
        engine.ProgramEngine().recognise(grey, 300, engine.COLUMN, 1.0)
