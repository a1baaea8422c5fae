"""Member id, group and reference numbers as printed, each after a label of its own."""

import re
from collections import Counter
from collections.abc import Iterator

from extractors import lore
from extractors.dates import find_dates
from extractors.denial.labels import Labelled, values_of
from extractors.denial.reading import Letter, Span
from extractors.evidence import Finding

# "U73205518 01", "940 117 266", "FLB H66120384", "26-150-882104-00", "277046M1", "1EK4-TE5-HV72", "7710293*01"
_RUN = r"(?=[\w/.-]*\d)[A-Za-z0-9](?:[\w/-]|[.*](?=\w))*"
_IDENTIFIER = lore.regex(
    rf"(?:[A-Z]{{1,4}}(?:-[A-Z]{{1,4}})? (?=[\w-]*\d))?{_RUN}"
    r"(?: (?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]*(?![\w/.]*[a-z]))*(?: [A-Z]$)?"
)
_NAMED_ON = lore.regex(r"[-/](?=[A-Z][a-z]{2,}).*")  # "N00218-Tidewater Hull": the account's name
_SHAPED = lore.regex(r"[A-Z]{2,5}-\d{3,}")  # "SHP-4410" is a number of some office although it is short
_PHONE = lore.regex(r"^\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$|^1[ .-]\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$")
_SPACED_TEN = lore.regex(r"\d{3} \d{3} \d{4}(?=\s*$|\s+[A-Z·|])")
_IT_IS = lore.regex(r"^\s*(?:it|this|that|they|yours) (?:is|was|are):?\s*$", re.IGNORECASE)  # the answer to a question
_PHONE_FIRST = lore.regex(r"\s*(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[ .-]\d{4}(?!\d)")
# "Claims" over "1231 East Meadow Drive" heads an address
_HOUSE = lore.regex(
    r"\s*\d{1,5} (?:[NSEW]{1,2}\.? )?(?:[A-Z][\w'-]+ ){1,4}"
    r"(?:St(?:reet|\.)?|Ave(?:nue|\.)?|R(?:oa)?d\.?|Dr(?:ive|\.)?|Lane|Ln\.?|Blvd\.?|Boulevard|Parkway|Pkwy\.?|Way|Court|Plaza"
    r"|Place|Circle|Highway|Hwy\.?|Square)(?![\w-])"
)
# labels that other payers use for other numbers: they count only where nothing better is printed
_WEAK_MEMBER = lore.regex(
    r"^(?:id|identification|mrn|medical record|(?:health )?plan id|contract|certificate|sponsor)\b", re.IGNORECASE
)


def read_identifier(
    text: str, firm: bool, anywhere: bool = False, least_digits: int = 3
) -> tuple[int, int, str] | None:
    """Return start, end and the identifier that opens the text (or stands anywhere in it), or None."""
    if _PHONE_FIRST.match(text) or _HOUSE.match(text):
        return None
    for match in _IDENTIFIER.finditer(text):
        lead = _IT_IS.sub("", text[: match.start()]).strip(" #:.-(")
        if lead and not anywhere:
            return None
        value = _NAMED_ON.sub("", match[0]).rstrip("/-.")
        digits = sum(char.isdigit() for char in value)
        if (
            digits < least_digits
            or _PHONE.match(value)
            or find_dates(value)
            or (not firm and digits < 5 and not _SHAPED.match(value))
        ):
            if anywhere:
                continue
            return None
        return match.start(), match.start() + len(value), value
    return None


def find_member_id(letter: Letter, labels: list[Labelled]) -> Finding[str] | None:
    """Return the member's id; of two different ones the better labelled, less sure."""
    found = []

    def read(text: str, firm: bool) -> tuple[int, int, str] | None:
        # an id of ten digits may be spaced as a telephone is, after a label that says whose it is
        spaced = _SPACED_TEN.match(text) if firm else None
        return (0, spaced.end(), spaced[0]) if spaced else read_identifier(text, firm)

    for label, span, value in values_of(labels, letter, "member_id", read):
        if not label.firm and label.label.upper() == "ID" and re.fullmatch(r"\d{5}(?:-\d{4})?", str(value)):
            continue  # "KETCHUM ID 83340" is a place
        found.append((bool(_WEAK_MEMBER.match(label.label)), span, str(value)))
    return _choose(letter, found)


def find_group(letter: Letter, labels: list[Labelled]) -> Finding[str] | None:
    """Return the group number; an account's name beside it is left out."""

    def read(text: str, firm: bool) -> tuple[int, int, str] | None:
        return read_identifier(text, firm, anywhere=True) if firm else read_identifier(text, firm)

    found = []
    for label, span, value in values_of(labels, letter, "group_number", read):
        if label.label.lower() in ("account", "policy") and not label.firm:
            continue
        found.append((label.label.lower().startswith("account"), span, str(value)))
    return _choose(letter, found)


def _choose(letter: Letter, found: list[tuple[bool, Span, str]]) -> Finding[str] | None:
    strong = [one for one in found if not one[0]] or found
    if not strong:
        return None
    tally = Counter(_key(value) for _, _, value in strong)
    (best, count), *rest = tally.most_common()
    _, span, value = next(one for one in strong if _key(one[2]) == best)
    sure = 0.97 if not rest else 0.8 if count > rest[0][1] else 0.5
    return letter.cite(span.start, span.end, value, sure)


def _key(value: str) -> str:
    return re.sub(r"\W", "", value).lower()


def find_references(letter: Letter, labels: list[Labelled], taken: set[str]) -> Finding[tuple[str, ...]] | None:
    """Return claim, case, authorization and appeal numbers as printed; `taken` are ids already used elsewhere."""
    values: dict[str, tuple[Span, str]] = {}
    for label, span, value in values_of(labels, letter, "reference_number", _read_reference):
        key = _key(str(value))
        one_word = " " not in label.label.strip() and "#" not in label.label
        if not label.firm and one_word and not _stands_alone(letter, label):
            continue
        if key and key not in {_key(at) for at in taken}:
            values.setdefault(key, (span, str(value)))
            for further, other in _listed(letter, span, label):
                values.setdefault(_key(other), (further, other))
    for label, span, value in values_of(labels, letter, "other_date", _read_reference):
        # "First denial: UM 26-0731-0094, dated 08/04/2026": the number of the decision under appeal
        if label.firm and _EARLIER.search(label.label) and sum(map(str.isdigit, str(value))) >= 6:
            key = _key(str(value))
            if key not in {_key(at) for at in taken}:
                values.setdefault(key, (span, str(value)))
    if not values:
        return None
    spans = [span for span, _ in values.values()]
    finding = letter.cite(spans[0].start, spans[0].end, tuple(value for _, value in values.values()), 0.95)
    cited = [letter.cite(span.start, span.end, None, 0.95) for span in spans]
    return Finding(
        value=finding.value,
        confidence=min(at.confidence for at in cited),
        evidence=tuple(evidence for at in cited for evidence in at.evidence),
    )


_EARLIER = lore.regex(r"\b(?:denial|decision|determination|denied|appeal|grievance)\b", re.IGNORECASE)


def _listed(letter: Letter, first: Span, label: Labelled) -> Iterator[tuple[Span, str]]:
    """Yield the numbers that go on a list: "Claim no(s): 881200341, 881200342"."""
    at, end = first.end, next((span.end for span in label.values if span.start <= first.start < span.end), first.end)
    while match := _AND.match(letter.text, at, end):
        got = _read_reference(letter.text[match.end() : end], True)
        if not got:
            return
        at = match.end() + got[1]
        yield Span(start=match.end(), end=at), got[2]


def _read_reference(text: str, firm: bool) -> tuple[int, int, str] | None:
    return read_identifier(text, firm, least_digits=4)


_AND = lore.regex(r"\s*(?:,|;|/|&|\band\b)\s*(?=[A-Z]{0,4}[ -]?\d)")


def _stands_alone(letter: Letter, label: Labelled) -> bool:
    """Whether a one-word label without a colon opens its cell: "authorization 2609260447" between middots."""
    line = letter.place_at(label.at.start).start
    before = letter.text[max(line, label.at.start - 3) : label.at.start]
    return not before.strip() or before.strip()[-1] in "·|;-,("
