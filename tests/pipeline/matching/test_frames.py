"""Sentences that would decide a criterion, told as a guess, an error, a form's empty box or of patients in general."""

from pathlib import Path

import pytest
import yaml

from tests.pipeline.matching.test_wider_pairs import _name, _verdict

FRAMES = {
    "doubt": "Unclear whether {}",
    "payer": "Insurance states {}",
    "study": "The study enrolled patients with the following: {}",
    "memory": "Patient thinks that she may have had this: {}",
    "error": "{} - entered in error, wrong patient.",
    "box": "[ ] {}",
    "relative": "Family history: mother: {}",
}


def _decided() -> list[dict[str, object]]:
    """Return every seventh pair that one sentence of a visit decides, of all kinds."""
    found = []
    for name in ("wider", "number", "care", "absent"):
        for pair in yaml.safe_load(Path(__file__).with_name(f"{name}_pairs.yaml").read_text(encoding="utf-8")):
            says = str(pair.get("says", ""))
            one = len(says) > 12 and not any(mark in says for mark in ("===", "\n", "\t", "; ", ". "))
            if pair["is"] == "met" and one and pair["kind"] not in ("age", "prescriber"):
                found.append(pair)
    return found[::7]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("pair", _decided(), ids=_name)
def test_no_criterion_is_met_by_what_is_not_told_of_the_patient(pair, frame):
    """However well the words inside answer the criterion, the answer stays open."""
    says = str(pair["says"]).rstrip(".")

    assert _verdict(pair | {"says": FRAMES[frame].format(says)}, near_miss=False).status.value != "met"
