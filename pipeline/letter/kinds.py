"""Which letter answers which denial: the first reason decides, an unlisted one gets the general appeal."""

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


def choose_kind(denial: DenialOut) -> str:
    """Return the name of the template for this denial."""
    reasons = asserted(denial.reasons) or []
    return KINDS.get(reasons[0].category, GENERAL) if reasons else GENERAL


def kinds() -> list[str]:
    """Return every kind there is, the general one first."""
    return list(dict.fromkeys([GENERAL, *KINDS.values()]))
