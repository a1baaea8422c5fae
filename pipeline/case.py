"""The case document: what `rebut run --json` prints and the packet is made from.

Pydantic models of the published JSON; `rebut schema` exports their JSON Schema. Names
are those of the contract: add freely, rename or drop none.
"""

from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

V = TypeVar("V")
Status = Literal["met", "not_met", "unclear"]
DocumentType = Literal[
    "denial_letter",
    "approval_letter",
    "explanation_of_benefits",
    "information_request",
    "appeal_acknowledgement",
    "chart",
    "payer_policy",
    "fax_cover",
    "insurance_card",
    "blank",
    "other",
]


# ISO 639-1 -> name, of the languages that payers write in
LANGUAGES = {
    "es": "Spanish",
    "pt": "Portuguese",
    "fr": "French",
    "ht": "Haitian Creole",
    "vi": "Vietnamese",
    "tl": "Tagalog",
}


class Published(BaseModel):
    """Base of the published models: unknown names are refused, so a slip shows in a test."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Fitting(Published):
    """Base of what comes in several kinds: the parts that belong to another kind are left out, not null."""

    PARTS: ClassVar[frozenset[str]]

    @model_serializer(mode="wrap")
    def _without_other_parts(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: told for name, told in write(self).items() if told is not None or name not in self.PARTS}


class EvidenceOut(Published):
    document: str
    page: int = Field(ge=1, description="counts from 1 in the file as it was given")
    bbox: list[float] = Field(
        min_length=4, max_length=4, description="[x0, top, x1, bottom], points of the page as shown, origin top left"
    )
    text: str
    date: str | None = None  # of the fact it states; criteria only


SettledBy = Literal["reviewer"]  # left out: the program read or judged it


class Value(Fitting, Generic[V]):
    PARTS = frozenset({"settled_by"})

    value: V
    confidence: float = Field(ge=0.0, le=1.0)
    evidence: list[EvidenceOut]
    settled_by: SettledBy | None = None


class ReasonOut(Published):
    category: str
    quote: str


class CodesOut(Published):
    icd10: list[str] = []
    hcpcs_cpt: list[str] = []
    ndc: list[str] = []


class WindowOut(Published):
    """A time that is not the internal appeal's; one of hours, business_days, days, months, date is given."""

    kind: str
    hours: int | None = None
    business_days: int | None = None
    days: int | None = None
    months: int | None = None
    date: str | None = None
    anchor: str | None = None  # what the clock runs from, None if not said
    quote: str
    evidence: list[EvidenceOut]


class LevelOut(Published):
    """Where in the course of appeals the letter stands, and which step is open."""

    stage: str  # initial_determination, appeal_decision, final_internal_adverse_determination
    next_step: str | None = None  # internal_appeal, second_level, external_review, fair_hearing


class DenialOut(Published):
    """Fields of a denial; null is "the letter does not say"."""

    denial_date: Value[str] | None = None
    payer: Value[str] | None = None
    payer_as_printed: Value[str] | None = None
    delegate: Value[str] | None = None
    reasons: Value[list[ReasonOut]] | None = None
    patient_name: Value[str] | None = None
    patient_dob: Value[str] | None = None
    member_id: Value[str] | None = None
    group_number: Value[str] | None = None
    reference_numbers: Value[list[str]] | None = None
    service: Value[str] | None = None
    service_as_printed: Value[str] | None = None
    codes: Value[CodesOut] | None = None
    prescriber: Value[str] | None = None
    plan_type: Value[str] | None = None
    request_received: Value[str] | None = None
    urgent: Value[bool] | None = None
    internal_appeal_deadline: Value[dict[str, Any]] | None = None
    other_deadlines: Value[list[WindowOut]] | None = None
    level: Value[LevelOut] | None = None
    appeal_address: Value[str] | None = None
    appeal_fax: Value[str] | None = None
    appeal_phone: Value[str] | None = None
    policy_named: Value[str] | None = None


class TreatmentOut(Published):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    class_: str | None = Field(alias="class", default=None)
    route: str | None = None
    dose: str | None = None
    start: str | None = None
    stop: str | None = None
    days: int | None = None
    outcome: str | None = None
    date_precision: Literal["day", "month", "year"] | None = None  # the coarser of start and stop; None: not told
    days_at_least: bool | None = None  # the course lasted that long or longer


class MeasurementOut(Published):
    value: float | str
    unit: str | None = None
    comparator: str | None = None


class EncounterOut(Published):
    author: str | None = None
    specialty: str | None = None


class FactOut(Fitting):
    PARTS = frozenset({"treatment", "measurement", "encounter"})

    kind: Literal["diagnosis", "treatment", "measurement", "finding", "allergy", "encounter"]
    name: str
    assertion: str
    date: str | None
    evidence: list[EvidenceOut]
    treatment: TreatmentOut | None = None
    measurement: MeasurementOut | None = None
    encounter: EncounterOut | None = None


class DocumentOut(Fitting):
    """One document found in the files: some files hold several, some documents several pages."""

    PARTS = frozenset({"fields", "facts", "policy"})

    document: str
    pages: list[int]
    document_type: DocumentType
    confidence: float = 1.0
    language: str | None = Field(default=None, description="ISO 639-1 code; null where too few words tell it")
    fields: dict[str, Any] | None = None  # DenialOut as a mapping where the type has fields
    facts: list[FactOut] | None = None  # of a chart
    policy: dict[str, Any] | None = None  # title, number, effective_date, indications, of a payer_policy
    failed_pages: list[dict[str, Any]] = []  # {"page": 3, "problem": "code"}: pages that could not be read


class CriterionOut(Fitting):
    PARTS = frozenset({"settled_by", "reason"})

    number: str
    text: str
    policy_page: int
    status: Status
    explanation: str
    evidence: list[EvidenceOut]
    requirement: dict[str, Any] | None = None
    notes: list[str] = []
    settled_by: SettledBy | None = None
    reason: str | None = None  # of the reviewer


class ExcludedPage(Fitting):
    PARTS = frozenset({"settled_by", "reason"})

    document: str
    page: int
    why: Literal["another_patient", "blank", "duplicate", "unreadable", "irrelevant"]
    of: dict[str, Any] | None = None  # {"document", "page"} that it repeats
    settled_by: SettledBy | None = None
    reason: str | None = None


class DoubtfulPage(Published):
    """A page of the record that is not surely the patient's, and that nobody has settled."""

    document: str
    page: int
    why: str  # without names or numbers of a person
    confidence: float
    citable: bool  # the program cites it all the same; else a person may let it in


class CandidateOut(Published):
    """Another value that the letter offers for a field."""

    value: Any
    evidence: list[EvidenceOut]


class DecisionOut(Published):
    """A decision of a reviewer that is in force."""

    number: int
    at: str  # ISO, UTC
    by: str  # opaque id of the person
    kind: str
    target: str
    value: Any = None
    reason: str = ""


class OpenPoint(Published):
    """What a person has to settle before the packet is final."""

    what: Literal["value", "page", "warning"]
    target: str  # of the decision that settles it: a field, "chart.pdf:3", "warning:1f2e3d"
    why: str
    where: list[EvidenceOut] = []


class ReviewOut(Published):
    open: list[OpenPoint] = []
    final: bool = False  # an approver approved this very result
    approved_by: str | None = None
    approved_at: str | None = None


class DeadlineOut(Published):
    what: str
    last_day: str
    basis: str
    explanation: str
    file_by: str | None = None
    from_letter: bool = False
    letter_day: str | None = None  # what the letter's own words come to
    law_day: str | None = None  # what the rule comes to


class PolicyChosen(Published):
    """Which policy and which section of it the criteria come from, and what was left aside."""

    document: str
    title: str | None = None
    number: str | None = None
    effective_date: str | None = None
    indication: str | None = None
    phase: str | None = None
    not_chosen: list[str] = []
    warnings: list[str] = []


class PacketFiles(Published):
    """File names of the packet, relative to the folder given with --out."""

    letter_docx: str | None = None
    letter_pdf: str | None = None
    packet_pdf: str | None = None
    case_json: str | None = None
    manifest: str | None = None
    next_steps: str | None = None  # for the practice, never sent
    calendar: str | None = None  # the deadlines as iCalendar
    fax_cover: str | None = None  # the sheet before the packet as one fax


class StatementOut(Published):
    """A passage of the letter that states a fact, and what it rests on."""

    text: str
    criterion: str | None = None  # number of the criterion it answers
    evidence: list[EvidenceOut]


class CaseDocument(Published):
    case: str
    documents: list[DocumentOut]
    denial: DenialOut
    policy: PolicyChosen | None = None
    criteria: list[CriterionOut] = []
    logic: list[Any] = []
    overall: Status = "unclear"
    excluded_pages: list[ExcludedPage] = []
    deadlines: list[DeadlineOut] = []
    gaps: list[str] = []
    warnings: list[str] = []
    statements: list[StatementOut] = []
    packet: PacketFiles = PacketFiles()
    other_letters: dict[str, str] = {}  # kind -> Word file of a letter that may go beside the appeal
    candidates: dict[str, list[CandidateOut]] = {}  # field of the denial -> what else the letter offers for it
    doubtful_pages: list[DoubtfulPage] = []
    decisions: list[DecisionOut] = []  # in force
    review: ReviewOut = ReviewOut()
    packet_parts: list[str] = []  # the packet in files that a fax or portal takes, where it exceeds the limit
