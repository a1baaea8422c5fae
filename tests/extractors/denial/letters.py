"""Letters of our own making: what they say, above a line of dashes, and their text.

A tab parts the columns of a row, a form feed the pages. A field that the header leaves
out must be read as absent: invention counts as much as omission.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from extractors.evidence import Page
from tests.pages import pages_of

FOLDER = Path(__file__).parent / "letters"


@dataclass(frozen=True)
class Written:
    """One letter and what a careful clerk reads from it."""

    name: str
    expected: dict[str, Any]
    pages: list[Page]


def written(name: str) -> Written:
    """Return one letter of the folder."""
    head, _, text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("\n---\n")
    return Written(name, yaml.safe_load(head), pages_of(text.rstrip("\n"), f"{name}.pdf"))


def all_letters() -> list[str]:
    """Return the names of all letters of the folder."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


def squash(text: object) -> str:
    """Lower-case letters and digits only."""
    return re.sub(r"[^a-z0-9]+", "", str(text or "").lower())


def said_by(denial: Any, document_type: str) -> dict[str, Any]:
    """Return what was read in the terms of the headers; absent fields are left out."""

    def value(name: str) -> Any:
        finding = getattr(denial, name)
        return finding.value if finding else None

    deadline = value("internal_appeal_deadline")
    codes = value("codes")
    plan = value("plan_type")
    said = {
        "type": document_type,
        "date": value("denial_date"),
        "payer": value("payer"),
        "delegate": value("delegate"),
        "reasons": [reason.category.value for reason in value("reasons") or ()] or None,
        "patient": value("patient_name"),
        "dob": value("patient_dob"),
        "member_id": value("member_id"),
        "group_number": value("group_number"),
        "refs": list(value("reference_numbers") or ()) or None,
        "service": (value("service") or "").lower() or None,
        "codes": sorted([*codes.icd10, *codes.hcpcs_cpt, *codes.ndc]) if codes else None,
        "prescriber": value("prescriber"),
        "plan": plan.value if plan else "unknown",
        "urgent": value("urgent") or None,
        "deadline": {k: getattr(deadline, k) for k in ("days", "months", "date") if getattr(deadline, k)}
        if deadline
        else None,
        "fax": re.sub(r"\D", "", value("appeal_fax") or "")[-10:] or None,
        "phone": re.sub(r"\D", "", value("appeal_phone") or "")[-10:] or None,
    }
    return {key: content for key, content in said.items() if content is not None}
