"""What a person sees at the terminal."""

import pytest

from pipeline.case import DocumentOut
from rebut.present import print_documents


@pytest.mark.parametrize(("language", "told"), [("es", True), ("en", False), (None, False)])
def test_a_letter_in_another_language_is_said_to_be_one(language, told, capsys):
    """Fields read from a letter in Spanish are best effort: the reader is told to have them checked."""
    letter = DocumentOut(document="a.pdf", pages=[1], document_type="denial_letter", language=language)

    print_documents([letter])

    assert ("in Spanish" in capsys.readouterr().out) == told
