"""What a letter template may speak of: the case as plain values, blanks as None.

Chooses and counts, words nothing: sentences stand in `templates/letter/`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from extractors import lore
from extractors.evidence import asserted
from pipeline.case import CaseDocument, CriterionOut, DenialOut
from pipeline.deadlines import Level, open_level
from pipeline.letter.dates import day_in_words
from pipeline.letter.exhibits import Exhibits, cited_findings
from pipeline.letter.kinds import is_final
from pipeline.letter.logic import alternatives_met, alternatives_open
from pipeline.letter.rights import rights_of
from pipeline.letter.treatments import prior_treatments
from pipeline.names import spoken_name

MAX_QUOTE = 320  # characters of a finding that the letter prints; the page shows the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The labeled use of the drug, word for word, and the day the label was revised (ISO)."""

    indication: str
    revised: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes and signs; None becomes a blank for staff."""

    practice: str | None = None
    address: str | None = None
    phone: str | None = None
    fax: str | None = None
    signer: str | None = None
    credentials: str | None = None
    specialty: str | None = None
    npi: str | None = None
    label: Label | None = None  # of the drug denied
    logo: bytes | None = None  # a PNG or JPEG picture
    word_template: Path | None = None  # the clinic's own Word letterhead


# What a template may print of a letterhead; logo and Word template belong to the layouts.
_SPOKEN = ("practice", "address", "phone", "fax", "signer", "credentials", "specialty", "npi", "label")


def view_of(case: CaseDocument, exhibits: Exhibits, today: date, letterhead: Letterhead) -> dict[str, Any]:
    """Return everything a template sees; names are those of the published case where it has one."""
    denial, plan = case.denial, _value(case.denial, "plan_type")
    told = _value(denial, "level")
    level = open_level(plan, told and told.stage, told and told.next_step)
    instead, still_open = alternatives_met(case), alternatives_open(case)
    criteria = [_criterion(case, criterion, exhibits, instead, still_open) for criterion in case.criteria]
    return {
        "date": today.isoformat(),
        "offered": _offered(denial),
        "running": _running(denial),
        "expedited": bool(_value(denial, "urgent")),
        "letterhead": {name: told for name, told in asdict(letterhead).items() if name in _SPOKEN},
        "payer": _payer(denial),
        "patient": {
            "name": _value(denial, "patient_name"),
            "spoken": spoken_name(_value(denial, "patient_name")),
            "birth_date": _value(denial, "patient_dob"),
            "member_id": _value(denial, "member_id"),
            "group_number": _value(denial, "group_number"),
        },
        "reference_numbers": _value(denial, "reference_numbers") or [],
        "service": _service(denial),
        "denial_date": _value(denial, "denial_date"),
        "reasons": [reason.model_dump() for reason in _value(denial, "reasons") or []],
        "plan": _plan(case, plan, level),
        "deadline": _deadline(case, level, today),
        "policy": _policy(case),
        "criteria": criteria,
        "met": [c["number"] for c in criteria if c["status"] == "met" and not c["stated"]],
        "stated": [c["number"] for c in criteria if c["status"] == "met" and c["stated"]],
        "unmet": [c["number"] for c in criteria if c["status"] == "not_met" and not c["instead"] + c["instead_open"]],
        "open": [c["number"] for c in criteria if c["status"] == "unclear" and not c["instead"]],
        "overall": case.overall,
        "treatments": _treatments(case, exhibits),
        "exhibits": [
            {"label": e.label, "kind": e.kind, "title": e.title, "pages": len(e.pages)} for e in exhibits.exhibits
        ],
    }


def shorten(text: str, limit: int = MAX_QUOTE) -> str:
    """Cut at a word and say so with three dots; shorter text stays as it is."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(" ,;:") + " ..."


def _value(denial: DenialOut, field: str) -> Any:
    return asserted(getattr(denial, field))


# Fields whose reading, when too unsure to be stated, is shown in the blank that asks for it.
_ASKED = (
    "appeal_address", "appeal_fax", "denial_date", "group_number", "member_id", "patient_dob", "patient_name", "payer",
    "reference_numbers",
)  # fmt: skip


def _offered(denial: DenialOut) -> dict[str, str | None]:
    """What was read of a field but may not be stated, in words; None where there is nothing to look at."""
    shown: dict[str, str | None] = dict.fromkeys((*_ASKED, "icd10", "reasons", "service"))
    for field in shown:
        found = getattr(denial, _HELD_IN.get(field, field))
        if found is not None and asserted(found) is None:
            shown[field] = _in_words(field, found.value)
    return shown


_HELD_IN = {"icd10": "codes"}


def _in_words(field: str, value: Any) -> str | None:
    if field in ("denial_date", "patient_dob"):
        return day_in_words(value)
    if field == "icd10":
        return ", ".join(value.icd10) or None
    if field == "reasons":
        return shorten(" ".join(reason.quote for reason in value))
    return ", ".join(value) if isinstance(value, list) else " ".join(str(value).split())


def _running(denial: DenialOut) -> str:
    """Patient, member and first reference for the foot of the letter's own pages."""
    references = _value(denial, "reference_numbers") or []
    member = _value(denial, "member_id")
    parts = [
        _value(denial, "patient_name"),
        f"member {member}" if member else None,
        f"reference {references[0]}" if references else None,
    ]
    return " \u00b7 ".join(part for part in parts if part)


# Where an address printed in a sentence parts into lines: before the box, before city, state and ZIP code.
_NEXT_LINE = lore.regex(r",\s*(?=P\.?\s?O\.?\s?Box\b)|,\s*(?=[^,]+,\s*[A-Z]{2},?\s+\d{5})", re.IGNORECASE)


def _payer(denial: DenialOut) -> dict[str, Any]:
    name = _value(denial, "payer") or _value(denial, "payer_as_printed")
    printed = (_value(denial, "appeal_address") or "").splitlines()
    address = [part.strip() for line in printed for part in _NEXT_LINE.split(line) if part.strip()]
    named = address and name and address[0].casefold().startswith(name.casefold())
    return {
        "name": name,
        "address": address,
        "lines": address if named else [line for line in (name, *address) if line],
        "fax": _telephone(_value(denial, "appeal_fax")),
        "phone": _telephone(_value(denial, "appeal_phone")),
    }


def _telephone(printed: str | None) -> str | None:
    """ "1-877-815- '4827" -> "877-815-4827"; what is no North American number stays as printed."""
    digits = "".join(c for c in printed or "" if c.isdigit()).removeprefix("1")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else printed


_MISREAD_CODE = lore.regex(r"\b[A-Z][\dO]{4}\b")


def _mended(token: str, codes: Sequence[str]) -> str:
    """Return the code that a scan shows with the letter O ("JO491"), where it was read as that code elsewhere."""
    code = token[0] + token[1:].replace("O", "0")
    return code if code in codes else token


def _service(denial: DenialOut) -> dict[str, Any]:
    codes = _value(denial, "codes")
    generic, printed = _value(denial, "service"), _value(denial, "service_as_printed")
    if printed and codes:
        printed = _MISREAD_CODE.sub(lambda at: _mended(at[0], codes.hcpcs_cpt), printed)
    return {
        "name": printed or generic,
        "generic": generic,
        "short": generic or printed,
        "icd10": list(codes.icd10) if codes else [],
        "hcpcs_cpt": list(codes.hcpcs_cpt) if codes else [],
        "ndc": list(codes.ndc) if codes else [],
        "prescriber": spoken_name(_value(denial, "prescriber")),
    }


def _policy(case: CaseDocument) -> dict[str, Any] | None:
    if case.policy is None:
        return None
    policy = case.policy
    return {
        "title": policy.title,
        "number": policy.number,
        "effective_date": policy.effective_date,
        "indication": policy.indication,
    }


def _criterion(
    case: CaseDocument,
    criterion: CriterionOut,
    exhibits: Exhibits,
    instead: Mapping[str, list[str]],
    still_open: Mapping[str, list[str]],
) -> dict[str, Any]:
    findings = [
        {"date": evidence.date, "text": shorten(evidence.text), "reference": reference}
        for evidence in cited_findings(case, criterion)
        if (reference := exhibits.where(evidence.document, evidence.page))
    ]
    return {
        "number": criterion.number,
        "text": criterion.text,
        "status": criterion.status,
        "explanation": criterion.explanation,
        "reason": criterion.reason,  # of the reviewer whose verdict it is; None: the program's
        "stated": criterion.settled_by is not None and not findings,  # a person says so, and no page is pointed at
        "instead": instead.get(criterion.number, []),  # alternatives that are met, so this one is not needed
        "instead_open": still_open.get(criterion.number, []),  # alternatives that documents may yet show
        "findings": findings,
    }


def _treatments(case: CaseDocument, exhibits: Exhibits) -> list[dict[str, Any]]:
    rows = []
    for course in prior_treatments(case):
        places = [exhibits.where(at.document, at.page) for at in course.evidence]
        if places[0]:
            rows.append({**asdict(course), "references": list(dict.fromkeys(at for at in places if at))})
    return rows


def _decide(level: Level, case: CaseDocument) -> list[dict[str, str]]:
    """Return the clocks that bind the plan's answer: one if urgent or already claimed, else those that can apply."""
    urgent = level.decision("urgent")
    if _value(case.denial, "urgent"):
        rows = [urgent] if urgent else []
    elif _is_claim(case):
        rows = [level.decision("post_service") or level.decision("standard")]
    else:
        rows = [level.decision(r) for r in ("standard", "pre_service", "part_b_drug", "post_service")]
    return [{"says": row.says, "cite": row.cite} for row in rows if row and row.check in ("A", "B")]


def _is_claim(case: CaseDocument) -> bool:
    """True if the denial was read from an explanation of benefits: the service has been given."""
    types = {document.document_type for document in case.documents}
    return "explanation_of_benefits" in types and "denial_letter" not in types


# Plans whose rule also calls a claim urgent for severe pain (29 CFR 2560.503-1(m)(1), as borrowed by 45 CFR 147.136).
_PAIN_COUNTS = ("employer_self_funded", "employer_fully_insured", "marketplace_individual")


def _plan(case: CaseDocument, plan: str | None, level: Level) -> dict[str, Any]:
    """Return what may be said of the plan's duties; outside the plan its own rules of appeal no longer speak."""
    urgent = level.decision("urgent")
    told = rights_of(plan).model_dump()
    view = {
        "type": plan or "unknown",
        "decide": _decide(level, case),
        "urgent": urgent.model_dump() if urgent and urgent.check in ("A", "B") else None,
        "pain_counts": plan in _PAIN_COUNTS,
        "outside": is_final(case.denial),
        "papers": [right for right in told["rights"] if right["about"] == "papers"],
        "expedited": told.pop("expedited"),
        **told,
    }
    if view["outside"]:
        law = level.basis if level.check in ("A", "B") else None
        view |= {"appeal_is": level.name, "law": law, "rights": [], "next_step": None}
    return view


def _deadline(case: CaseDocument, level: Level, today: date) -> dict[str, Any] | None:
    """Return the day the time to appeal ends, None where only a protective guess is known.

    The practice works to the earlier of letter and law; the payer is held to the later one:
    to its own letter where that gives more, to the rule where the letter gives less.
    """
    if not case.deadlines or (level.file.protective and not case.deadlines[0].from_letter):
        return None
    first = case.deadlines[0]
    ends = max(day for day in (first.last_day, first.letter_day, first.law_day) if day)
    return {
        "in_words": day_in_words(ends),
        "basis": first.basis if ends == first.law_day else None,
        "passed": date.fromisoformat(ends) < today,
    }
