"""Treatment courses from prose, sentence after sentence."""

import datetime as dt
import re
from dataclasses import replace

from extractors import lore
from extractors.chart.clauses import RESPONSE_TO, clauses_of, coordinated, distinct, own_words
from extractors.chart.dates import Precision, find_dates
from extractors.chart.facts import Assertion, Fact, Outcome, Statement
from extractors.chart.spans import HELD_SINCE, Span, span_of
from extractors.chart.told import Told, extend, give_reason, merged
from extractors.chart.told_assertion import AS_NEEDED, KEEPS_ON, STOP_ORDER, assertion_of
from extractors.chart.treatments import dose_of, dosed, find_outcomes, outcome_of, says, treatment_of
from extractors.vocabulary.drugs import DrugMention, find_drugs
from extractors.vocabulary.sieve import rare

_SILENT = frozenset(
    {"allergies", "header", "fax_header", "immunizations", "care_team", "review_of_systems", "problems"}
)

_LISTS = frozenset({"medications", "past_treatment", "fills"})

_WILL_CONTINUE = rare(
    r"^[^.;]*\b(?:will\s+continue|to\s+be\s+continued|continues|is\s+continued|unchanged)\b", re.IGNORECASE
)

_BEFORE_NAME = rare(
    r"\b(?:with|plus|and\s+concomitant|along\s+with|together\s+with|added\s+to|on\s+background|alongside|besides)\s+(?:oral\s+|weekly\s+)?$",
    re.I,
)

# "no biologic will be given with upadacitinib" denies the biologic alone
# "rash resolved after stopping sulfasalazine" tells of a stop, not of today's
_STOP_TOLD = rare(
    r"\b(?:after|since|before|upon|when|without|not|never|rather\s+than|instead\s+of|if|did)\s+(?:\w+\s+)?(?:stop|discontinu|hold|taper)\w*\s+(?:off\s+)?$",
    re.IGNORECASE,
)

_NONE_BESIDE = rare(
    r"\b(?:given|used|taken|combined|together|concomitantly|along|added)\s+(?:\w+\s+)?(?:with|to)\s+$", re.IGNORECASE
)

_DENIED_HARM = rare(
    r"\b(?:avoid|contraindication\s+to|contraindicated|allerg(?:y|ic)\s+to|intoleran(?:ce|t)\s+(?:to|of)|reactions?\s+to|hypersensitivity\s+to|"
    r"failed|fail|failing|failure\s+of|stopped|discontinued|skipped|refused|declined|reason\s+(?:not\s+to|against)|side\s+effects\s+(?:of|from|to|on|with)|missed|problems?\s+with|trouble\s+with|infections?\s+on|toxicity\s+from)\b[^.;]*$",
    re.IGNORECASE,
)


def read_told_courses(statements: list[Statement]) -> list[Fact]:
    """Return the courses that a page's prose tells.

    A sentence without a drug's name goes to the one drug that the sentences before it spoke of.
    """
    told: list[Told] = []
    topic: Told | None = None
    distance = 0
    for statement in statements:
        if statement.cells or statement.section in _SILENT:
            continue
        here = _read_sentence(statement)
        taken = [course for course in here if course.assertion is Assertion.AFFIRMED]
        if taken and AS_NEEDED.search(statement.text):
            told.extend(here)  # a rescue drug beside: what follows goes on about the drug before it
            continue
        if here:
            told.extend(here)
            topic, distance = (taken[0] if len(taken) == 1 else None) if taken else topic, 0
            if any(c.assertion is Assertion.FAMILY for c in here):
                topic = None
            continue
        distance += 1
        if topic and distance <= 8 and statement.section != "family_history":
            extend(topic, statement)
    for course in told:
        give_reason(course, told)
    return [course.fact() for course in told]


def _read_sentence(statement: Statement) -> list[Told]:
    text = statement.text
    fuzzy = statement.section in _LISTS or says("use", text)
    mentions = distinct(find_drugs(text, fuzzy=fuzzy), text)
    if not mentions:
        return []
    found = []
    for clause_start, clause_end in clauses_of(text, mentions):
        inside = [m for m in mentions if clause_start <= m.start < clause_end]
        groups = coordinated(text, inside)
        for index, group in enumerate(groups):
            for mention in group:
                course = _read_mention(statement, mention, group, groups, index, (clause_start, clause_end))
                if course:
                    found.append(course)
    return merged(found)


def _read_mention(
    statement: Statement,
    mention: DrugMention,
    group: list[DrugMention],
    groups: list[list[DrugMention]],
    index: int,
    clause: tuple[int, int],
) -> Told | None:
    text = statement.text
    own_start, own_end = own_words(text, groups, index, clause)
    own = text[own_start:own_end]
    alone = len(groups) == 1
    told = text[clause[0] : clause[1]] if alone else own
    before = text[clause[0] : mention.start]
    bracket = _BRACKET.match(text[mention.end :]) if len(group) > 1 else None
    concomitant = index > 0 and bool(_BEFORE_NAME.search(text[: mention.start], text))
    assertion = assertion_of(statement, mention, told, before)
    at = clause[0] if alone else own_start
    # what stands in brackets behind one drug of a list is that drug's alone
    spoken = re.sub(r"\([^)]*\)", lambda bracket: " " * len(bracket[0]), told) if len(group) > 1 else told
    for other in (_COVER_ENDED, _HELPED_FOR):
        spoken = other.sub(lambda found: "x" * len(found[0]), spoken)
    span = Span() if concomitant else span_of(spoken, statement.date, (group[0].start - at, mention.end - at))
    if (
        span.start is None
        and not concomitant
        and (begun := _begun_beside(before, text[mention.end : own_end], statement.date))
    ):
        span = replace(span, start=begun[0], start_precision=begun[1])
    span = _with_last_dose(span, before, text[mention.end : own_end], statement.date)
    beside = re.match(r"\s*(?:[\d.]+\s*mg\s*(?:\w+\s*)?)?\(([^)]*)\)", text[mention.end :])
    beside = beside or _OWN_LENGTH.match(text[mention.end :])
    own_span = span_of(beside[1], None) if beside and len(group) > 1 else Span()
    if not own_span.empty and assertion is Assertion.AFFIRMED:
        span = own_span
    elif len(group) > 1 and not re.search(r"\b(?:both|each|all)\b", told):
        span = Span() if span.stop is None and span.start is None else span
    outcome = (
        None
        if concomitant
        else _outcome(
            text, spoken, mention, alone, before, own_end, statement.section == "past_treatment" or _ended(span, told)
        )
    )
    if _PAUSED.search(told) and outcome is Outcome.INTOLERANCE:
        outcome = None  # held for an infection and taken again
    kept_on = not concomitant and _kept_on(before, text[mention.end : own_end], text[mention.end : clause[1]])
    if statement.section in _LISTS and _CURRENT_ITEM.match(text[mention.end : own_end]):
        kept_on = True
    kept_on = kept_on or (concomitant and bool(re.search(r"both\s+of\s+which", text[mention.end :], re.IGNORECASE)))
    if _GOES_ON.search(told) and span.start and span.stop is None and not concomitant:
        span = replace(span, running=True)
    if HELD_SINCE.search(told) and span.start and span.stop is None:
        span = replace(span, start=None, stop=span.start, days=None, running=False)
    stop_order = bool(STOP_ORDER.search(before)) and not _STOP_TOLD.search(before)
    if stop_order and assertion in (Assertion.PLANNED, Assertion.AFFIRMED):
        assertion = Assertion.AFFIRMED
        if span.stop is None and not span.days:
            span = replace(span, stop=statement.date)
    elif kept_on and assertion in (Assertion.PLANNED, Assertion.AFFIRMED, Assertion.HISTORICAL):
        assertion = Assertion.AFFIRMED
        span = replace(span, running=True)
        outcome = outcome or Outcome.CURRENT
    if assertion is Assertion.NEGATED and (_DENIED_HARM.search(before) or _NONE_BESIDE.search(before)):
        return None  # "no reason to avoid methotrexate" does not say that it was not taken
    if assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL, Assertion.POSSIBLE):
        telling = outcome not in (None, Outcome.OTHER)
        used = statement.section in _LISTS or says("use", told) or telling or not span.empty
        given = bool(_TIMES.search(own)) or dosed(text[mention.end : own_end])
        used = used or (given and not _TALKED_OF.search(text) and not _ASKS_FOR.search(before))
        if not used:
            return None
        if assertion is Assertion.AFFIRMED and says("never", bracket["what"] if bracket else spoken):
            assertion = Assertion.NEGATED
    if outcome is None and statement.section == "medications" and assertion is Assertion.AFFIRMED and not span.stop:
        outcome, span = Outcome.CURRENT, replace(span, running=True)
    if assertion in (Assertion.PLANNED, Assertion.NEGATED, Assertion.DECLINED, Assertion.HYPOTHETICAL):
        span = replace(Span(), stop=None)
        outcome = outcome if outcome is Outcome.CONTRAINDICATION else None
    dose = dose_of(text[mention.end : own_end]) if len(group) == 1 else dose_of(text[mention.end : mention.end + 24])
    treatment = treatment_of(mention.generic, own if alone else text[mention.start : own_end], span, outcome, dose)
    affected = (
        assertion is Assertion.AFFIRMED
        and alone
        and bool([o for o in find_outcomes(told, stopped=True) if o.outcome is Outcome.INTOLERANCE])
    )
    return Told(mention.generic, assertion, statement, treatment, affected=affected)


# "Humira (2023), budesonide 9 mg x 8 wks": the length of one drug of a list
_OWN_LENGTH = lore.regex(
    r"\s*(?:[\d.]+\s*(?:mg|mcg|g)?\s*(?:\w+\s+)?)?(x\s?\d+\s?(?:days?|wks?|weeks?|mos?|months?|yrs?|years?)\b)",
    re.IGNORECASE,
)
# "Last dose of Actemra 08/02/2026", "took last MTX dose 10/18"
_LAST_DOSE = rare(
    r"\blast\s+(?:(?:dose|injection|infusion|shot|fill)\s+(?:of\s+)?)?(?:the\s+|her\s+|his\s+)?$", re.IGNORECASE
)


def _with_last_dose(span: Span, before: str, after: str, near: dt.date | None) -> Span:
    """Add the day that "last dose of" gives right behind the drug's name."""
    ends = find_dates(after, near=near) if span.stop is None and _LAST_DOSE.search(before) else []
    if not ends or re.search(r"[;.]\s|\bnext\b|\bdue\b", after[: ends[0].start]):
        return span
    return replace(span, stop=ends[0].day, stop_precision=ends[0].precision)


# "Botox x 3 cycles", "rituximab 375 mg/m2 x4"
_TIMES = lore.regex(
    r"\bx\s?\d{1,3}(?:\s+(?:cycles?|doses?|infusions?|injections?|treatments?|sessions?|courses?)\b|\s*(?=[,;.()\d]|$))",
    re.IGNORECASE,
)
# words of a sentence that speaks of drugs without anyone taking them
_TALKED_OF = lore.regex(
    r"\b(?:options?|alternatives?|discuss\w*|review\w*|consider\w*|recommend\w*|request\w*|requires?|policy|label\w*|criteria|guidelines?|"
    r"would|could|may|might|if|versus|vs|candidate|offer\w*|propos\w*|plan\w*|need\w*|want\w*|prefer\w*|cost\w*|starter|dos(?:e|es|ing)\s+(?:is|are)|indicated|approved|eligible|study|trials?\s+(?:show|of)|prescribe[ds]?|order\w*)\b",
    re.IGNORECASE,
)
# "Rec Repatha 140 mg q2wk", "Next: Skyrizi 150 mg q12wk"
_ASKS_FOR = lore.regex(
    r"\b(?:recs?|rx|try|trial|begin|start|add|initiate|will|next|switch|change|resume|restart|refer|submit|PA|auth\w*|drug|medication|product)\b[\s:]*(?:\w+[\s:]+){0,3}$",
    re.IGNORECASE,
)
# "better for nine days, then as before", "ten days of relief": how long it helped, not how long it was given
_HELPED_FOR = rare(
    r"\b(?:better|relief|helped|eased|pain[- ]free)\s+(?:lasted\s+|lasting\s+)?(?:for\s+)?(?:only\s+|just\s+|about\s+)?"
    r"[\w-]+\s+(?:hours?|days?|weeks?)|\b[\w-]+\s+(?:hours?|days?|weeks?)\s+of\s+(?:\w+\s+)?relief\b",
    re.IGNORECASE,
)
# "insurance ended 03/21": the day on which the cover ended is not that of the drug
_COVER_ENDED = rare(
    r"\b(?:insurance|coverage|cover|benefits?|eligibility|plan)\s+(?:was\s+|had\s+)?(?:ended|lapsed|stopped|terminated|expired|termed)"
    r"(?:\s+(?:on|in))?\s+[\d/.-]+",
    re.IGNORECASE,
)
_CURRENT_ITEM = lore.regex(
    r"\s*[:(–—-]\s*(?:current|currently|ongoing|active|continues|still\s+taking)\b", re.IGNORECASE
)

_BRACKET = lore.regex(r"\s*(?:[\d.]+\s*mg\s*(?:\w+\s*)?)?\((?P<what>[^)]*)\)")
_BRACKETS = lore.regex(r"[A-Za-z\d]\s*\([A-Za-z\d][^)]*[A-Za-z][^)]*\)")

_BEGAN = rare(
    r"\b(?:started(?:\s+on)?|began|begun(?:\s+on)?|initiated|switched\s+to|changed\s+to|restarted|resumed|placed\s+on|"
    r"put\s+on|(?:changed|switched|converted|transitioned|moved)\s+from\s+[^,;]{1,50}?\s+to)\s+$",
    re.IGNORECASE,
)


def _begun_beside(before: str, after: str, near: dt.date | None) -> tuple[dt.date, Precision] | None:
    """Return the date right behind a drug that was begun: "switched to azathioprine 03/2025"."""
    dates = find_dates(after, near=near) if _BEGAN.search(before) else []
    if not dates or re.search(r"[;,.]|\b(?:until|to|stopped|through)\b", after[: dates[0].start]):
        return None
    return dates[0].day, dates[0].precision


def _kept_on(before: str, after: str, rest: str) -> bool:
    if re.search(r"\b(?:not|never|no\s+longer|cannot)\s+(?:continue|stay|remain|kept)", before, re.IGNORECASE):
        return False
    return (
        bool(KEEPS_ON.search(before))
        or bool(_WILL_CONTINUE.match(after))
        or bool(re.search(r"both\s+of\s+which\s+\w+\s+will\s+continue", rest, re.IGNORECASE))
    )


_UP_TO_COMMA = lore.regex(r"[^,(]*(?:\(([^)]*)\))?(?:,?\s*(?:changed|switched|replaced)\s+(?:to|by|with))?")


def _outcome(
    text: str, told: str, mention: DrugMention, alone: bool, before: str, own_end: int, past: bool
) -> Outcome | None:
    """Return this drug's outcome: the clause's where it names one drug, else that of the words that touch it."""
    direct = RESPONSE_TO.search(before)
    if (shared := _SHARED.search(text)) and (found := outcome_of(shared["what"])):
        return found
    listed = len(_BRACKETS.findall(text)) > 1  # "MTX (GI upset), HCQ (no effect)": in each bracket why it ended
    paren = _BRACKET.match(text[mention.end :])
    if paren and (found := outcome_of(paren["what"], stopped=listed or bool(_TRIED.search(text)))):
        return found
    if alone:
        return outcome_of(told, stopped=past)
    if direct:
        return outcome_of(text[mention.start - len(direct[0]) : mention.end])
    # the drug's own words up to a comma: "Imuran 2 mg/kg was ineffective"; past it the sentence may speak of all
    inside = _UP_TO_COMMA.match(text[mention.end : own_end])
    if inside is None:
        return None
    if inside[1] and (found := outcome_of(inside[1], stopped=bool(_TRIED.search(text)))):
        return found
    return outcome_of(re.sub(r"\([^)]*\)", " ", inside[0]))


# "..., both without relief", "... and B: neither helped": said of every drug before it
_SHARED = rare(r"(?:[,;:–—-]\s*|\)\s*)(?P<what>(?:both|all|each|neither|none)\b(?!\s+of\s+which)[^;]*)$", re.IGNORECASE)

# "started ... on 02/10/2026; continues"
_GOES_ON = rare(
    r"(?:[;,]|\band)\s+(?:\w+\s+)?(?:continues|continuing|still\s+(?:on|taking|using)|remains\s+on|ongoing)\b|"
    r"\b(?:to|until|through)\s+(?:the\s+)?(?:present|today|now|date)\b",
    re.IGNORECASE,
)


# "02/03/2025 to 09/08/2025: esophagitis"; not "... to 09/08/2025 for headache"
_REASON = lore.regex(
    r"\d\)?\s*[:–—(,]\s*[A-Za-z]|\d\)?\s+(?!(?:for|with|and|to|by|in|at|then|he|she|while|when|on|of|mg|mcg|per)\b)[a-z]"
)


def _ended(span: Span, told: str) -> bool:
    """Whether both days of a course are told with a reason behind them: a side effect there is why it ended."""
    return span.start is not None and span.stop is not None and bool(_REASON.search(told))


_PAUSED = rare(
    r"\b(?:held|holding|paused|interrupted)\b.*\b(?:resumed?|restarted|resuming|again|back\s+on)\b", re.IGNORECASE
)

_TRIED = rare(
    r"s/p\b|\b(?:tried|trials?|failed|intolerant|intolerance|discontinued|stopped|prior|previous|past)\b", re.IGNORECASE
)
