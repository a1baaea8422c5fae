"""Conditions present or absent, parts of the body, things the chart states in so many words."""

import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Assertion, Fact, Statement
from extractors.vocabulary.conditions import condition_of_code, conditions
from pipeline.matching.patient_leaves import area_pattern, find_areas
from pipeline.matching.phrases import find_lengths
from pipeline.matching.record import Record, cite, newest_first, not_yet
from pipeline.matching.requirements import Areas, Diagnosis, Documentation, FreeText, Lasting, Response
from pipeline.matching.terms import base_of, condition_keys, data, find_therapies, within, wording
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_SURE = (Assertion.AFFIRMED,)
_RULED_OUT = wording("findings.ruled_out")


def judge_diagnosis(requirement: Diagnosis, record: Record) -> Verdict:
    """Return the verdict on a diagnosis: a coded or assessed one, with the severity the criterion asks for."""
    wanted = _diagnosis_words(requirement)
    facts = [
        at
        for at in record.facts
        if at.kind == "diagnosis" and at.assertion in _SURE and not _RULED_OUT.search(at.statement.text)
    ]
    named = [at for at in facts if _is_condition(at, requirement.names)]
    if not named:
        denied = [
            at
            for at in record.facts
            if at.kind == "diagnosis" and at.assertion is Assertion.NEGATED and _is_condition(at, requirement.names)
        ]
        if denied:
            return not_met("diagnosis_denied", cite(newest_first(denied)), wanted=wanted)
        return unclear("silent_diagnosis", wants=f"a diagnosis of {wanted}", wanted=wanted)
    asked = [*requirement.severity, *requirement.qualifiers]
    if not asked:
        return met("diagnosis", cite(_ranked(named)), wanted=wanted, name=_name(named[0]))
    full = [at for at in named if _says(at.statement.text, requirement)]
    if full:
        return met("diagnosis", cite(_ranked(full)), wanted=wanted, name=_name(full[0]))
    spoken = [
        at
        for at in record.statements
        if condition_keys(at.text) & set(requirement.names) and _says(at.text, requirement) and not not_yet(at.text)
    ]
    if spoken:
        return met("diagnosis", cite([*newest_first(spoken), *_ranked(named)]), wanted=wanted, name=_name(named[0]))
    return unclear(
        "diagnosis_degree", cite(_ranked(named)), wants=f"a diagnosis of {wanted}", wanted=wanted, name=_name(named[0])
    )


def _says(text: str, requirement: Diagnosis) -> bool:
    low = text.lower()
    severe = not requirement.severity or any(re.search(rf"\b{word}", low) for word in requirement.severity)
    return severe and all(word.lower()[:7] in low for word in requirement.qualifiers)


def _is_condition(fact: Fact, names: tuple[str, ...]) -> bool:
    keys = condition_keys(fact.name) | ({fact.condition} if fact.condition else set())
    if fact.code and (coded := condition_of_code(fact.code)):
        keys = keys | {coded}
    keys = keys - {at for key in keys if key in conditions() for at in conditions()[key].unlike}
    return any(covers(key, name) for key in keys for name in names)


@cache  # a few hundred conditions
def covers(key: str, wanted: str) -> bool:
    """Whether a condition is the wanted one or a kind of it: type 2 diabetes is diabetes, not the other way round."""
    if key == wanted:
        return True
    if wanted in conditions()[key].unlike:
        return False
    broad = conditions()[wanted].names
    return any(
        any(re.search(rf"\b{re.escape(name.lower())}\b", held.lower()) for name in broad if len(name) > 4)
        for held in conditions()[key].names[:2]
    )


def _ranked(facts: list[Fact]) -> list[Fact]:
    return sorted(
        newest_first(facts),
        key=lambda at: (
            not (at.code or at.statement.section in ("problem_list", "problems", "assessment", "assessment_plan"))
        ),
    )


def _name(fact: Fact) -> str:
    return fact.name.replace("_", " ") + (f" ({fact.code})" if fact.code else "")


def _diagnosis_words(requirement: Diagnosis) -> str:
    names = " or ".join(conditions()[at].names[0] if at in conditions() else at for at in requirement.names)
    return " ".join([*(" to ".join(requirement.severity).split()), *requirement.qualifiers, names])


_SYMPTOMS = lore.regex(r"\b(?:symptoms?|episode|pain|hair loss|hives|itch\w*|wheals)\b", re.IGNORECASE)


def judge_lasting(requirement: Lasting, record: Record) -> Verdict:
    """Return the verdict on how long a condition has lasted: its onset on a list, or a sentence with the length."""
    names = requirement.names or record.conditions
    wanted = conditions()[names[0]].names[0] if names else "the symptoms"
    days: list[tuple[int, Fact | Statement]] = []
    for fact in record.facts:
        if fact.kind == "diagnosis" and fact.onset and fact.assertion in _SURE and _is_condition(fact, tuple(names)):
            days.append(((record.request_date - fact.onset).days, fact))
    for statement in record.statements:
        if not (condition_keys(statement.text) & set(names) or _SYMPTOMS.search(statement.text)) or not_yet(
            statement.text
        ):
            continue
        if re.search(r"\b(?:no|denies|without|resolved)\b", statement.text, re.IGNORECASE):
            continue
        lengths = [at for at in find_lengths(statement.text) if not at.at_most]
        if lengths and not find_therapies(statement.text):
            days.append((max(at.days for at in lengths), statement))
    facts = {"wanted": wanted, "needed": f"{requirement.minimum_days} days"}
    long = [at for count, at in days if count >= requirement.minimum_days]
    if long:
        return met("lasting", cite(newest_first(long)), **facts)
    wants = f"since when the patient has had {wanted}"
    return unclear("silent_lasting", cite([at for _, at in days]), wants=wants, **facts)


# ---------------------------------------------------------------- parts of the body

_AFFECTED = wording("findings.affected")
_CLEAR = wording("findings.clear")


def judge_areas(requirement: Areas, record: Record) -> Verdict:
    """Return the verdict on "hands, feet, face ... are affected": the newest examination decides."""
    wanted = ", ".join(requirement.areas)
    affected: list[Statement] = []
    clear: list[tuple[Statement, set[str]]] = []
    for statement in record.saying(*map(area_pattern, requirement.areas)):
        named = {key for key, _ in find_areas(statement.text)} & set(requirement.areas)
        if not named or not_yet(statement.text):
            continue
        if _CLEAR.search(statement.text):
            clear.append((statement, named))
        elif (
            _AFFECTED.search(statement.text)
            and not re.search(r"\b(?:no|denies|without|not)\b", statement.text, re.IGNORECASE)
            and statement.section not in ("review_of_systems", "instructions")
        ):
            affected.append(statement)
    newest_clear = max((at.date for at, _ in clear if at.date), default=None)
    newest_affected = max((at.date for at in affected if at.date), default=None)
    if affected and (newest_clear is None or (newest_affected and newest_affected > newest_clear)):
        return met("areas", cite(newest_first(affected)), wanted=wanted)
    if affected and newest_affected == newest_clear:
        return unclear(
            "areas_unsure", cite(newest_first(affected)), wants=f"which of {wanted} are affected", wanted=wanted
        )
    latest = [(at, named) for at, named in clear if at.date == newest_clear]
    covered = set().union(*(named for _, named in latest)) if latest else set()
    if covered >= set(requirement.areas):
        best = sorted(latest, key=lambda pair: -len(pair[1]))
        return not_met("areas_clear", cite([at for at, _ in best]), wanted=wanted)
    return unclear(
        "silent_areas", cite([at for at, _ in latest]), wants=f"which of {wanted} are affected", wanted=wanted
    )


# ---------------------------------------------------------------- so many words


@cache
def _patterns(concept: str) -> dict[str, re.Pattern[str] | None]:
    entry = data("concepts")[concept]
    return {
        name: lore.regex("|".join(entry[name]), re.IGNORECASE) if entry[name] else None
        for name in ("says", "denies", "open")
    }


_EMPTY_BOX = lore.regex(r"[\[(]\s*[\])]|☐|□|_{3,}")
# "Trained in use of device [X] yes [ ] no": the ticked word is the answer
_TICKED_ANSWER = lore.regex(r"(?:[\[(]\s*[xX✓✔]\s*[\])]|☒|☑)\s*(?P<answer>yes|no)\b", re.IGNORECASE)
_TICKED = lore.regex(r"[\[(]\s*[xX✓✔]\s*[\])]|☒|☑")


@cache
def _asks_for(concept: str) -> re.Pattern[str]:
    return lore.regex("|".join(data("concepts")[concept]["criterion"]), re.IGNORECASE)


def judge_documentation(requirement: Documentation, record: Record) -> Verdict:
    """Return the verdict on something the chart has to state; a plan or an empty box states nothing."""
    name = data("concepts")[requirement.concept]["name"]
    patterns = _patterns(requirement.concept)
    says, denies, later = [], [], []
    for statement in record.saying(_TICKED_ANSWER, *(at for at in patterns.values() if at)):
        text = statement.text
        if answer := _TICKED_ANSWER.search(text):
            if _asks_for(requirement.concept).search(text):
                (says if answer["answer"].lower() == "yes" else denies).append(statement)
            continue
        if (_EMPTY_BOX.search(text) and not _TICKED.search(text)) or not _is_said_of(requirement, text):
            continue
        hit = patterns["says"].search(text) if patterns["says"] else None
        if patterns["denies"] and patterns["denies"].search(text):
            denies.append(statement)
        elif hit and not (patterns["open"] and patterns["open"].search(_around(text, hit))):
            if not re.search(r"\b(?:not|no|never|without)\b[\w\s]{0,20}$", text[: hit.start()], re.IGNORECASE):
                says.append(statement)
        elif (
            patterns["open"] and patterns["open"].search(text) and re.search(name.split()[-1][:6], text, re.IGNORECASE)
        ):
            later.append(statement)
    if says and denies:
        return unclear(
            "contradicted",
            cite(newest_first([*says, *denies])),
            wants=f"{name}, without contradiction",
            drug=name,
            wanted=name,
        )
    if says:
        return met("stated", cite(newest_first(says)), wanted=name)
    if denies:
        return not_met("stated_not", cite(newest_first(denies)), wanted=name)
    return unclear("only_planned" if later else "silent_statement", cite(newest_first(later)), wants=name, wanted=name)


def _is_said_of(requirement: Documentation, text: str) -> bool:
    """Whether a sentence names what the criterion asks it to be said of."""
    if not requirement.of:
        return True
    named = [at.therapy for at in find_therapies(text)]
    return any(within(at, wanted) for at in named for wanted in requirement.of)


def _around(text: str, hit: re.Match[str]) -> str:
    """Return the clause that holds a hit."""
    start = max(text.rfind(mark, 0, hit.start()) for mark in (". ", "; ")) + 1
    ends = [at for mark in (". ", "; ") if (at := text.find(mark, hit.end())) >= 0]
    return text[start : min(ends) if ends else len(text)]


_GOOD = wording("findings.good")
_BAD = wording("findings.bad")


def _responded_to(requirement: Response, record: Record) -> str | None:
    """Return the drug a response is asked of: the one the leaf names, else the requested one."""
    named = {base_of(at.name) for at in requirement.therapies if at.sort == "drug"}
    return record.drug if not named or record.drug in named else named.pop() if len(named) == 1 else None


def judge_response(requirement: Response, record: Record) -> Verdict:
    """Return the verdict on a response to the requested drug: a sentence about that drug that states it."""
    good, bad = [], []
    asked = _responded_to(requirement, record)
    for statement in record.statements:
        drugs = [base_of(at.therapy.name) for at in find_therapies(statement.text) if at.therapy.sort == "drug"]
        if asked is None or asked not in drugs or not_yet(statement.text) or len(set(drugs)) > 1:
            continue
        if _BAD.search(statement.text):
            bad.append(statement)
        elif _GOOD.search(statement.text):
            good.append(statement)
    name = asked or "the drug"
    latest_bad = max((at.date for at in bad if at.date), default=None)
    latest_good = max((at.date for at in good if at.date), default=None)
    if good and (latest_bad is None or (latest_good and latest_good > latest_bad)):
        return met("response", cite(newest_first(good)), drug=name, wanted="a response")
    if bad and not good:
        return not_met("response_none", cite(newest_first(bad)), drug=name, wanted="a response")
    if bad:
        return unclear(
            "contradicted",
            cite(newest_first([*good, *bad])),
            wants=f"the response to {name}",
            drug=name,
            wanted="a response",
        )
    return unclear(
        "silent_response", wants=f"the response to {name}, by an objective measure", drug=name, wanted="a response"
    )


def best_passages(requirement: FreeText, record: Record) -> Verdict:
    """Return UNCLEAR with the sentences that share most words with the criterion: for a person to read."""
    scored = []
    for statement in record.statements:
        low = statement.text.lower()
        shared = sum(1 for term in requirement.terms if term[:6] in low)
        if shared >= max(2, (len(requirement.terms) + 1) // 2) and not not_yet(statement.text):
            scored.append((shared, statement))
    scored.sort(key=lambda pair: (pair[0], pair[1].date.isoformat() if pair[1].date else ""), reverse=True)
    return unclear("free_text" if scored else "free_text_none", cite([at for _, at in scored]), wanted="")
