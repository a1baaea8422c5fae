"""The day a request reached the plan, from which its criteria look back."""

import datetime as dt

import pytest

from extractors.denial.reading import Letter
from extractors.denial.received import find_request_received
from tests.pages import pages_of

NOTICE = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Request came in: 09/11/2026", "2026-09-11"),
        ("Date request received   September 11, 2026", "2026-09-11"),
        ("Request received on 09/11/2026", "2026-09-11"),
        ("Dr. Straker asked us on 11 September 2026 to approve Tremfya.", "2026-09-11"),
        ("We received a request on 9/11/2026 to cover Aimovig 140 mg.", "2026-09-11"),
        ("We approved part of the request received September 11, 2026.", "2026-09-11"),
        ("On September 11, 2026 Dr. Straker asked us to approve Tremfya.", "2026-09-11"),
        # near misses: what came in was something else, or was not then
        ("On September 11, 2026 we received a claim from Piedmont Infusion.", None),
        ("We received your appeal on 09/11/2026. It is about our denial.", None),
        ("We received medical records on 09/11/2026.", None),
        ("This letter was printed on 09/11/2026.", None),
        ("Your request will be closed on 09/11/2026.", None),
        ("Request received: 09/11/2025", None),  # over a year before the notice
        ("Request received: 10/11/2026", None),  # after it
        ("Request received: 09/11/2026\nDr. Straker asked us on 9 September 2026 to approve Tremfya.", None),  # two
    ],
)
def test_the_day_of_the_request_is_told_from_other_days(text, day):
    """A claim, an appeal or records that came in are not the request; two days are none."""
    found = find_request_received(Letter(pages_of(text, "denial.pdf")), NOTICE)

    assert (found and found.value.isoformat()) == day
