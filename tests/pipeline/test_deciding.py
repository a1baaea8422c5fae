"""What the case document says, and what it must never say."""

import datetime as dt
import json

from pipeline.deciding import decide
from pipeline.understanding import CHART_TYPES, understand_chart
from tests.pages import contents_of, pages_of
from tests.papers import DARNELL, DENIAL, MARISOL

TODAY = dt.date(2026, 11, 22)
NOTE = """Blue Heron Rheumatology
Patient: {name}   DOB: {born}   MRN: {record}
Date of visit: 03/02/2026   Provider: Anselm Okereke, MD
Assessment and plan
Systemic lupus erythematosus. Inadequate response to {drug} after 30 weeks.
Signed A. Okereke MD 03/02/2026"""


def test_facts_of_another_patient_never_enter_the_case():
    """A misfiled page is listed as left out; nothing that it says is in the document that leaves the clinic."""
    mine = NOTE.format(**MARISOL, record="R-100", drug="azathioprine")
    strangers = NOTE.format(**DARNELL, record="R-777", drug="cyclosporine")
    files = {
        "denial.pdf": pages_of(DENIAL.format(**MARISOL), "denial.pdf"),
        "chart.pdf": pages_of("\f".join([mine, strangers]), "chart.pdf"),
    }
    contents = contents_of(files)
    pages = [page for file in files.values() for page in file]
    chart = understand_chart(contents.of_type(*CHART_TYPES), pages, TODAY)

    case = decide("1", files, contents, contents.letters[contents.chosen].denial, chart, (), TODAY)

    assert [(page.page, page.why) for page in case.excluded_pages] == [(2, "another_patient")]
    told = json.dumps(case.model_dump(mode="json", by_alias=True))
    assert "azathioprine" in told
    assert "cyclosporine" not in told
    assert "R-777" not in told
