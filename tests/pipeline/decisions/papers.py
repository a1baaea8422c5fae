"""A denial, a chart of four pages and two policies: small, real, all fictional."""

import datetime as dt
from functools import cache

from tests.papers import DARNELL, MARISOL, pdf_of
from tests.papers import DENIAL as LETTER

TODAY = dt.date(2026, 3, 20)
DENIAL = LETTER + "Fax your appeal to 877-555-0148. You may also fax your appeal to 877-555-0199.\n"
VISIT = """\
Lakeside Rheumatology
Progress note
Patient: {name}
DOB: {born}
MRN: {record}
Date of service: {day}
Author: Ines Farquharson, MD
Assessment and plan
{said}
"""
UNNAMED = """\
Telephone note
Date: 02/20/2026
The caller reports no missed doses of mycophenolate and asks about the infusion schedule next month.
Advised to keep the visit. Questions were answered at length and a copy was sent to the desk.
"""
POLICY = """\
Cigna Healthcare Coverage Policy
Saphnelo (anifrolumab-fnia)
Policy Number: IP0311
Effective Date: 01/01/2026
Coverage Criteria
Systemic Lupus Erythematosus
Saphnelo is considered medically necessary when ALL of the following are met:
1. Patient is 18 years of age or older
2. Patient has a diagnosis of systemic lupus erythematosus
3. Saphnelo is prescribed by or in consultation with a rheumatologist
"""


OTHER_POLICY = """\
Cigna Healthcare Coverage Policy
Benlysta (belimumab)
Policy Number: IP0298
Effective Date: 01/01/2026
Coverage Criteria
Systemic Lupus Erythematosus
Benlysta is considered medically necessary when ALL of the following are met:
1. Patient is 5 years of age or older
2. Patient has a diagnosis of systemic lupus erythematosus
3. Patient has a positive antinuclear antibody test
"""


@cache
def FILES() -> dict[str, bytes]:
    own = {**MARISOL, "record": "4410923"}
    visits = [
        VISIT.format(**own, day="02/11/2026", said="Systemic lupus erythematosus, M32.19, active."),
        VISIT.format(**own, day="11/03/2025", said="Systemic lupus erythematosus. SLEDAI-2K score is 10 today."),
        VISIT.format(**DARNELL, record="8830021", day="01/05/2026", said="Rheumatoid arthritis on methotrexate."),
        UNNAMED,
    ]
    return {
        "denial.pdf": pdf_of(DENIAL.format(**MARISOL)),
        "chart.pdf": pdf_of(*visits),
        "policy.pdf": pdf_of(POLICY),
        "other.pdf": pdf_of(OTHER_POLICY),
    }
