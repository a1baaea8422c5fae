"""The reviewed truth of a sample, with sheet names in the source and page numbers in `expected.json`."""

import re

from samples.books import Book

FILES = {"chart": "chart.pdf", "denial": "denial.pdf", "policy": "policy.pdf"}


class TruthError(Exception):
    """The truth of a sample does not agree with its pages."""


def resolve_case(truth: dict, books: dict[str, Book]) -> dict:
    """Return the truth of a case by page number; raises TruthError where it quotes what is not printed."""
    chart, policy = books["chart"], books["policy"]
    strangers = [n for name in truth["strangers"] for n in chart.pages_named(name)]
    criteria = [_criterion(c, chart, policy, truth["strangers"], strangers) for c in truth["criteria"]]
    denial = resolve_letter({"document_type": "denial_letter", **truth["denial"]}, books["denial"])
    return {
        "denial": denial,
        "criteria": criteria,
        "logic": truth["logic"],
        "overall": truth["overall"],
        "wrong_patient_pages": [{"file": FILES["chart"], "pages": strangers}] if strangers else [],
        "notes": truth.get("notes", ""),
    }


def resolve_letter(truth: dict, letter: Book) -> dict:
    """Return the truth of a single letter; raises TruthError where it quotes what is not printed."""
    printed = " ".join(leaf.text for leaf in letter.leaves)
    for key in ("reason_quote_must_contain", "appeal_address_must_contain", "reference_numbers"):
        for quote in truth.get(key) or []:
            _printed(quote, printed, letter.name)
    for key in ("member_id", "group_number", "appeal_fax", "appeal_phone"):
        if truth.get(key):
            _printed(truth[key], printed, letter.name)
    for key in ("patient_name", "prescriber"):  # "Last, First" is the same name
        for part in (truth.get(key) or "").split():
            _printed(part, printed, letter.name)
    documents = [_document(part, letter) for part in truth.get("documents") or [_whole(truth, letter)]]
    if letter.mail:
        documents.insert(0, {"document_type": "other", "pages": [1]})  # the message's own text
    pages = letter.first_page - 1 + len(letter.leaves)
    return {"document_type": truth["document_type"], "pages": pages, **truth, "documents": documents}


def _whole(truth: dict, letter: Book) -> dict:
    """Every page is one document; `contract_type` says which where the truth of a scorer has only `other`."""
    names = dict.fromkeys(leaf.name.split("/")[0] for leaf in letter.leaves)
    return {"document_type": truth.get("contract_type", truth["document_type"]), "sheets": list(names)}


def _document(part: dict, letter: Book) -> dict:
    pages = sorted(n for name in part["sheets"] for n in letter.pages_named(name))
    if not pages:
        raise TruthError(f"{letter.name}: no sheet of {part['sheets']}")
    return {"document_type": part["document_type"], "pages": pages}


def _criterion(stated: dict, chart: Book, policy: Book, stranger_names: list[str], strangers: list[int]) -> dict:
    pages = [n for n, leaf in enumerate(policy.leaves, 1) if _squash(stated["text"]) in _squash(leaf.text)]
    if not pages:
        raise TruthError(f"criterion {stated['number']} does not stand in the policy: {stated['text']}")
    evidence = [item for entry in stated.get("evidence", []) for item in _evidence(entry, chart, set(strangers))]
    proof = {item["page"] for item in evidence}
    decoys = [
        {"file": FILES["chart"], "page": n, "why": entry["why"]}
        for entry in stated.get("decoys", [])
        for n in _found(chart, entry["page"])
    ]
    decoys += [{"file": FILES["chart"], "page": n, "why": "another patient"} for n in strangers]
    if clash := proof & {d["page"] for d in decoys}:
        raise TruthError(f"criterion {stated['number']}: page {clash} is both evidence and decoy")
    answer = {"number": stated["number"], "text": stated["text"], "policy_page": pages[0], "status": stated["status"]}
    if "status_alternatives_ok" in stated:
        answer["status_alternatives_ok"] = stated["status_alternatives_ok"]
    also = sorted({n for name in stated.get("also_ok", []) for n in _found(chart, name)})
    return {
        **answer,
        "evidence": evidence,
        **({"evidence_also_ok": [{"file": FILES["chart"], "pages": also}]} if also else {}),
        "decoys": decoys,
    }


def _evidence(entry: dict, chart: Book, strangers: set[int]) -> list[dict]:
    """One entry per page: a named sheet and what it says, or every page of the patient that says it."""
    if "everywhere" in entry:
        wanted = _squash(entry["everywhere"])
        pages = [n for n, leaf in enumerate(chart.leaves, 1) if wanted in _squash(leaf.text) and n not in strangers]
        said = entry["everywhere"]
    else:
        pages, said = _found(chart, entry["page"]), entry["says"]
        for n in pages:
            _printed(said, chart.leaves[n - 1].text, f"chart page {n} ({chart.leaves[n - 1].name})")
    return [{"file": FILES["chart"], "page": n, "must_contain": [said], "date": entry.get("date")} for n in pages]


def _found(chart: Book, name: str) -> list[int]:
    pages = chart.pages_named(name)
    if not pages:
        raise TruthError(f"no sheet {name} in the chart")
    return pages


def _printed(quote: str, text: str, where: str) -> None:
    if _squash(quote) not in _squash(text):
        raise TruthError(f"{where} does not say: {quote}")


def _squash(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", str(text).lower())
