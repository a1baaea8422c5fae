"""Results for a person at a terminal."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from extractors.evidence import SURE

if TYPE_CHECKING:  # its models take 0.1 s to load, as much as all else that a packet given again costs
    from pipeline.case import DocumentOut

_SIGNS = {"met": "[green]met[/]", "not_met": "[red]not met[/]", "unclear": "[yellow]unclear[/]"}


def print_case(case: Mapping[str, Any], folder: Path) -> None:
    """Print where the packet is, the verdict, the criteria, the gaps and the deadline."""
    console = _console()
    packet = case["packet"]
    console.print(f"Packet: {folder / (packet.get('packet_pdf') or '')}", markup=False)
    console.print(f"Letter to edit: {folder / (packet.get('letter_docx') or '')}", markup=False)
    denial = case["denial"]
    for label, name in (("Payer", "payer"), ("Service", "service"), ("Denied on", "denial_date")):
        if denial.get(name):
            unsure = "" if denial[name]["confidence"] >= SURE else " (unsure: look at the page)"
            console.print(f"{label}: {denial[name]['value']}{unsure}", markup=False)
    for deadline in case["deadlines"]:
        console.print(f"Last day, {deadline['what']}: {deadline['last_day']} ({deadline['basis']})", markup=False)
    console.print(f"\nCriteria over all: {_SIGNS[case['overall']]}")
    if case["criteria"]:
        console.print(_criteria(case["criteria"]))
    _print_list(console, "Still missing", case["gaps"])
    _print_list(console, "Mind", case["warnings"])
    _print_list(console, "Left out", [_excluded(page) for page in case["excluded_pages"]])


def print_documents(documents: "Iterable[DocumentOut]") -> None:
    """Print each document with its fields, facts or criteria."""
    console = _console()
    for document in documents:
        kind = document.document_type.replace("_", " ")
        console.print(f"[bold]{_plain(document.document)}[/], {_pages(document.pages)}: {kind}{_language(document)}")
        for failed in document.failed_pages:
            console.print(f"  page {failed['page']} could not be read ({failed['problem']})", markup=False)
        if document.fields:
            console.print(_fields(document.fields))
        if document.facts is not None:
            console.print(_facts(document))
        if document.policy:
            print_policy(document.policy)
        console.print()


def _language(document: "DocumentOut") -> str:
    """Return what a person must know before trusting fields that were read with English patterns."""
    if document.language in (None, "en"):
        return ""
    from pipeline.case import LANGUAGES

    return f", in {LANGUAGES.get(document.language, document.language)}: have someone who reads it check the fields"


def print_policy(policy: Mapping[str, Any]) -> None:
    """Print the criteria as an indented outline."""
    console = _console()
    told = [policy.get("payer"), policy.get("title"), policy.get("number"), policy.get("effective_date")]
    console.print(", ".join(str(word) for word in told if word) or "Policy", style="bold", markup=False)
    for indication in policy["indications"]:
        about = [] if indication["phase"] == "any" else [indication["phase"]]
        about += [", ".join(indication["drugs"])] if indication["drugs"] else []
        about += [f"approved for {indication['duration']}"] if indication["duration"] else []
        name = f"{indication['name']} ({'; '.join(about)})" if about else indication["name"]
        console.print(f"\n{name}", style="bold", markup=False)
        _print_node(console, indication["tree"], 0)
    if policy["exclusions"]:
        console.print("\nNot covered:", style="bold", markup=False)
    for node in policy["exclusions"]:
        _print_node(console, node, 0)
    _print_list(console, "Not understood", policy["problems"])


def _print_node(console: Console, node: Mapping[str, Any], depth: int) -> None:
    op = {"all": "ALL of: ", "any": "ANY of: ", "at_least": f"AT LEAST {node.get('n')} of: "}.get(node["op"], "")
    if node.get("negated"):
        op = "Answer NO to: " if node["text"].endswith("?") else "NOT: "
    label = _label(node["number"])
    page = f" (page {node['page']})" if node["op"] == "leaf" and "page" in node else ""
    mark = f"{label}. " if label else "- " if node["op"] == "leaf" else ""
    _print_hanging(console, "   " * depth + mark, f"{op}{node['text']}{page}".strip())
    for told in (*node.get("notes", ()), *(f"({flag})" for flag in node.get("flags", ()))):
        _print_hanging(console, "   " * depth + "   ", told)
    for child in node.get("children", ()):
        _print_node(console, child, depth + 1)


_COUNTED = re.compile(r"\d{1,2}(?:\.\d{1,2})+")
_AGAIN = re.compile(r"\[\d+\]$")  # tells the items of a second list with the same numbers apart


def _label(number: str) -> str:
    """Return the number as a payer prints it beside the item: "2.4.1", but "a" of "B.ii.a"."""
    return number if _COUNTED.fullmatch(number) else _AGAIN.sub("", number.rpartition(".")[2])


def _criteria(criteria: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title, fold in (("No.", True), ("Status", True), ("Criterion", False), ("Shown by", False)):
        table.add_column(title, no_wrap=fold)
    for criterion in criteria:
        pages: dict[str, list[str]] = {}
        for evidence in criterion["evidence"]:
            pages.setdefault(evidence["document"], []).append(str(evidence["page"]))
        where = "; ".join(f"{_plain(name)} {', '.join(dict.fromkeys(told))}" for name, told in pages.items())
        text = textwrap.shorten(criterion["text"], 90, placeholder=" ...")
        table.add_row(_plain(criterion["number"]), _SIGNS[criterion["status"]], _plain(text), where)
    return table


def _fields(fields: Mapping[str, Any]) -> Table:
    table = Table("Field", "Value", "Page", "Sure", box=None, pad_edge=False)
    for name, found in fields.items():
        if found is None:
            continue
        pages = ", ".join(str(page) for page in sorted({e["page"] for e in found["evidence"]}))
        sure = f"{found['confidence']:.0%}{'' if found['confidence'] >= SURE else ', to be confirmed'}"
        table.add_row(name.replace("_", " "), _plain(_words(found["value"])), pages, sure)
    return table


def _facts(document: "DocumentOut") -> Table:
    table = Table("Date", "Kind", "Fact", "Said as", "Page", box=None, pad_edge=False)
    for fact in document.facts or ():
        about = [fact.name]
        if fact.measurement:
            about.append(f"{fact.measurement.comparator or ''}{fact.measurement.value} {fact.measurement.unit or ''}")
        if fact.treatment:
            course = (fact.treatment.dose, fact.treatment.start, fact.treatment.stop, fact.treatment.outcome)
            about += [word for word in course if word]
        page = str(fact.evidence[0].page) if fact.evidence else ""
        table.add_row(fact.date or "", fact.kind, _plain(", ".join(about).strip()), fact.assertion, page)
    return table


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_words(told)}" for name, told in value.items() if told)
    if isinstance(value, list):
        return "\n".join(_words(item) for item in value)
    return str(value)


def _excluded(page: Mapping[str, Any]) -> str:
    return f"{page['document']} page {page['page']}: {page['why'].replace('_', ' ')}"


def _print_list(console: Console, title: str, items: Iterable[str]) -> None:
    items = list(items)
    if items:
        console.print(f"\n{title}:")
        for item in items:
            _print_hanging(console, "- ", item)


def _print_hanging(console: Console, mark: str, text: str) -> None:
    """Print a mark and its text beside it, folded under itself."""
    line = f"{mark}{text}"
    if line.isascii() and line.isprintable() and len(line) <= console.width:  # as nearly all: a tenth of a grid's cost
        console.out(line, highlight=False)
        return
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(_plain(mark), _plain(text))
    console.print(grid)


def _pages(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    in_turn = list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))
    return f"pages {numbers[0]}-{numbers[-1]}" if in_turn else f"pages {', '.join(map(str, numbers))}"


def _plain(text: object) -> str:
    """Text of a document is not markup."""
    return str(text).replace("[", r"\[")


def _console() -> Console:
    return Console(highlight=False, soft_wrap=False)
