"""Treatment courses from prose, sentence after sentence."""

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from extractors.chart.assertion import assert_of
from extractors.chart.dates import Precision, coarser, find_dates
from extractors.chart.facts import Assertion, Fact, Outcome, Statement, Treatment
from extractors.chart.spans import Span, span_of
from extractors.chart.treatments import (
    dose_of,
    find_outcomes,
    outcome_of,
    says,
    treatment_of,
)
from extractors.vocabulary.drugs import DrugMention, drug, find_drugs

_ERROR = re.compile(r"entered\s+in\s+error|erroneous|wrong\s+patient|charted\s+in\s+error", re.IGNORECASE)


_PLAN = frozenset({"plan", "instructions"})
_SILENT = frozenset(
    {"allergies", "header", "fax_header", "immunizations", "care_team", "review_of_systems", "problems"}
)
_LISTS = frozenset({"medications", "past_treatment", "fills"})
_KEEPS_ON = re.compile(
    r"\b(?:continue[sd]?|continuing|keep[s]?|kept|stay(?:s|ed)?\s+on|remain(?:s|ed|ing)?\s+on|added\s+to|on\s+top\s+of|in\s+addition\s+to|"
    r"background|stable\s+on|maintain(?:ed)?\s+on|currently\s+(?:on|taking)|already\s+on)\b[^.;]*$",
    re.IGNORECASE,
)
_WILL_CONTINUE = re.compile(
    r"^[^.;]*\b(?:will\s+continue|to\s+be\s+continued|continues|is\s+continued|unchanged)\b", re.IGNORECASE
)
_STOP_ORDER = re.compile(
    r"\b(?:stops?|stopping|discontinues?|hold|d/c|taper\s+off|come\s+off|wean\s+off)\s+(?:the\s+|insulin\s+)?$",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    r"\b(?:with|plus|and\s+concomitant|along\s+with|together\s+with|added\s+to|on\s+background|alongside|besides)\s+(?:oral\s+|weekly\s+)?$",
    re.I,
)
_NOT_DRUG = re.compile(
    r"^\s*(?:levels?|trough|antibod|allerg|retinopathy|toxicity|pump|pen\s+needles|screening|resistan|eye\s+exam|monitoring|naive|-naive|protocol)",
    re.I,
)
_RESPONSE_TO = re.compile(
    r"\b(?:inadequate(?:\s+clinical)?|insufficient|poor|partial|suboptimal|no|lack\s+of|incomplete|minimal)\s+response\s+to\s+(?:oral\s+|weekly\s+|prior\s+)?$|"
    r"\b(?:fail(?:ed|s|ure|ing)?(?:\s+of|\s+to\s+respond\s+to|\s+on)?|refractory\s+to|in\s+spite\s+of|despite|intoleran(?:t|ce)\s+(?:of|to)|active\s+on|"
    r"loss\s+of\s+response\s+to|lost\s+response\s+to|did\s+not\s+respond\s+to|no\s+benefit\s+from|contraindicat(?:ion|ed)\s+(?:to|for)|"
    r"unable\s+to\s+tolerate|could\s+not\s+tolerate|did\s+not\s+tolerate)\s+(?:oral\s+|weekly\s+|prior\s+|both\s+)?$",
    re.IGNORECASE,
)


# "no biologic will be given with upadacitinib" denies the biologic alone
# "rash resolved after stopping sulfasalazine" tells of a stop, not of today's
_STOP_TOLD = re.compile(
    r"\b(?:after|since|before|upon|when|without|not|never|rather\s+than|instead\s+of|if|did)\s+(?:\w+\s+)?(?:stop|discontinu|hold|taper)\w*\s+(?:off\s+)?$",
    re.IGNORECASE,
)
_NONE_BESIDE = re.compile(
    r"\b(?:given|used|taken|combined|together|concomitantly|along|added)\s+(?:\w+\s+)?(?:with|to)\s+$", re.IGNORECASE
)
_DENIED_HARM = re.compile(
    r"\b(?:avoid|contraindication\s+to|contraindicated|allerg(?:y|ic)\s+to|intoleran(?:ce|t)\s+(?:to|of)|reactions?\s+to|hypersensitivity\s+to|"
    r"failed|fail|failing|failure\s+of|stopped|discontinued|skipped|refused|declined|reason\s+(?:not\s+to|against)|side\s+effects\s+(?:of|from|to|on|with)|missed|problems?\s+with|trouble\s+with|infections?\s+on|toxicity\s+from)\b[^.;]*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Told:
    """A course as prose tells it, sentence after sentence."""

    generic: str
    assertion: Assertion
    statement: Statement
    treatment: Treatment
    more: list[Statement] = field(default_factory=list)
    affected: bool = False  # a side effect stands beside it, the reason if it is stopped

    def fact(self) -> Fact:
        return Fact(
            kind="treatment",
            name=self.generic,
            assertion=self.assertion,
            date=self.statement.date,
            statement=self.statement,
            evidence=tuple(s.evidence for s in (self.statement, *self.more)),
            treatment=self.treatment,
        )


def read_told_courses(statements: list[Statement]) -> list[Fact]:
    """Return the courses that a page's prose tells.

    A sentence without a drug's name goes to the one drug that the sentences before it spoke of.
    """
    told: list[_Told] = []
    topic: _Told | None = None
    distance = 0
    for statement in statements:
        if statement.cells or statement.section in _SILENT:
            continue
        here = _read_sentence(statement)
        taken = [course for course in here if course.assertion is Assertion.AFFIRMED]
        if here:
            told.extend(here)
            topic, distance = (taken[0] if len(taken) == 1 else None) if taken else topic, 0
            if any(c.assertion is Assertion.FAMILY for c in here):
                topic = None
            continue
        distance += 1
        if topic and distance <= 8 and statement.section != "family_history":
            _extend(topic, statement)
    for course in told:
        _give_reason(course, told)
    return [course.fact() for course in told]


def _give_reason(course: _Told, told: list[_Told]) -> None:
    """Name the side effect told earlier on the page as the reason of a stop that names none."""
    if course.assertion is not Assertion.AFFIRMED or course.treatment.stop is None or course.treatment.outcome:
        return
    earlier = [
        other
        for other in told[: told.index(course)]
        if other.generic == course.generic and other.assertion is Assertion.AFFIRMED
    ]
    if any(other.affected for other in earlier) and all(
        other.treatment.outcome in (None, Outcome.CURRENT, Outcome.INTOLERANCE) for other in earlier
    ):
        course.treatment = replace(course.treatment, outcome=Outcome.INTOLERANCE)
        course.more[:0] = [other.statement for other in earlier if other.affected]


def _read_sentence(statement: Statement) -> list[_Told]:
    text = statement.text
    fuzzy = statement.section in _LISTS or says("use", text)
    mentions = _distinct(find_drugs(text, fuzzy=fuzzy), text)
    found = []
    for clause_start, clause_end in _clauses(text, mentions):
        inside = [m for m in mentions if clause_start <= m.start < clause_end]
        groups = _coordinated(text, inside)
        for index, group in enumerate(groups):
            for mention in group:
                course = _read_mention(statement, mention, group, groups, index, (clause_start, clause_end))
                if course:
                    found.append(course)
    return _merged(found)


def _merged(found: list[_Told]) -> list[_Told]:
    """Join what two clauses of one sentence say of one drug: "no response to X after 36 weeks; stop X today"."""
    kept: dict[tuple[str, Assertion], _Told] = {}
    for course in found:
        key = (course.generic, course.assertion)
        if key not in kept:
            kept[key] = course
            continue
        first, second = kept[key].treatment, course.treatment
        if first.outcome and second.outcome and first.outcome != second.outcome:
            key = (course.generic + " ", course.assertion)  # they disagree: both stand
            kept[key] = course
            continue
        kept[key].treatment = replace(
            first,
            route=first.route or second.route,
            dose=first.dose or second.dose,
            start=first.start or second.start,
            stop=first.stop or second.stop,
            days=first.days if first.days is not None else second.days,
            days_at_least=first.days_at_least if first.days is not None else second.days_at_least,
            outcome=first.outcome or second.outcome,
            date_precision=coarser(first.date_precision, second.date_precision),
            running=(first.running or second.running) and not (first.stop or second.stop),
        )
    return list(kept.values())


def _distinct(mentions: list[DrugMention], text: str) -> list[DrugMention]:
    """Leave out a second name of the same drug beside the first ("Orencia (abatacept)"), and what is no drug taken."""
    kept: list[DrugMention] = []
    for mention in mentions:
        if _NOT_DRUG.match(text[mention.end :]):
            continue
        if kept and kept[-1].generic == mention.generic and mention.start - kept[-1].end <= 3:
            continue
        kept.append(mention)
    return kept


_CLAUSE_CUT = re.compile(
    r";\s+|,\s+(?:but|then|followed\s+by|later|subsequently)\s+|\s+(?:but|then|followed\s+by|whereas|while)\s+|\.\s+(?=\d[.)])|\s+and\s+(?=(?:to\s+)?(?:stay|remain|continue|start|stop|switch|begin|add)\b)"
)


def _clauses(text: str, mentions: list[DrugMention]) -> list[tuple[int, int]]:
    """Return the parts of a sentence that each speak of their own drug; a part without one joins the part before."""
    cuts = [match.end() for match in _CLAUSE_CUT.finditer(text)]
    bounds = [0, *cuts, len(text)]
    spans: list[tuple[int, int]] = []
    for start, end in pairwise(bounds):
        named = any(start <= m.start < end for m in mentions)
        if (spans and not named) or (spans and not any(spans[-1][0] <= m.start < spans[-1][1] for m in mentions)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


_LINK = re.compile(
    r"^[\s,/&+]*(?:and|or|and/or|plus|as\s+well\s+as|nor|no|any|both|then)?[\s,]*(?:no|nor|or|and)?\s*$", re.IGNORECASE
)


def _coordinated(text: str, mentions: list[DrugMention]) -> list[list[DrugMention]]:
    """Group drugs of one list ("methotrexate, cyclosporine or acitretin"): what is said of the list holds of each."""
    groups: list[list[DrugMention]] = []
    for mention in mentions:
        if groups and _LINK.match(re.sub(r"\([^)]*\)", "", text[groups[-1][-1].end : mention.start])):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _read_mention(
    statement: Statement,
    mention: DrugMention,
    group: list[DrugMention],
    groups: list[list[DrugMention]],
    index: int,
    clause: tuple[int, int],
) -> _Told | None:
    text = statement.text
    own_start, own_end = _own_words(text, groups, index, clause)
    own = text[own_start:own_end]
    alone = len(groups) == 1
    told = text[clause[0] : clause[1]] if alone else own
    before = text[clause[0] : mention.start]
    concomitant = index > 0 and bool(_BEFORE_NAME.search(text[: mention.start]))
    assertion = _assertion(statement, mention, told, before)
    at = clause[0] if alone else own_start
    # what stands in brackets behind one drug of a list is that drug's alone
    spoken = re.sub(r"\([^)]*\)", lambda bracket: " " * len(bracket[0]), told) if len(group) > 1 else told
    span = Span() if concomitant else span_of(spoken, statement.date, (group[0].start - at, mention.end - at))
    if span.start is None and not concomitant and (begun := _begun_beside(before, text[mention.end : own_end])):
        span = replace(span, start=begun[0], start_precision=begun[1])
    beside = re.match(r"\s*(?:[\d.]+\s*mg\s*(?:\w+\s*)?)?\(([^)]*)\)", text[mention.end :])
    own_span = span_of(beside[1], None) if beside and len(group) > 1 else Span()
    if not own_span.empty and assertion is Assertion.AFFIRMED:
        span = own_span
    elif len(group) > 1 and not re.search(r"\b(?:both|each|all)\b", told):
        span = Span() if span.stop is None and span.start is None else span
    outcome = (
        None
        if concomitant
        else _outcome(
            text, told, mention, alone, before, own_end, statement.section == "past_treatment" or _ended(span)
        )
    )
    if _PAUSED.search(told) and outcome is Outcome.INTOLERANCE:
        outcome = None  # held for an infection and taken again
    kept_on = not concomitant and _kept_on(before, text[mention.end : own_end], text[mention.end : clause[1]])
    kept_on = kept_on or (concomitant and bool(re.search(r"both\s+of\s+which", text[mention.end :], re.IGNORECASE)))
    stop_order = bool(_STOP_ORDER.search(before)) and not _STOP_TOLD.search(before)
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
        if not used:
            return None
        if assertion is Assertion.AFFIRMED and says("never", told):
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
    return _Told(mention.generic, assertion, statement, treatment, affected=affected)


def _own_words(text: str, groups: list[list[DrugMention]], index: int, clause: tuple[int, int]) -> tuple[int, int]:
    """Return the words of a clause that belong to one group of drugs: from its name to the next one's."""
    start = clause[0] if index == 0 else groups[index][0].start
    end = clause[1] if index == len(groups) - 1 else groups[index + 1][0].start
    if index > 0:
        start = groups[index - 1][-1].end + _last_joint(text[groups[index - 1][-1].end : groups[index][0].start])
    if index + 1 < len(groups) and (lead := _RESPONSE_TO.search(text[: groups[index + 1][0].start])):
        end = max(groups[index][-1].end, min(end, lead.start()))
    elif index + 1 < len(groups):
        end = groups[index][-1].end + _last_joint(text[groups[index][-1].end : end])
    return start, end


_BEGAN = re.compile(
    r"\b(?:started(?:\s+on)?|began|begun(?:\s+on)?|initiated|switched\s+to|changed\s+to|restarted|resumed|placed\s+on|"
    r"put\s+on)\s+$",
    re.IGNORECASE,
)


def _begun_beside(before: str, after: str) -> tuple[dt.date, Precision] | None:
    """Return the date right behind a drug that was begun: "switched to azathioprine 03/2025"."""
    dates = find_dates(after) if _BEGAN.search(before) else []
    if not dates or re.search(r"[;,]|\b(?:until|to|stopped|through)\b", after[: dates[0].start]):
        return None
    return dates[0].day, dates[0].precision


def _last_joint(between: str) -> int:
    """Return where the words between two drugs turn to the second: at the last comma, "and" or "with"."""
    joints = list(
        re.finditer(
            r",\s|\band\b|\bwith\b|\bplus\b|:\s|\bthen\b|\bafter\b|\bfollowing\b|\bbefore\b|\binstead\b", between
        )
    )
    return joints[-1].start() if joints else len(between)


def _kept_on(before: str, after: str, rest: str) -> bool:
    if re.search(r"\b(?:not|never|no\s+longer|cannot)\s+(?:continue|stay|remain|kept)", before, re.IGNORECASE):
        return False
    return (
        bool(_KEEPS_ON.search(before))
        or bool(_WILL_CONTINUE.match(after))
        or bool(re.search(r"both\s+of\s+which\s+\w+\s+will\s+continue", rest, re.IGNORECASE))
    )


def _outcome(
    text: str, told: str, mention: DrugMention, alone: bool, before: str, own_end: int, past: bool
) -> Outcome | None:
    """Return this drug's outcome: the clause's where it names one drug, else that of the words that touch it."""
    direct = _RESPONSE_TO.search(before)
    paren = re.match(r"\s*(?:[\d.]+\s*mg\s*(?:\w+\s*)?)?\(([^)]*)\)", text[mention.end :])
    if paren and (found := outcome_of(paren[1], stopped=bool(_TRIED.search(text)))):
        return found
    if alone:
        return outcome_of(told, stopped=past)
    if direct:
        return outcome_of(text[mention.start - len(direct[0]) : mention.end])
    # the drug's own words up to a comma: "Imuran 2 mg/kg was ineffective"; past it the sentence may speak of all
    inside = re.match(r"[^,(]*(?:\(([^)]*)\))?", text[mention.end : own_end])
    if inside is None:
        return None
    if inside[1] and (found := outcome_of(inside[1], stopped=bool(_TRIED.search(text)))):
        return found
    return outcome_of(re.sub(r"\([^)]*\)", " ", inside[0]))


def _ended(span: Span) -> bool:
    """Whether both days of a course are told: a side effect behind them is why it ended."""
    return span.start is not None and span.stop is not None


_PAUSED = re.compile(
    r"\b(?:held|holding|paused|interrupted)\b.*\b(?:resumed?|restarted|resuming|again|back\s+on)\b", re.IGNORECASE
)
_TRIED = re.compile(
    r"\b(?:tried|trials?|failed|intolerant|intolerance|discontinued|stopped|prior|previous|past)\b", re.IGNORECASE
)


# "romosozumab: never", "teriparatide or abaloparatide: never"
_ANSWERED_NEVER = re.compile(
    r"(?:\s*(?:,|or|and|/)\s*[a-z-]+){0,2}\s*(?:\([^)]*\)\s*)?:\s*(?:never|none|no|not\s+tried)\b(?!\s+(?:\w+\s+)?"
    r"(?:response|benefit|improvement|effect|help|relief|longer|change|side|problem|adverse|reaction))",
    re.IGNORECASE,
)
# "if tofacitinib is denied": a payer denies a drug, nobody says that it was not taken
_DENIED_BY_PAYER = re.compile(r"\b(?:is|was|were|be|been|being|gets?|got)\s+denied\b|\bdenied\s+by\b", re.IGNORECASE)


def _assertion(statement: Statement, mention: DrugMention, told: str, before: str) -> Assertion:
    text, section = statement.text, statement.section
    if _ERROR.search(text):
        return Assertion.ENTERED_IN_ERROR
    if _ANSWERED_NEVER.match(text[mention.end :]):
        return Assertion.NEGATED
    text = _DENIED_BY_PAYER.sub(lambda found: "x" * len(found[0]), text)
    held = assert_of(text, mention.start, mention.end, section)
    if held is Assertion.NEGATED and re.search(
        r"\b(?:no|without)\s+(?:\w+\s+)?(?:response|benefit|improvement|relief|effect)\s+(?:to|from|with|on)\s*$",
        before,
        re.I,
    ):
        held = Assertion.AFFIRMED
    if held is Assertion.HISTORICAL:
        return Assertion.AFFIRMED if section not in ("past_medical_history",) or says("use", told) else held
    if held in (Assertion.PLANNED, Assertion.POSSIBLE) and _past(told):
        return Assertion.AFFIRMED
    if held is Assertion.AFFIRMED:
        if section in _PLAN and not (_past(told) or _KEEPS_ON.search(before) or _STOP_ORDER.search(before)):
            return Assertion.PLANNED
        if section == "assessment_and_plan" and not (_past(told) or says("use", told) or outcome_of(told)):
            return Assertion.PLANNED
    return held


_PAST = re.compile(
    r"\b(?:was|were|has\s+been|had\s+been|has\s+(?:taken|used|had|tried|received|failed)|took|received|started\s+on|i\s+started|was\s+started|stopped|discontinued|"
    r"failed|since|last\s+dose|until|completed|tolerated|inadequate\s+response|no\s+response|lost\s+response)\b",
    re.IGNORECASE,
)
_NOT_PAST = re.compile(
    r"\b(?:was|were)\s+(?:considered|discussed|offered|talked|recommended|suggested|planned|requested|denied|not)\b",
    re.I,
)


def _past(text: str) -> bool:
    return bool(_PAST.search(_NOT_PAST.sub(" ", text)))


_STOP_IT = re.compile(
    r"\b(?:stop(?:ped)?|discontinue[d]?|hold|held)\s+(?:it|this|the\s+(?:drug|medicine|medication|infusions?|injections?|pills|tablets))\b|"
    r"\b(?:it|this|the\s+(?:drug|medicine|medication))\s+(?:was|has\s+been|is)\s+(?:stopped|discontinued)\b|"
    r"^\s*(?:stopped|discontinued)\s*(?:[.;,]|(?:on|in|after|because|due|for|by|today|at)\b|\d)",
    re.IGNORECASE,
)
_STARTED = re.compile(r"^\s*(?:it\s+was\s+)?(?:started|begun|first\s+dose|start(?:\s+date)?)\b", re.IGNORECASE)
_IN_ALL = re.compile(
    r"\b(?:taken\s+)?(?:in\s+all|in\s+total|altogether|total)\b|\b(?:has|had|was|were)\s+taken\b|^\s*taken\b|\btaken\s+(?:for|without)\b",
    re.I,
)
_OUTCOME_FIRST = re.compile(
    r"^\s*(?:\d[.)]\s*)?(?:inadequate|insufficient|incomplete|partial|poor|suboptimal|primary|secondary|lost|loss|lack|no\s+(?:response|benefit|improvement|effect|relief)|"
    r"did\s+not\s+(?:help|work|respond)|it\s+(?:failed|did\s+not)|failed|this\s+failed|not\s+(?:effective|helpful|tolerated)|could\s+not\s+tolerate|unable\s+to\s+tolerate)\b",
    re.IGNORECASE,
)


def _extend(topic: _Told, statement: Statement) -> None:
    """Add what a sentence without a drug's name says of the course, if it clearly speaks of one."""
    text, course = statement.text, topic.treatment
    span = span_of(text, statement.date)
    changed = course
    if _STARTED.search(text) and span.start and course.start is None:
        changed = replace(changed, start=span.start, date_precision=coarser(course.date_precision, span.precision))
    reasoned = course.stop is None or course.outcome is None  # "... to 09/08/2025. It was stopped because of ..."
    if _STOP_IT.search(text) and reasoned and not _denied_stop(text):
        stop = course.stop or span.stop or statement.date
        changed = replace(changed, stop=stop, running=False)
        if changed.outcome is None or changed.outcome is Outcome.CURRENT:
            reason = outcome_of(text, stopped=True)
            changed = replace(changed, outcome=reason or (Outcome.INTOLERANCE if topic.affected else None))
    if _IN_ALL.search(text) and span.days and len(text.split()) <= 10:
        changed = replace(changed, days=span.days, days_at_least=span.at_least)
    found = _outcome_alone(text)
    if found and course.outcome in (None, Outcome.CURRENT, found):
        changed = replace(changed, outcome=found)
        if span.days and course.days is None:
            changed = replace(changed, days=span.days, days_at_least=span.at_least)
    if changed != course:
        topic.treatment = changed
        topic.more.append(statement)


# "No improvement." or "... after 24 weeks" speaks of the drug; "no improvement with physical therapy" does not
_OF_NOTHING_ELSE = re.compile(
    r"\s*(?:$|[.;,:]|(?:to|with|on|from)\s+(?:it|this|that|treatment|the\s+(?:drug|medicine|medication|treatment))\b|"
    r"(?:after|at|by|over|so\s+far|yet)\b|in\s+(?:spite|\d|[A-Z]))"
)


def _outcome_alone(text: str) -> Outcome | None:
    """Return the outcome a sentence without a drug's name states of the drug before it."""
    if not _OUTCOME_FIRST.search(text):
        return None
    held = find_outcomes(text)
    if not held or not _OF_NOTHING_ELSE.match(text, held[0].end):
        return None
    return outcome_of(text)


def _denied_stop(text: str) -> bool:
    return bool(
        re.search(r"\b(?:not|never|did\s+not|do\s+not|don't)\s+(?:\w+\s+)?(?:stop|discontinue)", text, re.IGNORECASE)
    )


def known_drug(name: str) -> bool:
    """Tell whether the vocabulary has the drug, so that a class can be trusted."""
    return drug(name) is not None
