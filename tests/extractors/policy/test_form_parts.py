"""The parts of one form are one list: a part decided alone would be looser than print."""

from extractors.policy import read_policy
from tests.pages import pages_of

FORM = """Delta Medicaid
REQUEST FORM: EMGALITY (galcanezumab)
Patient: ________
A. Diagnosis (check one)
[ ] Episodic migraine with 4 to 14 headache days a month
[ ] Chronic migraine with 15 or more headache days a month
B. Earlier treatment (check all that apply)
[ ] Topiramate for 8 weeks failed
[ ] Propranolol for 8 weeks failed
"""


def test_parts_of_a_form_are_one_use_that_is_never_decided_as_a_whole():
    (use,) = read_policy(pages_of(FORM, "policy.pdf")).indications
    assert use.tree.uncertain
    assert [leaf.text for leaf in use.tree.leaves()][-1] == "Propranolol for 8 weeks failed"
    assert len(list(use.tree.leaves())) == 4


def test_uses_that_are_named_after_diseases_stay_uses_of_their_own():
    text = FORM.replace("Diagnosis (check one)", "Migraine (check one)").replace(
        "Earlier treatment (check all that apply)", "Cluster headache (check all that apply)"
    )
    assert len(read_policy(pages_of(text, "policy.pdf")).indications) == 2
