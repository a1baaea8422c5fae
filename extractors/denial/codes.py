"""Diagnosis, procedure and drug codes printed for what was denied."""

import re
from collections.abc import Iterable, Iterator

from extractors import lore
from extractors.denial.approved import find_approved
from extractors.denial.fields import Codes
from extractors.denial.labels import Labelled
from extractors.denial.reading import Letter, Span
from extractors.denial.roles import Said, section
from extractors.evidence import Finding
from extractors.vocabulary.icd10 import icd10_text

# ICD-10-CM: "M32.19", "I10" (without a point only after its label)
_ICD10 = lore.regex(r"(?<![\w.-])[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})(?![\w-])")
_ICD10_BARE = lore.regex(r"(?<![\w.-])[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4}|[0-9A-Z]{1,4})?(?![\w.-])")
# HCPCS level II "J0491"; CPT "72148" and "0232T" only after CPT, HCPCS, code, or in parentheses beside one
_HCPCS = lore.regex(r"(?<![\w.-])[ABCDEGHJKLMPQRSTUV][\dOo]\d{3}(?=-[A-Z][A-Z\d](?![\w-])|(?![\w-]))")
_CPT = lore.regex(r"(?<![\w.$-])(?:\d{4}[TFUM0-9])(?![\w.,-]*\d)(?![\w-])")
_CPT_LABEL = lore.regex(
    r"(?:\bCPT|\bHCPCS|procedure(?: code)?|service code|billing code|\bcodes?)(?:®)?(?: "
    r"?codes?)?(?:\(s\))?[:# ]{0,3}(?:\(?[\dA-Z]{5}\)?,? ?(?:and |or )?)*$",
    re.IGNORECASE,
)
_MODIFIED = lore.regex(r"(?<![\w.$-])\d{4}[TFUM\d](?=(?:-[A-Z\d]{2}){1,4}(?![\w-]))")  # "20610-59"
# "(29881)", "(90867, 90868)": a list in parentheses, each of five characters
_IN_PARENTHESES = lore.regex(
    r"\((?:(?:\d{4}[\dTFUM]|[A-V]\d{4}|[A-TV-Z]\d[\dAB](?:\.\w{1,4})?)(?:-[A-Z\d]{2}){0,2}"
    r"(?:\s*(?:[,;/&+]|and|or)\s*|(?=\))))+\)"
)
# "LeFort I osteotomy, 21141)": a code that ends a parenthesis of words
_ENDS_PARENTHESIS = lore.regex(r"\([A-Za-z][^()\n]{3,60}[,:;] ?(?P<code>\d{4}[\dTFUM])\)")
# "(77523, 25 treatments)", "(97110; 8 visits)": a code and how often
_OPENS_PARENTHESIS = lore.regex(
    r"\((?P<code>\d{4}[\dTFUM])(?:[,;] ?(?:x ?)?\d{1,3} [a-z][^()\n]{2,40}|[,;:] ?[A-Za-z][^()\n]{3,60}| ?x ?\d{1,3})\)"
)
_PLACE = lore.regex(r"\b[A-Z]{2},? ?$")  # "Detroit, MI 48226"
_ICD10_MISREAD = lore.regex(
    r"(?<=[a-z] \()[1l|](?P<rest>\d{2}\.\d{1,2})(?=\))|(?<=Diagnosis: )[1l|](?P<rest2>\d{2}\.\d{1,2})(?![\d%])"
)
_BESIDE = lore.regex(r"\b(?:[A-V]\d{4}|\d{5}),? (?:and |or )?(?P<near>[A-V][\dOlSB]{4,6})\b")
_NDC = lore.regex(r"(?<![\w-])(?:\d{5}-\d{4}-\d{2}|\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d)(?![\w-])")
_NDC_SPACED = lore.regex(r"(?<![\w-])(\d{4,5}) ?- ?(\d{3,4}) ?- ?(\d{1,2})(?![\w-])")  # "00002-4182 -30"
_NDC_BARE = lore.regex(r"(?<=NDC )\d{11}(?!\d)|(?<=NDC: )\d{11}(?!\d)|(?<=NDC #)\d{11}(?!\d)")
# A code named as the right one, or of another service, is not the denied one.
_OTHER_CODE = lore.regex(
    r"specific code|correct code|instead|should (?:be|have been)|exists|alternative|also need"
    r"|(?:does|do|needs?|requires?) (?:not need|not require|no)\b|is (?:covered|approved)|covered (?:drugs"
    r"|medications)|do not need|example|such as|\bnot\b[^.]{0,20}\bbilled",
    re.IGNORECASE,
)
_NOT_HERE = {"copies", "fair_hearing", "external_review", "agency", "court", "help", "continuation"}


def find_codes(
    letter: Letter, labels: list[Labelled], said: list[Said], taken: Iterable[Span], only: Iterable[Span] = ()
) -> Finding[Codes] | None:
    """Return the codes of the denied service and its diagnosis.

    `taken` are spans of identifiers, which look like codes; `only` limits the search to the
    denied lines of an explanation of benefits.
    """
    rows = [(span.start, span.end) for span in only]
    taken = [(span.start, span.end) for span in taken]
    dx_cells = [span for label in labels if label.field == "diagnosis" for span in label.values[:1]]
    code_cells = [span for label in labels if label.field == "code" for span in label.values[:1]]
    service_cells = [span for label in labels if label.field == "service" and label.firm for span in label.values]
    found: dict[str, dict[str, tuple[int, int]]] = {"icd10": {}, "hcpcs_cpt": {}, "ndc": {}}

    def keep(kind: str, start: int, end: int) -> None:
        if rows and not any(a <= start < b for a, b in rows):
            return
        if any(a <= start < b for a, b in taken):
            return
        one = section(said, start)
        if one and (one.own and one.role in _NOT_HERE):
            return
        if one and _OTHER_CODE.search(letter.text[max(one.start, start - 60) : min(one.end, end + 25)]):
            return
        code = letter.text[start:end].upper()
        if kind == "icd10":
            code = ("I" + code[1:] if letter.text[start] in "1l|" else code).replace(",", ".")
        if kind == "hcpcs_cpt":
            code = code[0].replace("$", "S") + code[1:].replace("O", "0")  # no code has a letter O: "JO491" is J0491
        if kind == "ndc":
            code = code.replace(" ", "")
        found[kind].setdefault(code, (start, end))

    text = letter.text
    for match in _NDC.finditer(text):
        keep("ndc", match.start(), match.end())
    for match in _NDC_BARE.finditer(text):
        keep("ndc", match.start(), match.end())
    for span in (at for label in labels if label.field == "ndc" for at in label.values[:1]):
        for match in _NDC_SPACED.finditer(text, span.start, span.end):
            keep("ndc", match.start(), match.end())
    for match in _ICD10.finditer(text):
        keep("icd10", match.start(), match.end())
    for span in dx_cells:
        for match in _ICD10_BARE.finditer(text, span.start, span.end):
            keep("icd10", match.start(), match.end())
    for match in _ICD10_COMMA.finditer(text):  # "(C50,912)": a point that was read as a comma, if there is such a code
        if icd10_text(match[0].replace(",", ".")):
            found["icd10"] = {code: at for code, at in found["icd10"].items() if at[0] != match.start()}
            keep("icd10", match.start(), match.end())
    for start, end in _diagnoses_told(text):
        keep("icd10", start, end)
    for match in _ICD10_MISREAD.finditer(text):
        repaired = f"I{match['rest'] or match['rest2']}"  # "(163.9)" after a condition: no code begins with a 1
        if icd10_text(repaired) and not found["icd10"]:
            misread = match.start()
            keep("icd10", misread, match.end())
    for match in _HCPCS.finditer(text):
        if not any(span.start <= match.start() < span.end for span in dx_cells):
            keep("hcpcs_cpt", match.start(), match.end())
    lists = [
        at.span()
        for at in _IN_PARENTHESES.finditer(text)
        if not re.search(r"\b(?:ZIP|TTY|[A-Z]{2},? \d*|extension|ext\.?|option|box)\s*$", text[: at.start()][-14:])
    ]
    beneath = set(_codes_beneath(letter, service_cells))
    for match in [*_CPT.finditer(text), *_MODIFIED.finditer(text)]:
        in_cell = any(span.start <= match.start() < span.end for span in code_cells)
        labelled = _CPT_LABEL.search(text[max(0, match.start() - 50) : match.start()])
        # "63650 - percutaneous implantation", "...testing panel, 81432": alone at an end of the service's cell
        edge = any(
            (match.start() == span.start and re.match(r"\s*(?:[-:,(]|[A-Za-z]|$)", text[match.end() : span.end]))
            or (match.end() == span.end and re.search(r"[A-Za-z)],? $", text[span.start : match.start()]))
            for span in service_cells
        )
        in_cell = in_cell or match.start() in beneath or (edge and not _PLACE.search(text[: match.start()][-5:]))
        in_parens = any(a < match.start() < b for a, b in lists) or (
            text[match.start() - 1] == "("
            and (match[0][-1] in "TFUM" or any(span.start <= match.start() < span.end for span in service_cells))
        )
        if (in_cell or labelled or in_parens or rows) and not _revenue(text, match.start()):
            keep("hcpcs_cpt", match.start(), match.end())
    for match in () if rows else [*_ENDS_PARENTHESIS.finditer(text), *_OPENS_PARENTHESIS.finditer(text)]:
        if not _PLACE.search(text[: match.start("code")][-5:]) and not _revenue(text, match.start("code")):
            keep("hcpcs_cpt", *match.span("code"))
    dollars = [] if rows else [match.span("near") for match in _DOLLAR_CODE.finditer(text)]
    for start, end in dollars:
        keep("hcpcs_cpt", start, end)
    doubtful = _misread_diagnosis(letter, dx_cells) if not found["icd10"] and not rows else None
    if doubtful:
        keep("icd10", *doubtful)
        code = text[doubtful[0] : doubtful[1]].upper()
        if code in found["icd10"]:
            found["icd10"] = {_AS_LETTER[code[0]] + code[1:]: found["icd10"][code]}
    approved = find_approved(letter)
    kept = {code: at for code, at in found["hcpcs_cpt"].items() if not any(a.start <= at[0] < a.end for a in approved)}
    found["hcpcs_cpt"] = kept or found["hcpcs_cpt"]
    if not any(found.values()):
        return None
    got = [span for kind in found.values() for span in kind.values()]
    unread = any(
        re.search(r"\d", text[cell.start : cell.end]) and not any(cell.start <= start < cell.end for start, _ in got)
        for cell in dx_cells
        if not rows
    )
    # "(E2103, A42339)": what stands beside a code and is none was misread
    beside = [match.span("near") for match in _BESIDE.finditer(text) if match.start() in {start for start, _ in got}]
    unread = unread or (not rows and any(not any(a <= start < b for start, _ in got) for a, b in beside))
    unread = unread or bool(dollars) or (not rows and _misses_one(text, [start for start, _ in got]))
    sure = 0.55 if unread or doubtful else 0.95  # a labelled diagnosis that reads as no code: the list may lack it
    spans = sorted(span for kind in found.values() for span in kind.values())
    cited = [letter.cite(start, end, None, sure) for start, end in spans]
    return Finding(
        value=Codes(
            icd10=tuple(code for code in found["icd10"]),
            hcpcs_cpt=tuple(code for code in found["hcpcs_cpt"]),
            ndc=tuple(code for code in found["ndc"]),
        ),
        confidence=min(at.confidence for at in cited),
        evidence=tuple(evidence for at in cited for evidence in at.evidence),
    )


_ICD10_COMMA = lore.regex(r"(?<![\w.-])[A-TV-Z]\d[0-9AB],\d{1,4}(?![\w,-])")
_DOLLAR_CODE = lore.regex(r"\((?P<near>\$\d{4}),? (?:and )?[A-V][\dO]\d{3}\)")  # "($9500, J0878)" is S9500
# What is nearly a code: "H35 2211" after a comma, "CPT O345U"; in parentheses or behind its label it was one.
_NEARLY = lore.regex(
    r"(?:[(,;] ?|\b(?:ICD-10(?:-CM)?|[Dd]x|DX|[Dd]iagnosis)(?: codes?)?:? )"
    r"(?P<dx>[A-TV-Z]\d[\dABOlI][ ,]\d{1,4}[A-Z]?)(?![\w-]|\.\w)"
    r"|\b(?:CPT|HCPCS)(?: [Cc]odes?)?[:# ]{1,3}(?P<code>(?=\S{0,4}\d)[A-Z\d$][\dA-Z]{4})(?![\w-])"
)


def _misses_one(text: str, found: list[int]) -> bool:
    """Whether what stands in the place of a code was not read as one, so that the list may lack it."""
    for match in _NEARLY.finditer(text):
        start = match.start("dx") if match["dx"] else match.start("code")
        beside = any(abs(start - at) < 400 for at in found if text[at : at + 5].isalnum())
        if start not in found and (match["dx"] or not beside):
            return True
    return False


# "autism (F84.0, R32)", "multiple sclerosis (G35)": without a point it stands beside one with, or after its name
_DX_LIST = lore.regex(
    r"\((?:ICD-10(?:-CM)?:? |[Dd]iagnos[ie]s(?: codes?)?:? )?"
    r"(?P<list>[A-TV-Z]\d[\dAB][.\w]*(?:(?:, | and |, and |; | / )[A-TV-Z]\d[\dAB][.\w]*)*)\)"
)


def _diagnoses_told(text: str) -> Iterator[tuple[int, int]]:
    """Yield where diagnoses without a point stand in parentheses."""
    for match in _DX_LIST.finditer(text):
        codes = list(_ICD10_BARE.finditer(text, *match.span("list")))
        named = [icd10_text(code[0]) or "" for code in codes]
        if not all(named):
            continue
        said = {word[:6] for word in re.findall(r"[a-z]{5,}", text[max(0, match.start() - 60) : match.start()].lower())}
        pointed = any("." in code[0] for code in codes)
        for code, name in zip(codes, named, strict=True):
            if "." not in code[0] and (pointed or said & {word[:6] for word in re.findall(r"[a-z]{5,}", name.lower())}):
                yield code.span()


def _codes_beneath(letter: Letter, cells: Iterable[Span]) -> Iterator[int]:
    """Yield where a line is a code and nothing else, under a service that ends in a comma."""
    for cell in cells:
        place = letter.place_at(cell.start)
        for below in letter.places:
            if below.block == place.block and place.end < below.start <= place.end + 2:
                line = letter.text[below.start : below.end]
                if letter.text[place.end - 1] in ",;-" and re.fullmatch(r"\d{4}[\dTFUM]", line):
                    yield below.start


# No code begins with a digit; a fax makes these of the letters. The code must exist, and is offered only.
_AS_LETTER = {"3": "J", "6": "G", "8": "B", "5": "S", "1": "I", "0": "O", "2": "Z", "7": "T", "4": "A"}
_DX_DIGIT = lore.regex(r"(?<![\w.-])[0-8]\d{2}\.\d{1,3}(?![\w.%-])")


def _misread_diagnosis(letter: Letter, cells: list[Span]) -> tuple[int, int] | None:
    """Return where a diagnosis stands whose letter was read as a digit, in its cell or alone: "Dx 345.50" is J45.50."""
    text = letter.text
    alone = [Span(start=at.start, end=at.end) for at in letter.places if _DX_DIGIT.fullmatch(text[at.start : at.end])]
    for cell in [*cells, *alone]:
        for match in _DX_DIGIT.finditer(text, cell.start, cell.end):
            if icd10_text(_AS_LETTER[match[0][0]] + match[0][1:]):
                return match.span()
    return None


def _revenue(text: str, start: int) -> bool:
    return bool(
        re.search(
            r"(?:revenue|zip|rev\.?|reason|remark|denial|rejected with) ?(?:code)?:? ?$",
            text[max(0, start - 24) : start],
            re.IGNORECASE,
        )
    )
