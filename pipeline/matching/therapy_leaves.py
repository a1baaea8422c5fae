"""Criteria about treatment: tried, tolerated, taken together, to be avoided."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors import lore
from extractors.vocabulary.conditions import find_conditions
from pipeline.matching.examples import EXAMPLES
from pipeline.matching.often import times_a_day
from pipeline.matching.phrases import COUNT, find_lengths, find_window, number_of
from pipeline.matching.requirements import (
    AllOf,
    Avoidance,
    ConcurrentTherapy,
    FreeText,
    NoConcurrentTherapy,
    PriorTherapy,
    Requirement,
    Response,
    Therapy,
    TreatedWith,
)
from pipeline.matching.terms import Mention, base_of, belongs, find_therapies, wording
from pipeline.matching.trial_doses import dose_asked
from pipeline.matching.trial_outcomes import INADEQUATE, is_outcome, wanted_of
from pipeline.matching.trial_qualifiers import find_breakthrough, find_join, find_multiple, find_shown_by

# "will not be used together with", "Use with another biologic" (of an exclusion), "not in combination with"
_NOT_WITH = wording("therapy_leaves.not_with")
_USE_WITH = lore.regex(
    r"\b(?:use|used|combination|concurrent\w*|concomitant\w*|together|given)\b[^.;]{0,40}\bwith\b", re.IGNORECASE
)
# "will be used together with", "in combination with", "added to", "on background", "concurrent use of"
_WITH = wording("therapy_leaves.with")
_AVOID = wording("therapy_leaves.avoid")
_ON_NOW = wording("therapy_leaves.on_now")
_RESPONSE = wording("therapy_leaves.response")
_EVERY = lore.regex(r"\b(?:all|both|each) of\b|\ball (?:three|four|the following)\b|\bBOTH\b|\bALL\b")
# "one agent from each of two different classes": some of the classes, not all that are listed
_EACH_OF_SOME = lore.regex(r"\beach of (?:at least )?(?:two|three|2|3)\b", re.IGNORECASE)
_COUNT = wording("therapy_leaves.count")
DOSES = lore.regex(
    rf"(?:at least |minimum of )?\b({COUNT})"
    r"(?:\s*\(\d+\))?\s+(?:treatments\b|(?:[\w-]+\s+){0,3}?(?:doses|injections|infusions|sessions)\b)",
    re.IGNORECASE,
)
_OF_TRIALS = wording("therapy_leaves.of_trials")
_EXAMPLES_ARE = lore.regex(r"\bexamples?\b[^.:]{0,60}?(?:\binclude|\bare|\bis|:)\s*(?P<what>[^.]+)", re.IGNORECASE)
# "ONE systemic therapy", "a conventional agent": a kind of treatment that only a note can name
_KIND_OF = lore.regex(r"\b(?:therap(?:y|ies)|agents?|drugs?|medications?|treatments?|products?)\b", re.IGNORECASE)
_SEVERAL = lore.regex(r"\bboth\b|\bcombination therapy\b|\bdual therapy\b|\btriple therapy\b", re.IGNORECASE)
_NOT_COUNTED = wording("therapy_leaves.not_counted")
_APART = wording("therapy_leaves.apart")
_COUNT_ONCE = wording("therapy_leaves.count_once")


_TO_PREVENT = lore.regex(
    r"\bfor (?:the )?(?:\w+ ){0,3}(?:prevent\w*|prophyla\w*)|\b(?:preventive|prophylactic) (?:use|therapy)", re.I
)


def read_combination(text: str, negated: bool) -> Requirement | None:
    """Return what may not, or must, be taken beside the requested drug."""
    mentions = find_therapies(text)
    forbidden = _NOT_WITH.search(text)
    if negated and not forbidden and _USE_WITH.search(text):
        forbidden = _USE_WITH.search(text)
    if forbidden and not _speaks_of_trials(text):
        others = _listed(mentions, text, after=forbidden.end())
        purpose = tuple(dict.fromkeys(at.key for at in find_conditions(text)))
        if not others and purpose and (unnamed := _UNNAMED.search(text, forbidden.start())):
            others = (Therapy(name=unnamed[0].lower(), sort="care", printed=unnamed[0]),)
        if others:
            return NoConcurrentTherapy(therapies=others, preventive=bool(_TO_PREVENT.search(text)), purpose=purpose)
    together = _WITH.search(text)
    if together and not forbidden and not negated and not _speaks_of_trials(text):
        others = _listed(mentions, text, after=together.start()) or _listed(mentions, text)
        if others:
            count = _count(text, find_lengths(text)) or 1
            return ConcurrentTherapy(
                therapies=others,
                count=count,
                every=count == 1 and len(others) == 2 and _are_a_pair(text, mentions[-2:]),
            )
    return None


# "with other monoclonal antibodies for asthma": drugs that only their purpose names
_UNNAMED = lore.regex(
    r"\b(?:any other|another|other|additional)\s+(?:[\w-]+\s+){0,3}?(?:drugs?|agents?|medications?|medicines?|products?"
    r"|treatments?|therap(?:y|ies)|antibod(?:y|ies)|inhibitors?)"
    r"\s+(?:used |indicated |approved )?(?:for|to treat)\s+[^.;()]{3,60}",
    re.IGNORECASE,
)
_BOTH = lore.regex(
    r"^\W*(?:(?:together|in combination|combined)\s+)?(?:with|plus|and)(?:\s+(?:a|an|the))?\s+$", re.IGNORECASE
)


def _are_a_pair(text: str, mentions: list[Mention]) -> bool:
    """Whether two treatments are asked for as one: "cyclophosphamide with a corticosteroid"."""
    return bool(_BOTH.match(text[mentions[0].end : mentions[1].start]))


def _speaks_of_trials(text: str) -> bool:
    return bool(_OF_TRIALS.search(text))


def read_avoidance(text: str) -> Requirement | None:
    """Return "has a clinical reason to avoid all of A, B and C"."""
    if not (match := _AVOID.search(text)):
        return None
    others = _listed(find_therapies(text), text, after=match.start())
    return Avoidance(therapies=others, every=not re.search(r"\b(?:any|one|either) of\b", text)) if others else None


# "has not previously failed adalimumab" asks for the opposite of a failure, "has not responded" for a failure
_NOT_FAILED = lore.regex(r"\b(?:has|have|had|did) not (?:previously |yet |already )?fail", re.IGNORECASE)
# "has received fewer than 12 doses": a ceiling, no trial
_AT_MOST = lore.regex(
    r"\b(?:fewer than|less than|no more than|not more than|at most|up to)\s+\w+\s+(?:\w+\s+)?"
    r"(?:doses|injections|infusions|courses|weeks|months|years|cycles)\b|\b(?:has|have) not (?:yet )?received\b",
    re.IGNORECASE,
)


# "applied daily for 28 consecutive days"; "a daily dose of" is none of it
_DAILY = lore.regex(
    r"\b(?:applied|used|taken|inhibitor|therapy|treatment)\s+(?:every day|daily)\b|\bdaily (?:use|application|for)\b",
    re.IGNORECASE,
)


# "two statins, one of which must be atorvastatin", "two DMARDs, including methotrexate"; not "(including ...)"
_ONE_OF_WHICH = lore.regex(
    r",?\s*(?:\b(?:at least )?one of (?:which|these|them)\b"
    r"(?: (?:drugs?|agents?|must|should|has|have|is|was|to|be|include[sd]?))*"
    r"|\bincluding\b(?! but not limited))"
    r"(?=[^()]*(?:\([^()]*\)[^()]*)*$)\s*(?P<what>.+)$",
    re.IGNORECASE,
)
# "a TNF inhibitor other than certolizumab": what does not count
_OTHER_THAN = lore.regex(
    r"\b(?:other than|excluding|except(?: for)?|not including|apart from|but not|with the exception of)\s+"
    r"(?P<what>[^.;()]+)",
    re.IGNORECASE,
)


def read_prior(text: str, notes: str = "") -> Requirement | None:
    """Return a prior trial, failure, intolerance or contraindication; two where one drug of several is prescribed."""
    if _AND_WILL.search(text) or (_NONE.match(text) and not is_outcome(text)):
        return None  # "has failed lactulose and will use rifaximin": two things; "No opioid was taken": the opposite
    match = _ONE_OF_WHICH.search(text)
    if match is None or not find_therapies(match["what"]):
        return _read_trial(text, notes)
    if not find_therapies(text[: match.start()]):
        return _of_lines(_read_trial(text, notes), text[: match.start()])
    whole = _read_trial(text[: match.start()], notes)
    parts = _listed(find_therapies(match["what"]), match["what"])
    if not isinstance(whole, PriorTherapy) or not parts:
        return _read_trial(text, notes)
    late = [at.days for at in find_lengths(match["what"])]  # "..., including methotrexate, for at least 3 months"
    if late and whole.minimum_days is None:
        whole = replace(whole, minimum_days=max(late))
    must = len(parts) > 1 and _joined_by_and(match["what"], find_therapies(match["what"]))
    return AllOf(options=(whole, replace(whole, therapies=parts, count=1, every=must, apart=False)))


_NONE = lore.regex(r"^\W*(?:no|none|neither|nothing)\b", re.IGNORECASE)
_AND_WILL = lore.regex(
    r"\band (?:the \w+ |it )?(?:will|shall|is to) (?:also )?(?:use|take|be"
    r"|receive|continue)\b",
    re.IGNORECASE,
)


def _of_lines(found: Requirement | None, before: str) -> Requirement | None:
    """Return "two prior lines of therapy, including an anti-HER2 agent": that agent, and lines that nobody can name."""
    if not isinstance(found, PriorTherapy) or found.count < 2 or not _count(before):
        return found
    return AllOf(options=(FreeText(terms=("lines", "therapy")), replace(found, count=1)))


def _read_trial(text: str, notes: str) -> Requirement | None:
    mentions = find_therapies(text)
    wanted = wanted_of(text)
    if not wanted or _AT_MOST.search(text) or _NOT_FAILED.search(text):
        return None
    spared = _OTHER_THAN.search(text)
    excluded = tuple(at.therapy for at in mentions if spared and spared.start("what") <= at.start < spared.end("what"))
    if spared and excluded:
        mentions = tuple(at for at in mentions if not spared.start("what") <= at.start < spared.end("what"))
    join = find_join(text, [(at.start, at.end) for at in mentions if not _in_brackets(text, at.start)])
    beside = _listed([at for at in mentions if at.start > join[0]], text) if join else ()
    if join:
        mentions = tuple(at for at in mentions if at.start < join[0])
    others = _listed(mentions, text, notes=notes)
    examples = () if others or not _KIND_OF.search(text) else _examples(notes)
    others = others or examples
    if not others or (len(others) == 1 and _SEVERAL.search(text)):
        return None  # "BOTH an inhaled corticosteroid and one more controller": half of it is not enough
    every = (bool(_EVERY.search(text)) and not _EACH_OF_SOME.search(text) and len(others) > 1) or _joined_by_and(
        text, mentions
    )
    window = find_window(text)
    lengths = [at for at in find_lengths(text) if not (window and window[1][0] <= at.start < window[1][1])]
    needs_length = "trial" in wanted or "inadequate_response" in wanted
    dose = dose_asked(text)
    dose_count = next((number for at in DOSES.finditer(text) if (number := number_of(at[1]))), None)
    multiple = find_multiple(text) if needs_length else None
    shown_by = find_shown_by(text) if "inadequate_response" in wanted else None
    return PriorTherapy(
        therapies=others,
        count=(_count(text[_EACH_OF_SOME.search(text).start() :], lengths) if _EACH_OF_SOME.search(text) else None)
        or _count(text, lengths)
        or 1,
        every=every,
        minimum_days=max((at.days for at in lengths), default=None) if needs_length else None,
        minimum_doses=int(dose_count) if needs_length and dose_count else None,
        wanted=wanted,
        dose=dose if needs_length else None,
        window=window[0] if window else None,
        but_not=(*_not_counted(notes), *excluded),
        by_examples=bool(examples),
        daily=bool(_DAILY.search(text)),
        times_daily=None if {"intolerance", "contraindication"} & set(wanted) else times_a_day(text),
        beside=beside,
        label_multiple=multiple[0] if multiple else None,
        shown_by=shown_by[0] if shown_by else None,
        apart=bool(_APART.search(text) or _COUNT_ONCE.search(notes)),
    )


def half_of_leaf(whole: Requirement, text: str) -> Requirement:
    """Return the half about the leaf's own treatment of "conservative treatment including" and "physical therapy"."""
    named = {at.therapy.name for at in find_therapies(text)}
    options = whole.options if isinstance(whole, AllOf) else ()
    mine = [at for at in options if isinstance(at, PriorTherapy) and {held.name for held in at.therapies} <= named]
    return mine[-1] if mine else whole


def read_breakthrough(text: str) -> Requirement | None:
    """Return "a relapse after at least 6 months of treatment with X" as a failure of X that shows in the event."""
    match = find_breakthrough(text)
    if match is None or find_therapies(match["event"]) or re.search(r"\b(?:no|without|not)\b", text[: match.start()]):
        return None
    course = text[match.start("course") :]
    others = _listed(find_therapies(course), course)
    lengths = find_lengths(course)
    if not others or not lengths:
        return None
    before = re.sub(
        r"^.*?\b(?:had|has|have|experienced|with|of)\b", "", text[: match.start("event")], flags=re.IGNORECASE
    )
    return PriorTherapy(
        therapies=others,
        minimum_days=max(at.days for at in lengths),
        wanted=("inadequate_response",),
        shown_by=f"{before.strip()} {match['event']}".strip(),
    )


def read_current(text: str) -> Requirement | None:
    """Return "is treated with insulin"."""
    match = _ON_NOW.search(text)
    if not match:
        return None
    others = _listed(find_therapies(text), text, after=match.start())
    if not others:
        return None
    lengths = find_lengths(text)
    return TreatedWith(therapies=others, minimum_days=max((at.days for at in lengths), default=None))


_NO_RESPONSE = lore.regex(
    r"\b(?:has|have|had|did|does) (?:not|never)\b[\w\s]{0,30}\b(?:respon|benefit|improv)", re.IGNORECASE
)


# "at least a 20% improvement in swollen joint count"
_BY_SO_MUCH = lore.regex(
    r"\b(?:at least |a |an )*\d+(?:\.\d+)?\s*(?:%|percent\b|-?points?\b|-?fold\b).*$", re.IGNORECASE | re.DOTALL
)


def read_response(text: str) -> Requirement | None:
    """Return "has had a beneficial response"."""
    if not _RESPONSE.search(text) or INADEQUATE.search(text) or _NO_RESPONSE.search(text):
        return None
    measured = _BY_SO_MUCH.search(EXAMPLES.sub(lambda at: " " * len(at[0]), text))
    return Response(
        therapies=_listed(find_therapies(text), text), besides=measured[0].strip(" .;,") if measured else None
    )


def _count(text: str, lengths: list | None = None) -> int | None:
    for match in _COUNT.finditer(text):
        if lengths and any(at.start <= match.start("count") < at.end for at in lengths):
            continue
        tail = text[match.end("count") :]
        if (doses := DOSES.match(text, match.start("count"))) and not doses[0].endswith("treatments"):
            continue
        if re.match(r"[\s-]*(?:\(\d+\)\s*)?(?:mg|mcg|day|week|month|year|hour|dose|time|%)", tail, re.IGNORECASE):
            continue
        if number := number_of(match["count"]):
            return int(number)
    return None


def _joined_by_and(text: str, mentions: Sequence[Mention]) -> bool:
    """Whether the drugs stand as "A and B" (both), outside brackets."""
    drugs = [at for at in mentions if not _in_brackets(text, at.start)]
    if len(drugs) < 2:
        return False
    between = text[drugs[-2].end : drugs[-1].start]
    return (
        bool(re.search(r"\band\b", between, re.IGNORECASE))
        and len(between) < 40
        and not re.search(r"\bor\b", between, re.IGNORECASE)
        and not re.search(r"\bone of|\beither\b|any of|two of", text, re.IGNORECASE)
    )


def _in_brackets(text: str, at: int) -> bool:
    return text.count("(", 0, at) > text.count(")", 0, at)


def _listed(mentions: Sequence[Mention], text: str, after: int = 0, notes: str = "") -> tuple[Therapy, ...]:
    """Return the therapies named after a place, examples in brackets folded into what they exemplify.

    "ONE conventional therapy (an aminosalicylate, azathioprine or 6-mercaptopurine)": the list alone counts.
    "an immunosuppressant (for example azathioprine)": the class counts, examples or not.
    """
    found: list[Therapy] = []
    inside: list[Mention] = []
    for mention in mentions:
        if mention.start < after:
            continue
        if mention.therapy.sort == "class" and re.match(r"\s*:", text[mention.end :]) and mention is not mentions[-1]:
            continue  # "beta-blockers: metoprolol, propranolol": the list is what counts
        if _in_brackets(text, mention.start):
            inside.append(mention)
        elif _is_alias(text, mention, found) or _is_example(text, mention, found):
            continue
        elif mention.therapy.name not in {at.name for at in found}:
            found.append(mention.therapy)
    if inside:
        bracket = text.rfind("(", 0, inside[0].start)
        examples = re.match(
            r"\(\s*(?:e\.?\s?g|for example|such as|including|examples?|i\.?e)", text[bracket:], re.IGNORECASE
        )
        closed = examples is None or examples[0].lower().replace(" ", "").startswith(("(i.e", "(ie"))
        parts = tuple({at.therapy.name: at.therapy for at in inside}.values())
        if not found:
            found = list(parts)
        elif closed and (_copies_of(found[-1], parts) if found[-1].sort == "drug" else not _brand_of(found[-1], parts)):
            found[-1] = replace(found[-1], parts=parts)
    return tuple(found)


def _is_alias(text: str, mention: Mention, found: list[Therapy]) -> bool:
    return any(
        mention.therapy.sort == "drug" == at.sort and base_of(mention.therapy.name) == base_of(at.name) for at in found
    )


def _is_example(text: str, mention: Mention, found: list[Therapy]) -> bool:
    """Whether a drug only stands for the class before it: "an immunosuppressant such as azathioprine"."""
    lead = re.split(r"[.;)]", text[: mention.start])[-1]
    return bool(
        found
        and mention.therapy.sort == "drug"
        and re.search(r"\b(?:such as|for example|e\.g\.?,?)\s[^.;()]*$", lead, re.IGNORECASE)
        and any(at.sort == "class" and belongs(mention.therapy.name, at) for at in found)
    )


def _brand_of(therapy: Therapy, parts: tuple[Therapy, ...]) -> bool:
    """Whether the bracket only repeats the name: "Humira (adalimumab)", "tumor necrosis factor (TNF) inhibitor"."""
    return all(part.name == therapy.name or base_of(part.name) == base_of(therapy.name) for part in parts)


def _copies_of(therapy: Therapy, parts: tuple[Therapy, ...]) -> bool:
    """Whether the bracket lists products of the drug before it: "an adalimumab biosimilar (Hadlima, Hyrimoz)"."""
    return all(part.name != therapy.name and base_of(part.name) == base_of(therapy.name) for part in parts)


def _examples(notes: str) -> tuple[Therapy, ...]:
    """Return the treatments that a note gives as examples ("Examples of systemic therapies include ...")."""
    match = _EXAMPLES_ARE.search(notes)
    return tuple({at.therapy.name: at.therapy for at in find_therapies(match["what"])}.values()) if match else ()


def _not_counted(notes: str) -> tuple[Therapy, ...]:
    found: list[Therapy] = []
    for match in _NOT_COUNTED.finditer(notes):
        found += [at.therapy for at in find_therapies(match["what"]) if at.therapy.sort != "class"]
    return tuple(found)
