"""The policy, guideline or rule that the letter says it relied on."""

from extractors import lore
from extractors.denial.reading import Letter
from extractors.evidence import Finding

_KIND = r"(?:Medical|Clinical|Coverage|Pharmacy|Drug|Payment|Reimbursement|Prior Authorization|Corporate|Utilization)"
_PATTERNS = [
    # 'Clinical Policy Bulletin for Adalimumab Products, section II.B', 'Medical Policy SUR701.023'
    lore.regex(
        rf"\b(?:{_KIND} )+(?:Policy|Guidelines?|Criteria)(?: Bulletin)?(?: (?:number|no\.?|#))?:? ?(?:for "
        rf"[A-Z][\w ,-]{{3,60}}?(?=[.,;)]| we\b)|[A-Z0-9][\w./-]*\d[\w./-]*)"
    ),
    lore.regex(r"\b(?:National|Local|national|local) [Cc]overage [Dd]etermination (?:\(?[NL]CD\)? )?[L]?\d[\d.]*\d"),
    # 'our policy, Lupus - Saphnelo Prior Authorization Policy'
    lore.regex(
        r"\b(?:policy|guideline|criteria),? (?P<title>[A-Z][\w&]*(?: [\w&()/-]+){0,9}? (?:Policy|Guidelines?"
        r"|Criteria))(?=[.,;])"
    ),
    # 'See "Inflammatory Conditions - Rinvoq" among our policies'
    lore.regex(r"\"(?P<title>[A-Z][^\"]{4,80})\"(?= (?:among|in|on) our (?:policies|guidelines|criteria))"),
    lore.regex(
        r"\b(?P<title>(?:MCG|InterQual|Milliman|Carelon|eviCore|AIM)[ A-Za-z&-]{0,60}?(?:[Gg]uidelines?"
        r"|[Cc]riteria)(?:, \d+\w* edition)?)"
    ),
    lore.regex(r"\brule (?P<title>[\d.]{5,} [A-Z]{3,5})\b"),
]


def find_policy_named(letter: Letter) -> Finding[str] | None:
    """Return the first policy title or number the letter names, as printed."""
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(letter.text):
            group = "title" if "title" in pattern.groupindex else 0
            found.append((match.start(group), match.end(group)))
            break
    if not found:
        return None
    start, end = min(found)
    printed = " ".join(letter.printed[start:end].split()).rstrip(".,;")
    return letter.cite(start, end, printed, 0.85, prose=True)
