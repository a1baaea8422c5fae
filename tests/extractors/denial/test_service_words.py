import pytest

from extractors.denial.service import _whole


@pytest.mark.parametrize(
    ("printed", "whole"),
    [
        ("OLUMIANT (BARICITINIB) 2", "OLUMIANT (BARICITINIB)"),  # "MG TABLET" went to another cell
        (
            "Saphnelo (anifrolumab-fnia), 300 mg every 4 weeks, HCPCS",
            "Saphnelo (anifrolumab-fnia), 300 mg every 4 weeks",
        ),
        ("Rinvoq (upadacitinib) 15 mg", "Rinvoq (upadacitinib) 15 mg"),
        ("vitamin B 12", "vitamin B 12"),  # near miss: the number is part of the name
        ("lumbar fusion, L4-5", "lumbar fusion, L4-5"),
    ],
)
def test_a_service_ends_with_a_whole_thought(printed, whole):
    """The letter to the payer names the service; a number without its unit there is a riddle."""
    assert _whole(printed) == whole
