"""Criteria about treatment in the words of payers: what each asks for, with nothing harmless left over."""

from pathlib import Path

import pytest
import yaml

from extractors.policy.tree import Node
from pipeline.matching.reading import requirement_of
from tests.pipeline.matching.charts import verdict_on

HELD = yaml.safe_load(Path(__file__).with_name("therapy_sentences.yaml").read_text(encoding="utf-8"))
FIELDS = ("kind", "count", "every", "minimum_days", "wanted", "minimum_doses", "apart", "besides", "amount", "purpose")


def _read(entry):
    leaf = Node(op="leaf", number="1.a", text=entry["leaf"], evidence=())
    head = Node(op="any", number="1", text=entry.get("head", ""), evidence=(), children=(leaf,))
    return requirement_of(leaf, (head,) if entry.get("head") else ()).published()


@pytest.mark.parametrize("entry", HELD["reads"], ids=lambda at: at["leaf"][:60])
def test_a_printed_criterion_is_read_with_all_its_fields(entry):
    """The treatments, the outcome, the count, the length and what else is asked stand in fields."""
    found = _read(entry)

    held = {key: found[key] for key in FIELDS if key in found and (key, found[key]) != ("count", 1)}
    held |= {"therapies": [at["name"] for at in found["therapies"]]} if "therapies" in found else {}
    held |= {"window": True} if found.get("window") else {}
    assert held == {key: value for key, value in entry.items() if key not in ("leaf", "head")}


@pytest.mark.parametrize(
    ("head", "leaf", "lost"),
    [
        ("", "The patient uses at least 3 daily doses of rapid-acting insulin", "3 daily doses"),
        ("", "Currently treated with a maximally tolerated statin", "maximally tolerated"),
        ("Inadequate response to ONE of the following:", "Oral vancomycin for the current recurrence", "recurrence"),
    ],
)
def test_what_no_field_holds_is_kept(head, leaf, lost):
    """A count of doses a day or a degree of tolerance is never dropped."""
    assert lost.split()[0] in (_read({"head": head, "leaf": leaf}).get("besides") or "")


@pytest.mark.parametrize(
    ("leaf", "kind"),
    [
        ("Decrease of at least 2 points in the ACQ score", "measurement"),
        ("The patient has experienced a reduction in HAE attacks since starting treatment", "events"),
        ("At least 90 days of metformin at 2,000 mg daily without reaching the A1c goal", "measurement"),
    ],
)
def test_a_change_or_a_dose_is_no_value(leaf, kind):
    """A fall by points, fewer attacks and a dose bound no score, no count and no laboratory value."""
    assert _read({"leaf": leaf})["kind"] != kind


def test_an_outcome_after_a_trial_does_not_ask_for_the_trial_alone():
    """ "Unable to tolerate CPAP after a trial of 30 days" is not met by 30 days of CPAP."""
    assert _read({"leaf": "Unable to tolerate CPAP after a trial of at least 30 days"})["wanted"] == ["intolerance"]


def test_another_class_is_none_of_those_beside_it():
    """An SSRI is no "antidepressant of another class" where the leaf before it names SSRIs."""
    leaves = tuple(
        Node(op="leaf", number=f"1.{n}", text=text, evidence=())
        for n, text in enumerate(("A selective serotonin reuptake inhibitor", "An antidepressant of another class"))
    )
    head = Node(
        op="any", number="1", text="Inadequate response to at least 6 weeks of each:", evidence=(), children=leaves
    )

    found = requirement_of(leaves[1], (head,)).published()

    assert [at["name"] for at in found["but_not"]] == ["SSRI"]


VISIT = "Date of visit: 08/10/2026   Internal Medicine   Provider: Ines Okafor, MD\n"


@pytest.mark.parametrize(
    ("criterion", "says", "status"),
    [
        ("Intolerance of extended-release metformin", "Metformin ER 1000 mg BID was stopped for diarrhea.", "met"),
        ("Intolerance of extended-release metformin", "Metformin IR 1000 mg BID was stopped for diarrhea.", "unclear"),
        ("Intolerance of extended-release metformin", "Metformin was stopped for diarrhea in the ER.", "unclear"),
        (
            "Inadequate response to oral mesalamine for at least 8 weeks",
            "Failed mesalamine 4.8 g from 01/05/2026 to 05/05/2026 and vedolizumab.",
            "met",
        ),
        (
            "Inadequate response to oral mesalamine for at least 8 weeks",
            "Mesalamine enema nightly from 01/05/2026 to 05/05/2026, inadequate response.",
            "unclear",
        ),
        (
            "Failed basal insulin at a dose of at least 0.5 units/kg/day",
            "Failed insulin glargine 30 units daily from 01/05/2026 to 05/05/2026.",
            "unclear",
        ),
        (
            "The patient uses at least 3 daily doses of rapid-acting insulin",
            "Current medications: insulin lispro 8 units once daily.",
            "unclear",
        ),
    ],
)
def test_a_form_or_a_dose_is_that_of_the_drug(criterion, says, status):
    """ER behind the drug's name is extended-release, an emergency room is not; units per kilogram are no units."""
    assert verdict_on(criterion, VISIT + says).status.value == status
