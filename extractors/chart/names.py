"""Names as headers print them: where one ends, and its parts without accents and punctuation."""

import re
import unicodedata
from functools import cache
from importlib.resources import files

# ends a name: what stands beside it in a header
_STOP = frozenset(
    [
        "dob",
        "d.o.b",
        "d.o.b.",
        "d0b",
        "birth",
        "born",
        "mrn",
        "mr",
        "id",
        "chart",
        "account",
        "acct",
        "sex",
        "gender",
        "age",
        "male",
        "female",
        "pcp",
        "provider",
        "group",
        "date",
        "visit",
        "page",
        "phone",
        "tel",
        "fax",
        "address",
        "member",
        "subscriber",
        "physician",
        "attending",
        "location",
        "md",
        "do",
        "np",
        "rn",
        "pa",
        "dos",
        "rx",
        "rxbin",
        "room",
        "unit",
        "encounter",
        "csn",
        "hicn",
        "medicare",
        "policy",
        "plan",
        "ssn",
        "patient",
        "name",
        "primary",
        "referring",
        "insurance",
        "payer",
        "birthdate",
        "records",
        "record",
        "cgm",
        "for",
        "new",
    ]
)


# "Patient: Denies Fever", "Re: Prior Authorization"
@cache
def _not_names() -> frozenset[str]:
    text = files("extractors.chart").joinpath("not_names.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def clean_name(raw: str) -> str | None:
    """Return the name without what follows it in a header; None when nothing of a name is left."""
    kept: list[str] = []
    raw = re.sub(r"\s+,", ",", raw)
    for token in raw.split():
        if token.strip(".,:|").lower() in _STOP:
            break
        kept.append(token)
        if token.endswith(",") and len(kept) > 1 and not _first_follows(raw, kept):
            break  # "Lionel Abercrombie, W5503": only the first comma may stand within a name
    name = " ".join(kept).rstrip(" ,.|:-")
    if any(part in _not_names() for part in squash_name(name)):
        return None
    if name.split()[-1:] == ["I"]:
        return None  # "Could I use ...": the reader of a message log meets a sentence, not a name
    return name if len(name) >= 4 and sum(c.isalpha() for c in name) >= 4 else None


_PARTICLES = frozenset(["o", "d", "de", "la", "le", "du", "di", "da", "el", "al", "mc", "st", "van", "von"])


def _first_follows(raw: str, kept: list[str]) -> bool:
    """Tell "Ketterman Ashe, Marisol", a last name of two words, from "Lionel Abercrombie, W5503"."""
    rest = [part.strip(".,:|") for part in raw.split()[len(kept) :]]
    last = [part.strip(".,") for part in kept if part.lower().strip(".,") not in _PARTICLES]
    if len(last) > 2 or not rest:
        return False
    ends = next((index for index, part in enumerate(rest) if part.lower() in _STOP), None)
    if ends is None and len(raw.split()) >= 5:
        ends = len(rest)  # the pattern holds no more words
    given = rest[:ends]
    if ends is None or not 1 <= len(given) <= 2 or len(given[0]) < 3 or given[0].lower() in _not_names() | {"iii"}:
        return False
    whole = [*last, given[0]]
    alike = all(part.isupper() for part in whole) or all(part.istitle() for part in whole)
    return alike and all(len(part) >= 3 for part in last)


def fold(name: str) -> str:
    """Return the name without its accents: "García" is printed "Garcia" by the next system."""
    if name.isascii():
        return name
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def squash_name(name: str) -> frozenset[str]:
    """Return the name's parts, lower case, without accents and punctuation: order does not matter."""
    return frozenset(part for part in re.sub(r"[^a-z'\- ]+", " ", fold(name).lower()).replace("-", " ").split() if part)
