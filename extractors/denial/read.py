"""The door of this folder: pages of a letter in, its fields out."""

from collections.abc import Sequence
from dataclasses import replace

from extractors.denial.candidates import Offered, with_candidates
from extractors.denial.claim_lines import find_claim_lines
from extractors.denial.codes import find_codes
from extractors.denial.contacts import choose_contacts, find_contacts
from extractors.denial.deadline import choose_deadline, find_limits
from extractors.denial.decision import choose_denial_date, find_notice_dates
from extractors.denial.fields import Denial
from extractors.denial.identifiers import find_group, find_member_id, find_references, read_identifier
from extractors.denial.labels import find_labels
from extractors.denial.level import find_level
from extractors.denial.payer import choose_payer, find_payers_named
from extractors.denial.people import find_birth_date, find_patient, find_prescriber
from extractors.denial.plan_type import choose_plan_type, find_signs
from extractors.denial.policy_named import find_policy_named
from extractors.denial.reading import Letter, Span
from extractors.denial.reasons import REFUSED, choose_reasons, find_grounds
from extractors.denial.received import find_request_received
from extractors.denial.roles import read_roles
from extractors.denial.service import asked_on, choose_service, find_asked
from extractors.denial.urgency import find_urgency
from extractors.denial.windows import find_windows
from extractors.documents import DocumentType, type_of
from extractors.evidence import Page

_DENIES = (DocumentType.DENIAL_LETTER, DocumentType.EXPLANATION_OF_BENEFITS)


def read_denial(pages: Sequence[Page]) -> Denial:
    """Return what the letter says, each value with the words that say it.

    Any letter can be read; what is not a denial gets no reasons and no deadline. A field
    the letter does not state is None; one that it states twice, differently, comes with a
    confidence under 0.6: offered to a person, not asserted.
    """
    letter = Letter([page for page in pages if page.lines])
    if not letter.places:
        return Denial()
    kind = type_of(pages)
    denial = _read(letter, kind)
    if kind not in _DENIES:
        return replace(
            denial,
            reasons=None,
            denial_date=None,
            internal_appeal_deadline=None,
            other_deadlines=None,
            level=None,
            candidates=(),
        )
    return denial


def _read(letter: Letter, kind: DocumentType) -> Denial:
    labels = find_labels(letter)
    said = read_roles(letter)
    urgent = find_urgency(letter, labels, said)
    limits = find_limits(letter, said)
    found_level = find_level(letter, said, limits)
    level = found_level.value if found_level else None
    stated = choose_deadline(letter, limits, None, level)
    dates = find_notice_dates(letter, labels)
    denial_date = choose_denial_date(letter, dates, stated.value if stated else None, labels)
    notice = denial_date.value if denial_date else None
    deadline = choose_deadline(letter, limits, notice, level)
    plan, printed, delegate = choose_payer(letter, find_payers_named(letter, labels), labels)
    member_id, group = find_member_id(letter, labels), find_group(letter, labels)
    taken = {finding.value for finding in (member_id, group) if finding}
    ids = [
        span
        for label in labels
        if label.field in ("member_id", "group_number", "reference_number")
        for value in label.values[:1]
        if (got := read_identifier(letter.text[value.start : value.end], label.firm))
        for span in (Span(start=value.start + got[0], end=value.start + got[1]),)
    ]
    refused = [Span(start=one.start, end=one.end) for one in said if REFUSED.search(letter.text[one.start : one.end])]
    rows = find_claim_lines(letter) if kind is DocumentType.EXPLANATION_OF_BENEFITS else []
    denied = [row for row in rows if row.denied]
    asked = asked_on(letter, denied) or find_asked(letter, labels, refused)
    service, as_printed = choose_service(letter, asked)
    codes = find_codes(letter, labels, said, ids, only=[cell for row in denied for cell in row.cells])
    if codes and rows and not denied:  # lines of a claim, and none is told to be the denied one
        codes = replace(codes, confidence=min(codes.confidence, 0.55))
    contacts = find_contacts(letter, said)
    address, fax, phone = choose_contacts(letter, contacts, level, bool(urgent and urgent.value))
    denial = Denial(
        denial_date=denial_date,
        payer=plan,
        payer_as_printed=printed,
        delegate=delegate,
        reasons=choose_reasons(letter, said, find_grounds(letter, said)),
        patient_name=find_patient(letter, labels),
        patient_dob=find_birth_date(letter, labels, notice),
        member_id=member_id,
        group_number=group,
        reference_numbers=find_references(letter, labels, taken),
        service=service,
        service_as_printed=as_printed,
        codes=codes,
        prescriber=find_prescriber(letter, labels, claim=kind is DocumentType.EXPLANATION_OF_BENEFITS),
        plan_type=choose_plan_type(letter, find_signs(letter), plan),
        request_received=find_request_received(letter, notice),
        urgent=urgent,
        internal_appeal_deadline=deadline,
        other_deadlines=find_windows(letter, said, limits),
        level=found_level,
        appeal_address=address,
        appeal_fax=fax,
        appeal_phone=phone,
        policy_named=find_policy_named(letter),
    )
    return with_candidates(letter, denial, Offered(dates=dates, contacts=contacts, limits=limits, asked=asked))
