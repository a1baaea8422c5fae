"""The exit status of a case that ended without a packet is that of what ended it."""

import pytest

from rebut.faults import CaseFailedError


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pdf-encrypted", 3),
        ("case-two-patients", 3),
        ("program-missing", 4),
        ("storage-unavailable", 1),
        ("worker-lost", 1),
        ("ValueError", 1),  # a bug: its type is all that is kept
    ],
)
def test_a_case_ends_with_the_status_of_its_fault(code, status):
    """3 for the sender to mend, 4 for the machine, 1 for us."""
    import pipeline.storage  # noqa: F401  its errors are known once it is loaded

    error = CaseFailedError(code, "What happened.", "c1")

    assert error.exit_status == status
    assert str(error).startswith("What happened.")
    assert ("c1" in str(error)) == (status == 1)
