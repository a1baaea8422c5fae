"""From the words of a leaf to a typed requirement.

Readers are tried from the narrowest to the widest; a leaf of two halves ("..., or has
completed treatment") becomes any-of or all-of, each half read by itself. What no reader
knows is `FreeText`, which nothing in a chart can meet.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.policy.tree import Node
from extractors.vocabulary.conditions import find_conditions
from pipeline.matching import (
    absence_leaves,
    care_kinds,
    changes,
    diagnosis_leaves,
    dose_leaves,
    event_leaves,
    fractures,
    number_leaves,
    patient_leaves,
    pressure,
    stated_leaves,
    studies,
    substances,
    tapering,
    therapy_leaves,
    undone_leaves,
    untaken,
)
from pipeline.matching.asked import stated
from pipeline.matching.bare_courses import with_outcome_of_head
from pipeline.matching.conditioned import with_condition, without_degree
from pipeline.matching.coverage import with_rest
from pipeline.matching.example_diseases import with_example_diseases
from pipeline.matching.examples import without_reasons
from pipeline.matching.further import halves, in_window, with_comorbidity, with_diet, with_further, with_the_rest_of_age
from pipeline.matching.leaf_words import plain, tail_of, without_tags
from pipeline.matching.phrases import find_lengths, find_window
from pipeline.matching.requirements import (
    Absence,
    Age,
    AllOf,
    AnyOf,
    Avoidance,
    ConcurrentTherapy,
    Diagnosis,
    FreeText,
    LabResult,
    Measurement,
    NoConcurrentTherapy,
    Prescriber,
    PriorTherapy,
    Requirement,
    TreatedWith,
    Visit,
)
from pipeline.matching.reworded import reworded
from pipeline.matching.siblings import apart_from_siblings
from pipeline.matching.terms import find_measures, find_therapies, wording
from pipeline.matching.trial_outcomes import is_outcome
from pipeline.matching.trial_qualifiers import is_dose_of_trial
from pipeline.matching.two_bounds import OR, WHO_HAS, two_bounds

# ", or has completed ...", "; or the patient is ...", " OR documentation of ..."
_OR_CLAUSE = lore.regex(
    r"[,;]?\s+(?:or|OR)\s+(?="
    r"(?:the )?(?:patient|member(?!['’])|he|she|there|individual|has|have|is|was|had|documentation)\b"
    r"|(?:completed|unable|intolerant|contraindic)\w*\b)"
)
_AND_CLAUSE = lore.regex(
    r"[,;]?\s+(?:and|AND)\s+(?=(?:the )?(?:patient|member|individual)\b|(?:has|have|is|was|had|meets|weighs|will)\b)"
)
_UNLESS = lore.regex(r"[,;]?\s*\b(?:unless|except (?:if|when|where))\b\s*", re.IGNORECASE)
# "..., contraindication, or intolerance to two of the following therapies (document drug):", "positive for ONE of ..."
_QUANTIFIER = lore.regex(
    r"\s*,?\s*(?:namely\s+)?(?:(?:as |which is )?(?:shown|demonstrated|evidenced) by\s+)?"
    r"(?:at least |any |(?<!treated )with )?"
    r"\b(?:one|two|three|four|all|both|each|any|\d)\b(?:\s*\(\d\))?\s*(?:or more\s+)?of\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_ONE_OF = lore.regex(r"^\s*(?:at least )?(?:one|any) of the following\s*(?:of\s+)?:?\s*", re.IGNORECASE)


def requirement_of(leaf: Node, heads: Sequence[Node] = ()) -> Requirement:
    """Return what a leaf asks for; its notes change it where they say so.

    `heads` are the groups it stands in, outermost first: a leaf that is only a name ("Anti-Smith antibody") is read
    together with the head that says what of it ("Patient is positive for at least ONE of the following"), and a head
    that limits the time ("active disease within the last 90 days, shown by one of") limits it for each leaf below.
    """
    heads = tuple(replace(head, text=stated(head.text)) for head in heads)
    if (said := reworded(stated(leaf.text), heads)) != leaf.text and not leaf.negated:
        leaf = replace(leaf, text=said)
    found = apart_from_siblings(_with_exception(_own_or_led(leaf, heads), leaf), leaf, heads)
    window = next((held[0] for head in reversed(heads) if (held := find_window(without_tags(head.text)))), None)
    return in_window(found, window) if window else found


# "An exception to the requirement for a trial of X can be made if the patient has already tried Y"
_EXCEPTION = lore.regex(r"\bexceptions?\b[^.]*?\bif\b(?P<what>(?:[^.]|\.(?=[a-z]\.|\w))*)", re.IGNORECASE)

_WAIVED = wording("reading.waived")


def _with_exception(found: Requirement, leaf: Node) -> Requirement:
    """Add the other way that a note opens; one that cannot be read keeps the leaf from failing."""
    if not isinstance(found, FreeText) and any(_WAIVED.search(note.text) for note in leaf.notes):
        return AnyOf(options=(found, FreeText()))
    match = next((held for note in leaf.notes if (held := _EXCEPTION.search(note.text))), None)
    if match is None or not isinstance(found, PriorTherapy):
        return found
    other = _read(re.sub(r"\bother than [\w-]+", "", match["what"]).strip(), "", False)
    return AnyOf(options=(found, other if isinstance(other, PriorTherapy) else FreeText()))


def _own_or_led(leaf: Node, heads: Sequence[Node]) -> Requirement:
    text = plain(leaf.text, leaf.notes)
    text = without_reasons(text)
    notes = " ".join(note.text for node in (*heads[-1:], leaf) for note in node.notes)
    if same := _of_the_same(leaf, heads):
        return same
    found = _read(text, notes, leaf.negated)
    if isinstance(found, NoConcurrentTherapy):
        found = _read(_FOOTNOTE.sub("", text), notes, leaf.negated)
    if spared := _spared_of_head(found, text, notes, heads):
        return spared
    if lent := _of_head_therapies(found, text, notes, heads):
        return lent
    if not isinstance(found, FreeText) and not _only_named(found, text) and not _added(found, text):
        return found if leaf.negated else with_example_diseases(found, text, _read)
    for head in reversed(heads):
        lead = _QUANTIFIER.sub("", without_tags(head.text)).strip(" :,;")
        tail = tail_of(without_tags(head.text))
        if len(lead) < 8 or not (find_therapies(text) or find_measures(text) or find_conditions(text)):
            continue
        whole = _read(f"{lead} {_ONE_OF.sub('', text).rstrip(' .;,')}{tail}", notes, leaf.negated)
        whole = therapy_leaves.half_of_leaf(whole, text)
        if isinstance(whole, PriorTherapy) and _counts_its_leaves(head, whole.count) and not _NUMBER.search(text):
            whole = replace(whole, count=1)
        if isinstance(whole, _WITH_HEAD) and not (_added(found, text) and not isinstance(whole, PriorTherapy)):
            return _of_leaf(whole, text)
        break  # the nearest head that says anything is the one meant
    if leaf.negated:
        return found
    return with_example_diseases(with_outcome_of_head(found, text, notes, heads, _read), text, _read)


_NUMBER = lore.regex(r"\b(?:two|three|four|2|3|4)\b", re.IGNORECASE)


def _counts_its_leaves(head: Node, count: int) -> bool:
    """Whether "preventives of two classes, namely both of:" counts the two leaves below it, and not what each holds."""
    number = {"all": len(head.children), "at_least": head.n}.get(head.op)
    return count > 1 and number == count


def _of_head_therapies(found: Requirement, text: str, notes: str, heads: Sequence[Node]) -> PriorTherapy | None:
    """Return "an inadequate response to at least 12 months of treatment" about the drug that the group names.

    "ONE of the following applies to treatment with a bisphosphonate": the leaf says the outcome, the head of what.
    """
    if not isinstance(found, FreeText) or not heads or find_therapies(text) or find_conditions(text):
        return None
    if not is_outcome(text) or is_outcome(heads[-1].text):
        return None
    named = dict.fromkeys(at.therapy.printed for at in find_therapies(without_tags(heads[-1].text)))
    text = re.sub(r",?\s*\b(?:such as|for example|e\.g\.|including)\b(?![^()]*\)).*$", "", text)
    whole = _read(f"{text.rstrip(' .;,')} with {' or '.join(named)}", notes, False) if named else None
    return whole if isinstance(whole, PriorTherapy) else None


def _added(found: Requirement, text: str) -> bool:
    """Whether what reads as a drug taken together is a trial: "montelukast added to an antihistamine for 2 weeks"."""
    return isinstance(found, ConcurrentTherapy) and bool(find_lengths(text))


# the mark of a footnote hides the end of a name: "a Janus kinase inhibitor²"
_FOOTNOTE = lore.regex(r"(?<=[A-Za-z.,;:)])[¹²³⁰⁴-⁹]+")


def _spared_of_head(found: Requirement, text: str, notes: str, heads: Sequence[Node]) -> PriorTherapy | None:
    """Return "Failure of ... ALL of: an NSAID for 2 weeks, unless contraindicated" as the failure that the head asks.

    The leaf alone would ask for nothing but the contraindication.
    """
    match = _SPARED.search(text)
    if not match or not heads or not isinstance(found, PriorTherapy) or "trial" in found.wanted:
        return None
    lead = _QUANTIFIER.sub("", without_tags(heads[-1].text)).strip(" :,;")
    whole = _read(f"{lead} {_ONE_OF.sub('', text[: match.start()])}", notes, False)
    if not isinstance(whole, PriorTherapy) or "inadequate_response" not in whole.wanted:
        return None
    wanted = tuple(dict.fromkeys((*whole.wanted, *found.wanted)))
    return replace(_of_leaf(whole, text), wanted=wanted) if whole.therapies else None


def _of_leaf(whole: Requirement, text: str) -> Requirement:
    """Return a requirement read with its head, about the treatments of the leaf alone.

    "Failure of conservative treatment, which must include: supervised physical therapy": what else the head names
    would let any conservative treatment stand for the physical therapy.
    """
    named = {at.therapy.name for at in find_therapies(text)}
    held = getattr(whole, "therapies", ())
    mine = tuple(at for at in held if at.name in named)
    if isinstance(whole, PriorTherapy) and whole.count > 1 and {at.sort for at in held} == {"drug"} and len(held) == 1:
        whole = replace(whole, count=1)  # the head counts its leaves: "at least TWO preferred products: eszopiclone"
    return replace(whole, therapies=mine) if mine and len(mine) < len(held) else whole


# "This topical corticosteroid was applied daily": the treatment that the leaf before it asks for
_THIS = lore.regex(
    r"^\s*(?:this|these|that|the same)\s+(?P<what>[\w\s-]{3,60}?)\s+(?:was|were|has been|have been)\b", re.IGNORECASE
)


def _referred(leaf: Node, heads: Sequence[Node]) -> PriorTherapy | None:
    """Return the trial that "this drug" in a leaf goes back to: the leaf before it in the same group names it."""
    match = _THIS.match(leaf.text)
    if not match or not heads:
        return None
    siblings = list(heads[-1].children)
    place = next((at for at, held in enumerate(siblings) if held is leaf), 0)
    for before in reversed(siblings[:place]):
        found = requirement_of(before, heads) if before.op == "leaf" and not _THIS.match(before.text) else None
        if isinstance(found, PriorTherapy) and found.count == 1:
            return found
    return None


def _of_the_same(leaf: Node, heads: Sequence[Node]) -> Requirement | None:
    """Return what a leaf asks of the treatment of the leaf before it: for how long, how often, with what outcome."""
    before = _referred(leaf, heads)
    if before is None:
        return None
    notes = " ".join(note.text for node in (*heads[-1:], leaf) for note in node.notes)
    own = _read(leaf.text.replace("was applied", "was tried, applied"), notes, leaf.negated)
    if not isinstance(own, PriorTherapy) or own.besides:
        return None
    return replace(own, therapies=before.therapies, but_not=before.but_not or own.but_not, besides=before.besides)


_WITH_HEAD = (
    PriorTherapy,
    LabResult,
    Measurement,
    Absence,
    NoConcurrentTherapy,
    ConcurrentTherapy,
    TreatedWith,
    Avoidance,
)


def _only_named(found: Requirement, text: str) -> bool:
    """Whether a leaf is no more than the name of a condition, which its head may deny or ask for."""
    return isinstance(found, Diagnosis) and len(text.split()) <= 4


# "..., unless contraindicated", "unless there is a contraindication or intolerance to these medications"
_SPARED = lore.regex(
    r"[,;]?\s*\b(?:unless\b|or\b(?= (?:(?:the )?(?:patient|member|individual) )?(?:has|have|is|there is|cannot)\b))"
    r"[^.;]{0,40}\b(?:contra-?indicat\w+|intoleran\w+"
    r"|not tolerated|not appropriate|clinically inappropriate)[^.;]{0,60}$",
    re.IGNORECASE,
)


_WILL = lore.regex(
    r"\b(?:will|shall|is to) (?:also )?(?:be )?(?:receive|take|use|used|taken|given|on)\b", re.IGNORECASE
)


def _read_spared(text: str, notes: str, depth: int) -> Requirement | None:
    """Return "is receiving a statin, unless contraindicated" as being on it, or barred from it."""
    match = _SPARED.search(text)
    if not match or not (_CURRENTLY.match(text[: match.start()]) or _WILL.search(text[: match.start()])):
        return None
    on_it = _read(text[: match.start()], notes, False, depth)
    if not isinstance(on_it, (TreatedWith, ConcurrentTherapy)):
        return None
    return AnyOf(options=(on_it, PriorTherapy(therapies=on_it.therapies, wanted=("contraindication", "intolerance"))))


def _read(text: str, notes: str, negated: bool, depth: int = 0) -> Requirement:
    if not negated and (spared := _read_spared(text, notes, depth)):
        return spared
    if depth < 2 and (bounds := two_bounds(text)):
        ways = tuple(_read(part, notes, negated, depth + 1) for part in bounds)
        if isinstance(ways[0], Measurement):
            window = find_window(text)
            return in_window(AnyOf(options=ways), window[0]) if window else AnyOf(options=ways)
    whole = _single(text, notes, negated)
    if isinstance(whole, FreeText):
        whole = None
    if whole and whole.besides is None and isinstance(whole, (Measurement, PriorTherapy, TreatedWith, Diagnosis)):
        whole = with_further(whole, text)
    if isinstance(whole, Age):
        whole = with_the_rest_of_age(whole, text)
    whole = with_condition(whole, text) if isinstance(whole, Measurement) else whole
    if whole:
        whole = with_diet(with_comorbidity(without_degree(with_rest(whole, text), text), text), text)
    if depth < 2 and isinstance(whole, Measurement) and whole.besides and (ways := _two_ways(text, notes, depth)):
        return ways
    if depth < 2:
        for pattern, kind in ((_OR_CLAUSE, AnyOf), (_AND_CLAUSE, AllOf)):
            parts = halves(text, pattern)
            if len(parts) < 2 or _one_thing(whole, text):
                continue
            options = [_read(part, notes, negated, depth + 1) for part in parts]
            if any(not isinstance(at, FreeText) for at in options):
                return kind(options=tuple(options))
    return whole or FreeText(terms=tuple(patient_leaves.content_words(text)))


def _two_ways(text: str, notes: str, depth: int) -> AnyOf | None:
    """Return "demyelinating disease, or heart failure of NYHA class III or IV" as its two ways, each read whole."""
    lead = WHO_HAS.match(text)
    for match in OR.finditer(text):
        behind = f"{lead[0] if lead else ''}{text[match.end() :]}"
        ways = [_read(part, notes, False, depth + 1) for part in (text[: match.start()], behind)]
        if any(at.besides or isinstance(at, FreeText) for at in ways):
            continue
        if sum(isinstance(at, Measurement) or _with_value(at) for at in ways) == 1 and not find_window(text):
            return AnyOf(options=tuple(ways))
    return None


def _with_value(found: Requirement) -> bool:
    return isinstance(found, AllOf) and any(isinstance(at, Measurement) for at in found.options)


def _one_thing(whole: Requirement | None, text: str) -> bool:
    """Whether the reading of the whole leaf already holds both halves ("intolerant of X or has a contraindication")."""
    of_trials = isinstance(whole, AllOf) and any(isinstance(at, PriorTherapy) for at in whole.options)
    if isinstance(whole, PriorTherapy) or of_trials:
        return not re.search(r"years of age|diagnos|prescribed by", text, re.IGNORECASE)
    return isinstance(whole, (NoConcurrentTherapy, Absence, Prescriber, Visit, *care_kinds.WHOLE))


_CURRENTLY = lore.regex(
    r"^(?:the )?(?:patient|member|individual)?\s*(?:is|are|has been)\s+(?:being |currently |stable |established )*"
    r"(?:on|taking|treated|receiving|using|treated with)\b"
    r"(?!.*\b(?:fail|inadequate|intoleran|contraindic|tried))",
    re.IGNORECASE,
)


def _chained(made: Requirement, found: Requirement) -> Requirement:
    """Return the requirement with both of its other readings, one behind the other."""
    if found.otherwise is None or made.otherwise is None or made.otherwise is found.otherwise:
        return made
    return replace(made, otherwise=replace(found.otherwise, otherwise=made.otherwise))


def _single(text: str, notes: str, negated: bool) -> Requirement | None:
    for reader in (
        lambda at: dose_leaves.read_schedule(at) if not negated else None,
        lambda at: dose_leaves.read_dose(at) if not negated else None,
        patient_leaves.read_age,
        patient_leaves.read_visit,
        patient_leaves.read_prescriber,
        lambda at: stated_leaves.read_function(at) if not negated else None,
        lambda at: dose_leaves.read_received(at) if not negated else None,
        lambda at: undone_leaves.read_undone(at) if not negated else None,
        lambda at: substances.read_unused(at) if not negated else None,
        lambda at: untaken.read_untaken(at) if not negated else None,
        lambda at: changes.read_change(at) if not negated else None,
        lambda at: fractures.read_fracture(at) if not negated else None,
        lambda at: care_kinds.read_care(at) if not negated else None,
        lambda at: therapy_leaves.read_combination(at, negated),
        therapy_leaves.read_avoidance,
        lambda at: None if is_dose_of_trial(at) else patient_leaves.read_documentation(at),
        lambda at: therapy_leaves.read_breakthrough(at) if not negated else None,
        lambda at: tapering.read_taper(at) if not negated else None,
        lambda at: event_leaves.read_events(at) if not negated else None,
        lambda at: pressure.read_pressure(at) if not negated else None,
        lambda at: None if absence_leaves.DENIED_SCALE.search(at) else number_leaves.read_number(at),
        lambda at: studies.read_study(at) if not negated else None,
        therapy_leaves.read_response,
        lambda at: therapy_leaves.read_current(at) if _CURRENTLY.match(at) else None,
        lambda at: therapy_leaves.read_prior(at, notes),
        therapy_leaves.read_current,
        patient_leaves.read_areas,
        lambda at: absence_leaves.read_absence(at, negated),
        patient_leaves.read_lasting,
        diagnosis_leaves.read_known,
        lambda at: diagnosis_leaves.read_by_name(at) if not negated else None,
        lambda at: stated_leaves.read_stated(at, negated),
    ):
        if found := reader(text):
            return _chained(stated_leaves.with_stated(found, text, negated), found)
    return None
