"""What the program says of each sample letter today, kept in `tests/golden` and reviewed by eye.

    make golden     (python -m tests.accuracy.golden [NAME...])

reads the sample letters, writes their golden files anew and prints the difference: review it, commit what is
an improvement. A golden file blesses nothing: what it has wrong must stand in `tests/golden/known_misses.yaml`.
"""

import argparse
import difflib
import json
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from benchmarks.compare import compare_letter
from extractors.evidence import SURE
from tests.accuracy.sample_letters import EVERY_LETTER, read_letter, truth_of

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
KNOWN_MISSES = GOLDEN / "known_misses.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Renew the golden files; exit status 1 while known_misses.yaml does not fit them."""
    parser = argparse.ArgumentParser(prog="make golden", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="letters; all if none is given")
    names = parser.parse_args(arguments).names or EVERY_LETTER
    known, unfit = known_misses(), 0
    with tempfile.TemporaryDirectory() as kept, ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, new in zip(names, pool.map(_read, names, [kept] * len(names)), strict=True):
            path = GOLDEN / f"{name}.json"
            print(difference(stored(name) if path.exists() else {}, new, name), end="")
            path.write_text(as_text(new), "utf-8")
            for line in unlisted(name, new, known.get(name, {})):
                unfit += 1
                print(f"{name}: {line}")
    return int(unfit > 0)


def golden_of(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a golden file keeps: documents, pages, and each value with its band, pages and words.

    Not the confidence itself nor the boxes: both move by a hair with every change of the reader. Boxes have a
    property test of their own.
    """
    return {"documents": [_document(document) for document in documents]}


def misses(name: str, golden: dict[str, Any]) -> dict[str, str]:
    """Return what the golden file has wrong against the reviewed truth: field -> asserted, offered or nothing."""
    documents = [
        {**one, "fields": {key: _scored(at) for key, at in one["fields"].items()}} for one in golden["documents"]
    ]
    return {mark.field: mark.band for mark in compare_letter(truth_of(name), documents, True) if not mark.right}


def _scored(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give a value of a golden file a confidence of its band, as the comparison wants it."""
    return given and {**given, "confidence": SURE if given["band"] == "asserted" else 0.0}


def known_misses() -> dict[str, dict[str, dict[str, str]]]:
    """Return the listed misses: letter -> field -> `given` and `why`."""
    return yaml.safe_load(KNOWN_MISSES.read_text("utf-8")) or {}


def unlisted(name: str, golden: dict[str, Any], known: dict[str, dict[str, str]]) -> list[str]:
    """Return a line for each miss that is not listed as it is, and for each listed one that is none any more."""
    found = misses(name, golden)
    lines = [
        f"{field} is wrong ({given}) and not listed so in {KNOWN_MISSES.name}: truth says {_told(name, field)}"
        for field, given in sorted(found.items())
        if known.get(field, {}).get("given") != given
    ]
    return lines + [
        f"{field} is right now: take it off {KNOWN_MISSES.name}" for field in sorted(set(known) - set(found))
    ]


def stored(name: str) -> dict[str, Any]:
    """Return the golden file of a letter."""
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def difference(old: dict[str, Any], new: dict[str, Any], name: str) -> str:
    """Return a unified diff of two golden files; empty where they are the same."""
    lines = difflib.unified_diff(
        as_text(old).splitlines(), as_text(new).splitlines(), f"golden/{name}.json", "read now", lineterm="", n=1
    )
    return "".join(f"{line}\n" for line in lines)


def as_text(golden: dict[str, Any]) -> str:
    """Return a golden file's text: one line per value, so that a diff names the field."""
    lines = ["{", ' "documents": [']
    for index, document in enumerate(golden.get("documents", [])):
        about = {key: document.get(key) for key in ("document_type", "pages", "language")}
        lines.append(f"  {_inline(about)[:-1]}, " + '"fields": {')
        fields = document["fields"]
        lines += [
            f'   "{field}": {_inline(fields[field])}{"," if number < len(fields) else ""}'
            for number, field in enumerate(fields, 1)
        ]
        lines.append("  }}" + ("," if index < len(golden["documents"]) - 1 else ""))
    return "\n".join([*lines, " ]", "}"]) + "\n"


def _inline(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _document(document: dict[str, Any]) -> dict[str, Any]:
    fields = document.get("fields") or {}
    kept = {name: _value(given) if given is not None else None for name, given in fields.items()}
    about = {key: document.get(key) for key in ("document_type", "pages", "language")}
    return {**about, "fields": kept}


def _value(given: dict[str, Any]) -> dict[str, Any]:
    evidence = [f"page {e['page']}: {e['text']}" for e in given["evidence"]]
    return {"value": _bare(given["value"]), "band": band_of(given["confidence"]), "evidence": evidence}


def band_of(confidence: float) -> str:
    """Return whether a value of this confidence is asserted or only offered."""
    return "asserted" if confidence >= SURE else "offered"


def _bare(value: Any) -> Any:
    """Drop the boxes that stand inside a value; what was read stays."""
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if key != "evidence"}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _told(name: str, field: str) -> Any:
    truth = truth_of(name)
    keys = {"reason_quote": "reason_quote_must_contain", "appeal_address": "appeal_address_must_contain"}
    return _inline(truth.get(keys.get(field, field)))


def _read(name: str, kept: str) -> dict[str, Any]:
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    return golden_of(read_letter(name, Path(kept)).documents)


if __name__ == "__main__":
    sys.exit(main())
