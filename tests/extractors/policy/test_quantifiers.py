import pytest

from extractors.policy.quantifiers import connector_of, quantifier_of, split_end, split_head


@pytest.mark.parametrize(
    ("head", "op", "n"),
    [
        ("Approve if the patient meets ONE of the following (A or B):", "any", None),
        ("meets ALL of the following (i, ii, and iii):", "all", None),
        ("meets the following (i, ii, and iii):", "all", None),
        ("meets BOTH (A and B):", "all", None),
        ("Crohn's disease (must meet all):", "all", None),
        ("Ulcerative colitis (must meet 1 or 2):", "any", None),
        ("Member meets one of the following (a or b):", "any", None),
        ("has tried at least TWO of the following:", "at_least", 2),
        ("has tried at least 2 of the following criteria:", "at_least", 2),
        ("has tried at least ONE of the following:", "any", None),
        ("Two or more of the following:", "at_least", 2),
        ("any two of the following:", "at_least", 2),
        ("based on all of the following criteria (a through e):", "all", None),
        ("a history of it, with documentation of at least ONE of the following:", "any", None),
        ("at least ONE drug for 3 months, and ALL of the following:", "all", None),  # the last one governs the items
        ("when any of the following criteria is met:", "any", None),
        ("either of the following:", "any", None),
        ("requires the following rule(s) be met:", "all", None),
        ("The patient is at least 18 years old and:", "all", None),  # a number that counts no items
    ],
)
def test_a_head_says_how_its_items_are_joined(head, op, n):
    """The quantifier nearest the items governs them; none at all means all of them."""
    quantifier = quantifier_of(head)

    assert (quantifier.op, quantifier.n) == (op, n)
    assert not quantifier.flags


def test_words_and_letters_that_disagree_are_flagged():
    """ "ONE of (A and B)" follows the word and says so."""
    quantifier = quantifier_of("Patient meets ONE of the following (A and B):")

    assert quantifier.op == "any"
    assert quantifier.flags


@pytest.mark.parametrize(
    ("head", "negated"),
    [
        ("Member does not have any of the following:", True),
        ("None of the following:", True),
        ("The member will not use the drug with:", True),
        ("without any of the following:", True),
        ("Patient is not receiving Olumiant in combination with either of the following:", True),
        ("Member has not responded to one of the following:", False),  # asks for a trial that failed
        ("Member has not had an adequate response to any of the following:", False),
        ("The member does not smoke and meets ALL of the following:", False),
        ("Not previously treated; ONE of the following:", False),
    ],
)
def test_a_head_that_denies_makes_its_items_negative(head, negated):
    """Items under "does not have any of" are things that must not be."""
    assert quantifier_of(head).negated is negated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient is 18 years of age or older; AND", ("Patient is 18 years of age or older", "and")),
        ("The member is treated with insulin; or", ("The member is treated with insulin", "or")),
        ("Diagnosis of CD;", ("Diagnosis of CD", None)),
        ("Prescribed by a rheumatologist.", ("Prescribed by a rheumatologist.", None)),
        ("Positive antibody AND", ("Positive antibody", "and")),
        ("Tried it, or", ("Tried it", "or")),
        ("Uses a brand", ("Uses a brand", None)),  # ends with the letters of a join
        ("Treated by a donor", ("Treated by a donor", None)),
    ],
)
def test_the_join_at_the_end_is_no_part_of_a_leaf(text, expected):
    """A leaf is verbatim but for the word that ties it to the next."""
    assert split_end(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("-AND-", "and"), ("— OR —", "or"), ("; AND", "and"), ("AND/OR", "or"), ("and older", None), ("Oregon", None)],
)
def test_a_line_of_its_own_may_be_a_join(text, expected):
    """Only a line that holds nothing else joins."""
    assert connector_of(text) == expected


def test_a_demand_in_a_head_is_not_lost():
    """ "Has migraine AND BOTH of the following" demands the migraine too; "shown by ONE of" demands nothing apart."""
    head = "The patient has migraine AND BOTH of the following:"

    assert split_head(head) is not None
    assert head[: split_head(head)[0]] == "The patient has migraine"
    assert split_head("Patient has SLE, shown by ONE of the following (a or b):") is None
    assert split_head("Patient has tried methotrexate and leflunomide and has responded") is None


@pytest.mark.parametrize(
    ("head", "negated"),
    [
        ("There is no:", True),
        ("All of the following are excluded:", True),
        ("There is no evidence of any of these:", True),
        ("The following have been ruled out:", True),
        ("There was no adequate response to any of these:", False),
        ("Pregnancy was excluded by one of the following:", False),
        ("Other causes were ruled out by:", False),
    ],
)
def test_a_head_that_rules_its_items_out_asks_that_none_is_so(head, negated):
    """And no head that rules something else out, or asks for a failed trial."""
    assert quantifier_of(head).negated is negated
