"""The outline understood: indications with their phase and tree, and what is never covered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from extractors.policy.drug_lists import drugs_approved
from extractors.policy.headings import heading_kind
from extractors.policy.heads import (
    bare_duration,
    clause_start,
    clean_name,
    duration_of,
    head_of,
    head_of_run,
    is_criterion,
    is_named,
    names_condition,
)
from extractors.policy.inline import split_inline
from extractors.policy.items import Item, Section
from extractors.policy.nodes import group_of, group_of_prose, is_sentence, leaf_of, negative, node_of, notes_of
from extractors.policy.quantifiers import is_head, split_end
from extractors.policy.runs import Run
from extractors.policy.tree import Indication, Node, Phase
from extractors.vocabulary.conditions import find_conditions

_PHASES = ("initial", "continuation")
_DIAGNOSIS = re.compile(r"\bdiagnos(?:is of|ed with)\b", re.I)
_HAS = re.compile(
    r"(?:you have|(?:the )?(?:patient|member|individual) has)\b(?!.*\b(?:no|not|without|history)\b)", re.I
)
_OF_PATIENT = re.compile(r"\b(?:patient|member|beneficiary|individual|practitioner|prescriber|response)\b", re.I)
_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the policy the reader is."""

    section: str = ""  # heading, as printed
    name: str = ""  # condition that a heading or an item above named
    phase: Phase = "any"
    duration: str | None = None


@dataclass
class Criteria:
    """What was found, in the policy's order."""

    indications: list[Indication] = field(default_factory=list)
    exclusions: list[Node] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_criteria(sections: Sequence[Section], title: str) -> Criteria:
    """Return every indication and exclusion of the outline; `title` names a list that names nothing itself."""
    found = Criteria()
    loose: list[tuple[Section, _Place]] = []  # lists that name no indication: criteria only if nothing else is
    place, phase_first = _Place(), None
    for section in map(_without_preface, sections):
        if section.kind in ("general", "duration"):
            continue  # they leave the reader where he is
        heading = section.heading.text
        if section.kind in _PHASES:
            phase_first = phase_first if phase_first is not None else not place.name
            place = _Place(heading, "" if phase_first else place.name, section.kind)
        elif section.kind is None and heading:
            if phase_first is None:
                phase_first = False
            place = _Place(heading, _plain_name(heading), place.phase if phase_first else "any")
        elif section.kind is not None:
            place = _Place(heading, "", place.phase if phase_first and section.kind == "criteria" else "any")
        if section.kind == "excluded":
            found.exclusions += _exclusions(section)
        elif section.kind != "ignored":
            _read_section(section, place, title, found, loose)
    _read_loose(loose, found, title)
    found.indications = _without_mere_names(found.indications)
    _name_the_unnamed(found, title)
    _read_general(sections, found)
    if not found.indications:
        found.problems.append("No list of criteria was found in the policy.")
    return found


def _without_preface(section: Section) -> Section:
    """A list of phases that follows "Description" or "Background" without a heading of its own is no part of it."""
    if section.kind != "ignored":
        return section
    at = next((at for at, item in enumerate(section.items) if item.children and _role(item) in _PHASES), None)
    return (
        section if at is None else replace(section, heading=Run(), kind=None, paragraphs=[], items=section.items[at:])
    )


def _read_general(sections: Sequence[Section], found: Criteria) -> None:
    """Demands on every use ("AGE RESTRICTIONS: 12 years and older"), and durations said once for all of them."""
    for section in sections:
        if section.kind == "general":
            leaves = [_general_leaf(section, run) for run in (*section.paragraphs, *(at.run for at in section.items))]
            found.indications = [_demanding(use, leaves) for use in found.indications]
        elif section.kind == "duration":
            text = " ".join(run.text for run in (*section.paragraphs, *(at.run for at in section.items)))
            found.indications = [
                use if use.duration else replace(use, duration=_duration_for(use.phase, text))
                for use in found.indications
            ]


def _general_leaf(section: Section, run: Run) -> Node:
    label = clean_name(section.heading.text)
    return leaf_of(run, [label], 0, len(split_end(run.text)[0]), lead=label)


def _demanding(use: Indication, leaves: Sequence[Node]) -> Indication:
    tree = use.tree
    if tree.op == "all":
        return replace(use, tree=replace(tree, children=(*tree.children, *leaves)))
    whole = Node(op="all", number="", text=use.name, evidence=tree.evidence, children=(tree, *leaves))
    return replace(use, tree=whole)


def _row_duration(phase: Phase, row: str) -> str | None:
    """ "Initial approval length: 14 weeks. Renewal: 1 year." says something else to each phase."""
    both = re.search(r"\binitial", row, re.I) and re.search(r"\b(?:renew|continu|re-?auth)", row, re.I)
    return _duration_for(phase, row) if both else duration_of(row) or bare_duration(row)


def _duration_for(phase: Phase, text: str) -> str | None:
    """ "Initial: 6 months, Continuation of therapy: 12 months" for one phase; a lone span is for all."""
    word = "(?:continu|renew|re-?auth)" if phase == "continuation" else "initial"
    if match := re.search(rf"\b{word}[^:;,]*[:;]?([^:;,]*)", text, re.I):
        return bare_duration(match[0])
    return bare_duration(text) if len(re.findall(r"\d+\s*(?:month|year|week|day)", text, re.I)) == 1 else None


def _name_the_unnamed(found: Criteria, title: str) -> None:
    """Give "Initial approval" and "Renewal" the one use that the policy is about, where it is about one."""
    named = {use.name for use in found.indications if use.name != title and heading_kind(use.name) is None}
    if title and len(named) <= 1:
        name = named.pop() if named else title
        found.indications = [replace(use, name=name) for use in found.indications]


_REFERS = re.compile(r"\b(?:refer to|see)\b[^.;]*\b(?:polic(?:y|ies)|guidelines?|criteria|section)\b", re.I)

_USES = re.compile(r"\b(?:indications?|uses)\b", re.I)


def _without_mere_names(uses: Sequence[Indication]) -> list[Indication]:
    """Leave out lists of what the drug is for, and lists that lead to other policies: they set no criteria."""
    kept = [use for use in uses if not all(_sets_nothing(leaf) for leaf in use.tree.leaves())]
    return kept or list(uses)


def _sets_nothing(leaf: Node) -> bool:
    if _REFERS.search(leaf.text):
        return True
    named = not is_sentence(leaf.text) and not is_criterion(leaf.text) and bool(find_conditions(leaf.text))
    return named and heading_kind(leaf.lead) == "criteria" and _USES.search(leaf.lead) is not None


def _plain_name(heading: str) -> str:
    return head_of(heading).name or heading


def _read_section(section: Section, place: _Place, title: str, found: Criteria, loose: list) -> None:
    named = bool(place.name) or place.phase != "any"
    if section.items and _is_list_of_uses(section.items):
        _read_uses(section.items, [], place, found)
    elif section.items and named:
        found.indications.append(_of_section(section, place, place.name or _name_for(section, title) or place.section))
    elif section.items:
        loose.append((section, place))
    else:
        for paragraph in section.paragraphs:
            _read_paragraph(paragraph, place, named, found)


def _read_loose(loose: list, found: Criteria, title: str) -> None:
    """Lists without the name of an indication: the criteria of a policy that is about one use."""
    if any(use.phase != "continuation" for use in found.indications):
        for section, _ in loose:
            where = f"under '{section.heading.text}'" if section.heading else "before the first heading"
            found.problems.append(f"A list {where} names no indication and was left aside.")
        return
    strong = [at for at in loose if at[0].kind == "criteria"] or loose
    found.indications[:0] = [
        _of_section(section, place, _name_for(section, title) or place.section) for section, place in strong
    ]


def _name_for(section: Section, title: str) -> str:
    """A name for a list under no condition: the title, or with it the one condition that the list is for."""
    if find_conditions(title):
        return title
    intro = section.paragraphs[-1].text if section.paragraphs else ""
    items = [item.run.text for item in section.items]
    diagnoses = [text[match.end() :] for text in items if (match := _DIAGNOSIS.search(text))]
    for text in (intro, *diagnoses, *(text for text in items if _HAS.match(text))):
        if terms := find_conditions(text):
            longest = max(terms, key=lambda term: term.end - term.start)
            return text[longest.start : longest.end]
    return title


def _of_section(section: Section, place: _Place, name: str) -> Indication:
    """The list of a section, under the paragraph that introduces it."""
    intro = section.paragraphs[-1] if section.paragraphs and is_head(section.paragraphs[-1].text) else None
    head = intro.text if intro else section.heading.text
    evidence = (intro or section.heading).evidence() if (intro or section.heading) else section.items[0].run.evidence()
    tree = group_of(head, section.items, [], evidence)
    rows = [*section.durations, *(row for item in section.items for row in item.durations)]
    spoken = (duration_of(head), *(_row_duration(place.phase, row) for row in rows))
    duration = next(filter(None, spoken), place.duration)
    return Indication(name=name, phase=place.phase, tree=tree, duration=duration, section=place.section)


# ---------------------------------------------------------------- items


def _role(item: Item) -> str:
    """What an item is for: "excluded", "ignored", "initial", "continuation", "wrapper", "use", "other"."""
    text = item.run.text
    head = head_of_run(item.run)
    if head.kind in ("excluded", "ignored"):
        return head.kind
    if head.kind in _PHASES and (item.children or head.rest < len(text)):
        return head.kind  # and not the criterion "Member is currently receiving the drug"
    if head.kind == "criteria" and (item.children or head.rest < len(text)):
        return "wrapper"
    return "use" if is_named(item.run, bool(item.children)) or _has_phases(item) else "other"


def _has_phases(item: Item) -> bool:
    """Whether bare headings for phases stand under a short name: "A. Prevention of attacks"."""
    kinds = [head_of_run(child.run).kind for child in item.children if child.children]
    return len(item.run.text.split()) <= 12 and "initial" in kinds


def _is_list_of_uses(items: Sequence[Item]) -> bool:
    return any(_role(item) not in ("other", "ignored", "excluded") for item in items)


def _read_uses(items: Sequence[Item], path: Sequence[str], place: _Place, found: Criteria) -> None:
    """A list whose items are indications, phases, or headings over them."""
    for order, item in enumerate(items, start=1):
        here = item.path(path, order)
        role = _role(item)
        if role == "ignored":
            continue
        if role == "excluded":
            found.exclusions += [negative(node) for node in _children_orsentences_of(item, here)]
        elif role == "wrapper":
            _read_wrapper(item, here, place, found)
        elif role in _PHASES:
            _read_phase(item, here, replace(place, phase=role), found)
        elif role == "use" or item.children or head_of_run(item.run).approves:
            _read_use(item, here, place, found)
        else:
            found.problems.append(f"Item {'.'.join(here)} names no indication and was left aside.")


def _read_wrapper(item: Item, path: list[str], place: _Place, found: Criteria) -> None:
    inner = replace(place, section=head_of_run(item.run).name)
    if item.children and _is_list_of_uses(item.children):
        _read_uses(item.children, path, inner, found)
    elif item.children:
        found.indications.append(_indication(item, path, inner, inner.name or inner.section))
    else:
        _read_use(item, path, inner, found)


def _read_phase(item: Item, path: list[str], place: _Place, found: Criteria) -> None:
    """ "Initial approval criteria", "Continuation of therapy": over indications, or over criteria at once."""
    heading = head_of_run(item.run).name
    if by_drug := drugs_approved(item.children):
        over = replace(place, duration=_duration(item, below=False) or place.duration)
        for order, (child, drugs) in enumerate(zip(item.children, by_drug, strict=True), start=1):
            use = _indication(child, child.path(path, order), over, place.name or heading)
            found.indications.append(replace(use, drugs=drugs))
    elif item.children and _is_list_of_uses(item.children):
        _read_uses(item.children, path, replace(place, section=heading, duration=_duration(item, below=False)), found)
    else:
        found.indications.append(_indication(item, path, place, place.name or heading))


def _read_use(item: Item, path: list[str], place: _Place, found: Criteria) -> None:
    name = head_of_run(item.run).name or place.name or split_end(item.run.text)[0]
    roles = [_role(child) for child in item.children]
    inside = replace(place, name=name, duration=_duration(item, below=False) or place.duration)
    if any(role in _PHASES for role in roles):
        _read_uses(item.children, path, inside, found)
    elif drugs_approved(item.children):
        _read_phase(item, path, inside, found)
    elif item.children and place.name == "" and sum(role == "use" for role in roles) * 2 > len(roles):
        _read_uses(item.children, path, replace(inside, name="", section=name), found)
    else:
        found.indications.append(_indication(item, path, place, name))


def _indication(item: Item, path: Sequence[str], place: _Place, name: str) -> Indication:
    tree = node_of(item, path) if item.children else _prose(item.run, path, notes_of(item), item.flags)
    if len(tree.children) == 1 and tree.children[0].op != "leaf":
        tree = tree.children[0]  # "1. Initial authorization" over a lone "a. Drug will be approved based on all of:"
    return Indication(
        name=name, phase=place.phase, tree=tree, duration=_duration(item) or place.duration, section=place.section
    )


def _duration(item: Item, below: bool = True) -> str | None:
    """What the item's words, or a row "Approval duration" under it, say; `below`: or those of the items in it."""
    own = duration_of(item.run.text)
    rows = (duration_of(row) or bare_duration(row) for row in item.durations)
    inside = (_duration(child) for child in item.children if below)
    return own or next(filter(None, rows), None) or next(filter(None, inside), None)


# ---------------------------------------------------------------- prose


def _prose(run: Run, path: Sequence[str], notes: tuple = (), flags: Sequence[str] = ()) -> Node:
    """ "Name. Approve for 6 months if the patient ..." as a leaf of its condition, or as the list it holds."""
    text = run.text
    start = clause_start(text, head_of_run(run).rest) or 0
    start += len(text[start:]) - len(text[start:].lstrip(" ,;:"))  # "if, according to the prescriber, ..."
    if not text[start:].strip():
        start = 0
    rest = text[start:]
    if listed := split_inline(rest, prose=True):
        return group_of_prose(run, path, start, listed, notes=notes, flags=flags)
    lead = "" if is_sentence(rest) else text[:start].strip()
    return leaf_of(run, path, start, start + len(split_end(rest)[0]), lead=lead, notes=notes, flags=flags)


def _read_paragraph(paragraph: Run, place: _Place, named: bool, found: Criteria) -> None:
    """A paragraph that approves something under a name: one indication."""
    text = paragraph.text
    head = head_of_run(paragraph)
    own = head.name if head.name and (names_condition(head.name) or head.kind in _PHASES) else ""
    speaks = place.phase != "any" and place.section and _OF_PATIENT.search(text) is not None
    if not head.approves and not (own and head.rest < len(text)) and not speaks:
        return
    if not own and not named:
        return
    if head.approves and not (own and names_condition(own)) and clause_start(text, head.rest) is None:
        return  # "Initial authorization: all drugs may be approved up to 12 months" sets no criterion
    phase = head.kind if head.kind in _PHASES else place.phase
    name = place.name if head.kind in _PHASES and place.name else own or place.name or place.section
    found.indications.append(
        Indication(
            name=name, phase=phase, tree=_prose(paragraph, []), duration=duration_of(text), section=place.section
        )
    )


# ---------------------------------------------------------------- exclusions


def _exclusions(section: Section) -> list[Node]:
    if section.items:
        return [negative(node_of(item, item.path([], at))) for at, item in enumerate(section.items, start=1)]
    return [negative(node) for paragraph in section.paragraphs for node in sentences_of(paragraph, [], 0)]


def _children_orsentences_of(item: Item, path: Sequence[str]) -> list[Node]:
    if item.children:
        return [node_of(child, child.path(path, at)) for at, child in enumerate(item.children, start=1)]
    return sentences_of(item.run, path, head_of_run(item.run).rest)


def sentences_of(run: Run, path: Sequence[str], start: int) -> list[Node]:
    """Each sentence of a run from character `start` as a leaf."""
    text, found = run.text, []
    cuts = [start, *(m.end() for m in _SENTENCE.finditer(text) if m.start() > start), len(text)]
    for begin, end in pairwise(cuts):
        if text[begin:end].strip():
            found.append(leaf_of(run, path, begin, begin + len(text[begin:end].rstrip())))
    return found
