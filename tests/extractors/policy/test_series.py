import pytest

from extractors.policy.rows import rows_of
from extractors.policy.series import with_series
from extractors.policy.unmarked import with_unmarked
from tests.extractors.policy.layout import policy_pages


def cores(text: str) -> list[str]:
    rows = with_unmarked(with_series(rows_of(policy_pages(text))))
    return [row.numbered.core for row in rows if row.numbered]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-A The member is old.\n1-B The member is ill.", ["1-A", "1-B"]),
        ("A1 The member is old.\nA2 The member is ill.", ["A1", "A2"]),
        ("Criterion 1: The member is old.\nCriterion 2: The member is ill.", ["1", "2"]),
        ("Section 1. Asthma\nSection 2. Renewal", ["1", "2"]),
        # a line that begins so alone counts nothing
        ("The member has low\nB12 levels in two tests.", []),
        ("A lesion is seen on\nT2 Weighted images and\nT1 Weighted images.", []),
        ("Use of a\n24-hour monitor or\n2-D Echocardiography.", []),
        ("L40.0 Psoriasis vulgaris\nL40.1 Generalized pustular psoriasis\nL40.2 Acrodermatitis", []),
        ("As step 1 Metformin was\ntaken; it is named in\nStep 3 Therapy of the list.", []),
        # words under a head that nothing parts are one paragraph
        ("The following is told:\nThe drug blocks a protein and\nis given under the skin.", []),
    ],
)
def test_a_marker_needs_a_fellow_that_counts_on(text, expected):
    """What only looks like a number stays in its sentence."""
    assert cores(text) == expected
