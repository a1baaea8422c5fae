"""What a denial letter says: one field per name of the published JSON (docs/contract.md)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from extractors.evidence import Evidence, Finding


class ReasonCategory(StrEnum):
    """Why the payer said no, in the sixteen classes of the contract."""

    PRIOR_AUTHORIZATION_MISSING = "prior_authorization_missing"
    NOT_MEDICALLY_NECESSARY = "not_medically_necessary"
    STEP_THERAPY_NOT_MET = "step_therapy_not_met"
    EXPERIMENTAL_INVESTIGATIONAL = "experimental_investigational"
    OFF_LABEL = "off_label"
    DUPLICATE_THERAPY = "duplicate_therapy"
    NOT_ON_FORMULARY = "not_on_formulary"
    BENEFIT_EXCLUSION = "benefit_exclusion"
    QUANTITY_OR_DOSE_LIMIT = "quantity_or_dose_limit"
    INSUFFICIENT_DOCUMENTATION = "insufficient_documentation"
    OUT_OF_NETWORK = "out_of_network"
    SITE_OF_CARE = "site_of_care"
    CODING_OR_BILLING = "coding_or_billing"
    TIMELY_FILING = "timely_filing"
    ELIGIBILITY = "eligibility"
    OTHER = "other"


class PlanType(StrEnum):
    """Who regulates the plan, which decides the clock and the law to cite."""

    EMPLOYER_SELF_FUNDED = "employer_self_funded"
    EMPLOYER_FULLY_INSURED = "employer_fully_insured"
    MARKETPLACE_INDIVIDUAL = "marketplace_individual"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICARE_PART_D = "medicare_part_d"
    MEDICAID_MANAGED_CARE = "medicaid_managed_care"
    FEHB = "fehb"
    TRICARE = "tricare"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One ground of the denial and the sentence that states it."""

    category: ReasonCategory
    quote: str  # verbatim, line breaks as spaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Codes printed for the denied service and its diagnosis."""

    icd10: tuple[str, ...] = ()
    hcpcs_cpt: tuple[str, ...] = ()
    ndc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDeadline:
    """The time to file the internal appeal, as the letter states it: exactly one of the three."""

    days: int | None = None
    months: int | None = None
    date: dt.date | None = None
    # what the clock runs from: "notice", "receipt", "mailing", "decision", "statement"; None if not said
    anchor: str | None = None


class WindowKind(StrEnum):
    """What a stated time is for, other than the internal appeal."""

    SECOND_LEVEL = "second_level"  # another internal appeal, after the first was decided
    EXTERNAL_REVIEW = "external_review"
    FAIR_HEARING = "fair_hearing"
    PEER_TO_PEER = "peer_to_peer"
    CORRECTED_CLAIM = "corrected_claim"
    NEW_INFORMATION = "new_information"  # records for another look that is no appeal
    CONTINUED_BENEFITS = "continued_benefits"
    GRIEVANCE = "grievance"  # a complaint about service, not about this decision
    EXPEDITED_APPEAL = "expedited_appeal"
    COURT_ACTION = "court_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedWindow:
    """A time that is not the internal appeal's, as the letter states it: exactly one of the five."""

    kind: WindowKind
    hours: int | None = None
    business_days: int | None = None
    days: int | None = None
    months: int | None = None
    date: dt.date | None = None
    anchor: str | None = None  # as in `StatedDeadline`; also "final_denial", "service"
    quote: str = ""  # the sentence that states it, verbatim
    evidence: tuple[Evidence, ...] = ()  # where that sentence stands


class AppealStage(StrEnum):
    """How far the internal appeal has come with this letter."""

    INITIAL = "initial_determination"
    APPEAL_DECIDED = "appeal_decision"  # a first appeal was denied, another internal one is open
    FINAL = "final_internal_adverse_determination"


class NextStep(StrEnum):
    """What may be asked for next."""

    INTERNAL_APPEAL = "internal_appeal"
    SECOND_LEVEL = "second_level"
    EXTERNAL_REVIEW = "external_review"
    FAIR_HEARING = "fair_hearing"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealLevel:
    """Where in the course of appeals the letter stands, and which step is open."""

    stage: AppealStage
    next_step: NextStep | None = None  # None: the letter names none


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Another value that the letter offers for a field; which one holds, a person may say."""

    field: str  # name of a field of `Denial`
    value: str | StatedDeadline  # dates as ISO
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """Fields of one denial (or of the EOB that denies a line); None is "the letter does not say"."""

    denial_date: Finding[dt.date] | None = None
    payer: Finding[str] | None = None  # canonical name of the plan
    payer_as_printed: Finding[str] | None = None
    delegate: Finding[str] | None = None  # benefit manager or reviewer that signs for the plan
    reasons: Finding[tuple[Reason, ...]] | None = None  # primary first
    patient_name: Finding[str] | None = None
    patient_dob: Finding[dt.date] | None = None
    member_id: Finding[str] | None = None
    group_number: Finding[str] | None = None
    reference_numbers: Finding[tuple[str, ...]] | None = None
    service: Finding[str] | None = None  # generic name of the drug, or the service
    service_as_printed: Finding[str] | None = None  # with brand, strength, dose, route as the letter has them
    codes: Finding[Codes] | None = None
    prescriber: Finding[str] | None = None
    plan_type: Finding[PlanType] | None = None  # None reads as `unknown`
    request_received: Finding[dt.date] | None = None  # when the plan got the request: its criteria look back from here
    urgent: Finding[bool] | None = None  # None reads as false
    internal_appeal_deadline: Finding[StatedDeadline] | None = None
    other_deadlines: Finding[tuple[StatedWindow, ...]] | None = None  # in the letter's order
    level: Finding[AppealLevel] | None = None  # None: the letter says neither that it is a first nor a final denial
    appeal_address: Finding[str] | None = None
    appeal_fax: Finding[str] | None = None
    appeal_phone: Finding[str] | None = None
    policy_named: Finding[str] | None = None  # title or number of the policy the letter relies on
    candidates: tuple[Candidate, ...] = ()  # what else the letter offers, field by field, in its own order
