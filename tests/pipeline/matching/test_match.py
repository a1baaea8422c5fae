"""The whole match: which section applies, what is left out, and what is published."""

import datetime as dt
from dataclasses import dataclass, replace

import pytest

from extractors.chart import read_chart
from extractors.denial import Codes, Denial
from extractors.evidence import Box, Evidence, Finding
from extractors.policy import Indication, Node, Policy
from pipeline.matching import Status, match_criteria, published
from tests.pages import pages_of
from tests.pipeline.matching.charts import HEADING

DAY = dt.date(2026, 9, 30)
PLACE = Evidence(document="denial.pdf", page=1, bbox=Box(x0=0, top=0, x1=1, bottom=1), text="")


@dataclass(frozen=True)
class PageSays:
    """A page verdict, as `pipeline.identity` gives it."""

    document: str
    page: int
    citable: bool


def _found(value):
    return Finding(value=value, confidence=1.0, evidence=(PLACE,))


def _denial(service: str, *codes: str, prescriber: str | None = "Ines Okafor, MD") -> Denial:
    return Denial(
        denial_date=_found(DAY),
        service=_found(service),
        codes=_found(Codes(icd10=codes)) if codes else None,
        prescriber=_found(prescriber) if prescriber else None,
        patient_dob=_found(dt.date(1980, 4, 12)),
    )


def _section(name: str, *leaves: str, phase: str = "initial", op: str = "all", head: str = "") -> Indication:
    children = tuple(
        Node(op="leaf", number=f"1.{at}", text=text, evidence=(PLACE,)) for at, text in enumerate(leaves, start=1)
    )
    return Indication(name=name, phase=phase, tree=Node(op=op, number="1", text=head, evidence=(), children=children))


def _policy(*sections: Indication, drugs: tuple[str, ...] = (), exclusions: tuple[Node, ...] = ()) -> Policy:
    return Policy(
        document="policy.pdf",
        title=None,
        payer=None,
        number=None,
        effective_date=None,
        drugs=drugs,
        indications=sections,
        exclusions=exclusions,
    )


def _match(policy: Policy, denial: Denial, chart: str, not_citable: tuple[int, ...] = ()):
    parts = chart.replace(" ¦ ", "\t").split("===\n")
    pages = pages_of("\f".join(HEADING + part.strip("\n") for part in parts), "chart.pdf")
    verdicts = [PageSays(page.document, page.number, page.number not in not_citable) for page in pages]
    return match_criteria(policy, read_chart(pages, DAY), denial, verdicts, DAY)


RA = (
    "Date of visit: 08/10/2026   Rheumatology   Provider: Ines Okafor, MD\nAssessment: rheumatoid arthritis (M05.79).\n"
)
ARTHRITIS = _section("Rheumatoid Arthritis", "Patient has tried methotrexate for at least 3 months")
COLITIS = _section("Ulcerative Colitis", "Patient has tried mesalamine for at least 8 weeks")


@pytest.mark.parametrize(
    ("codes", "chart", "chosen"),
    [
        (("M05.79",), "Date of visit: 08/10/2026\nNothing else.\n", "Rheumatoid Arthritis"),
        (("K51.00",), RA, "Ulcerative Colitis"),  # the letter's code goes before the chart
        ((), RA, "Rheumatoid Arthritis"),
        ((), "Date of visit: 08/10/2026\nFamily history: brother has ulcerative colitis.\n", None),
    ],
)
def test_the_section_is_that_of_the_patients_disease(codes, chart, chosen):
    """The denial's code, else a diagnosis of the chart, chooses the section; none fitting is said, not guessed."""
    match = _match(_policy(ARTHRITIS, COLITIS), _denial("tofacitinib", *codes), chart)

    assert (match.indication and match.indication.name) == chosen
    assert chosen or match.warnings


def test_a_policy_of_another_drug_is_not_applied():
    """The criteria of one drug say nothing about another."""
    match = _match(_policy(ARTHRITIS, drugs=("baricitinib",)), _denial("tofacitinib"), RA)

    assert match.criteria == ()
    assert "baricitinib" in match.warnings[0]


@pytest.mark.parametrize(
    ("line", "phase"),
    [
        ("She has been on tofacitinib since 01/05/2026.", "continuation"),
        ("Plan: tofacitinib 10 mg twice daily for 8 weeks, then 5 mg twice daily.", "initial"),
        ("Tofacitinib was discussed.", "initial"),
    ],
)
def test_continuation_takes_a_patient_who_is_on_the_drug(line, phase):
    """Initial criteria apply unless the chart shows the patient established on the drug."""
    policy = _policy(
        ARTHRITIS, _section("Rheumatoid Arthritis", "Patient has had a beneficial response", phase="continuation")
    )

    assert _match(policy, _denial("tofacitinib", "M05.79"), RA + line).indication.phase == phase


def test_pages_that_are_not_citable_prove_nothing():
    """A page of someone else, or of nobody, never becomes evidence."""
    chart = RA + "===\nDate of visit: 08/10/2026\nMethotrexate 20 mg weekly was taken for nine months.\n"
    policy = _policy(ARTHRITIS)

    assert _match(policy, _denial("tofacitinib"), chart).overall is Status.MET
    assert _match(policy, _denial("tofacitinib"), chart, not_citable=(2,)).overall is Status.UNCLEAR


def test_gaps_name_the_criterion_and_what_would_settle_it():
    """What is open is listed in the policy's words, with the smallest thing that would settle it."""
    match = _match(_policy(ARTHRITIS), _denial("tofacitinib"), RA)

    assert match.overall is Status.UNCLEAR
    assert "Patient has tried methotrexate for at least 3 months" in match.gaps[0]
    assert "would settle it" in match.gaps[0]


def test_an_exclusion_that_the_chart_shows_is_a_warning():
    """Use with what the policy excludes is said, though no criterion asks for it."""
    excluded = Node(op="leaf", number="1", text="Use with another biologic", evidence=(PLACE,), negated=True)
    chart = RA + "Plan: continue abatacept together with tofacitinib.\n"

    match = _match(_policy(ARTHRITIS, exclusions=(excluded,)), _denial("tofacitinib"), chart)

    assert any("Use with another biologic" in warning for warning in match.warnings)


def test_the_published_criteria_carry_requirement_evidence_and_date():
    """Each criterion is published with its type, its sentence and dated citations on their page."""
    chart = RA + "Methotrexate 20 mg weekly was taken from 01/05/2026 to 06/20/2026.\n"

    (criterion,) = published(_match(_policy(ARTHRITIS), _denial("tofacitinib"), chart))

    assert criterion.status == "met"
    assert criterion.requirement["kind"] == "prior_therapy"
    assert criterion.policy_page == 1
    assert criterion.evidence[0].date == "2026-08-10"
    assert "Methotrexate" in criterion.evidence[0].text


def test_gaps_leave_out_what_a_met_group_does_not_need():
    """One of two ways is met: the other is no gap, and what decides comes first."""
    way = Node(
        op="any",
        number="1",
        text="One of the following",
        evidence=(),
        children=tuple(
            Node(op="leaf", number=f"1.{at}", text=text, evidence=(PLACE,))
            for at, text in enumerate(["Patient has tried methotrexate", "Patient has tried leflunomide"], start=1)
        ),
    )
    last = Node(op="leaf", number="2", text="Patient has tried sulfasalazine", evidence=(PLACE,))
    tree = Node(op="all", number="", text="", evidence=(), children=(way, last))
    policy = _policy(Indication(name="Rheumatoid Arthritis", phase="initial", tree=tree))

    match = _match(policy, _denial("tofacitinib"), RA + "Methotrexate 20 mg weekly was taken for nine months.\n")

    assert [gap.split(":")[0] for gap in match.gaps] == ["2"]


def test_an_exclusion_with_an_age_in_it_is_no_warning_of_age():
    """ "Chronic urticaria in a patient under 12" does not speak against an adult with arthritis."""
    excluded = Node(
        op="leaf", number="1", text="Chronic urticaria in a patient < 12 years of age", evidence=(PLACE,), negated=True
    )

    assert _match(_policy(ARTHRITIS, exclusions=(excluded,)), _denial("tofacitinib"), RA).warnings == ()


def test_a_section_for_another_drug_of_the_policy_is_left_aside():
    """Where a policy has criteria for each of its drugs, only those of the drug denied count."""
    mine = replace(_section("Rheumatoid Arthritis", "Patient is 18 years of age or older"), drugs=("tofacitinib",))
    other = replace(_section("Rheumatoid Arthritis", "Patient is 12 years of age or older"), drugs=("baricitinib",))

    match = _match(_policy(other, mine), _denial("tofacitinib"), RA)

    assert match.indication is mine
    assert match.not_chosen == ("Rheumatoid Arthritis (initial, baricitinib)",)
    assert _match(_policy(other), _denial("tofacitinib"), RA).indication is None
