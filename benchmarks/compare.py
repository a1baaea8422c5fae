"""Whether an answer is the reviewed truth of a sample: field by field, criterion by criterion.

Spacing, case and punctuation do not count; a value that the truth leaves empty must be
empty. Standard library only, so that it can score any program that speaks the contract.
"""

import re
from collections.abc import Iterator
from typing import Any

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


def compare_denial(truth: dict[str, Any], fields: dict[str, Any]) -> Iterator[tuple[str, bool, float | None]]:
    """Yield (field, right, confidence or None where nothing was given) for each field the truth knows."""

    def given(key: str) -> Any:
        return (fields.get(key) or {}).get("value")

    def sure(key: str) -> float | None:
        return fields[key]["confidence"] if given(key) not in (None, "", [], {}, False) else None

    for key, form in _PLAIN.items():
        wanted = [truth.get(key), *truth.get(f"{key}_aliases_ok", [])]
        right = form(given(key)) in {form(w) for w in wanted} if wanted[0] else not given(key)
        yield key, right, sure(key)
    services = [truth["service"], *truth.get("service_aliases_ok", [])]
    yield "service", any(squash(s) in squash(given("service")) for s in services if s), sure("service")
    reasons = given("reasons") or []
    categories = [reason["category"] for reason in reasons]
    quotes = squash(" ".join(reason["quote"] for reason in reasons))
    yield (
        "reasons",
        set(categories) == set(truth["reasons"]) and categories[:1] == truth["reasons"][:1],
        sure("reasons"),
    )
    wanted_quotes = truth.get("reason_quote_must_contain", [])
    yield "reason_quote", any(squash(q) in quotes for q in wanted_quotes) or not wanted_quotes, sure("reasons")
    numbers = {squash(n) for n in truth.get("reference_numbers", [])}
    got = {squash(n) for n in given("reference_numbers") or []}
    yield "reference_numbers", numbers <= got and len(got - numbers) <= bool(numbers), sure("reference_numbers")
    codes = {squash(c) for group in truth.get("codes", {}).values() for c in group}
    got = {squash(c) for group in (given("codes") or {}).values() for c in group}
    yield "codes", codes <= got and len(got - codes) <= bool(codes), sure("codes")
    yield "plan_type", (given("plan_type") or "unknown") == truth["plan_type"], sure("plan_type")
    yield "urgent", bool(given("urgent")) == bool(truth.get("urgent")), sure("urgent")
    stated = {
        k: v for k, v in (given("internal_appeal_deadline") or {}).items() if k in ("days", "months", "date") and v
    }
    yield (
        "internal_appeal_deadline",
        stated == (truth.get("internal_appeal_deadline") or {}),
        sure("internal_appeal_deadline"),
    )
    parts, address = truth.get("appeal_address_must_contain") or [], squash(given("appeal_address"))
    yield "appeal_address", all(squash(p) in address for p in parts) if parts else not address, sure("appeal_address")


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
