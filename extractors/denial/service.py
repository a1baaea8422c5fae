"""What was denied: the drug by its generic name, or the service as the letter prints it, short."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from extractors.denial.claim_lines import ClaimLine
from extractors.denial.labels import Labelled
from extractors.denial.patterns import load_table
from extractors.denial.reading import Letter, Span, sentences
from extractors.evidence import Finding
from extractors.vocabulary.drugs import DrugMention, find_drugs


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Words that name what was asked for."""

    span: Span
    weight: float  # how surely these words are the request
    drug: DrugMention | None


@cache
def _service_words() -> re.Pattern[str]:
    table = load_table("service_words.yaml")
    words = sorted({re.escape(word) for listed in table["words"].values() for word in listed}, key=len, reverse=True)
    return re.compile(rf"\b(?:(?:{'|'.join(words)})|\w{{2,}}(?:{'|'.join(table['endings'])}))\b", re.IGNORECASE)


def names_service(text: str) -> bool:
    """Whether the words hold one that only a health service has: "visits", "MRI", "-ectomy", "wheelchair"."""
    return bool(_service_words().search(text))


# "asked us to cover X", "request for X", "Coverage of X is denied", "asked for: X", "We denied coverage for X"
_REQUEST = re.compile(
    r"(?:asked (?:us )?(?:on [^.]{4,30} )?to (?:approve|cover|authorize|pay for|keep paying for|certify)"
    r"|asked (?:us )?for\b:?|ask(?:ed|s|ing)? (?:us )?that (?:the plan|we|it) (?:cover|approve|pay for|authorize)"
    r"|request(?:ed)? (?:on "
    r"[^.]{4,22} )?(?:for|to cover|to approve|to authorize|that you be seen by [^.]{3,60} for|(?:prior )?"
    r"(?:coverage|approval|authorization|payment|precertification) (?:of|for)|involv\w+|concern\w+)|"
    r"requested:?|request from [^.;]{3,60}? for|(?:denied|deny|decline|refused|approve|approval of|approval for"
    r"|denial of|request for)? ?(?:coverage|payment|benefits|authorization|certification) (?:of|for)"
    r"|will not pay for\b:?|(?:not able|unable) to (?:approve|cover|authorize|certify|pay for)"
    r"|(?:cannot|can't|could not|will not|won't) (?:approve|cover|authorize|certify|pay for)"
    r"|request to cover|fast decision on\b:?|decision on\b:?|be seen by [^.]{3,60}? for"
    r"|claim(?: [^.]{0,80}?)? for(?: an?)?"
    r"|denied your (?:\w+ ){0,2}request for|(?:did not|didn't) (?:approve|cover|authorize|certify)"
    r"|(?:listed|named|shown|described) below[^.:\n]{0,60}:"
    r"|(?:prior authorization|precertification|pre-?service|coverage|utilization|clinical|medical necessity)"
    r" review (?:of|for)|referral (?:to [^.;]{3,50}? )?for)(?:(?<=:)\s+|[ ]+)"
    r"(?P<what>[A-Za-z\d][^.;\n]{2,130})",
    re.IGNORECASE,
)
# "Residential eating disorder treatment (H0018) is not authorized", "TRANSPORT (A0428) HAS BEEN DENIED"
_SUBJECT = re.compile(
    r"(?:^|[.:\n]\s*|\s-\s)\b(?P<what>(?:The |Your |An? )?[A-Z][^.;:]{3,110}?)\s+(?:is|are|was|were|has been|have been)"
    r" (?:being )?(?:not (?:approved|authorized|covered|certified|payable)|denied|declined|excluded|disallowed)\b",
    re.IGNORECASE,
)
# "Dupuytren contracture release of the right hand (CPT 26123)"
_BEFORE_CODE = re.compile(
    r"(?:\b(?:for|cover|approve|is|authorize|of)\b|[:.\n]|\s-|^)\s*\b(?P<what>(?:(?!\bfor\b)[A-Za-z0-9,'/ -]){4,90}?)"
    r"\s*\((?:CPT|HCPCS|procedure|service|code|revenue|\d{4}[\dTF]\b|[A-V][\dO]\d{3}\b)",
    re.IGNORECASE,
)
# "wrote to us to ask that the Plan cover whole exome sequencing": the service begins after the last of these
_ASKING = re.compile(
    r"\b(?:cover|approve|authorize|pay for|provide|requested?|for|ask(?:ed)? (?:us )?to|coverage of|is|was)\s+",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|when|unless|whether|once|in case|may be|can be|could be)\b", re.IGNORECASE)
# "(CATHETER ABLATION, CPT 93656)"
_IN_PARENTHESES = re.compile(r"\((?P<what>[A-Za-z][^()]{3,60}?),?\s+(?:CPT|HCPCS)\b", re.IGNORECASE)
_TITLE = re.compile(r"(?:^|\n|\b)(?:RE|Re|SUBJECT|Subject|About)\s*:\s*(?P<what>[^\n:]{3,90})")
_NOT_A_SERVICE = re.compile(
    r"^(?:this|that|these|it|your|the (?:request|service|claim|following|drug|medicine|medication|test|part)\b|payment"
    r"|coverage|care\b|an? (?:appeal|review|exception|hearing|copy|denial)|appeal|more information|review|"
    r"information|denial|denied|notice|services?\b$|medical services or items|items? listed|an? (?:independent|external"
    r"|fast|expedited|standard|urgent|peer|new)\b|approval|prior auth\w*|precert\w*|authorization|by\b|help|copies|free"
    r"|within\b|after\b|before\b|on\b|in\b(?!.vitro)|at\b|from\b|through\b|until\b|of\b|to\b|and\b|or\b|if\b|we\b|our\b|us\b"
    r"|he\b|she\b|they\b|there\b|all\b|any\b|no\b|not\b|more\b(?! (?:visits|days|sessions))|such\b|which\b|what\b"
    r"|when\b|who\b|please|records?\b|documents?\b|proof|members?\b|claims?\b|charges?\b|benefits?\b|reconsideration"
    r"|expenses|is\b|are\b|was\b|were\b|be\b|been\b|has\b|have\b|does\b|do\b|did\b|will\b|may\b|can\b|must\b|this\b"
    r"|part of|you\b|(?:requested )?services? are\b|drugs?\b|treatment\b$|center\b|\d)",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s*(?:\(|\[|,\s|;|:|\s-\s|\s·|\||\bqty\b|\bquantity\b|\brequested (?:for|by|on)\b|\bprovided\b|\bperformed\b"
    r"|\bon \d|"
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
_LEAD = re.compile(
    r"^(?:an? |the |your "
    r"|\d+ (?:(?:additional|more|extra|further) )?(?:days?|visits?|sessions?|units?|weeks?|hours?|months?)"
    r"(?: (?:a|per|each) (?:day|week|month|year))?(?: (?:of|in|for|at))? |\d+ (?:additional|more|extra|further) "
    r"|(?:more|additional|continued|extra|further|\d+|[a-z]+ \(\d+\)) (?:days?|visits?|sessions?"
    r"|units?|weeks?) (?:in|of|for|at) |continued |infusion of |injection of |outpatient prescription for "
    r"|prescription for |one |coverage (?:of|for) |request for |payment for |use of )+",
    re.IGNORECASE,
)
_DOSE = re.compile(r"\s+\d[\d.,]*\s*(?:mg|mcg|ml|units?|g|%|tablets?|capsules?).*$", re.IGNORECASE)


def find_asked(letter: Letter, labels: list[Labelled], refused: list[Span]) -> list[Asked]:
    """Return the words that may name the denied service, in reading order; labelled ones weigh most.

    `refused` are the sentences that say no.
    """
    return sorted(_asked(letter, labels, refused), key=lambda at: at.span.start)


def _asked(letter: Letter, labels: list[Labelled], refused: list[Span]) -> Iterator[Asked]:
    text = letter.text
    for label in labels:
        if label.field == "service" and label.firm:
            for span in label.values:
                value = text[span.start : span.end]
                others = [at for at in label.values if at is not span]
                if _drug(text, span) is None and any(_drug(text, at) for at in others):
                    continue  # a label beside a second column: the cell that names a drug is the drug's
                if _may_be_service(value) and re.search(r"[A-Za-z]{3}", value):
                    yield Asked(span=span, weight=6.0 if _drug(text, span) else 5.0, drug=_drug(text, span))
                    break
    for match in _TITLE.finditer(text):
        span = Span(start=match.start("what"), end=match.end("what"))
        yield from _subject_line(text, span)
    for label in labels:
        if label.field == "not_ours" and label.label.lower() in ("re", "subject", "regarding") and label.firm:
            for span in label.values[:1]:
                yield from _subject_line(text, span)
    for sentence in sentences(letter):
        window = Span(start=sentence.start, end=min(sentence.end + 130, len(text)))
        for match in _REQUEST.finditer(text, sentence.start, window.end):
            if match.start() >= sentence.end:
                break
            span = Span(start=match.start("what"), end=match.end("what"))
            what = text[span.start : span.end]
            drug = _drug(text, span)
            if drug:
                yield Asked(span=span, weight=3.5 - 0.01 * (drug.start - span.start), drug=drug)
            elif _may_be_service(what):
                yield Asked(span=span, weight=2.2 if names_service(short_service(what)) else 1.2, drug=None)
        for match in _BEFORE_CODE.finditer(text, sentence.start, sentence.end):
            asked = list(_ASKING.finditer(match["what"]))
            span = Span(start=match.start("what") + (asked[-1].end() if asked else 0), end=match.end("what"))
            if _may_be_service(text[span.start : span.end]):
                yield Asked(span=span, weight=3.0, drug=_drug(text, span))
        for match in _IN_PARENTHESES.finditer(text, sentence.start, sentence.end):
            span = Span(start=match.start("what"), end=match.end("what"))
            if names_service(match["what"]):
                yield Asked(span=span, weight=3.2, drug=_drug(text, span))
    for span in sentences(letter):
        if _CONDITION.search(text, span.start, span.end):
            continue
        for match in _SUBJECT.finditer(text[span.start : span.end]):
            what = Span(start=span.start + match.start("what"), end=span.start + match.end("what"))
            if _may_be_service(match["what"]) and names_service(short_service(match["what"])):
                yield Asked(span=what, weight=1.8, drug=None)
    for span in refused:
        if drug := _drug(text, span):
            yield Asked(span=Span(start=drug.start, end=drug.end), weight=1.5, drug=drug)


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
    return [Asked(span=span, weight=5.0, drug=_drug(letter.text, span)) for span in spans]


def _drug(text: str, span: Span) -> DrugMention | None:
    mentions = [at for at in find_drugs(text[span.start : span.end]) if at.via != "abbreviation"]
    if not mentions:
        return None
    first = min(mentions, key=lambda at: at.start)
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
    sure = 0.96 if best.weight >= 4.5 else 0.92 if best.weight >= 3 else 0.8
    if best.drug:
        rivals = {at.drug.generic for at in asked if at.drug and at.weight > best.weight - 0.5} - {best.drug.generic}
        if rivals:
            sure = min(sure, 0.75)
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
    if not names_service(value):
        sure = min(sure, 0.7 if best.weight >= 4.5 else 0.55)  # words, but of no service that is known
    return (
        letter.cite(best.span.start, best.span.end, value, sure, prose=True),
        letter.cite(best.span.start, best.span.end, printed, sure, prose=True),
    )


# "Olumiant (baricitinib) 2" lost its "mg tablet" to another cell; "..., HCPCS" its code to the field of codes
_DANGLES = re.compile(r"[\s,;:(]+(?:(?:HCPCS|CPT|NDC|J-?code|codes?)|\d+(?:\.\d+)?)$", re.IGNORECASE)


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
