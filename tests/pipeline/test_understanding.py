"""Which letter the appeal answers, and whose it is."""

import pytest

from extractors.documents.segment import DocumentType
from extractors.errors import NoDenialLetterError, TwoPatientsError
from pipeline import codec
from pipeline.understanding import Contents
from tests.pages import contents_of, pages_of
from tests.papers import CHART, DARNELL, DENIAL, MARISOL, POLICY


def files(**texts: str):
    """Pages of files by name; `a_pdf` stands for a.pdf."""
    return {name.replace("_", "."): pages_of(text, name.replace("_", ".")) for name, text in texts.items()}


def letter(person=MARISOL, day: str = "March 4, 2026", **other: str) -> str:
    return DENIAL.format(**{**person, **other}).replace("March 4, 2026", day)


def test_the_documents_of_a_case_are_told_apart_whatever_their_names():
    """Names of files say nothing."""
    contents = contents_of(files(a_pdf=POLICY, b_pdf=CHART.format(**MARISOL), c_pdf=letter()))

    assert [(s.document, s.document_type) for s in contents.segments] == [
        ("a.pdf", DocumentType.PAYER_POLICY),
        ("b.pdf", DocumentType.CHART),
        ("c.pdf", DocumentType.DENIAL_LETTER),
    ]
    assert contents.letters[contents.chosen].denial.patient_name.value == "Marisol Ketterman"
    assert contents.warnings == ()


def test_the_newest_letter_is_answered_and_the_others_are_named():
    """A second denial of the same patient starts the clock anew; nobody is left wondering about the first."""
    contents = contents_of(
        files(old_pdf=letter(day="January 8, 2026"), new_pdf=letter(), older_pdf=letter(day="May 2, 2025"))
    )

    assert contents.letters[contents.chosen].segment.document == "new.pdf"
    (warning,) = contents.warnings
    assert "3 denials" in warning
    assert "new.pdf page 1 of 2026-03-04" in warning
    assert "old.pdf page 1 of 2026-01-08" in warning


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (DARNELL, True),
        ({**MARISOL, "name": "Marisol Kettermen"}, False),  # a misread letter
        ({**MARISOL, "name": "KETTERMAN, MARISOL"}, False),  # the other order
        ({**MARISOL, "member": "W1100220033"}, False),  # a new card
        ({**MARISOL, "name": "Marisol Oyelaran"}, False),  # a married name: birth date and number agree
        ({**MARISOL, "born": "11/03/1961", "member": "W1100220033"}, True),  # the mother of the same name
        ({**DARNELL, "born": MARISOL["born"]}, True),  # born the same day, and nothing else
    ],
)
def test_letters_of_two_patients_are_refused(other, refused):
    """One case is one patient; a misread character or a new card does not make two."""
    case = files(a_pdf=letter(), b_pdf=letter(other))

    if refused:
        with pytest.raises(TwoPatientsError, match=r"a\.pdf page 1 and b\.pdf page 1"):
            contents_of(case)
    else:
        assert len(contents_of(case).letters) == 2


def test_without_a_denial_the_files_are_named_with_what_they_are():
    """So that the person sees which one was taken for something else."""
    with pytest.raises(NoDenialLetterError) as caught:
        contents_of(files(chart_pdf=CHART.format(**MARISOL), policy_pdf=POLICY))

    assert "chart.pdf (taken for: chart); policy.pdf (taken for: payer policy)" in str(caught.value)


def test_what_was_sorted_survives_being_stored():
    """The next stage gets every finding as it was, evidence included."""
    contents = contents_of(files(a_pdf=letter(), b_pdf=POLICY))

    assert codec.load(Contents, codec.dump(Contents, contents)) == contents


def test_a_denial_in_another_language_is_said_to_be_so():
    """Its fields are best effort: the person who signs must know."""
    spanish = (
        "Cigna Healthcare\n4 de marzo de 2026\nEstimada Marisol Ketterman:\n"
        "Aviso de denegación de cobertura. No podemos aprobar su solicitud de Saphnelo "
        "porque no es médicamente necesario.\n"
        "Usted puede presentar una apelación dentro de los 180 días a partir de la fecha de esta carta.\n"
        "Si tiene preguntas, llame a Servicios para Miembros."
    )

    (warning,) = contents_of(files(a_pdf=spanish)).warnings

    assert "a.pdf page 1" in warning
    assert "Spanish" in warning
