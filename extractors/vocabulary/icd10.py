"""Text of ICD-10-CM codes.

icd10cm.tsv.gz: code and description of every row of the CMS tabular of April 2026 (public domain). Codes with a
7th character are not listed there; they take the text of the longest code that is.
"""

import gzip
from collections.abc import Iterable
from functools import cache
from importlib import resources

from extractors import lore

_CODE = lore.regex(r"[A-TV-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?")


@cache
def _texts() -> dict[str, str]:
    packed = resources.files(__package__).joinpath("icd10cm.tsv.gz").read_bytes()
    rows = (row.split("\t", 1) for row in gzip.decompress(packed).decode("utf-8").splitlines() if "\t" in row)
    return {code.replace(".", ""): text for code, text in rows}


def is_icd10_shaped(code: str) -> bool:
    """Return whether the text is written like an ICD-10-CM code, known or not."""
    return bool(_CODE.fullmatch(code.strip().upper()))


def icd10_text(code: str) -> str | None:
    """Return the description of a code, with or without its dot; None if neither it nor a shorter form is listed.

    Only 7th characters may be dropped: "M05.791" is no code and has no text, "S72.001A" has that of S72.001.
    """
    plain = code.strip().upper().replace(".", "")
    if not _CODE.fullmatch(plain):
        return None
    if found := _texts().get(plain):
        return found
    if len(plain) == 7:
        return _texts().get(plain[:6].rstrip("X"))
    return None


def descriptions() -> Iterable[str]:
    """Return the text of every listed code: a word list of medical English."""
    return _texts().values()
