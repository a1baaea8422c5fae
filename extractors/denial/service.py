"""What was denied: the drug by its generic name, or the service as the letter prints it, short."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from extractors import lore
from extractors.denial.approved import find_approved
from extractors.denial.claim_lines import ClaimLine
from extractors.denial.labels import Labelled
from extractors.denial.patterns import load_table
from extractors.denial.reading import Letter, Span, sentences
from extractors.evidence import Finding
from extractors.vocabulary.drugs import DrugMention, find_drugs
from extractors.vocabulary.payers import find_payers


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Words that name what was asked for."""

    span: Span
    weight: float  # how surely these words are the request
    drug: DrugMention | None
    labelled: bool = False  # the value of a label, not words of a sentence


@cache
def _service_words() -> re.Pattern[str]:
    table = load_table("service_words.yaml")
    words = sorted({re.escape(word) for listed in table["words"].values() for word in listed}, key=len, reverse=True)
    return lore.regex(rf"\b(?:(?:{'|'.join(words)})|\w{{2,}}(?:{'|'.join(table['endings'])}))\b", re.IGNORECASE)


def names_service(text: str) -> bool:
    """Whether the words hold one that only a health service has: "visits", "MRI", "-ectomy", "wheelchair"."""
    return bool(_service_words().search(text))


# "asked us to cover X", "request for X", "Coverage of X is denied", "asked for: X", "We denied coverage for X"
_REQUEST = lore.regex(
    r"(?:asked (?:us )?(?:on [^.]{4,30} )?to (?:approve|cover|authorize|pre-?certify|pay for|keep paying for|certify"
    r"|(?:make|grant|allow|give)(?: \w+){0,3} exception for)"
    r"|asked (?:us )?for\b:?|ask(?:ed|s|ing)? (?:us )?that (?:the plan|we|it) (?:cover|approve|pay for|authorize)"
    r"|request(?:ed)? (?:on "
    r"[^.]{4,22} )?(?:for|to cover|to approve|to authorize|that you be seen by [^.]{3,60} for|(?:prior )?"
    r"(?:coverage|approval|authorization|payment|precertification) (?:of|for)|involv\w+|concern\w+)|"
    r"requested:?|request from [^.;]{3,60}? for|(?:denied|deny|decline|refused|approve|approval of|approval for"
    r"|denial of|request for)? ?(?:coverage|payment|benefits|authorization|certification) (?:of|for)"
    r"|will not pay for\b:?|(?:not able|unable) to (?:approve|cover|authorize|certify|pay for)"
    r"|(?:wants?|wanted|would like|wish(?:es|ed)?|plan(?:s|ned)?) (?:for )?(?:you|him|her|them|your \w+)"
    r" to (?:have|take|get|receive|use|start|undergo|be given|go on)"
    r"|to have (?:us|the plan) (?:cover|pay for|approve|authorize)"
    r"|(?:cannot|can't|could not|will not|won't) (?:approve|cover|authorize|certify|pay for)"
    r"|request to cover"
    r"|request [^.;]{0,40}\bfrom [^.;]{3,60}? to (?:cover|approve|authorize)"
    r"|fast decision on\b:?|decision on\b:?|be seen by [^.]{3,60}? for"
    r"|claim(?: [^.]{0,80}?)? for(?: an?)?"
    r"|denied your (?:\w+ ){0,2}request for|(?:did not|didn't) (?:approve|cover|authorize|certify)"
    r"|(?:listed|named|shown|described) below[^:\n]{0,120}:"
    r"|(?:prior authorization|precertification|pre-?service|coverage|utilization|clinical|medical necessity)"
    r" review (?:of|for)|referral (?:to [^.;]{3,50}? )?for)(?:(?<=:)\s+|[ ]+)"
    r"(?P<what>[A-Za-z\d][^.;\n]{2,130})",
    re.IGNORECASE,
)
# "We denied 14 additional days in a skilled nursing facility"
_WE_DENIED = lore.regex(
    r"\b(?:we(?:'ve| have| are| must| had to)?|plan has|plan) (?:denied|den(?:y|ying)|not approving"
    r"|declin(?:e|ed|ing)|refuse[ds]?|rejected|turned down"
    r"|(?:do|did|can) ?not (?:approve|authorize|certify|cover|pay for))\s+"
    r"(?P<what>(?!coverage|payment|it\b|this\b)[A-Za-z\d][^.;\n]{2,130})",
    re.IGNORECASE,
)
# "Residential eating disorder treatment (H0018) is not authorized", "TRANSPORT (A0428) HAS BEEN DENIED"
_SUBJECT = lore.regex(
    r"(?:^|[.:\n]\s*|\s-\s)\b(?P<what>(?:The |Your |An? )?[A-Z][^.;:]{3,110}?)\s+(?:is|are|was|were|has been|have been)"
    r" (?:being )?(?:not (?:approved|authorized|covered|certified|payable)|denied|declined|excluded|disallowed)\b",
    re.IGNORECASE,
)
# "Dupuytren contracture release of the right hand (CPT 26123)"
_BEFORE_CODE = lore.regex(
    r"(?:\b(?:for|cover|approve|is|authorize|of"
    r"|denied|deny|declined|refused|rejected)\b|[:.\n]|\s-|^)\s*\b(?P<what>(?:(?!\bfor\b)[A-Za-z0-9,'/ -]){4,90}?)"
    r"\s*\((?:CPT|HCPCS|procedure|service|code|revenue|\d{4}[\dTFUM]\b|[A-V][\dO]\d{3}\b)",
    re.IGNORECASE,
)
# "wrote to us to ask that the Plan cover whole exome sequencing": the service begins after the last of these
_ASKING = lore.regex(
    r"\b(?:cover|approve|authorize|pay for|provide"
    r"|denied|deny|declined|refused|rejected|requested?|for|ask(?:ed)? (?:us )?to|coverage of|is|was)\s+",
    re.IGNORECASE,
)
_CONDITION = lore.regex(r"\b(?:if|when|unless|whether|once|in case|may be|can be|could be)\b", re.IGNORECASE)
# "(CATHETER ABLATION, CPT 93656)"
_IN_PARENTHESES = lore.regex(r"\((?P<what>[A-Za-z][^()]{3,60}?),?\s+(?:CPT|HCPCS)\b", re.IGNORECASE)
_TITLE = lore.regex(r"(?:^|\n|\b)(?:RE|Re|SUBJECT|Subject|About)\s*:\s*(?P<what>[^\n:]{3,90})")
_NOT_A_SERVICE = lore.regex(
    r"^(?:this|that|these|it|your|the (?:request|service|claim|following|drug|medicine|medication|test|part)\b|payment"
    r"|coverage|care\b|an? (?:appeal|review|exception|hearing|copy|denial)|appeal|more information|review|"
    r"information|denial|denied|notice|services?\b$|medical services or items|items? listed|an? (?:independent|external"
    r"|fast|expedited|standard|urgent|peer|new)\b|approval|prior auth\w*|precert\w*|authorization|by\b|help|copies|free"
    r"|within\b|after\b|before\b|on\b|in\b(?!.vitro)|at\b|from\b|through\b|until\b|of\b|to\b|and\b|or\b|if\b|we\b|our\b|us\b"
    r"|he\b|she\b|they\b|there\b|all\b|any\b|no\b|not\b|more\b(?! (?:visits|days|sessions))|such\b|which\b|what\b"
    r"|when\b|who\b|please|records?\b|documents?\b|proof|members?\b|claims?\b|charges?\b|benefits?\b|reconsideration"
    r"|expenses|is\b|are\b|was\b|were\b|be\b|been\b|has\b|have\b|does\b|do\b|did\b|will\b|may\b|can\b|must\b|this\b"
    r"|parts?\b|filing\b|(?:two|three|both|main|only) (?:grounds|reasons|things|parts|items|points)\b"
    r"|grounds\b|reasons?\b|results?\b|facts?\b|rules?\b|for\b|you\b|other\b|others\b|rest\b|remaining\b|remainder\b|balance\b"
    r"|(?:[\w/()]+ ){0,4}(?:above|below)\b|(?:requested )?services? are\b|drugs?\b|treatment\b$|center\b|\d)",
    re.IGNORECASE,
)
_CUT = lore.regex(
    r"\s*(?:\(|\[|,\s|;|:|\s-\s|\s·|\||\bqty\b|\bquantity\b|\brequested (?:for|by|on)\b|\bprovided\b|\bperformed\b"
    r"|\bon \d|\b(?:starting|beginning|effective)\b|\bafter (?:an? |your )|"
    r"\bfrom (?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d)"
    r"|\bfor (?=\d|[A-Z][a-z])|\bat [A-Z]|\bwith (?:Dr|an? |out)|\bby Dr|\bfor (?:your|the "
    r"(?:treatment|diagnosis"
    r"|patient|member)|treatment|diagnosis|an? |[a-z]+ (?:disease|syndrome|disorder|arthritis|pain))|\bto treat\b"
    r"|\bthat\b|\bbecause\b|\bas\b|\bis\b|\bwas\b|\bare\b|\bwere\b|\bhas\b|\bhave\b|\bdo(?:es)? not\b|\bdid not\b"
    r"|\bmust\b|\bmay\b|\bcan\b|\bcannot\b|\bwill\b|\bwould\b"
    r"|\byou (?:asked|requested|want)\b|\byour (?:doctor|provider|physician) "
    r"|\d{1,2}/\d{1,2}/\d|\bDOS\b|\bunder\b|\bgiven\b"
    r"|\bplanned\b|\bcode\b)"
)
_LEAD = lore.regex(
    r"^(?:an? |the |your "
    r"|\d+ (?:(?:additional|more|extra|further) )?(?:days?|visits?|sessions?|units?|weeks?|hours?|months?)"
    r"(?: (?:a|per|each) (?:day|week|month|year))?(?: (?:of|in|for|at))? |\d+ (?:additional|more|extra|further) "
    r"|(?:more|additional|continued|extra|further|\d+|[a-z]+ \(\d+\)) (?:days?|visits?|sessions?"
    r"|units?|weeks?) (?:in|of|for|at) |continued |infusion of |injection of |outpatient prescription for "
    r"|prescription for |one |coverage (?:of|for) |request for |payment for |use of )+",
    re.IGNORECASE,
)
_DOSE = lore.regex(r"\s+\d[\d.,]*\s*(?:mg|mcg|ml|units?|g|%|tablets?|capsules?).*$", re.IGNORECASE)


def find_asked(letter: Letter, labels: list[Labelled], refused: list[Span]) -> list[Asked]:
    """Return the words that may name the denied service, in reading order; labelled ones weigh most.

    `refused` are the sentences that say no.
    """
    approved = find_approved(letter)
    found = [
        replace(at, weight=0.5) if not at.labelled and any(a.start <= at.span.start < a.end for a in approved) else at
        for at in _asked(letter, labels, refused)
    ]
    return sorted(found, key=lambda at: at.span.start)


def _asked(letter: Letter, labels: list[Labelled], refused: list[Span]) -> Iterator[Asked]:
    text = letter.text
    for label in labels:
        if label.field == "service" and label.firm:
            yield from _after_label(text, label)
        elif label.field == "code":
            for span in label.values[:1]:
                words = _without_code(text, span)
                if (
                    words.start > span.start
                    and _may_be_service(text[words.start : words.end])
                    and names_service(text[words.start : words.end])
                ):
                    yield Asked(span=words, weight=4.6, drug=_drug(text, words), labelled=True)
    for match in _TITLE.finditer(text):
        span = Span(start=match.start("what"), end=match.end("what"))
        yield from _subject_line(text, span)
    for label in labels:
        if label.field == "not_ours" and label.label.lower() in ("re", "subject", "regarding") and label.firm:
            for span in label.values[:1]:
                yield from _subject_line(text, span)
    for sentence in sentences(letter):
        window = Span(start=sentence.start, end=min(sentence.end + 130, len(text)))
        found = [
            *_REQUEST.finditer(text, sentence.start, window.end),
            *_WE_DENIED.finditer(text, sentence.start, window.end),
        ]
        for match in found:
            if match.start() >= sentence.end:
                continue
            span = Span(start=match.start("what"), end=match.end("what"))
            what = text[span.start : span.end]
            drug = _drug(text, span)
            if drug:
                yield Asked(span=span, weight=3.5 - 0.01 * (drug.start - span.start), drug=drug)
            elif _may_be_service(what):
                yield Asked(span=span, weight=2.2 if names_service(short_service(what)) else 1.2, drug=None)
        for match in _IN_PARENTHESES.finditer(text, sentence.start, sentence.end):
            span = Span(start=match.start("what"), end=match.end("what"))
            if names_service(match["what"]):
                yield Asked(span=span, weight=3.2, drug=_drug(text, span))
    for piece in [*sentences(letter), *(Span(start=place.start, end=place.end) for place in letter.places)]:
        for match in _BEFORE_CODE.finditer(text[piece.start : piece.end]):
            asked = list(_ASKING.finditer(match["what"]))
            begin = piece.start + match.start("what")
            span = Span(start=begin + (asked[-1].end() if asked else 0), end=begin + len(match["what"]))
            if _may_be_service(text[span.start : span.end]):
                yield Asked(span=span, weight=3.0, drug=_drug(text, span))
    for span in sentences(letter):
        if _CONDITION.search(text, span.start, span.end):
            continue
        for match in _SUBJECT.finditer(text[span.start : span.end]):
            what = Span(start=span.start + match.start("what"), end=span.start + match.end("what"))
            if _may_be_service(match["what"]) and names_service(short_service(match["what"])):
                yield Asked(span=what, weight=1.8, drug=None)
    yield from _drugs_asked_for(letter, sentences(letter))
    for span in refused:
        if drug := _drug(text, span):
            yield Asked(span=Span(start=drug.start, end=drug.end), weight=1.5, drug=drug)


# labels that head other things too: a column of amounts, a heading over reasons
_LOOSE_LABEL = lore.regex(
    r"(?:denied|not \w+|services?|descriptions?|benefits?|product|study|exam|stay|procedures|medications|your request|"
    r"the request|asked for|claim for|requested|ordered|admission for|we denied|we are denying|coverage requested)",
    re.IGNORECASE,
)
_A_DOSE = lore.regex(r"\d ?(?:mg|mcg|ml|units?|iu|g|%|tablets?|capsules?|vials?|pens?|syringes?)\b", re.IGNORECASE)
_CODE_FIRST = lore.regex(r"\s*\(?(?:[A-V]\d{4}|\d{4}[\dTFUM])\)?(?:-[A-Z\d]{2})?(?:\s*[-:,]\s*|\s+)(?=[A-Za-z])")


def _without_code(text: str, span: Span) -> Span:
    """Return the span without the code that opens it: "63650 - percutaneous implantation"."""
    code = _CODE_FIRST.match(text, span.start, span.end)
    return Span(start=code.end(), end=span.end) if code else span


def _after_label(text: str, label: Labelled) -> Iterator[Asked]:
    """Yield what a label of services names: the first of its places that reads as a drug or a service."""
    for printed in label.values:
        span = _without_code(text, printed)
        value, drug = text[span.start : span.end], _drug(text, span)
        if drug is None and any(_drug(text, at) for at in label.values if at is not printed):
            continue  # a label beside a second column: the cell that names a drug is the drug's
        if not (_may_be_service(value) and re.search(r"[A-Za-z]{3}", value)) or find_payers(value):
            continue
        known = names_service(short_service(value)) or bool(_A_DOSE.search(value))
        loose = not known and _LOOSE_LABEL.fullmatch(label.label.strip(" .:"))
        yield Asked(span=span, weight=6.0 if drug else 2.1 if loose else 5.0, drug=drug, labelled=True)
        return


# A sentence that asks, and words before a drug that make it another one: "you must first try methotrexate"
_WANTS = lore.regex(
    r"\b(?:wants? you|would like you"
    r"|request\w*|asked|prescri\w+|order(?:ed|s)?|cover(?:ed|age)?|approv\w+|authoriz\w+|claim|concern\w*|regarding"
    r"|about|denied|den(?:y|ies|ial)|decision|review\w*|fill(?:ed)?|refill)\b",
    re.IGNORECASE,
)
_ANOTHER = lore.regex(
    r"\b(?:must|first|instead|tr(?:y|ied|ies|ial)|fail\w*|such as|prefer\w*|alternativ\w*|before|other than|rather|step"
    r"|unless|until|without|at least|history"
    r"|shows?|showing|records?|already|on file|currently|also|switch\w*|take|takes|taking|took|used?|using|include"
    r"|includes|like|instead of|requires?|need|needs|covers?|with|after|plus|and|or)\b",
    re.IGNORECASE,
)
_OR_ELSE = lore.regex(
    r"[^.;]{0,40}\b(?:instead|(?:is|are) (?:covered|preferred|available)|first|on (?:our|the) (?:list|formulary))\b"
)


def _drugs_asked_for(letter: Letter, said: Iterable[Span]) -> Iterator[Asked]:
    """Yield the drugs of sentences that ask or decide, those named more often first; never one to be tried first."""
    text = letter.text
    mentions = [at for at in find_drugs(text) if at.via != "abbreviation"]
    named = Counter(at.generic for at in mentions)
    for sentence in said:
        for at in mentions:
            if not sentence.start <= at.start < sentence.end:
                continue
            before = text[sentence.start : at.start]
            if _WANTS.search(before) and not _ANOTHER.search(before) and not _OR_ELSE.match(text, at.end):
                span = Span(start=at.start, end=at.end)
                yield Asked(span=span, weight=2.3 + 0.08 * min(6, named[at.generic]), drug=at)
            break


def _may_be_service(what: str) -> bool:
    """Whether words begin as a service may, its count left off: "12 additional physical therapy visits"."""
    return not _NOT_A_SERVICE.match(_LEAD.sub("", what.strip()))


def _subject_line(text: str, span: Span) -> Iterator[Asked]:
    if drug := _drug(text, span):
        yield Asked(span=span, weight=4.5, drug=drug)
        return
    # "Subject: Speech therapy for Ephraim Lindenauer - denied in part", "RE: Denial of home nursing visits"
    lead = re.match(
        r"\W*(?:notice of )?(?:(?:partial )?denial|your request|request|coverage|authorization|claim|decision|appeal)"
        r"(?: (?:of|for|on|about))?\b[ :-]*",
        text[span.start : span.end],
        re.IGNORECASE,
    )
    start = span.start + (lead.end() if lead else 0)
    what = text[start : span.end]
    if _may_be_service(what) and names_service(short_service(what)):
        yield Asked(span=Span(start=start, end=span.end), weight=2.8, drug=None)


def asked_on(letter: Letter, lines: Iterable[ClaimLine]) -> list[Asked]:
    """Return the services of denied claim lines."""
    spans = [line.service for line in lines if line.service]
    return [Asked(span=span, weight=5.0, drug=_drug(letter.text, span), labelled=True) for span in spans]


# "Zilretta after a trial of triamcinolone": the drug named is not the one asked for
_BESIDE = lore.regex(
    r"[A-Za-z]{4}.*\b(?:with|after|along|plus|instead of|fail\w+|before|because|despite|since|following|in addition to"
    r"|tried|trial)\b",
    re.IGNORECASE,
)


def _drug(text: str, span: Span) -> DrugMention | None:
    mentions = [at for at in find_drugs(text[span.start : span.end]) if at.via != "abbreviation"]
    if not mentions:
        return None
    first = min(mentions, key=lambda at: at.start)
    if _BESIDE.search(text, span.start, span.start + first.start):
        return None
    return DrugMention(
        generic=first.generic,
        start=span.start + first.start,
        end=span.start + first.end,
        text=first.text,
        via=first.via,
    )


def choose_service(letter: Letter, asked: list[Asked]) -> tuple[Finding[str] | None, Finding[str] | None]:
    """Return the service (generic name, or short words) and as it is printed.

    Labelled words come first, then the request in the letter's sentences. Two different
    drugs with equal claim are offered, not asserted.
    """
    if not asked:
        return None, None
    best = max(asked, key=lambda at: (at.weight, -at.span.start))
    printed = _whole(" ".join(letter.printed[best.span.start : best.span.end].split()))
    sure = 0.96 if best.weight >= 4.5 else 0.92 if best.weight >= 3 else 0.8 if best.weight >= 1 else 0.5
    if best.drug:
        rivals = {at.drug.generic for at in asked if at.drug and at.weight > best.weight - 0.5} - {best.drug.generic}
        if rivals:
            sure = min(sure, 0.75)
        if best.weight < 3 and _another_as_often(letter, best.drug.generic):
            sure = min(sure, 0.55)  # a sentence that asks or denies, and another drug as much at home in the letter
        value = best.drug.generic
        start, end = best.drug.start, best.drug.end
        if best.weight < 4.5:
            tail = re.match(r"[^.;,\n]{0,60}", letter.text[end:])
            best = replace(best, span=Span(start=start, end=end + (tail.end() if tail else 0)))
            printed = _whole(" ".join(letter.printed[best.span.start : best.span.end].split()))
        return letter.cite(start, end, value, sure, prose=True), letter.cite(
            best.span.start, best.span.end, printed, sure, prose=True
        )
    value = short_service(printed)
    if len(value) < 3:
        return None, None
    sure = min(sure, 0.93)
    if find_payers(value):
        return None, None
    if not (names_service(value) or (best.labelled and _A_DOSE.search(printed))):
        sure = min(sure, 0.55)  # words, but of no service that is known
    return (
        letter.cite(best.span.start, best.span.end, value, sure, prose=True),
        letter.cite(best.span.start, best.span.end, printed, sure, prose=True),
    )


def _another_as_often(letter: Letter, generic: str) -> bool:
    named = Counter(at.generic for at in find_drugs(letter.text) if at.via != "abbreviation")
    return any(count >= named[generic] for other, count in named.items() if other != generic)


# "Olumiant (baricitinib) 2" lost its "mg tablet" to another cell; "..., HCPCS" its code to the field of codes
_DANGLES = lore.regex(r"[\s,;:(]+(?:(?:HCPCS|CPT|NDC|J-?code|codes?)|\d+(?:\.\d+)?)$", re.IGNORECASE)


def _whole(printed: str) -> str:
    """Return the words without a number that lost its unit or a label that lost its code."""
    printed = printed.strip(" ,;:")
    if match := _DANGLES.search(printed):
        rest = printed[: match.start()].strip(" ,;:")
        # "Vitamin B 12", "Stage 3": a number after a short word belongs to it
        if not match[0].strip(" ,;:(")[0].isdigit() or rest.endswith(")"):
            return rest
    return printed


def short_service(printed: str) -> str:
    """Return a service without its codes, dates, places and doses.

    "MRI lumbar spine without contrast (CPT 72148)" -> "MRI lumbar spine without contrast".
    """
    text = _LEAD.sub("", printed.strip())
    cut = _CUT.search(text, 4)
    short = text[: cut.start()] if cut else text
    return _DOSE.sub("", short).strip(" ,.;:-")
