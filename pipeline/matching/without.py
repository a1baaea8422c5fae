"""What may not be taken beside the requested drug: each named treatment has to be ruled out in words.

"Will not be used in combination with another biologic": a sentence about what is given together, a plan that says
"no X", a single drug ("monotherapy", "the only CGRP drug"), or "no other osteoporosis drug" where the criterion
names drugs for osteoporosis. What goes on beside it fails the criterion; a list that shows it leaves it open.
"""

import re

from extractors import lore
from extractors.chart.facts import Statement
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import members
from pipeline.matching.denials import clause_at, in_plan
from pipeline.matching.naming import joined, names_of
from pipeline.matching.record import Record, cite, newest_first, once
from pipeline.matching.requirements import NoConcurrentTherapy, Therapy
from pipeline.matching.terms import Mention, base_of, belongs, condition_keys, data, find_therapies, within, wording
from pipeline.matching.together import NO, current_of, is_recent, negated_at
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_ALONE = lore.regex(
    r"\bmonotherapy\b|\bby itself\b|\b(?:will be (?:used|given|taken)|used|given|taken) alone\b|\bon its own\b"
    r"|\b(?:the |her |his )?(?:sole|only) (?:agent|drug|therapy|treatment|medication)\b(?! for)",
    re.IGNORECASE,
)
_NOT_ALONE = lore.regex(
    r"\b(?:fail\w*|after|than|prior|previous|if|was|were|had|tried|despite|during)\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# what was, and not what will be
_WAS = lore.regex(r"\b(?:tried|helped|worked|was|were|has|had|have)\b", re.IGNORECASE)
_WILL = lore.regex(r"\b(?:will|is|are|to be|going to|with it|planned)\b", re.IGNORECASE)
_ALONGSIDE = wording("together.alongside")
_PAST = wording("together.past")
_GOES_ON = wording("together.goes_on")
_OPEN = wording("without.open")
_NOT_FOR_GOOD = wording("without.not_for_good")
_OTHER_DRUGS = wording("without.other_drugs")
_ACUTE = lore.regex(
    r"\bacute\b|\babortive\b|\bat (?:the )?onset\b|\bas[- ]needed\b|\bprn\b|\brescue\b"
    r"|\b(?:at|for|with|during) (?:an? |the |each |every |migraine |headache )*attacks?\b",
    re.IGNORECASE,
)
# "dupilumab will not be used with it"
_NOT_USED = lore.regex(
    r"^(?:\s+\([^)]*\))?(?:,?\s+(?:and|or)\s+[\w-]+)?\s+(?:will|is|are|must|should|shall) "
    r"(?:not|never) (?:to )?(?:be )?(?:used|given|taken|combined|added|continued|prescribed|co-?administered"
    r"|restarted|taken up)\b",
    re.IGNORECASE,
)
_ONLY = lore.regex(r"\b(?:only|sole)\s+$", re.IGNORECASE)
# "tofacitinib 5 mg twice daily continues with tocilizumab"
_STAYS = lore.regex(
    r"^[\s\w.,/%-]{0,40}?\b(?:continues|goes on|will (?:go on|continue|stay)|stays|is (?:kept|continued))\b"
    r"[^.;]{0,20}\b(?:with|beside|alongside)\b",
    re.IGNORECASE,
)
_JOINT = lore.regex(r"\b(?:together|in combination|along|concurrent\w*|concomitant\w*)\b", re.IGNORECASE)
_IT = lore.regex(r"^\W*(?:it|this|the drug|this drug|the medication)\b", re.IGNORECASE)
# what may stand before the name of a class without narrowing it: "no other biologic", not "no other IL-5 biologic"
_BEFORE_CLASS = frozenset(data("negative_words")["before_class"])


def judge_no_concurrent(requirement: NoConcurrentTherapy, record: Record) -> Verdict:
    """Return the verdict on "will not be used together with A, B or C": each one has to be ruled out in words."""
    others = tuple(at for at in requirement.therapies if at.sort != "drug" or base_of(at.name) != record.drug)
    wanted = names_of(others)
    if kept := _kept(requirement, record):
        names, statements = kept
        return not_met("kept", cite(statements), drug=joined(names), wanted=wanted)
    proofs: list[Statement] = []
    open_ones: list[Therapy] = []
    for therapy in _single_therapies(requirement.therapies, record):
        denials = _ruled_out(therapy, requirement, record) or _all_members(therapy, requirement, record)
        if denials:
            proofs += denials if therapy.sort == "class" and len(denials) > 1 and _is_list(denials) else denials[:1]
        else:
            open_ones.append(therapy)
    active = current_of(requirement.therapies, record)
    if requirement.preventive:
        active = {name: held for name, held in active.items() if not all(_acute(at.statement.text) for at in held)}
    if active:
        facts = [at for held in active.values() for at in held]
        return unclear(
            "listed",
            cite(facts),
            wants=f"that {joined(list(active))} is stopped when it begins",
            drug=joined(list(active)),
            wanted=wanted,
        )
    if not open_ones:
        return met("ruled_out", cite(newest_first(once(proofs))), drug=wanted, wanted=wanted)
    missing = names_of(tuple(open_ones))
    return unclear(
        "silent_apart", cite(proofs), wants=f"that it will not be taken together with {missing}", wanted=missing
    )


def _is_list(denials: list[Statement]) -> bool:
    return len({id(at) for at in denials}) > 1


def _acute(text: str) -> bool:
    """Whether a drug is taken for the attack and not to prevent it, in the chart's own words."""
    return bool(_ACUTE.search(text)) and not re.search(r"\bprevent|\bprophyla|\bdaily\b", text, re.IGNORECASE)


def _single_therapies(therapies: tuple[Therapy, ...], record: Record) -> list[Therapy]:
    """Return the therapies with groups opened ("targeted immunomodulator"), without the requested drug itself."""
    opened = [part for at in therapies for part in (at.parts or (at,))]
    return [at for at in opened if at.sort != "drug" or base_of(at.name) != record.drug]


def _all_members(therapy: Therapy, requirement: NoConcurrentTherapy, record: Record) -> list[Statement]:
    """Return the sentences that rule out every other drug of a small class, each by its name."""
    if therapy.sort != "class" or therapy.parts:
        return []
    others = {base_of(at) for at in members(therapy.name)}
    if record.drug not in others or not 1 <= len(others) - 1 <= 5:
        return []
    found = []
    for name in sorted(others - {record.drug}):
        denials = _ruled_out(Therapy(name=name, printed=name), requirement, record)
        if not denials:
            return []
        found.append(denials[0])
    return once(found)


def _ruled_out(therapy: Therapy, requirement: NoConcurrentTherapy, record: Record) -> list[Statement]:
    """Return sentences that rule a therapy out beside the requested drug, newest first."""
    found = [
        statement
        for statement in record.may_say(_ALONE, _OTHER_DRUGS, _ONLY, _NOT_USED, NO)
        if is_recent(statement.date, record)
        and (
            _says_alone(statement, record)
            or _no_other_for(statement.text, requirement, record)
            or any(
                _rules_out(statement, mention, therapy, requirement, record)
                for mention in find_therapies(statement.text)
            )
        )
    ]
    return newest_first(once(found))


def _says_alone(statement: Statement, record: Record) -> bool:
    """Whether a sentence gives the requested drug alone: "secukinumab will be used as monotherapy"."""
    text = statement.text
    match = _ALONE.search(text)
    if not match or not record.drug:
        return False
    clause = _clause(text, match.start(), match.end())
    if (
        open_to_change(clause)
        or _NOT_ALONE.search(clause)
        or re.search(r"\b(?:not?|never|nor)\b", text[: match.start()])
    ):
        return False
    named = [base_of(at.therapy.name) for at in find_therapies(text) if at.therapy.sort == "drug"]
    if not named and _IT.match(text):
        named = [base_of(at.therapy.name) for held in record.before(statement, 2) for at in find_therapies(held.text)]
        return bool(named) and set(named) == {record.drug}
    return record.drug in named


def _rules_out(
    statement: Statement, mention: Mention, therapy: Therapy, requirement: NoConcurrentTherapy, record: Record
) -> bool:
    """Whether a sentence rules out what it names here, and that holds the therapy."""
    text = statement.text
    if not within(therapy, mention.therapy) or _narrowed(text, mention, record):
        return False
    clause = _clause(text, mention.start, mention.end)
    behind = re.match(r"\s+for\s+[^.;,]{3,40}", text[mention.end :])
    if behind and condition_keys(behind[0]) - {*requirement.purpose, *record.conditions}:
        return False  # "no other biologic for his eczema" leaves one for another disease open
    if open_to_change(clause) or _PAST.search(clause) or (_WAS.search(clause) and not _WILL.search(clause)):
        return False
    if _ONLY.search(text[: mention.start]):
        return True
    if not negated_at(text, mention) and not _NOT_USED.match(text[mention.end :]):
        return False
    if _NOT_ON_LIST.search(text[mention.start :]) and not _WAS.search(clause):
        return True
    return bool(_ALONGSIDE.search(clause)) or _plans_none(statement, clause, record)


# "No strong CYP3A4 inhibitor on her list"
_NOT_ON_LIST = lore.regex(
    r"^[^.;]{0,60}?\b(?:on|in)\s+(?:the |her |his |their )?(?:current |medication |med |drug )*list\b", re.IGNORECASE
)


def _clause(text: str, start: int, end: int) -> str:
    left, right = clause_at(text, start, end)
    return text[left:right]


def _narrowed(text: str, mention: Mention, record: Record) -> bool:
    """Whether the word before a class takes only a part of it: "no other IL-5 biologic" leaves the rest open."""
    before = re.search(r"([\w/-]+)\s+$", text[: mention.start])
    if mention.therapy.sort != "class" or not before or before[1].lower() in _BEFORE_CLASS:
        return False
    return not condition_keys(before[1]) & set(record.conditions)


def _plans_none(statement: Statement, clause: str, record: Record) -> bool:
    """Whether "No voclosporin." stands in the plan that gives the requested drug."""
    if not re.match(r"^\W*(?:and\s+)?no\b", clause, re.IGNORECASE) or _NOT_FOR_GOOD.search(clause):
        return False
    return in_plan(record, statement) and any(
        at.date == statement.date
        and at.evidence.document == statement.evidence.document
        and in_plan(record, at)
        and any(base_of(named.therapy.name) == record.drug for named in find_therapies(at.text))
        for at in record.statements
    )


def _no_other_for(text: str, requirement: NoConcurrentTherapy, record: Record) -> bool:
    """Whether a sentence denies every other drug for what the criterion names: "no other osteoporosis drug with it"."""
    for match in _OTHER_DRUGS.finditer(text):
        clause = _clause(text, match.start(), match.end())
        if open_to_change(clause) or _PAST.search(clause):
            continue
        said = f"{match['what']} {match['behind'] or ''}"
        named = {at.key for at in find_conditions(said)}
        rest = said
        for at in reversed(find_conditions(said)):
            rest = rest[: at.start] + " " + rest[at.end :]
        words = set(re.findall(r"[a-z-]{3,}", rest.lower())) - {"for", "her", "his", "the", "with", "and"}
        if requirement.preventive:
            words -= {"preventive", "preventative", "prevention", "prophylactic", "daily"}
        if words:
            continue
        if named and named <= set(requirement.purpose or record.conditions) and requirement.purpose:
            return True
        if not named and re.search(r"\b(?:with it|together|in combination|alongside|will be)\b", clause, re.IGNORECASE):
            return True
    return False


def open_to_change(text: str) -> bool:
    """Whether words only consider ("will consider adalimumab"); a decision for the future is not that."""
    return bool(_OPEN.search(text))


def _kept(requirement: NoConcurrentTherapy, record: Record) -> tuple[list[str], list[Statement]] | None:
    """Return what is to go on beside the requested drug although it may not, and the sentences that say so."""
    names, statements = [], []
    for statement in newest_first(record.may_say(_GOES_ON, _STAYS, _JOINT)):
        text = statement.text
        if statement.cells or not is_recent(statement.date, record) or open_to_change(text):
            continue
        mentions = find_therapies(text)
        with_it = bool(record.drug) and any(base_of(at.therapy.name) == record.drug for at in mentions)
        for mention in mentions:
            name = base_of(mention.therapy.name)
            if mention.therapy.sort != "drug" or name == record.drug or negated_at(text, mention):
                continue
            if not any(belongs(name, at) for at in requirement.therapies):
                continue
            lead = text[: mention.start]
            if requirement.preventive and _acute(text):
                continue
            goes_on = _GOES_ON.search(lead) and not re.search(r"\buntil\b|\bthen stop|\btaper", text, re.IGNORECASE)
            joint = with_it and _JOINT.search(text)
            stays = with_it and _STAYS.match(text[mention.end :])
            if stays or (goes_on and (with_it or _in_plan_of_request(statement, record))) or joint:
                names.append(name)
                statements.append(statement)
    return (list(dict.fromkeys(names)), once(statements)) if names else None


def _in_plan_of_request(statement: Statement, record: Record) -> bool:
    """Whether "Continue azathioprine 100 mg" stands in the plan that begins the requested drug."""
    if _NOT_FOR_GOOD.search(statement.text) or not record.drug or not in_plan(record, statement):
        return False
    return any(
        at.evidence.page == statement.evidence.page
        and at.evidence.document == statement.evidence.document
        and in_plan(record, at)
        and re.search(r"\b(?:start|begin|initiate|prescribe|request|add)\w*\b", at.text, re.IGNORECASE)
        and any(base_of(named.therapy.name) == record.drug for named in find_therapies(at.text))
        for at in record.statements
    )
