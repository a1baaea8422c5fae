"""The list of one section as an indication, and lists that change the one before them."""

import re
from dataclasses import replace

from extractors import lore
from extractors.policy.announced import phase_of
from extractors.policy.explaining import explains, with_notes_told
from extractors.policy.flows import asked_in, phases_in
from extractors.policy.found import Criteria, Place
from extractors.policy.general import demanding_tree, row_duration
from extractors.policy.heads import APPROVAL, bare_duration, duration_of, names_condition, opens_use
from extractors.policy.introductions import with_introduced
from extractors.policy.items import Item, Section
from extractors.policy.naming import approved_for, approved_name, condition_when, diagnosis_in, name_for, subject_of
from extractors.policy.nodes import group_of, node_of, renumbered, with_own_demand
from extractors.policy.prose import demands_after, with_other_ways
from extractors.policy.quantifiers import is_head, quantifier_of
from extractors.policy.runs import Run
from extractors.policy.tree import Indication, Node, Note
from extractors.policy.waivers import Waiver, waived, waiver_in
from extractors.policy.whom import whom_end
from extractors.vocabulary.conditions import find_conditions

# "may be approved for the following:" over "I. Ulcerative colitis when ...", "II. Plaque psoriasis when ..."
_FOR_USES = lore.regex(r"\bfor (?:any of |one of |each of )?the following(?: \w+){0,2}\s*:\s*$", re.I)
_JOINED = lore.regex(
    r"(?:(?:the|this|an?)\s+)?(?:(?:patient|member|individual|recipient|beneficiary)\s+)?(?:(?:must|should)\s+)?"
    r"(?P<join>and|or|in addition|additionally|also)\b",
    re.I,
)


def read_further(section: Section, place: Place, title: str, found: Criteria) -> None:
    """A list with an introduction of its own under a heading that has one already."""
    intro = section.paragraphs[-1]
    joined = _JOINED.match(intro.text)
    waiver = waiver_in(intro.text)
    if waiver and found.indications:
        found.indications[-1] = _with_waiver(found.indications[-1], waiver, of_section(section, place, "").tree)
    elif APPROVAL.search(intro.text):
        name = approved_name(intro.text) or place.name or name_for(section, title)
        found.indications.append(of_section(section, place, name))
    elif use := use_announced(section):
        found.indications.append(of_section(section, place, use))
    elif whom_end(intro.text) and found.indications and _is_for_group(found.indications[-1].tree):
        last, more = found.indications[-1], of_section(section, place, "")
        ways = last.tree.children if last.tree.op == "any" else (last.tree,)
        whole = Node(op="any", number="", text="", evidence=last.tree.evidence, children=(*ways, renumbered(more.tree)))
        found.indications[-1] = replace(last, tree=whole)
    elif found.indications and quantifier_of(intro.text).negated:
        last, none = found.indications[-1], renumbered(of_section(section, place, "").tree)
        found.indications[-1] = replace(last, tree=demanding_tree(last.tree, [none]))
    elif joined and found.indications:
        last, more = found.indications[-1], of_section(section, place, "")
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


def _is_for_group(tree: Node) -> bool:
    """Whether a tree, or each of its ways, opens with the group of patients that it is for."""
    ways = tree.children if tree.op == "any" else (tree,)
    return all(way.children and whom_end(way.children[0].text) == len(way.children[0].text) for way in ways)


def use_announced(section: Section) -> str:
    """The use that "Psoriatic arthritis: any one criterion below must be met." begins; "" for none."""
    intro = section.paragraphs[-1] if section.paragraphs else Run()
    if opened := use_opened(section):
        return opened
    for piece in reversed(intro.pieces):
        label, colon, said = piece.text.partition(":")
        if colon and said.strip():
            begins = len(label.split()) <= 8 and names_condition(label) and is_head(intro.text)
            return label.strip() if begins else ""
    return ""


def use_opened(section: Section) -> str:
    """The use that "Plaque psoriasis. Approve for 1 year if the patient meets ALL of the following:" opens with."""
    intro = section.paragraphs[-1].text if section.paragraphs else ""
    name = opens_use(intro) if is_head(intro) else ""
    return name if names_condition(name) else ""


def by_service(use: Indication) -> list[Indication]:
    """Part "Surgery is necessary when ..." and "Repeat surgery is necessary when ..." into the services they are."""
    ways = use.tree.children
    if use.tree.op != "any" or len(ways) < 2 or any(way.op == "leaf" for way in ways):
        return [use]
    names = [subject_of(way.text) for way in ways]
    told = {name.lower() for name in names}
    if not all(names) or len(told) == 1:
        return [use]
    if len(told) == len(names):
        again = [_AGAIN.match(name) is not None for name in names]
        same = len({_AGAIN.sub("", name).lower().removeprefix("the ").removeprefix("a ") for name in names}) == 1
        if (
            same and names_condition(use.name) and sorted(again) == [False, True]
        ):  # "7.2 A repeat injection is covered if"
            phases = ["continuation" if later else "initial" for later in again]
            return [replace(use, phase=phase, tree=way) for phase, way in zip(phases, ways, strict=True)]
        return [replace(use, name=name, tree=way) for name, way in zip(names, ways, strict=True)]
    said = "the ways to be approved are of several services"
    return [replace(use, tree=replace(use.tree, unsure=True, flags=(*use.tree.flags, said)))]


_AGAIN = lore.regex(
    r"(?:an? |the |any )?(?:repeat(?:ed)?|further|subsequent|continued|second|renewed|additional)\s+", re.I
)


def speaks_again(text: str) -> bool:
    """Whether a sentence approves something once more: "A second series is covered when"."""
    return _AGAIN.match(text) is not None


def _with_waiver(use: Indication, waiver: Waiver, ways: Node) -> Indication:
    """The list "Any of these red flags waives criteria 2 and 3:" beside the criteria that it frees from."""
    each = ways.op == "all" and not re.search(r"\ball\b", ways.text, re.I)
    by = renumbered(replace(ways, op="any") if each else ways)
    if told := waived(use.tree, waiver, by):
        return replace(use, tree=told)
    said = f"'{ways.text[:80]}' frees from criteria that were not found in the list above it"
    return replace(use, tree=replace(use.tree, unsure=True, flags=(*use.tree.flags, said)))


def by_condition(use: Indication, section: Section) -> list[Indication]:
    """Part a list of alternatives that each begin with another diagnosis into the indications that they are."""
    if (asked := asked_in(section.items)) and asked[0].phase:
        nodes = tuple(node_of(item, item.path([], at)) for at, item in enumerate(section.items, start=1))
        parts = phases_in(replace(use.tree, op="all", children=nodes), asked)
        return [replace(use, phase=phase, tree=tree) for phase, tree in parts] or [use]
    ways = use.tree.children
    apart = use.tree.op == "any" or _FOR_USES.search(use.tree.text)
    if not apart or len(ways) < 2 or not all(way.op != "leaf" for way in ways):
        return by_service(use)
    names = [diagnosis_in(way.text) or condition_when(way.text) for way in ways]
    if not all(names) or len({name.lower() for name in names}) < len(names):
        return by_service(use)
    durations = [duration_in(item) for item in section.items]
    return [
        replace(use, name=name, tree=way, duration=duration or use.duration)
        for name, way, duration in zip(names, ways, durations, strict=True)
    ]


def of_section(section: Section, place: Place, name: str) -> Indication:
    """The list of a section, under the paragraph that introduces it."""
    intro = section.paragraphs[-1] if section.paragraphs and is_head(section.paragraphs[-1].text) else None
    head = intro.text if intro else section.heading.text
    evidence = (intro or section.heading).evidence() if (intro or section.heading) else section.items[0].run.evidence()
    if not find_conditions(name) and (condition := approved_for(head)):
        name = condition
    tree = group_of(head, section.items, [], evidence)
    if intro and (whom_end(head) or not APPROVAL.search(head)):
        tree = with_own_demand(intro, [], tree, "")
    tree = demanding_tree(tree, demands_after(section))
    tree = with_introduced(tree, intro or section.heading, [], name)
    earlier = section.paragraphs[:-1] if intro else section.paragraphs
    tree = with_other_ways(tree, [*earlier, *([intro] if intro else [])], [])
    told = [Note(text=run.text, evidence=run.evidence()) for run in section.after if explains(run.text)]
    tree = with_notes_told(tree, tuple(told))
    rows = [*section.durations, *(row for item in section.items for row in item.durations)]
    spoken = (duration_of(head), *(row_duration(place.phase, row) for row in rows))
    duration = next(filter(None, spoken), place.duration)
    phase = place.phase if place.phase != "any" or not section.cell else phase_of(head) or "any"
    return Indication(
        name=name,
        phase=phase,
        tree=tree,
        duration=duration,
        section=place.section,
        drugs=place.drugs,
        products=place.products,
    )


def duration_in(item: Item, below: bool = True) -> str | None:
    """What the item's words, or a row "Approval duration" under it, say; `below`: or those of the items in it."""
    own = duration_of(item.run.text)
    rows = (duration_of(row) or bare_duration(row) for row in item.durations)
    inside = (duration_in(child) for child in item.children if below)
    return own or next(filter(None, rows), None) or next(filter(None, inside), None)
