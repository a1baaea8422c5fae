"""Which law governs the plan, by the signs that a letter carries."""

import re
from dataclasses import dataclass, replace
from functools import cache

from extractors import lore
from extractors.denial.fields import PlanType
from extractors.denial.patterns import any_of, load_table
from extractors.denial.reading import Letter, sentences
from extractors.evidence import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A phrase that speaks for a kind of plan."""

    plan: PlanType
    strong: bool
    start: int
    end: int


@cache
def _table() -> list[tuple[PlanType, list[re.Pattern[str]], list[re.Pattern[str]]]]:
    return [
        (PlanType(row["plan"]), [any_of([at]) for at in row["strong"]], [any_of([at]) for at in row["weak"]])
        for row in load_table("plan_signs.yaml")
    ]


# "If your plan is self-funded", "whether or not it is insured": said of any plan, so of none.
_CONDITIONAL = lore.regex(
    r"\bif (?:you|your|the|this|it|coverage|a) [^.]{0,60}|\bwhether\b|\b(?:some|many|certain|other) plans\b"
    r"|\bdepending on\b|\beither\b|\bunless\b",
    re.IGNORECASE,
)
# words that tell who bears the risk or which program it is, whatever stands around them
_TELLS = lore.regex(
    r"\byour (?:employer|union)\b|\bown (?:funds|money|assets)\b|\binsures\b|\binsured by\b|\bunderw(?:rit|ritt)\w+"
    r"|\b(?:group|individual|employer|non-?group) (?:agreement|contract|policy|plan|coverage|product)\b|\bself-pay\b"
    r"|\binsurance exchange\b|\b(?:medicaid|medicare (?:plan|member|contract)|fair hearing|ERISA|federal employees?)\b",
    re.IGNORECASE,
)
_CHAMPVA = lore.regex(r"\bCHAMPVA\b|community care network|veterans affairs", re.IGNORECASE)


def find_signs(letter: Letter) -> list[Sign]:
    """Return every sign in the letter, in the order of the table."""
    conditional = [
        (span.start, span.end)
        for span in sentences(letter)
        if (match := _CONDITIONAL.search(letter.text, span.start, span.end)) and match.start() - span.start < 40
    ]
    found = []
    for plan, strong, weak in _table():
        for is_strong, patterns in ((True, strong), (False, weak)):
            for pattern in patterns:
                for match in pattern.finditer(letter.text):
                    # a government program is named in conditions too: "if we say no, ask for a State Fair Hearing"
                    if plan in _GOVERNMENT or not any(start <= match.start() < end for start, end in conditional):
                        end = min(match.end(), match.start() + 90)
                        found.append(Sign(plan=plan, strong=is_strong, start=match.start(), end=end))
                        break
    return found


_GOVERNMENT = (
    PlanType.MEDICARE_PART_D,
    PlanType.MEDICARE_ADVANTAGE,
    PlanType.MEDICAID_MANAGED_CARE,
    PlanType.FEHB,
    PlanType.TRICARE,
)


def choose_plan_type(letter: Letter, signs: list[Sign], payer: Finding[str] | None) -> Finding[PlanType] | None:
    """Return the kind of plan: the first with a strong sign, or with two weak ones.

    `UNKNOWN`, on the words that name the payer, where the letter names its plan and does not tell
    the kind. Signs of both a self-funded and an insured plan: offered, not asserted.
    """
    unknown = replace(payer, value=PlanType.UNKNOWN, confidence=min(0.8, payer.confidence)) if payer else None
    if _CHAMPVA.search(letter.text):
        return unknown
    strong = {sign.plan: sign for sign in reversed(signs) if sign.strong}
    weak: dict[PlanType, list[Sign]] = {}
    for sign in signs:
        if not sign.strong:
            weak.setdefault(sign.plan, []).append(sign)
    for program in (PlanType.FEHB, PlanType.TRICARE):
        if program in strong:
            return _cite(letter, strong[program], 0.95)
    chosen = next((plan for plan in _GOVERNMENT if plan in strong or len(weak.get(plan, ())) >= 2), None)
    if chosen:
        sign = strong.get(chosen) or weak[chosen][0]
        return _cite(letter, sign, 0.95 if chosen in strong else 0.85)
    if PlanType.EMPLOYER_SELF_FUNDED in strong and PlanType.EMPLOYER_FULLY_INSURED in strong:
        return _cite(letter, strong[PlanType.EMPLOYER_SELF_FUNDED], 0.5)
    for plan in (PlanType.EMPLOYER_SELF_FUNDED, PlanType.MARKETPLACE_INDIVIDUAL, PlanType.EMPLOYER_FULLY_INSURED):
        if plan in strong:
            return _cite(letter, strong[plan], 0.93)
    if unknown and (signs or _TELLS.search(letter.text)):
        return replace(unknown, confidence=min(unknown.confidence, 0.55))  # the letter tells, in words not understood
    return unknown


def _cite(letter: Letter, sign: Sign, sure: float) -> Finding[PlanType]:
    return letter.cite(sign.start, sign.end, sign.plan, sure, prose=True)
