"""How the children of a head are joined: its quantifier, its "(A or B)", the "; AND" at the ends of items."""

import re
from dataclasses import dataclass
from typing import Literal

from extractors import lore
from extractors.policy.headings import has_condition_word
from extractors.policy.wordings import EACH_DOES, ONE_DOES, items_named
from extractors.vocabulary.conditions import find_conditions

Join = Literal["and", "or"]

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {w: n for n, w in enumerate(_WORDS, start=1)}
_NUMBER = rf"(?P<n>{'|'.join(_NUMBERS)}|\d{{1,2}})"
_OF_MORE = _NUMBER.replace("<n>", "<m>")

# what must hold of the items; the match nearest the end of the head counts
# a denial of having or using, and not of a response: "has not responded to one of the following" asks for a trial
_NOT_HAVING = (
    r"(?:(?:does|do|has|have|is|are|was|were|will|must|should|may|can)\s+)?not\s+(?:to\s+)?(?:currently\s+|also\s+)?"
    r"(?!(?:have|had|been|be)\s+(?:an?\s+)?(?:adequate|sufficient|response|success|control|effective|able|responsive|well))"
    r"(?:have|had|be|been|being|receiv\w*|us(?:e|ed|ing)|tak(?:e|en|ing)|combin\w*|concurrent\w*|concomitant\w*|given|"
    r"prescribed|administered|in\s+combination|exhibit\w*|any|either|one)\b"
)
_NONE = lore.regex(
    rf"\bnone of (?:these|those)\b(?! (?:tests|values))|"
    r"\b(?:no|without)\s+(?:\w+\s+){0,2}(?:evidence|history|signs?|symptoms?|diagnosis|presence)\s+of\s+"
    r"(?:any|either|one) of (?:these|those)\b|"
    r"\b(?:the following|these)\b[^.;:]{0,40}\b(?:were|was|been|are|is|be)\s+(?:ruled out|excluded|absent|not present)"
    r"\s*:?\s*$|"
    rf"\b(?:none of|{_NOT_HAVING}[^.;]{{0,90}}?(?:(?:any|either|one)(?: one)? of)?|(?:no|without)(?: evidence of)? "
    r"(?:any|either)(?: one)? of)\s+(?:the|these)\s+(?:following|conditions|above|below|listed)",
    re.I,
)
# "will not use Skyrizi together with:", "is without:" over a list of things
_DENIES = lore.regex(
    rf"\b(?:{_NOT_HAVING}|without\b)[^.;:]*:\s*$|"
    r"\b(?:there (?:is|are|was|were|must be)|has|have|had|with|shows?|of) no\s*:\s*$|"
    r"^\s*(?:no|none|not)\s*:\s*$|\b(?:absence of|free (?:of|from))\s*:\s*$|"
    r"\b(?:the following|these|this|of)\b[^.;:]{0,40}\b(?:were|was|been|are|is|be)\s+(?:ruled out|excluded|absent|"
    r"not present)\s*:\s*$|"
    r"^\s*no (?:(?:active|known|current|prior|other|absolute|clinical|labeled) )*"
    r"(?:contraindications?|evidence|history|signs?|diagnosis|presence)\b(?!.*\bas \w+ed by\b)[^.;:]*:\s*$",
    re.I,
)
_AT_LEAST = lore.regex(
    rf"\b(?:at least|a minimum of|minimum of|(?:no|not)\s+(?:fewer|less)\s+than|not\s+under)\s+(?:any\s+)?{_NUMBER}"
    r"(?:\s*\(\d+\))?(?:\s+(?:or more\s+)?(?:of\b|criteri|must\b|(?:the\s+)?(?:items?|statements?|conditions?|"
    r"requirements?|points?|boxes|findings?)\b)|(?:\s+or more)?(?=\s*:\s*$))|"
    rf"\b{_OF_MORE}\s+or\s+more\s+(?:must|should|need|have|are|apply|hold)\b[^.;]*:\s*$",
    re.I,
)
_MORE = lore.regex(
    rf"(?<!every )(?<!all )(?<!both )\b(?:any\s+)?{_NUMBER}(?:\s*\(\d+\))?\s+(?:or more\s+)?of"
    r"(?:\s+(?:the|these|those|what)\b|(?=\s*:\s*$))|"
    # "Risk, TWO:", "Risk, >= 2:"
    rf"(?:^|[,;:–-])\s*[≥>]?=?\s*{_OF_MORE}(?:\s+or\s+more)?\s*:\s*$",
    re.I,
)
_ANY = lore.regex(
    r"\b(?:one|any|either) of\s+\(?(?-i:[a-zA-Z]|[ivx]{1,4}|\d{1,2})\)?(?:\s*,\s*\(?(?-i:[a-zA-Z]|[ivx]{1,4}|"
    r"\d{1,2})\)?)*,?\s+"
    r"(?:or|to|through)\s+\(?(?-i:[a-zA-Z]|[ivx]{1,4}|\d{1,2})\)?\s*:?\s*$|"
    r"\b(?:any(?: one)?|either|one or more|at least one)(?:\s*\(1\))?\s+(?:of\b|(?:disease\s+)?criteri)|"
    r"\bany of\b|\b(?:any|one)\s+(?:must|needs? to|should|is to)\b[^.;]*\bmet\b|^\s*(?:any(?: one)?|one)\s*:\s*$|"
    r"\bmeets? any\b",
    re.I,
)
# "is either:", "by either route (i or ii):" - which says one thing only where the letters do not say another
_EITHER = lore.regex(
    r"\beither\b(?!\s+(?:drugs?|products?|agents?|brands?|medications?|medicines?|devices?|procedures?|services?|"
    r"formulations?|strengths?|knees?|eyes?|sides?|breasts?|hips?|arms?|legs?)\b)(?=[^.;]*[:)]?\s*$)",
    re.I,
)
# what follows are examples: "a severe reaction, such as:"
_SUCH_AS = lore.regex(r"\b(?:such as|for example|e\.g\.|including,? but not limited to)\s*,?\s*:\s*$", re.I)
_ALL = lore.regex(
    r"\b(?:all|both|each|every one)\s+(?:of\b|(?:the\s+)?(?:following|criteria)|\(|are met|apply|listed)|"
    r"\bboth\b(?=\s*(?:\(|:|$))|"
    r"\ball\b(?=\s*(?:\(|:|$))",
    re.I,
)
_MUST_MEET = lore.regex(r"\(\s*(?:must )?meets?\s+(?P<what>all|both|any|one|either)\b[^()]*\)", re.I)

_MARK = r"(?:[A-Za-z]|[ivxIVX]{1,6}|\d{1,2})"
_ENUMERATED = lore.regex(
    rf"\(\s*(?:must meet\s+)?(?:criteri(?:a|on)\s+|items?\s+)?(?:either\s+)?{_MARK}(?:\s*,\s*{_MARK})*\s*,?\s*"
    rf"(?P<join>and/or|and|or|&|through|to|[-–])\s*{_MARK}\s*\)",
)
_DANGLING_OR_AND = lore.regex(r"\(\s*(?P<n>\d{1,2})\s+or more\s*\)", re.I)

_END = lore.regex(
    r"(?P<stop>\s*[;,.]?\s*)(?:[-–—*]{1,2}\s*)?\b(?P<join>and/or|and|or)\b\s*(?:[-–—*]{1,2})?\s*[:;.,]?\s*$", re.I
)
_CONNECTOR_LINE = lore.regex(r"[\s\-–—*;,:._~=]*(?P<join>AND/OR|AND|OR)[\s\-–—*;,:._~=]*", re.I)


@dataclass(frozen=True, slots=True)
class Quantifier:
    """What a head says of its items."""

    op: Literal["all", "any", "at_least"]
    n: int | None = None
    negated: bool = False  # "does not have any of the following"
    stated: bool = True  # False: the head has no quantifier, which means all
    flags: tuple[str, ...] = ()


def quantifier_of(head: str) -> Quantifier:
    """Return what a head demands of its items; without a quantifier, all of them."""
    by_words, by_letters = _by_words(head), _by_letters(head)
    if by_words is None and by_letters is None and (_EITHER.search(head) or _SUCH_AS.search(head)):
        return Quantifier("any")
    if by_words is None and by_letters is None:
        return Quantifier("all", negated=_DENIES.search(head) is not None, stated=False)
    if by_words is None:
        return Quantifier("all" if by_letters == "and" else "any")
    if by_letters and by_words.op in ("all", "any") and (by_letters == "and") != (by_words.op == "all"):
        printed = "ALL" if by_words.op == "all" else "ONE"
        flag = f"the head says {printed} but lists its items with '{by_letters}'"
        return Quantifier(by_words.op, by_words.n, by_words.negated, True, (flag,))
    return by_words


def _by_words(head: str) -> Quantifier | None:
    if match := _MUST_MEET.search(head):
        return Quantifier("all" if match["what"].lower() in ("all", "both") else "any")
    if match := _DANGLING_OR_AND.search(head):
        return _at_least(int(match["n"]))
    found: list[tuple[int, int, Quantifier]] = []
    for rank, (pattern, make) in enumerate(_PATTERNS):
        for match in pattern.finditer(head):
            found.append((match.end(), -rank, make(match)))
    if found:
        return max(found, key=lambda at: at[:2])[2]
    if _by_letters(head):
        return None
    each, one = (max((at.end() for at in pattern.finditer(head)), default=0) for pattern in (EACH_DOES, ONE_DOES))
    return Quantifier("all" if each > one else "any") if each or one else None


def _count(match: re.Match[str]) -> int:
    said = match["n"] or match["m"]
    return int(said) if said.isdigit() else _NUMBERS[said.lower()]


def _at_least(n: int) -> Quantifier:
    return Quantifier("any") if n == 1 else Quantifier("at_least", n)


_PATTERNS = (
    (_NONE, lambda match: Quantifier("all", negated=True)),
    (_AT_LEAST, lambda match: _at_least(_count(match))),
    (_MORE, lambda match: _at_least(_count(match))),
    (_ALL, lambda match: Quantifier("all")),
    (_ANY, lambda match: Quantifier("any")),
)


def _by_letters(head: str) -> Join | None:
    """The join of "(A or B)", "(must meet 1 or 2)", "(i, ii and iii)"; "(a through e)" says nothing."""
    matches = list(_ENUMERATED.finditer(head))
    if not matches and (named := items_named(head)):
        return {"or": "or", "and": "and"}.get(named["join"].lower())
    if not matches:
        return None
    join = matches[-1]["join"].lower()
    return "or" if join in ("or", "and/or") else "and" if join in ("and", "&") else None


def split_end(text: str) -> tuple[str, Join | None]:
    """Part an item from the "; AND" or "; or" at its end: the text without it, and the join.

    A lone semicolon or comma at the end goes too; a full stop belongs to the text and stays.
    """
    text = text.rstrip()
    match = _END.search(text)
    join: Join | None = None
    if match and match.start() > 0 and not text[: match.start()].rstrip().endswith("("):
        join = "and" if match["join"].lower() == "and" else "or"
        text = text[: match.start()] + ("." if match["stop"].strip() == "." else "")
    return text.rstrip().rstrip(";,").rstrip(), join


def connector_of(text: str) -> Join | None:
    """Return the join of a line that holds nothing else: "-AND-", "OR", "; AND"."""
    match = _CONNECTOR_LINE.fullmatch(text)
    return None if match is None else "and" if match["join"].lower() == "and" else "or"


_AND_GROUP = lore.regex(
    r"[,;]?\s+and\s+(?=(?:(?:the\s+)?(?:patient|member|individual)\s+)?(?:also\s+)?(?:meets?\s+|has\s+|have\s+)?"
    r"(?:(?:all|both|one|any|either|at least (?:\w+)|two|each|(?:\d+|one|two|three) or more)\b(?:\s+\(\d\))?\s*"
    r"(?:of\s+(?:the|these)\b|\()|(?:the\s+)?following\b)[^.;]*[:)]?\s*$|"
    r"(?:(?:documented )?(?:documentation|evidence|presence|history)\s+of|has|have|is|with|"
    r"(?:who |the (?:patient|member) )?(?:does|do|has|have|is|are) not"
    r"(?: have| had| been| taken?| receiv\w+| us(?:e|ing))?)\s*:\s*$)",
    re.I,
)


# "Spondylolisthesis with ALL of the following:", "Asthma when at least two of the following are met:"
_WITH_GROUP = lore.regex(
    r"[,;]?\s+(?:with|when|if|who (?:has|have|meets?)|and has|plus)\s+(?=(?:all|both|one|any|either|two|"
    r"at least (?:\w+)|criteria)\b[^.;]*[:)]?\s*$)",
    re.I,
)


def split_head(head: str) -> tuple[int, int] | None:
    """Part "Patient is an adult and meets ONE of the following:"; return the end of the first and start of the second.

    None: the head demands nothing of its own.
    """
    if match := _AND_GROUP.search(head):
        return match.start(), match.end()
    match = _WHO_GROUP.search(head)
    if match and not _SHOWN_BY.match(head, match.end()) and _is_clause(head[: match.start()], match["join"]):
        return match.start(), match.end()
    if (
        (match := _WHERE_GROUP.search(head))
        and _SAYS.search(head[: match.start()])
        and not _OPEN_END.search(head[: match.start()])
    ):
        return match.start(), match.end()
    match = _WITH_GROUP.search(head)
    if match is None or not _is_finding(head[: match.start()]):
        return None
    return match.start(), match.end()


# "Patient is 18 years of age or older and has tried one of the following:", "Adults with asthma who have failed TWO of"
_WHO_GROUP = lore.regex(
    r"[,;]?\s+(?P<join>and|who)\s+(?=(?:the\s+)?(?:(?:patient|member|individual|he or she)\s+)?(?:has|have|had|is|are|"
    r"was|were|must|cannot|did|does|meets?|shows?|demonstrates?|requires?|experiences?|documentation|there is)\b"
    r"(?:(?!\band\s+(?:has|have|is|are)\b)[^.;])*\b(?:all|both|one|any|either|two|three|\d+|none|each)\b"
    r"(?:\s+\(\d\))?(?:\s+or\s+more)?\s+of\s+(?:the|these)\b[^.;]*[:)]?\s*$)",
    re.I,
)
# "Azathioprine did not work, where:", "The member smokes and, in addition:"
_WHERE_GROUP = lore.regex(
    r"(?:,\s+(?:where|provided(?: that)?|on condition that|but only if|as long as|if|when)|"
    r"[,;]?\s+and,?\s+(?:in addition|also|besides|furthermore),?|,\s+and(?=\s*:))\s*(?=:?\s*$)",
    re.I,
)
_AGED = lore.regex(r"\d+ (?:years?|months?)\b|\b(?:adults?|child(?:ren)?|adolescents?)\b", re.I)
_SAYS = lore.regex(r"\b(?:is|are|was|were|has|have|had|does|do|did|will|must|cannot)\b", re.I)
_OPEN_END = lore.regex(
    r"\b(?:tried|failed|had|used|taken|received|intolerant|response|trial|failure|of|to|with|for|by|from|"
    r"that|which|as|the|an?|is|are|been|or|either|(?<!or )both)\s*$",
    re.I,
)
_SHOWN_BY = lore.regex(
    r"(?:has|have|is|are|was|were) (?:been )?(?:shown|demonstrated|evidenced|documented|confirmed|supported|defined)\b",
    re.I,
)


def _is_clause(words: str, join: str) -> bool:
    """Whether the words before "and has tried one of" demand something: a clause, or of whom it is."""
    if _OPEN_END.search(words) or _by_words(words) is not None:
        return False
    named = bool(find_conditions(words)) or has_condition_word(words)
    if join.lower() == "who":
        return named or _AGED.search(words) is not None
    return _SAYS.search(words) is not None or (named and _DOES.search(words) is None)


def _is_finding(words: str) -> bool:
    """Whether the words before "with ONE of the following" are a disease or a measure, and nothing is done with it."""
    if _MEASURE.search(words) and not _TREATS.search(words):
        return True
    words = re.sub(r"\([^()]*\)", "", _OF_WHOM.sub("", words))
    if _DOES.search(words) or _by_words(words) is not None:
        return False
    return has_condition_word(words) or bool(find_conditions(words)) or re.search(r"\d", words) is not None


# "Individual has chronic plaque psoriasis with either of the following:" asks for the disease too
_OF_WHOM = lore.regex(
    r"^\s*(?:(?:the |an? )?(?:patient|member|individual|beneficiary|recipient|he or she|adult|child)s?\s+)?"
    r"(?:(?:has|have|had|with)\b\s*)?(?:(?:an?|the)\s+)?(?:(?:documented|confirmed|established|clinical)\s+)*"
    r"(?:diagnos(?:is|ed)\s+(?:of|with)\s+)?",
    re.I,
)
_MEASURE = lore.regex(
    r"\d\S*(?:\s+\S+){0,3}?\s+or (?:more|greater|higher|less|lower|above|below|older)\b|[≥≤<>]\s*\d", re.I
)
_TREATS = lore.regex(
    r"\b(?:treat\w*|therap\w+|tri(?:al|ed|es)|fail\w*|response|combin\w+|us(?:e|ed|ing)|dos(?:e|es|ing))\b", re.I
)
_DOES = lore.regex(
    r"\b(?:is|are|was|were|has|have|had|will|must|may|can|be|being|been|treat\w*|therap\w+|trial|fail\w*|response|"
    r"combin\w+|consult\w+|us(?:e|ed|ing)|dos(?:e|es|ing)|approv\w+|cover\w+|document\w*|shown|evidence\w*|"
    r"demonstrat\w+|defined|confirmed|as|months?|weeks?|days?|years?)\b",
    re.I,
)


def is_head(text: str) -> bool:
    """Return whether the text announces items: ends with a colon or a quantifier's bracket, or has a quantifier."""
    bare = split_end(text)[0]
    if bare.endswith(":") or _EITHER.search(bare) is not None:
        return True
    return _by_words(bare) is not None or _ENUMERATED.search(bare) is not None or items_named(bare) is not None
