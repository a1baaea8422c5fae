"""Letters in other words: the type, the grounds, the time and the telephone, and nothing asserted that is not so."""

from pathlib import Path

import pytest
import yaml

from extractors.denial import read_denial
from extractors.documents import DocumentType, type_of
from extractors.evidence import SURE
from tests.pages import page_of

LETTERS = yaml.safe_load((Path(__file__).parent / "other_letters.yaml").read_text("utf-8"))
DECIDES = {"denial_letter", "explanation_of_benefits", "approval_letter"}


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_in_other_words_is_known_for_what_it_is(name: str) -> None:
    """A denial is opened as one; a letter that decides nothing never is."""
    found = type_of([page_of(LETTERS[name]["says"])])

    if LETTERS[name]["is"] == "other":
        assert found not in {DocumentType(kind) for kind in DECIDES}
    else:
        assert found == LETTERS[name]["is"]


@pytest.mark.parametrize("name", LETTERS)
def test_its_grounds_are_all_found_or_only_offered(name: str) -> None:
    """Every ground given, no other; where one may have been missed, what is found is offered, not asserted."""
    letter = LETTERS[name]
    reasons = read_denial([page_of(letter["says"])]).reasons

    assert sorted(one.category for one in reasons.value) == letter["reasons"] if reasons else not letter["reasons"]
    if reasons:
        assert (reasons.confidence < SURE) == letter.get("unsure", False)


@pytest.mark.parametrize("name", [name for name in LETTERS if {"days", "phone", "urgent"} & LETTERS[name].keys()])
def test_its_time_and_telephone_are_those_of_the_appeal(name: str) -> None:
    """Not the plan's time to answer, not a call between doctors, not the number for questions."""
    letter = LETTERS[name]
    denial = read_denial([page_of(letter["says"])])

    if "days" in letter:
        assert denial.internal_appeal_deadline
        assert denial.internal_appeal_deadline.value.days == letter["days"]
    if "phone" in letter:
        assert (denial.appeal_phone.value if denial.appeal_phone else None) == letter["phone"]
    if "urgent" in letter:
        assert bool(denial.urgent and denial.urgent.value) == letter["urgent"]
