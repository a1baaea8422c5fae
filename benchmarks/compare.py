"""Whether an answer is the reviewed truth of a sample: field by field, criterion by criterion.

Spacing, case and punctuation do not count; a value that the truth leaves empty must be
empty. Standard library only, so that it can score any program that speaks the contract.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ASSERTED = 0.6  # confidence from which a value is asserted; below it is offered to a person

# Types that every truth tells apart; to a truth in four types the others are "other".
_TOLD_APART = ("denial_letter", "approval_letter", "explanation_of_benefits")

_TITLES = {"mr", "mrs", "ms", "dr", "md", "do", "np", "pa", "pac", "facr", "phd", "jr", "sr"}


def squash(value: object) -> str:
    """Return letters and digits alone, in lower case."""
    return re.sub(r"[^a-z0-9]+", "", str(value or "").lower())


def _name(value: object) -> tuple[str, ...]:
    parts = re.sub(r"[^a-z]+", " ", str(value or "").lower()).split()
    return tuple(sorted(part for part in parts if part not in _TITLES and len(part) > 1))


def _number(value: object) -> str:
    digits = re.sub(r"\D", "", str(value or ""))
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


_PLAIN = {
    "denial_date": str,
    "payer": squash,
    "patient_name": _name,
    "patient_dob": str,
    "member_id": squash,
    "group_number": squash,
    "prescriber": _name,
    "appeal_fax": _number,
    "appeal_phone": _number,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One field of one letter against the truth."""

    field: str
    right: bool
    sure: float | None  # confidence of the answer; None where nothing was given

    @property
    def band(self) -> str:
        """Whether the answer is asserted, only offered to a person, or nothing."""
        if self.sure is None:
            return "nothing"
        return "asserted" if self.sure >= ASSERTED else "offered"


def compare_letter(
    truth: dict[str, Any], documents: Sequence[dict[str, Any]], every_field: bool = False
) -> Iterator[Mark]:
    """Yield the marks of what `rebut read` found in one file.

    A letter that denies (an EOB with a denied line too) is compared field by field; of any other nothing counts
    but that no denial was made of it, unless `every_field` asks for what else was read from it.
    """
    yield _documents(truth, documents)
    if language := truth.get("language"):
        yield Mark("language", _denying(documents).get("language") == language, 1.0)
    if truth.get("reasons"):
        yield from compare_denial(truth, _denying(documents).get("fields") or {})
    else:
        invented = any(
            d["document_type"] == "denial_letter" or (d.get("fields") or {}).get("reasons") for d in documents
        )
        yield Mark("no denial invented", not invented, None)
        if every_field and (fields := _denying(documents).get("fields")):
            yield from compare_denial(truth, fields)


def _documents(truth: dict[str, Any], documents: Sequence[dict[str, Any]]) -> Mark:
    """Every document with its type and pages where the truth tells them, else the type of the letter."""
    sure = min((d.get("confidence", 1.0) for d in documents), default=None)
    if wanted := truth.get("documents"):
        found = [(d["document_type"], d["pages"]) for d in documents]
        return Mark("documents", found == [(w["document_type"], w["pages"]) for w in wanted], sure)
    kind = _denying(documents).get("document_type")
    accepted = [truth["document_type"], *truth.get("document_type_aliases_ok", [])]
    return Mark("document_type", kind in accepted or ("other" in accepted and kind not in _TOLD_APART), sure)


def _denying(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of an e-mail or a fax with a cover the denial is the one meant, then an EOB, then any letter with fields."""
    ranked = sorted(
        documents,
        key=lambda d: (
            d["document_type"] != "denial_letter",
            d["document_type"] != "explanation_of_benefits",
            not d.get("fields"),
        ),
    )
    return ranked[0] if ranked else {}


def compare_denial(truth: dict[str, Any], fields: dict[str, Any]) -> Iterator[Mark]:
    """Yield a mark for each field that the truth of a denial knows."""

    def given(key: str) -> Any:
        return (fields.get(key) or {}).get("value")

    def mark(field: str, right: bool, key: str | None = None) -> Mark:
        key = key or field
        empty = given(key) in (None, "", [], {}, False, "unknown") or (key == "codes" and not any(given(key).values()))
        return Mark(field, right, None if empty else fields[key]["confidence"])

    for key, form in _PLAIN.items():
        wanted = [truth.get(key), *truth.get(f"{key}_aliases_ok", [])]
        got = given(key)
        yield mark(key, form(got) in {form(w) for w in wanted} if got else any(not w for w in wanted))
    services = [s for s in (truth["service"], *truth.get("service_aliases_ok", [])) if s]
    found = any(squash(s) in squash(given("service")) for s in services)
    yield mark("service", found if services else not given("service"))
    if "service_as_printed" in truth:
        yield mark("service_as_printed", squash(given("service_as_printed")) == squash(truth["service_as_printed"]))
    reasons = given("reasons") or []
    categories, optional = [reason["category"] for reason in reasons], set(truth.get("reasons_optional", []))
    right = set(truth["reasons"]) - optional <= set(categories) <= set(truth["reasons"]) | optional
    yield mark("reasons", right and categories[:1] == truth["reasons"][:1])
    quotes, wanted = squash(" ".join(r["quote"] for r in reasons)), truth.get("reason_quote_must_contain", [])
    yield mark("reason_quote", any(squash(q) in quotes for q in wanted) or not wanted, "reasons")
    numbers, got = {squash(n) for n in truth.get("reference_numbers", [])}, given("reference_numbers") or []
    yield mark("reference_numbers", _all_and_one_more(numbers, {squash(n) for n in got}))
    codes, got = _codes(truth.get("codes")), _codes(given("codes"))
    yield mark("codes", _all_and_one_more(codes, got))
    yield mark("plan_type", (given("plan_type") or "unknown") == truth["plan_type"])
    yield mark("urgent", bool(given("urgent")) == bool(truth.get("urgent")))
    stated = [truth.get("internal_appeal_deadline"), *truth.get("internal_appeal_deadline_aliases_ok", [])]
    yield mark("internal_appeal_deadline", _time(given("internal_appeal_deadline")) in [_time(s) for s in stated])
    if "other_deadlines" in truth:
        wanted, got = truth["other_deadlines"], given("other_deadlines") or []
        yield mark("other_deadlines", sorted(map(_window, got)) == sorted(map(_window, wanted)))
    if "level" in truth:
        yield mark("level", given("level") == truth["level"])
    parts, address = truth.get("appeal_address_must_contain") or [], squash(given("appeal_address"))
    yield mark("appeal_address", all(squash(p) in address for p in parts) if parts else not address)


def _all_and_one_more(wanted: set[str], got: set[str]) -> bool:
    """Whether all that is wanted was found, and at most one number more; where none is wanted, none."""
    return wanted <= got and len(got - wanted) <= bool(wanted)


def _codes(codes: dict[str, list[str]] | None) -> set[str]:
    return {squash(code) for group in (codes or {}).values() for code in group}


def _window(stated: dict[str, Any]) -> tuple[str, ...]:
    """Return what a time is for, its unit and its number."""
    return next(
        (stated["kind"], unit, str(stated[unit]))
        for unit in ("hours", "business_days", "days", "months", "date")
        if stated.get(unit)
    )


def _time(stated: dict[str, Any] | None) -> dict[str, Any]:
    """Return the time alone, without what it runs from."""
    return {key: told for key, told in (stated or {}).items() if key in ("days", "months", "date") and told}


def compare_case(truth: dict[str, Any], answer: dict[str, Any]) -> dict[str, int]:
    """Return counts for one case; every one of `must_be_zero` is a sentence that would be untrue."""
    tally = dict.fromkeys(("criteria", "found", "status_right", "with_evidence", "evidence_hit", "overall_right"), 0)
    tally |= dict.fromkeys(("strangers", "strangers_caught", "false_met", "decoys_cited", "strangers_cited"), 0)
    mine = {squash(criterion["text"]): criterion for criterion in answer.get("criteria", [])}
    strangers = {(w["file"], page) for w in truth.get("wrong_patient_pages", []) for page in w["pages"]}
    caught = {(e["document"], e["page"]) for e in answer.get("excluded_pages", []) if e["why"] == "another_patient"}
    tally["strangers"], tally["strangers_caught"] = len(strangers), len(strangers & caught)
    for wanted in truth["criteria"]:
        tally["criteria"] += 1
        got = mine.get(squash(wanted["text"]))
        if got is None:
            continue
        accepted = {wanted["status"], *wanted.get("status_alternatives_ok", [])}
        cited = {(e["document"], e["page"]) for e in got["evidence"]}
        right = {(e["file"], e["page"]) for e in wanted.get("evidence", [])}
        right |= {(e["file"], page) for e in wanted.get("evidence_also_ok", []) for page in e["pages"]}
        decoys = {(e["file"], e["page"]) for e in wanted.get("decoys", [])} - right
        tally["found"] += 1
        tally["status_right"] += got["status"] in accepted
        tally["false_met"] += got["status"] == "met" and "met" not in accepted
        if wanted.get("evidence"):
            tally["with_evidence"] += 1
            tally["evidence_hit"] += bool(cited & right)
        tally["decoys_cited"] += got["status"] == "met" and bool(cited & decoys)
        tally["strangers_cited"] += bool(cited & strangers)
    tally["overall_right"] = int(answer.get("overall") in {truth["overall"], *truth.get("overall_alternatives_ok", [])})
    return tally
