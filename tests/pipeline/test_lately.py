"""What a process remembers of the case it worked on last."""

from pipeline.lately import Lately


def test_a_value_is_made_once_for_the_stages_of_a_case():
    lately, made = Lately(), []
    for _ in range(2):
        assert lately.recall("case 1", "key", lambda: made.append(1) or "value") == "value"

    assert made == [1]


def test_what_a_stage_stored_is_at_hand_for_the_next():
    lately = Lately()
    lately.keep("case 1", "key", "value")

    assert lately.recall("case 1", "key", lambda: "made again") == "value"
    assert lately.recall("case 1", "another key", lambda: "made") == "made"


def test_one_case_at_a_time_is_remembered():
    """A worker that goes from case to case holds no chart but the last."""
    lately = Lately()
    lately.keep("case 1", "key", "value")
    lately.keep("case 2", "other", "value")

    assert lately.recall("case 1", "key", lambda: "made again") == "made again"


def test_nothing_is_left_of_a_case_whose_criteria_are_decided():
    lately = Lately()
    lately.keep("case 1", "key", "value")
    lately.forget()

    assert lately.recall("case 1", "key", lambda: "made again") == "made again"
