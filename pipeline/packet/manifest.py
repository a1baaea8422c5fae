"""What the packet was made from and where every page of it went."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.case import CaseDocument
from pipeline.letter import Exhibits, Letter
from pipeline.letter.blocks import passages_of
from pipeline.packet.binding import Bound


def build_manifest(
    case: CaseDocument,
    letter: Letter,
    exhibits: Exhibits,
    bound: Bound,
    page_counts: Mapping[str, int],
    source_hashes: Mapping[str, str],
    outputs: Mapping[str, bytes],
    today: date,
) -> dict[str, Any]:
    """Return the manifest: sources and outputs with their sha256, and one entry for every source page."""
    set_aside = {(page.document, page.page): page.why for page in case.excluded_pages}
    pages = []
    for document, count in sorted(page_counts.items()):
        for number in range(1, count + 1):
            entry: dict[str, Any] = {"document": document, "page": number}
            reference = exhibits.where(document, number)
            if reference:
                entry |= {
                    "exhibit": reference.exhibit,
                    "exhibit_page": reference.page,
                    "packet_page": bound.places[document, number],
                }
            else:
                entry["left_out"] = set_aside.get((document, number), "not_cited")
            pages.append(entry)
    return {
        "case": case.case,
        "date": today.isoformat(),
        "letter": letter.kind,
        "packet_pages": bound.page_count,
        "sources": [
            {"document": document, "sha256": source_hashes.get(document), "pages": count}
            for document, count in sorted(page_counts.items())
        ],
        "outputs": [{"file": name, "sha256": sha256(data)} for name, data in sorted(outputs.items())],
        "pages": pages,
        "statements": _statements(letter, exhibits),
        "blanks": letter.blanks,
    } | _decided(case)


def _decided(case: CaseDocument) -> dict[str, Any]:
    """Return who decided what on this case, by their ids; nothing where nobody did."""
    told = [
        {"number": at.number, "kind": at.kind, "target": at.target, "by": at.by, "at": at.at} for at in case.decisions
    ]
    return {"decisions": told} if told else {}


def _statements(letter: Letter, exhibits: Exhibits) -> list[dict[str, Any]]:
    """Return each passage of the letter that cites a page, with the page of the source file it rests on."""
    sources = {(exhibit.label, number): source for exhibit, number, source in exhibits.sourced()}
    statements = []
    for runs in passages_of(letter.blocks):
        cited = [run.reference for run in runs if run.reference]
        if cited:
            rests_on = [sources[reference.exhibit, reference.page] for reference in cited]
            statements.append(
                {
                    "text": "".join(run.text for run in runs),
                    "rests_on": [{"document": document, "page": page} for document, page in rests_on],
                }
            )
    return statements


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
