"""How long the letter gives for the internal appeal, as it states it.

Every time limit of the letter is a candidate with its kind; the appeal's is chosen. The
days the plan has to answer, a peer-to-peer window, a corrected claim, an external review,
a hearing and the days for keeping a service are limits too, and never the appeal's.
"""

import datetime as dt
import re
from dataclasses import dataclass

from extractors import lore
from extractors.dates import find_dates
from extractors.denial.fields import AppealLevel, AppealStage, StatedDeadline
from extractors.denial.reading import Letter
from extractors.denial.roles import Said, role_of
from extractors.evidence import Finding
from extractors.numbers import ONES, TENS


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One time limit and what it is for."""

    stated: StatedDeadline
    kind: str  # role of roles.yaml; "appeal" is the internal appeal
    start: int
    end: int
    hours: int | None = None  # then `stated` is empty
    business: bool = False  # the days of `stated` are working days


_NUMBERS = ONES | TENS
_WORD = rf"(?:{'|'.join(word for word, n in _NUMBERS.items() if n)}|hundred|and|a)"
_IN_WORDS = rf"{_WORD}(?:[ -]{_WORD})*"
# "within 180 days", "one hundred eighty (180) calendar days", "four (4) months", "up to 180 days"
_COUNT = lore.regex(
    rf"(?<![\w-])(?:(?P<words>{_IN_WORDS})\s*)?(?:\(?(?P<digits>[\dOlIS]{{1,3}})\)?)?[ -]*(?:(?:calendar"
    rf"|consecutive|full)[ -]|(?P<business>(?:business|working)[ -]))?"
    r"(?P<unit>hours?|days?|months?|years?|weeks?|d[ií]as|mes(?:es)?)\b",
    re.IGNORECASE,
)
_UNITS = {"día": "day", "dia": "day", "me": "month", "mese": "month"}  # Spanish, less its final s
_DIGIT_SLIPS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "S": "5"})
# What the plan or a reviewer does within a time is no time to appeal.
_PLAN_ACTS = lore.regex(
    r"\b(?<!ask )(?<!asking )(?<!tell )(?<!write to )(?:we|(?:the |your |health )?plan|carrier|reviewers?|people"
    r"|organization|IRO|company|aetna|cigna|humana)\b"
    r"(?:(?!\byou\b|\bask|\bappeal to)[^.;]){0,60}"
    r"\b(?:answer|decide|respond|reply|notify|complete|tell you|let you|review|pay|uphold|write to you|give you|make a"
    r"|send you|process|look at|mail you|issue)"
    r"|\b(?:asks?|requires?) us to (?:answer|decide|respond)\b"
    r"|\b(?:we|plan|carrier)\b(?:(?!\byou\b)[^.;]){0,20}\bha(?:ve|s) (?:up to )?$",
    re.IGNORECASE,
)
# "If we do not decide in time, you may ask for a hearing within": what follows is the member's to do.
_YOU_ACT = lore.regex(r"\byou (?:may|can|must|should|have|also)\b", re.IGNORECASE)
# "Ask Alignment Health Plan for a review within": the plan is asked, it does not act.
_YOU_ASK = lore.regex(
    r"\b(?:ask|asking|asks|request|requesting|apply|applying|write|writing|appeal(?:ing)?|petition)\b[^.;]{0,70}"
    r"\b(?:for (?:an? |the |another |this |our )?(?:\w+ ){0,3}"
    r"(?:review|appeal|reconsideration|redetermination|look|hearing)"
    r"|to (?:review|reconsider|look at|reverse|change|overturn))\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_IS_DECIDED = lore.regex(
    r"(?:is|are|be|been) (?:answered|decided|completed|processed|reviewed)[^.;]{0,20}$|decisions? (?:is|are|will be) "
    r"made[^.;]{0,20}$",
    re.IGNORECASE,
)
# "Our written decision comes within", "An answer to a pre-service appeal is due in", "A decision is made within",
# "you will get a decision no later than": the plan's time to answer, whoever is named.
_ANSWER_COMES = lore.regex(
    r"(?:^|[.;:,(·-]\s*|\b(?:an?|our|any|written|final|its|all|get|receive|have|the|standard|most)\s+)"
    r"(?<!appeal the )(?<!appeal a )(?<!appeal our )(?<!with the )(?<!with our )(?<!of the )(?<!of our )"
    r"(?<!after the )(?<!after our )"
    r"(?:decisions?|answers?|respon[sd]es?|reply|replies|determinations?|outcome|results?)\b"
    r"(?:(?!\byou\b|\bmust\b|\bshould\b|\bask|\bfile|\bto appeal|\bappeal (?:it|by|must|within|this))[^.;]){0,70}$"
    r"|\b(?:decided|answered|resolved|completed|processed|reviewed|told|notified|informed)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
_DISPUTES = lore.regex(
    r"\b(?:you (?:may|can|must|have|should|need)\b[^.;]{0,30}"
    r"|(?:appeal|appealing|disagree|agree|dispute|challenge|contest|review|reconsider|object)\s+"
    r"(?:of |with |against |to )?(?:the |this |our |that |any )?(?:\w+ ){0,2})"
    r"\b(?:decision|determination|answer|response)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
# "no later than 7 days after we get your appeal", "Standard (7 days):"
_WE_GET = lore.regex(
    r"[^.;]{0,25}\b(?:after|of|from|once|when)\b[^.;]{0,14}\b(?:we|plan) (?:get|got|receive|received|have)\b[^.;]{0,12}"
    r"\b(?:appeal|request|grievance|it|complaint|statement|letter)"
    r"|[^.;]{0,10}\b(?:after|of|from) (?:the )?(?:date of )?(?:our |its )?(?:receipt|receiving) (?:of )?"
    r"(?:your|the|an) (?:written )?(?:appeal|request|grievance)"
    r"|[^.;]{0,15}\bafter (?:the|your|an) (?:appeal|request|grievance) (?:is|was|has been) (?:received|filed|made)",
    re.IGNORECASE,
)
_KIND_IN_BRACKETS = lore.regex(
    r"\b(?:standard|regular|expedited|fast|urgent|pre-?service|post-?service|payment)\W{0,3}\(?$", re.I
)
# "Standard appeal (7 days for a Part B drug)": so short a time behind the kind of appeal is the plan's to answer
_APPEAL_IN_BRACKETS = lore.regex(
    r"\b(?:standard|regular|expedited|fast|urgent|pre-?service|post-?service)(?: \w+){1,3} ?\(?$", re.IGNORECASE
)
_LONGEST_ANSWER = 45  # days; nobody gives less than 60 to appeal a standard decision
# "You will hear from us in 30 days", "You will get a letter with the decision in 30 days"
_YOU_HEAR = lore.regex(
    r"\b(?:you|your (?:doctor|provider)|member|enrollee)(?:'ll| will| should| shall| can expect to)"
    r" (?:\w+ )?(?:hear|get|receive|have|be (?:told|sent|given|notified|informed)|know|learn)\b"
    r"(?:(?!\byou\b|\bto (?:appeal|ask|file|send|request)|\bdays?\b)[^.;]){0,70}$"
    r"|\byou (?:hear|get) (?:from us|back from|our|its|a written|the written)\b(?:(?!\byou\b)[^.;]){0,40}$",
    re.IGNORECASE,
)
# "If you are getting treatment now and want to go on with it, you must ask within 10 days"
_KEEPS_GOING = lore.regex(
    r"\b(?:getting|receiving|have|having) (?:this |the |these |those |a |your )?(?:\w+ )?"
    r"(?:treatment|care|services?|benefits?|therapy|visits|drug|medicine) (?:right )?now\b"
    r"|\b(?:go on|carry on|going|keep on|continue)(?: with)? (?:it|them|this|these|the|your|getting|having|receiving)\b"
    r"|\b(?:services?|treatment|care|benefits?|visits) (?:will|would|is to|are to|is due to) "
    r"(?:stop|end|be (?:cut|reduced))",
    re.IGNORECASE,
)
# "within 120 days of the letter that answers it": the clock of the step after the appeal
_AFTER_ANSWER = lore.regex(
    r"\b(?:of|from|after|since) (?:the |our |its )?(?:date of (?:the |our )?)?(?:letter|notice|decision|answer) "
    r"(?:that|which) (?:answers|decides|closes|ends|denies) (?:it|your|the)\b"
    r"|\b(?:of|from|after|since) (?:the|our|your|that|its|a|an) (?:\w+ )?(?:appeal|grievance|reconsideration) "
    r"(?:decision|answer|determination|denial|resolution|letter)"
    r"|\b(?:of|from|after|since) (?:our|its|the plan's|that|the (?:last|final)) (?:answer|final|reply)\b",
    re.IGNORECASE,
)
# "the 30 months are counted wrongly", "over the last 90 days", "at least 12 weeks": a stretch of time, no limit
_NO_LIMIT = lore.regex(
    r"(?<!within )(?<!in )(?<!have )(?<!has )(?<!\buse )(?<!by )\b(?:(?:the|these|those|its|his|her|their)"
    r"(?: (?:first|last|past|full))?"
    r"|(?:last|past|previous|prior|first)|at least|(?<!no )(?<!not )(?:less|longer|fewer) than|another|every"
    r"|each|for about"
    r"|waited|waiting|took|lasts?|lasted)\s$",
    re.IGNORECASE,
)
_FILES = lore.regex(
    r"\b(?:you|member|enrollee|patient|appeals?|request|must|has to|file|filed|submit|submitted|made"
    r"|lodged?|ask|write|send|sent|mailed|receive"
    r"|received|appeal|speak|talk|peer|call|until|deadline|postmarked|due|apelar|apelaci[oó]n)\b",
    re.IGNORECASE,
)
_BY_DATE = lore.regex(
    r"(?:\bby|no later than|on or before|not later than|deadline(?: (?:is|to appeal|for (?:your |an )?appeals?))*:?"
    r"|last day(?: (?:to|for) (?:file|appeal|filing)(?: (?:an?|your) appeal)?)?(?: is)?:?"
    r"|until|before|due(?: date)?:?)\s*(?:\w+day,? )?$",
    re.IGNORECASE,
)
_NAMES_THE_TIME = lore.regex(r"\b(?:deadline|last day|no later than|appeal by)\b", re.IGNORECASE)
_ANCHORS = (
    (
        "final_denial",
        lore.regex(
            r"final (?:internal )?(?:adverse |benefit |appeal )*(?:decision|determination|denial|answer|letter|notice)"
            r"|(?:decision|answer|letter|notice|response) (?:on|to|about|of) (?:your|the|our) (?:\w+ )?"
            r"(?:appeal|grievance|reconsideration)"
            r"|(?:appeal|reconsideration) (?:decision|answer|letter|resolution|determination|response)"
            r"|letter (?:upholding|denying|that upholds)|our answer",
            re.IGNORECASE,
        ),
    ),
    ("service", lore.regex(r"date[s]? of (?:the )?service|\bof (?:the )?service\b|service date", re.IGNORECASE)),
    ("receipt", lore.regex(r"receipt|receiv(?:e|ed|ing)|you get|get this|day you got", re.IGNORECASE)),
    ("mailing", lore.regex(r"mail(?:ing|ed)|postmark", re.IGNORECASE)),
    ("decision", lore.regex(r"decision|determination", re.IGNORECASE)),
    ("statement", lore.regex(r"statement", re.IGNORECASE)),
    ("notice", lore.regex(r"notice|letter|denial|explanation of benefits|\beob\b|remittance|top of", re.IGNORECASE)),
)
_RIVALS = {
    "continuation",
    "without_appeal",
    "fair_hearing",
    "second_level",
    "external_review",
    "court",
    "agency",
    "copies",
}


def find_limits(letter: Letter, said: list[Said]) -> list[Limit]:
    """Return every time limit of the letter in reading order, each with its kind."""
    found: list[Limit] = []
    for index, one in enumerate(said):
        text = letter.text[one.start : one.end]
        for match in _COUNT.finditer(text):
            count = _count(match)
            if not count or not _FILES.search(text):
                continue
            unit = _UNITS.get(match["unit"].lower().rstrip("s"), match["unit"].lower().rstrip("s"))
            days = count * 7 if unit == "week" else count if unit == "day" else None
            months = count if unit == "month" else count * 12 if unit == "year" else None
            kind = _kind(text, match.start(), match.end(), one, said, index, letter)
            found.append(
                Limit(
                    stated=StatedDeadline(days=days, months=months, anchor=_anchor(text[match.end() :])),
                    kind=kind,
                    start=one.start + match.start(),
                    end=one.start + match.end(),
                    hours=count if unit == "hour" else None,
                    business=bool(match["business"]),
                )
            )
        for mention in find_dates(text):
            before = text[: mention.start]
            if not before.strip() and index:  # the label stands in the line or the cell before
                before = letter.text[said[index - 1].start : said[index - 1].end] + " "
                if not _NAMES_THE_TIME.search(before):
                    continue
            if not _BY_DATE.search(before):
                continue
            kind = _kind(text, mention.start, mention.end, one, said, index, letter)
            stated = StatedDeadline(date=mention.day, anchor=None)
            found.append(Limit(stated=stated, kind=kind, start=one.start + mention.start, end=one.start + mention.end))
    return found


def _count(match: re.Match[str]) -> int:
    if match["digits"]:
        digits = match["digits"].translate(_DIGIT_SLIPS)
        return int(digits) if digits.isdigit() else 0
    return number_in_words(match["words"] or "")


def number_in_words(words: str) -> int:
    """Return the number that English words name, 0 if they name none: "one hundred eighty" is 180."""
    total = 0
    for word in re.split(r"[ -]+", words.lower().strip()):
        if word in _NUMBERS:
            total += _NUMBERS[word]
        elif word == "hundred":
            total = max(1, total) * 100
        elif word not in ("and", "a", ""):
            return 0
    return total


def _kind(text: str, start: int, end: int, one: Said, said: list[Said], index: int, letter: Letter) -> str:
    """Return what a limit is for: its clause decides, then its sentence, then what was said before."""
    clause_start = max((text.rfind(mark, 0, start) for mark in (";", ":", " and ", ", or ")), default=-1) + 1
    before = text[max(0, start - 110) : start]
    if _NO_LIMIT.search(before):
        return "unknown"
    if (
        _YOU_HEAR.search(before)
        or (
            "(" in text[start - 1 : start + 1]
            and _APPEAL_IN_BRACKETS.search(before)
            and _days_of(text[start:end]) <= _LONGEST_ANSWER
        )
        or (
            _PLAN_ACTS.search(_YOU_ACT.split(before)[-1])
            and not _YOU_ASK.search(before)
            and not re.search(r"must (?:be )?receive|receive your", before)
        )
        or _IS_DECIDED.search(before)
        or (_ANSWER_COMES.search(before) and not _DISPUTES.search(before))
    ):
        return "plan_answer"
    after = text[end : end + 110]
    if _WE_GET.match(after) or _KIND_IN_BRACKETS.search(before):
        return "plan_answer"
    clause = text[clause_start:start] + after.split(";")[0]
    own = role_of(text)
    if own in (None, "appeal", "regular_appeal") and _KEEPS_GOING.search(text[:start]):
        return "continuation"
    if own in (None, "appeal", "regular_appeal") and _AFTER_ANSWER.match(after[_after_of(after) :]):
        return _step_under(said, index) or "later_step"
    if own in _RIVALS:
        # "within 60 days ... or ask for a fair hearing": the nearer word decides
        near = role_of(clause)
        return near if near in ("appeal", "regular_appeal") and own in ("agency", "copies", "external_review") else own
    if own == "plan_answer" and role_of(clause) in ("appeal", "regular_appeal"):
        return "appeal"  # "You may appeal within 180 days; we answer within 30 days"
    if own:
        return (
            "appeal"
            if own in ("regular_appeal", "help") and re.search(r"appeal|grievance|redetermination", text, re.IGNORECASE)
            else own
        )
    for earlier in reversed(said[max(0, index - 3) : index]):
        if earlier.own:
            role = earlier.role or ""
            return "appeal" if role == "regular_appeal" else role
    return one.role or "unknown"


def _days_of(printed: str) -> int:
    match = _COUNT.search(printed)
    return _count(match) if match and match["unit"].lower().startswith("d") else 999


def _after_of(after: str) -> int:
    """Return where "of", "from" or "after" begins behind a count: "120 days | of the letter that answers it"."""
    match = re.match(
        r"\W*(?:(?:calendar|business) )?(?:following )?(?=(?:of|from|after|since)\b)", after, re.IGNORECASE
    )
    return match.end() if match else 0


def _step_under(said: list[Said], index: int) -> str | None:
    """Return the step beyond the appeal that the nearest sentence before speaks of, None where the appeal is nearer."""
    for earlier in reversed(said[max(0, index - 4) : index]):
        if earlier.own and earlier.role in ("fair_hearing", "external_review", "second_level", "court"):
            return earlier.role
        if earlier.own and earlier.role in ("appeal", "regular_appeal"):
            return None
    return None


def _anchor(after: str) -> str | None:
    """Return what the clock runs from, by the nearest word after the number."""
    clause = re.split(r"[.;]", after, maxsplit=1)[0][:90]
    clause = re.split(r"\b(?:to (?:file|appeal|ask|request|submit))\b", clause, maxsplit=1)[0] or clause
    hits = [(match.start(), name) for name, pattern in _ANCHORS if (match := pattern.search(clause))]
    return min(hits)[1] if hits else None


def choose_deadline(
    letter: Letter, limits: list[Limit], notice: dt.date | None, level: AppealLevel | None = None
) -> Finding[StatedDeadline] | None:
    """Return the limit of the internal appeal; None where the letter states none or the appeal is exhausted.

    After a first appeal it is that of the second level.

    A count and a date that agree are one statement, the count. Where they disagree the date
    is what a reader would go by: it is returned, less sure. Two different counts: the
    shorter one is offered, not asserted.
    """
    if level and level.stage is AppealStage.FINAL:
        return None
    # hours and a day or two are no time to appeal a standard decision
    limits = [at for at in limits if at.stated.date or at.stated.months or (at.stated.days or 0) >= 3]
    mine = [limit for limit in limits if limit.kind in ("appeal", "regular_appeal")]
    if level and level.stage is AppealStage.APPEAL_DECIDED:
        mine = [limit for limit in limits if limit.kind == "second_level"] or mine
    mine = mine or [limit for limit in limits if limit.kind == "expedited_appeal" and (limit.stated.days or 0) >= 15]
    if not mine:
        return None
    counts = [limit for limit in mine if limit.stated.date is None]
    dates = [limit for limit in mine if limit.stated.date is not None and (not notice or limit.stated.date > notice)]
    if counts:
        chosen, confidence = counts[0], 0.97
        values = {(limit.stated.days, limit.stated.months) for limit in counts}
        if len(values) > 1:
            tally = {value: sum((at.stated.days, at.stated.months) == value for at in counts) for value in values}
            best = max(tally.values())
            leaders = [at for at in counts if tally[at.stated.days, at.stated.months] == best]
            chosen = min(leaders, key=lambda at: (at.stated.days or 31 * (at.stated.months or 0), at.start))
            confidence = 0.75 if best > 1 and len({(at.stated.days, at.stated.months) for at in leaders}) == 1 else 0.5
        if (
            dates
            and notice
            and chosen.stated.days
            and dates[0].stated.date != notice + dt.timedelta(days=chosen.stated.days)
        ):
            chosen, confidence = dates[0], min(confidence, 0.7)
    elif dates:
        chosen = dates[0]
        confidence = 0.95 if len({limit.stated.date for limit in dates}) == 1 else 0.5
    else:
        return None
    return letter.cite(chosen.start, chosen.end, chosen.stated, confidence)
