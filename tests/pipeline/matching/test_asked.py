"""A criterion put as a question asks for what the statement of it asks for."""

import pytest

from extractors.policy import Node
from pipeline.matching.asked import stated
from pipeline.matching.reading import requirement_of


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Does the patient have a diagnosis of acne vulgaris?", "The patient has a diagnosis of acne vulgaris"),
        ("Is the patient 12 years of age or older?", "The patient is 12 years of age or older"),
        ("Has the member tried methotrexate for 3 months?", "The member has tried methotrexate for 3 months"),
        ("Did the patient try and fail methotrexate?", "The patient has tried and failed methotrexate"),
        ("Is the medication prescribed by a dermatologist?", "The medication is prescribed by a dermatologist"),
        ("Will the requested drug be used with a biologic?", "The requested drug will be used with a biologic"),
        ("Is there documentation of a T-score of -2.5 or lower?", "documentation of a T-score of -2.5 or lower"),
        ("Does the patient still smoke?", "The patient still smokes"),
    ],
)
def test_a_question_is_read_as_what_yes_to_it_says(question, statement):
    """The leaf itself stays as printed."""
    assert stated(question) == statement
    asked, said = (
        requirement_of(Node(op="leaf", number="1", text=text, evidence=())) for text in (question, statement)
    )

    assert asked == said


@pytest.mark.parametrize(
    "text", ["Patient is 12 years of age or older", "Why was methotrexate stopped?", "Is it? No", "What dose is given?"]
)
def test_what_is_no_question_of_yes_or_no_stays(text):
    assert stated(text) == text
