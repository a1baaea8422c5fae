"""Treatment that has to go on beside the requested drug: "will continue maintenance asthma treatment"."""

import re
from functools import cache

from extractors import lore
from extractors.chart.facts import Statement
from extractors.vocabulary.drugs import drug
from pipeline.matching.care_requirements import Continuing
from pipeline.matching.clauses import clause_of, of_a_relative
from pipeline.matching.naming import joined, names_of
from pipeline.matching.record import Record, cite, newest_first, not_yet, once
from pipeline.matching.requirements import Requirement, Therapy
from pipeline.matching.terms import Mention, base_of, belongs, data, find_therapies, within, wording
from pipeline.matching.together import current_of, is_recent, negated_at
from pipeline.matching.verdict import Verdict, met, not_met, unclear

_ASKS = wording("continuing.asks")
_GOES_ON = wording("continuing.goes_on")
_GOES_ON_BEHIND = wording("continuing.goes_on_behind")
_WITH_IT = wording("continuing.with_it")
_ENDS = wording("continuing.ends")
_SPARED = lore.regex(
    r"[,;]?\s*\b(?:unless (?:\w+ )?(?:contra-?indicated|not tolerated)|(?:if|as) tolerated)\b[^.;]{0,30}$",
    re.IGNORECASE,
)
# "continue Symbicort until dupilumab works, then stop it"
_FOR_A_WHILE = lore.regex(
    r"\b(?:until|for now|for the time being|then (?:stop|discontinue|taper|wean)|and (?:then )?(?:stop|wean|taper))",
    re.I,
)
_FUTURE = lore.regex(r"\bwill\b|\bto be\b|\bshall\b|\bmust\b|\bplans? to\b", re.IGNORECASE)
_ITSELF = lore.regex(
    r"\s*(?:it|this|these|them|that|the same)\b(?=[^.;]{0,20}\b(?:while|with"
    r"|together|during|along))",
    re.IGNORECASE,
)
_PLAIN = frozenset(data("plain_words")["continuing"])


@cache
def _groups() -> tuple[tuple[Therapy, re.Pattern[str]], ...]:
    made = []
    for key, entry in data("continuing").items():
        parts = tuple(Therapy(name=name, sort="class", printed=name) for name in entry["parts"])
        parts += tuple(Therapy(name=name, sort="drug", printed=name) for name in entry.get("drugs", ()))
        if unknown := [name for name in entry.get("drugs", ()) if drug(name) is None]:
            raise ValueError(f"continuing.yaml: {key}: {unknown} are no drugs of the vocabulary")
        pattern = lore.regex(r"\b(?:" + "|".join(entry["names"]) + r")\b", re.IGNORECASE)
        made.append((Therapy(name=key, sort="class", printed=key, parts=parts), pattern))
    return tuple(made)


def group_named(text: str) -> Therapy | None:
    """Return the treatment that a criterion names by what it does ("controller therapy"), None where it names none."""
    return next((therapy for therapy, pattern in _groups() if pattern.search(text)), None)


def read_continuing(text: str) -> Requirement | None:
    """Return "member will continue to use maintenance asthma treatments in combination with the requested drug"."""
    spared = _SPARED.search(text)
    text = text[: spared.start()] if spared else text
    asks = _ASKS.search(text)
    if not asks or re.search(r"\b(?:not|never|unless|fail\w*|inadequate\w*|despite|tried|response)\b", text, re.I):
        return None
    groups = [(at.span(), therapy) for therapy, pattern in _groups() if (at := pattern.search(text))]
    spans = [span for span, _ in groups]
    named = [
        at for at in find_therapies(text) if at.start >= asks.start() and not any(a <= at.start < b for a, b in spans)
    ]
    if _ITSELF.match(text, asks.end()):  # "on a statin and will continue it while on Repatha"
        named = [at for at in find_therapies(text) if at.end <= asks.start()]
    therapies = tuple({at.name: at for at in [*(held for _, held in groups), *(at.therapy for at in named)]}.values())
    if not therapies or len(therapies) > 4:
        return None
    spans += [(at.start, at.end) for at in find_therapies(text)]
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    further = [
        at for at in dict.fromkeys(re.findall(r"[a-z][a-z-]{3,}", _ASKS.sub(" ", text).lower())) if at not in _PLAIN
    ]
    if len(further) > 3:
        return None
    either = bool(re.search(r"\bor\b", text))
    return Continuing(
        therapies=therapies,
        every=len(therapies) > 1 and not either,
        planned=bool(_FUTURE.search(text) or re.search(r"\bcombination\b|\btogether\b", text)),
        spared=bool(spared),
        besides=" ".join(further) or None,
    )


def judge_continuing(requirement: Continuing, record: Record) -> Verdict:
    """Return the verdict on a treatment that has to go on: the newest plan keeps it, or says that it ends."""
    therapies = [at for at in requirement.therapies if base_of(at.name) != record.drug]
    wanted = names_of(tuple(therapies), "and" if requirement.every else "or")
    kept, ended = [], []
    for therapy in therapies:
        on, off = _told(therapy, record)
        if not on and not requirement.planned:
            on = [(name, held[0].statement) for name, held in current_of(therapy.parts or (therapy,), record).items()]
        kept.append(on)
        ended += off
    drugs = list(dict.fromkeys(name for on in kept for name, _ in on))
    facts = {"wanted": wanted, "drug": joined(drugs[:3]) if drugs else wanted}
    wants = f"that {wanted} goes on together with it"
    keeps = [at for on in kept for _, at in on]
    if ended and keeps:
        return unclear("contradicted", cite(newest_first(once([*keeps, *ended]))), wants=wants, **facts)
    if ended and requirement.spared:
        return unclear("silent_continuing", cite(newest_first(once(ended))), wants=wants, **facts)
    if ended:
        return not_met("continuing_ends", cite(newest_first(once(ended))), **facts)
    if keeps and (all(kept) or not requirement.every):
        return met("continuing", cite(newest_first(once(keeps))), **facts)
    return unclear("silent_continuing", cite(keeps), wants=wants, **facts)


def _told(therapy: Therapy, record: Record) -> tuple[list[tuple[str, Statement]], list[Statement]]:
    """Return the drugs that sentences of the newest visits keep, each with its sentence; and those that end them."""
    kept, ended = [], []
    for statement in record.statements:
        if statement.cells or not is_recent(statement.date, record):
            continue
        text = statement.text
        mentions = find_therapies(text)
        requested = any(base_of(at.therapy.name) == record.drug for at in mentions)
        for mention in mentions:
            if base_of(mention.therapy.name) == record.drug or not _is(mention.therapy, therapy):
                continue
            if of_a_relative(clause_of(text, mention.start, mention.end)):
                continue
            if _ends(text, mention):
                ended.append(statement)
            elif not not_yet(text) and not negated_at(text, mention) and _goes_on(text, mention, requested):
                kept.append((base_of(mention.therapy.name), statement))
    newest = max((at.date for at in [*ended, *(at for _, at in kept)] if at.date), default=None)
    return [at for at in kept if at[1].date == newest], [at for at in ended if at.date == newest]


def _is(named: Therapy, wanted: Therapy) -> bool:
    for part in wanted.parts or (wanted,):
        if named.sort == "class" and within(named, part):
            return True
        if named.sort != "class" and belongs(named.name, part):
            return True
    return False


def _goes_on(text: str, mention: Mention, requested: bool) -> bool:
    """Whether a sentence keeps a treatment: "continue Breo", "Breo will go on", "with her statin kept"."""
    lead = re.split(r"[.;]\s", text[: mention.start])[-1]
    behind = re.split(r"[.;]\s", text[mention.end :])[0]
    if _FOR_A_WHILE.search(behind):
        return False
    if _GOES_ON.search(lead) or _GOES_ON_BEHIND.search(behind):
        return True
    return requested and bool(_WITH_IT.search(text))


def _ends(text: str, mention: Mention) -> bool:
    """Whether a sentence ends a treatment: "stop Breo once dupilumab begins", "montelukast will be stopped"."""
    lead = re.split(r"[.;,]\s|\band\b|\bbut\b", text[: mention.start])[-1]
    behind = re.split(r"[.;,]\s|\bbut\b", text[mention.end :])[0]
    return bool(
        _ENDS.search(lead) or re.search(r"^[^.;]{0,20}\b(?:will be|is|are|was|to be) (?:stop|disc|taken off)", behind)
    )
