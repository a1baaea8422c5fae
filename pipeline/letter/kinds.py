"""Which letter answers which denial: the stage decides, then the first reason; an unlisted one gets the general appeal.

Besides the letter that goes with the packet there are letters that a case may need at any time (`ASIDE`).
"""

from extractors.evidence import asserted
from pipeline.case import DenialOut

# category of the first reason -> template under templates/letter/
KINDS = {
    "prior_authorization_missing": "prior_authorization_missing",
    "step_therapy_not_met": "step_therapy",
    "not_on_formulary": "formulary_exception",
    "insufficient_documentation": "insufficient_documentation",
    "experimental_investigational": "experimental",
    "off_label": "experimental",
    "quantity_or_dose_limit": "quantity_or_dose",
    "duplicate_therapy": "duplicate_therapy",
}
GENERAL = "appeal"
OUTSIDE = "external_review"  # after the plan's last word, whatever its reason
ASIDE = ("claim_file_request", "peer_to_peer", "expedited_certification")


def choose_kind(denial: DenialOut) -> str:
    """Return the name of the template for this denial."""
    if is_final(denial):
        return OUTSIDE
    reasons = asserted(denial.reasons) or []
    return KINDS.get(reasons[0].category, GENERAL) if reasons else GENERAL


def is_final(denial: DenialOut) -> bool:
    """Whether the letter says, for certain, that the plan's own appeals are over."""
    level = asserted(denial.level)
    return bool(level and level.stage == "final_internal_adverse_determination")


def kinds() -> list[str]:
    """Return every kind there is, the general one first."""
    return list(dict.fromkeys([GENERAL, *KINDS.values(), OUTSIDE, *ASIDE]))
