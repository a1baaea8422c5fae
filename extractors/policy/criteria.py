"""The outline understood: indications with their phase and tree, and what is never covered."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors.policy.announced import refuses
from extractors.policy.drug_lists import drugs_approved
from extractors.policy.found import Criteria, Place
from extractors.policy.headings import PHASES, heading_kind
from extractors.policy.heads import (
    APPROVAL,
    bare_duration,
    clean_name,
    duration_of,
    head_of,
    head_of_run,
    is_criterion,
    is_named,
    names_condition,
    phase_and_condition,
)
from extractors.policy.inline import split_inline
from extractors.policy.items import Item, Section
from extractors.policy.nodes import group_of, is_sentence, leaf_of, negative, node_of, notes_of, renumbered
from extractors.policy.prose import (
    demands_after,
    exclusions_of,
    node_of_prose,
    parts_of,
    read_paragraph,
    with_other_ways,
)
from extractors.policy.quantifiers import is_head, split_end
from extractors.policy.runs import Run
from extractors.policy.tree import Indication, Node, Phase
from extractors.vocabulary.conditions import find_conditions
from extractors.vocabulary.drugs import find_drugs

_DIAGNOSIS = re.compile(r"\bdiagnos(?:is of|ed with)\b", re.I)
_HAS = re.compile(
    r"(?:you have|(?:the )?(?:patient|member|individual) has)\b(?!.*\b(?:no|not|without|history)\b)", re.I
)
_JOINED = re.compile(r"(?P<join>and|or|in addition|additionally|also)\b", re.I)


def read_criteria(sections: Sequence[Section], title: str) -> Criteria:
    """Return every indication and exclusion of the outline; `title` names a list that names nothing itself."""
    found = Criteria()
    loose: list[tuple[Section, Place]] = []  # lists that name no indication: criteria only if nothing else is
    place, phase_first = Place(), _are_phases_first(sections)
    for section in map(_without_preface, sections):
        if section.kind in ("general", "duration"):
            continue  # they leave the reader where he is
        heading = section.heading.text
        parted = phase_and_condition(heading)
        if parted:
            place = Place(heading, parted[1], parted[0])
        elif section.kind in PHASES:
            place = Place(heading, "" if phase_first else place.name, section.kind)
        elif section.kind is None and heading:
            place = Place(heading, _plain_name(heading), place.phase if phase_first else "any")
        elif section.kind is not None:
            place = Place(heading, "", place.phase if phase_first and section.kind == "criteria" else "any")
        if section.kind == "excluded":
            found.exclusions += exclusions_of(section)
        elif section.kind != "ignored":
            _read_section(section, place, title, found, loose)
    _read_loose(loose, found, title)
    if not found.indications:
        _read_prose(sections, title, found)
    found.indications = _without_mere_names(found.indications)
    _name_the_unnamed(found, title)
    found.indications = _for_drugs(found.indications)
    _read_general(sections, found)
    if not found.indications:
        found.problems.append("No list of criteria was found in the policy.")
    return found


def _are_phases_first(sections: Sequence[Section]) -> bool:
    """Whether conditions stand under phases ("Psoriasis" under "Initial approval") and not phases under conditions."""
    told = [at for at in sections if at.items or at.kind in PHASES or (at.kind is None and at.heading)]
    return any(
        above.kind in PHASES and not above.items and below.kind is None and bool(below.heading)
        for above, below in pairwise(told)
    )


def _without_preface(section: Section) -> Section:
    """A list of approvals that follows "Description" or "Policy statement" without a heading is no part of it."""
    if section.kind != "ignored":
        return section
    at = next((at for at, item in enumerate(section.items) if item.children and _begins_criteria(item)), None)
    return (
        section if at is None else replace(section, heading=Run(), kind=None, paragraphs=[], items=section.items[at:])
    )


def _begins_criteria(item: Item) -> bool:
    return _role(item) in PHASES or (head_of_run(item.run).approves and not refuses(item.run.text))


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
    return replace(use, tree=_demanding_tree(use.tree, leaves))


def _demanding_tree(tree: Node, leaves: Sequence[Node]) -> Node:
    if not leaves:
        return tree
    if tree.op == "all":
        return replace(tree, children=(*tree.children, *leaves))
    return Node(op="all", number="", text="", evidence=tree.evidence, children=(tree, *leaves))


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
    found.indications = [use if use.name else replace(use, name=title) for use in found.indications]
    named = {use.name for use in found.indications if use.name != title and heading_kind(use.name) is None}
    if len(named) == 1 and not names_condition(next(iter(named))):
        return  # a service among others that the policy covers
    if title and len(named) <= 1:
        name = named.pop() if named else title
        found.indications = [replace(use, name=name) for use in found.indications]
    elif len(named) > 1:
        found.indications = [each for use in found.indications for each in _for_each(use, found.indications)]


_TREATS = re.compile(r"\b(?:treatment|management|prevention|prophylaxis|diagnosis|reduction) of\b|\bfor\b", re.I)


# "Continued coverage of a CGM" is for one service
_OF_WHAT = re.compile(
    r"\b(?:of|for|with|on)\s+(?!(?:the )?(?:therapy|treatment|coverage|approval|authorization|care|use)\b)", re.I
)


def _for_each(use: Indication, uses: Sequence[Indication]) -> list[Indication]:
    """ "III. Continuation" without a condition is meant for every condition that the policy approves at first."""
    if use.phase not in PHASES or heading_kind(use.name) != use.phase or _OF_WHAT.search(use.name):
        return [use]
    names = dict.fromkeys(at.name for at in uses if at.phase != use.phase and heading_kind(at.name) is None)
    told = {at.name for at in uses if at.phase == use.phase}
    return [replace(use, name=name) for name in names if name not in told] or [use]


def _for_drugs(uses: Sequence[Indication]) -> list[Indication]:
    """Give the uses that stand under the names of drugs these drugs, where the names are of several."""
    named = {
        id(use): tuple(dict.fromkeys(mention.generic for mention in find_drugs(use.name)))
        for use in uses
        if not use.drugs and not find_conditions(use.name)
    }
    if len({drugs for drugs in named.values() if drugs}) < 2:
        return list(uses)
    return [
        replace(use, drugs=named[id(use)], name=_treated(use.tree.text) or use.name) if named.get(id(use)) else use
        for use in uses
    ]


def _treated(text: str) -> str:
    """The condition that "is medically necessary for the treatment of chronic gout when" is about."""
    match = _TREATS.search(text)
    terms = find_conditions(text[match.end() :]) if match else []
    return text[match.end() :][terms[0].start : terms[0].end] if match and terms else ""


_REFERS = re.compile(r"\b(?:refer to|see)\b[^.;]*\b(?:polic(?:y|ies)|guidelines?|criteria|section)\b", re.I)

_USES = re.compile(r"\b(?:indications?|uses)\b", re.I)


def _without_mere_names(uses: Sequence[Indication]) -> list[Indication]:
    """Leave out lists of what the drug is for, and lists that lead to other policies: they set no criteria."""
    kept = [use for use in uses if not all(_sets_nothing(leaf) for leaf in use.tree.leaves())]
    return kept or list(uses)


def _sets_nothing(leaf: Node) -> bool:
    if _REFERS.search(leaf.text):
        return True
    named = not is_sentence(leaf.text) and not is_criterion(leaf.text)
    named = named and (bool(find_conditions(leaf.text)) or names_condition(leaf.text))
    return named and heading_kind(leaf.lead) == "criteria" and _USES.search(leaf.lead) is not None


def _plain_name(heading: str) -> str:
    return head_of(heading).name or heading


def _read_section(section: Section, place: Place, title: str, found: Criteria, loose: list) -> None:
    named = bool(place.name) or place.phase != "any"
    if section.further and section.paragraphs:
        _read_further(section, place, title, found)
    elif section.items and _is_list_of_uses(section.items) and not _is_announced(section):
        _read_uses(section.items, [], place, found)
    elif section.items and named:
        name = place.name or _name_for(section, title) or place.section
        found.indications += _by_condition(_of_section(section, place, name), section)
    elif section.items:
        loose.append((section, place))
    else:
        for paragraph in section.paragraphs:
            read_paragraph(paragraph, place, named, found)
    for paragraph in section.after if section.items else ():
        if APPROVAL.search(paragraph.text) and not refuses(paragraph.text):
            read_paragraph(paragraph, place, named, found)


def _read_further(section: Section, place: Place, title: str, found: Criteria) -> None:
    """A list with an introduction of its own under a heading that has one already."""
    intro = section.paragraphs[-1]
    joined = _JOINED.match(intro.text)
    if APPROVAL.search(intro.text):
        name = _approved_name(intro.text) or place.name or title
        found.indications.append(_of_section(section, place, name))
    elif joined and found.indications:
        last, more = found.indications[-1], _of_section(section, place, "")
        op = "any" if joined["join"].lower() == "or" else "all"
        taken = {leaf.number for leaf in last.tree.leaves()}
        added = renumbered(more.tree) if taken & {leaf.number for leaf in more.tree.leaves()} else more.tree
        whole = Node(op=op, number="", text="", evidence=last.tree.evidence, children=(last.tree, added))
        found.indications[-1] = replace(last, tree=whole, duration=last.duration or more.duration)
    else:
        found.problems.append(
            f"The list under '{intro.text[:120]}' stands apart from the criteria; what it demands was not understood "
            "and it was left aside."
        )


def _approved_name(text: str) -> str:
    """What a sentence approves: "A permanent implant is covered when ..."; the condition it names for a drug."""
    head = head_of(text)
    return head.name if head.name and names_condition(head.name) else ""


def _read_loose(loose: list, found: Criteria, title: str) -> None:
    """Lists without the name of an indication: the criteria of a policy that is about one use."""
    if any(use.phase != "continuation" for use in found.indications):
        approving = [at for at in loose if at[0].paragraphs and APPROVAL.search(at[0].paragraphs[-1].text)]
        found.problems += [_left_aside(at[0]) for at in loose if at not in approving and _demands(at[0])]
        found.indications[:0] = [
            _of_section(section, place, _treated(section.paragraphs[-1].text) or title) for section, place in approving
        ]
        return
    strong = [at for at in loose if at[0].kind == "criteria"] or loose
    found.problems += [_left_aside(at[0]) for at in loose if at not in strong and _demands(at[0])]
    found.indications[:0] = [
        use
        for section, place in strong
        for use in _by_condition(_of_section(section, place, _name_for(section, title) or place.section), section)
    ]


def _read_prose(sections: Sequence[Section], title: str, found: Criteria) -> None:
    """A policy without lists: paragraphs under "Criteria" that say of the patient what must be."""
    for section in sections:
        for paragraph in section.paragraphs if section.kind == "criteria" else ():
            text = paragraph.text
            if split_inline(text, prose=True) and is_criterion(text) and not APPROVAL.search(text):
                rows = (_row_duration("any", row) for row in section.durations)
                found.indications.append(
                    Indication(
                        name=title,
                        phase="any",
                        tree=node_of_prose(paragraph, []),
                        duration=next(filter(None, rows), None),
                        section=section.heading.text,
                    )
                )


def _left_aside(section: Section) -> str:
    where = f"under '{section.heading.text}'" if section.heading else "before the first heading"
    return f"A list {where} names no indication and was left aside."


def _demands(section: Section) -> bool:
    """Whether a list may hold criteria; names of drugs and codes do not."""
    return any(item.children or is_sentence(item.run.text) or is_criterion(item.run.text) for item in section.items)


def _by_condition(use: Indication, section: Section) -> list[Indication]:
    """Part a list of alternatives that each begin with another diagnosis into the indications that they are."""
    ways = use.tree.children
    if use.tree.op != "any" or len(ways) < 2 or not all(way.op == "all" for way in ways):
        return [use]
    names = [_diagnosis_in(way.text) for way in ways]
    if not all(names) or len({name.lower() for name in names}) < len(names):
        return [use]
    durations = [_duration(item) for item in section.items]
    return [
        replace(use, name=name, tree=way, duration=duration or use.duration)
        for name, way, duration in zip(names, ways, durations, strict=True)
    ]


def _diagnosis_in(text: str) -> str:
    """The condition that "has a diagnosis of ulcerative colitis and the following" asks for; "" for none or several."""
    match = _DIAGNOSIS.search(text)
    terms = find_conditions(text[match.end() :]) if match else []
    longest = max(terms, key=lambda term: term.end - term.start, default=None)
    if match is None or longest is None or any(term.key != longest.key for term in terms):
        return ""
    return text[match.end() :][longest.start : longest.end]


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


def _of_section(section: Section, place: Place, name: str) -> Indication:
    """The list of a section, under the paragraph that introduces it."""
    intro = section.paragraphs[-1] if section.paragraphs and is_head(section.paragraphs[-1].text) else None
    head = intro.text if intro else section.heading.text
    evidence = (intro or section.heading).evidence() if (intro or section.heading) else section.items[0].run.evidence()
    tree = _demanding_tree(group_of(head, section.items, [], evidence), demands_after(section))
    earlier = section.paragraphs[:-1] if intro else section.paragraphs
    tree = with_other_ways(tree, [*earlier, *([intro] if intro else [])], [])
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
    if refuses(re.split(r"(?<=[.;])\s+(?=[A-Z])", text, maxsplit=1)[0]) and not is_criterion(text):
        return "excluded"
    if head.kind in PHASES and (item.children or head.rest < len(text)):
        return head.kind  # and not the criterion "Member is currently receiving the drug"
    if head.kind == "criteria" and (item.children or head.rest < len(text)):
        return "wrapper"
    return "use" if is_named(item.run, bool(item.children)) or _has_phases(item) else "other"


def _has_phases(item: Item) -> bool:
    """Whether bare headings for phases stand under a short name: "A. Prevention of attacks"."""
    kinds = [head_of_run(child.run).kind for child in item.children if child.children]
    return len(item.run.text.split()) <= 12 and "initial" in kinds


def _is_list_of_uses(items: Sequence[Item]) -> bool:
    roles = [_role(item) for item in items]
    if any(role not in ("other", "ignored", "excluded") for role in roles):
        return True
    approving = any(head_of_run(item.run).approves and item.children for item in items)
    return approving and any(role != "other" for role in roles)


def _is_announced(section: Section) -> bool:
    """Whether a sentence approves by the list below it, whose items are not all uses with criteria of their own."""
    intro = section.paragraphs[-1].text if section.paragraphs else ""
    if not (is_head(intro) and APPROVAL.search(intro)) or heading_kind(head_of(intro).name) is not None:
        return False
    roles = [_role(item) for item in section.items]
    bare = [item for item in section.items if not item.children and not head_of_run(item.run).approves]
    return (
        bool(bare)
        and set(roles) <= {"use", "other"}
        and not any(head_of_run(item.run).approves for item in section.items)
    )


def _read_uses(items: Sequence[Item], path: Sequence[str], place: Place, found: Criteria) -> None:
    """A list whose items are indications, phases, or headings over them."""
    for order, item in enumerate(items, start=1):
        here = item.path(path, order)
        role = _role(item)
        if role == "ignored":
            continue
        if role == "excluded":
            found.exclusions += [negative(node) for node in parts_of(item, here)]
        elif role == "wrapper":
            _read_wrapper(item, here, place, found)
        elif role in PHASES:
            _read_phase(
                item, here, replace(place, phase=role, name=head_of_run(item.run).condition or place.name), found
            )
        elif role == "use" or item.children or head_of_run(item.run).approves:
            _read_use(item, here, place, found)
        else:
            found.problems.append(f"Item {'.'.join(here)} names no indication and was left aside.")


def _read_wrapper(item: Item, path: list[str], place: Place, found: Criteria) -> None:
    inner = replace(place, section=head_of_run(item.run).name)
    if item.children and _is_list_of_uses(item.children):
        _read_uses(item.children, path, inner, found)
    elif item.children:
        found.indications.append(_indication(item, path, inner, inner.name or inner.section))
    else:
        _read_use(item, path, inner, found)


def _read_phase(item: Item, path: list[str], place: Place, found: Criteria) -> None:
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


def _read_use(item: Item, path: list[str], place: Place, found: Criteria) -> None:
    head = head_of_run(item.run)
    name = head.name or place.name or ("" if head.approves else split_end(item.run.text)[0])
    roles = [_role(child) for child in item.children]
    inside = replace(place, name=name, duration=_duration(item, below=False) or place.duration)
    if any(role in PHASES for role in roles):
        _read_uses(item.children, path, inside, found)
    elif drugs_approved(item.children):
        _read_phase(item, path, inside, found)
    elif item.children and place.name == "" and sum(role == "use" for role in roles) * 2 > len(roles):
        _read_uses(item.children, path, replace(inside, name="", section=name), found)
    else:
        found.indications.append(_indication(item, path, place, name))


def _indication(item: Item, path: Sequence[str], place: Place, name: str) -> Indication:
    tree = node_of(item, path) if item.children else node_of_prose(item.run, path, notes_of(item), item.flags)
    if item.children:
        tree = with_other_ways(tree, [item.run], path)
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
