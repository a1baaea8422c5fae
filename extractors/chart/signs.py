"""Signs of an assertion that no list of words carries: signs, ticked boxes, years, inversions, verbs far apart."""

import re

from extractors import lore
from extractors.chart.facts import Assertion
from extractors.vocabulary.sieve import rare


def signs_of(sentence: str, start: int, end: int, section: str) -> set[Assertion]:
    """Return what signs and turns of phrase assert of characters start..end of a sentence."""
    before, after = sentence[:start], sentence[end:]
    held = set()
    if (
        _signed_absent(sentence, start, section)
        or _NEG.search(before, sentence)
        or _NOTHING.search(before, sentence)
        or ("0" in before and _COUNTED_NONE.search(before))
    ):
        held.add(Assertion.NEGATED)
    if _SHOULD.search(before, sentence) and _HAPPEN.search(after):
        held.add(Assertion.HYPOTHETICAL)
    if _WERE.search(before, sentence):
        held.add(Assertion.HYPOTHETICAL)
    if _in_a_past_year(before, after):
        held.add(Assertion.HISTORICAL)
    if (
        _SLIP.search(after, sentence)
        or _SLIPPED.search(before, sentence)
        or (_SHOULD_READ.match(after) and _READS.search(before))
    ):
        held.add(Assertion.ENTERED_IN_ERROR)
    if _RELATIVE.search(before):
        held.add(Assertion.FAMILY)
    if asked := _ASKED.match(after):
        held.add(Assertion.NEGATED if asked["no"] else Assertion.POSSIBLE)
    if denied_by_payer(sentence, start, end):
        held.add(Assertion.PLANNED)
    ticked = _ticked(sentence, before, after)
    return held | ({ticked} if ticked else set())


def denied_by_payer(sentence: str, start: int, end: int) -> bool:
    """Tell "denied Stelara by ins", where the payer refused what the patient was to get."""
    return bool(_REFUSED_COVER.search(sentence[:start], sentence) and _BY_PAYER.match(sentence[end:]))


# "Should anaphylaxis occur use the pen", "Were she to develop neutropenia"
_SHOULD = rare(r"^\s*should\s+(?:\w+\s+){0,3}$", re.IGNORECASE)
_HAPPEN = lore.regex(r"^\s*(?:\w+\s+){0,2}(?:occur|develop|recur|arise|worsen|appear|happen|return)\b", re.IGNORECASE)
_WERE = rare(r"(?:^|[,;]\s*)were\s+(?:she|he|they|the\s+patient|this|symptoms|there)\s+to\b[^.,;]*$", re.IGNORECASE)

# "Neg fever/chills", "Pertinent negatives: fever, rash": the word heads what is denied. "HLA-B27 neg, ANA pos" does not
_NEG = rare(
    r"(?:^|[.;:]\s*)(?:neg|negative|(?:pertinent\s+)?negatives(?:\s+(?:include|are))?)(?:\.|:)?\s+"
    r"(?!.*\b(?:but|pos|positive|positives)\b)[^.;]*$",
    re.IGNORECASE,
)
# "nothing on examination today to suggest", "no findings on the film that would indicate"
_NOTHING = rare(
    r"\b(?:nothing|no\s+(?:\w+\s+)?(?:findings?|features?|evidence|signs?|symptoms?)|not\s+(?:\w+\s+){0,2}anything)\b"
    r"[^.;,]{0,60}\b(?:to|that|which)\s+(?:would\s+|might\s+|could\s+)?(?:suggests?|indicates?|supports?|implicates?|point\s+to)\s+"
    r"(?:[\w-]+\s+){0,4}$",
    re.IGNORECASE,
)

# "has 0 swollen joints"; not "week 0 infusion"
_COUNTED_NONE = lore.regex(
    r"(?:^|[,;:(]|\b(?:has|had|have|with|and|of|found|showed|shows|reports))\s*0\s+(?:[a-z-]+\s+){0,2}$", re.IGNORECASE
)
# "Mo: T2DM. Fa: CAD." heads a relative's illnesses; "at 6 mo: better" does not
_RELATIVE = lore.regex(r"^(?:Mo|Fa|Sib|Sibs|Sis|Bro|MGM|MGF|PGM|PGF|Mom|Dad)\s*[:–-]\s*[^:;]*$")
# "Heart failure? No." denies, "Lupus?" doubts, "Heart failure? Yes." says so
_ASKED = lore.regex(r"^\s*\?\s*(?:(?P<no>(?:no|never|none|denies|n)\b)|$)", re.IGNORECASE)
# "denied Stelara by ins": the payer did
_REFUSED_COVER = rare(r"\bdenied\s+(?:for\s+)?$", re.IGNORECASE)
_BY_PAYER = lore.regex(
    r"^\s+(?:\S+\s+){0,3}?by\s+(?:(?:the|her|his|their)\s+)?(?:ins\b|insur|plan\b|payer|payor|carrier|health\s+plan|pbm\b)",
    re.IGNORECASE,
)
_READS = lore.regex(r"\b(?:above|error|states?|stated|reads?|says?|dictat\w*|note|report)\b[^.;]*$", re.IGNORECASE)
_SHOULD_READ = lore.regex(
    r"^\W*(?:which\s+|it\s+)?should\s+(?:be|read|say|state|have\s+(?:been|read))\b", re.IGNORECASE
)

# "ROS: -cough, -dyspnea", "+nausea, -vomiting"; a dash alone begins an item of a list
_SIGN = lore.regex(r"(?:^|[\s,;:(])[+-]$")
_PLUS = lore.regex(r"(?:^|[\s,;:(])\+[a-z]", re.IGNORECASE)
_ROS = lore.regex(r"^\s*(?:ROS|review\s+of\s+systems)\b", re.IGNORECASE)


def _signed_absent(sentence: str, start: int, section: str) -> bool:
    if not _SIGN.search(sentence[max(0, start - 2) : start]) or sentence[start - 1] != "-":
        return False
    return section == "review_of_systems" or bool(_ROS.match(sentence) or _PLUS.search(sentence))


# "Breast cancer in 2009, treated"; "diagnosed with lupus in 2009" dates the diagnosis and not the disease
_PAST_YEAR = lore.regex(r"\s+(?:in\s+)?(?:19|20)\d\d\s*(?:[.,;)]|$)", re.IGNORECASE)
_BEGAN = rare(r"\b(?:diagnos\w*|dx|dx'd|since|onset|found|started|start|began|begun|noted|first)\b", re.IGNORECASE)
_OVER = lore.regex(r"\b(?:treated|resolved|cured|removed|recovered|healed|in\s+remission|gone)\b", re.IGNORECASE)


def _in_a_past_year(before: str, after: str) -> bool:
    year = _PAST_YEAR.match(after)
    return bool(year and _OVER.match(after[year.end() :].lstrip()) and not _BEGAN.search(before))


# the verb and the slip stand apart: "was listed in my prior note by mistake". "taken by mistake" was taken
_WROTE = r"(?:list|enter|chart|document|record|add|carri|cod|import|dictat|transcrib|attribut|pull|copi|not)ed"
_WRONGLY = r"(?:mistakenly|erroneously|incorrectly|wrongly|inaccurately|falsely)"
_SLIP = rare(
    rf"^[^.;]{{0,30}}\b{_WROTE}\b[^.;]{{0,60}}\b(?:by\s+mistake|in\s+error|{_WRONGLY})(?!\w)"
    rf"|^[^.;]{{0,40}}\b(?:should|must|can|to)\s+be\s+(?:disregarded|ignored|removed\s+from\s+(?:the|her|his)\s+(?:chart|list|record))"
    r"|^\W{0,3}(?:\w+\s+){0,3}(?:removed|deleted)\s+from\s+(?:the\s+|her\s+|his\s+)?(?:chart|record|allergy\s+list|allergies)\b"
    r"|^\W{0,4}(?:\w+\s+){0,4}(?:not\s+true|is\s+untrue|is\s+incorrect|was\s+incorrect|is\s+inaccurate|was\s+inaccurate|not\s+accurate)\b",
    re.IGNORECASE,
)
_SLIPPED = rare(
    rf"\b{_WRONGLY}\s+{_WROTE}\b[^.;]{{0,40}}$|\b{_WROTE}\s+{_WRONGLY}\s+(?:as|with)\b[^.;]{{0,40}}$", re.IGNORECASE
)

_EMPTY = r"(?:\[\s*\]|\(\s{0,3}\)|☐|□|❑|○)"
_FULL = r"(?:\[\s*[xX✓✔]\s*\]|\(\s*[xX✓✔]\s*\)|☒|☑|■|✓|✔|●)"
_BOX = lore.regex(rf"{_EMPTY}|{_FULL}")
_HALF_BOX = lore.regex(r"[\[(☐□❑○☒☑■✓✔●]")  # what every box begins with: few sentences have any
_YES_NO = lore.regex(
    rf"^\s*[:?–-]*\s*(?:(?P<a>{_EMPTY}|{_FULL})\s*(?P<first>yes|no|y|n)\b\W{{0,3}}?\s*(?P<b>{_EMPTY}|{_FULL})\s*(?:yes|no|y|n)\b"
    rf"|(?P<lead>yes|no|y|n)\s*(?P<c>{_EMPTY}|{_FULL})\W{{0,3}}?\s*(?:yes|no|y|n)\s*(?P<d>{_EMPTY}|{_FULL}))",
    re.IGNORECASE,
)
_HEADS_FORM = lore.regex(rf"^(?:[^:\[\](){{}}]{{0,60}}[:?])?\s*(?:{_EMPTY}|{_FULL})")


def _ticked(sentence: str, before: str, after: str) -> Assertion | None:
    """Read a form's boxes: a ticked "no" denies; a box left empty is the form's choice and says nothing."""
    if not _HALF_BOX.search(sentence):
        return None
    if answer := _YES_NO.match(after):
        return _answered(answer)
    if not _BOX.search(before + after):
        return None
    if _HEADS_FORM.match(before):  # each box stands before its item
        box = [*_BOX.finditer(before)][-1]
        return Assertion.HYPOTHETICAL if _is_empty(box[0]) else None
    box = _BOX.match(after.lstrip(" :.-"))  # each box stands after its item
    return Assertion.HYPOTHETICAL if box and _is_empty(box[0]) else None


def _answered(answer: re.Match[str]) -> Assertion | None:
    one, other = (answer["a"], answer["b"]) if answer["a"] else (answer["c"], answer["d"])
    first = (answer["first"] or answer["lead"]).lower()
    yes, no = (one, other) if first.startswith("y") else (other, one)
    if _is_empty(yes) == _is_empty(no):
        return Assertion.HYPOTHETICAL  # both or neither
    return Assertion.NEGATED if _is_empty(yes) else None


def _is_empty(box: str) -> bool:
    return bool(re.fullmatch(_EMPTY, box))
