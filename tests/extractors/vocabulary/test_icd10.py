import pytest

from extractors.vocabulary.icd10 import icd10_text, is_icd10_shaped


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("M32.14", "Glomerular disease in systemic lupus erythematosus"),
        ("m3214", "Glomerular disease in systemic lupus erythematosus"),
        ("L40.0", "Psoriasis vulgaris"),
        ("S72.001A", "Fracture of unspecified part of neck of right femur"),  # the 7th character has no row
        ("M05.7912", None),  # too long to be a code
        ("ZZZ", None),
        ("", None),
    ],
)
def test_a_code_has_the_text_of_its_row(code, expected):
    """A description is the tabular's own or none."""
    assert icd10_text(code) == expected


def test_a_shape_is_no_promise_of_a_row():
    """A code may be written right and yet not exist."""
    assert is_icd10_shaped("M99.99")
    assert icd10_text("M99.99") is None
    assert not is_icd10_shaped("12345")
