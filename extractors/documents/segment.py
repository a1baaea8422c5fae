"""A document found inside a file: a fax may hold a cover, the letter and ten chart pages."""

from dataclasses import dataclass
from enum import StrEnum

from extractors.evidence import Evidence


class DocumentType(StrEnum):
    """What a document is, in the terms of the contract."""

    DENIAL_LETTER = "denial_letter"
    APPROVAL_LETTER = "approval_letter"
    EXPLANATION_OF_BENEFITS = "explanation_of_benefits"
    INFORMATION_REQUEST = "information_request"
    APPEAL_ACKNOWLEDGEMENT = "appeal_acknowledgement"
    CHART = "chart"
    PAYER_POLICY = "payer_policy"
    FAX_COVER = "fax_cover"
    INSURANCE_CARD = "insurance_card"
    BLANK = "blank"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Pages of one file that make one document."""

    document: str  # name of the file as it was given
    pages: tuple[int, ...]  # in reading order
    document_type: DocumentType
    confidence: float
    language: str | None = None  # ISO 639-1; None where too few words tell it
    evidence: tuple[Evidence, ...] = ()  # the words that gave it away; empty for BLANK and OTHER
