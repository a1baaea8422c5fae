"""What was found, as the page shows it: each value with its words, its place on a page, and what is open on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rebut.web.pages.shell import day, words

SURE = 0.9  # below, a value that the letter depends on has to be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on a page."""

    file: int  # place of the file in the case, 0 first
    name: str
    page: int
    boxes: str  # x0,top,x1,bottom in points of the page as shown, several parted by ";"
    text: str  # what stands there
    date: str | None = None

    @property
    def query(self) -> str:
        return f"file={self.file}&page={self.page}&box={self.boxes}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field of the denial."""

    name: str
    label: str
    form: str  # which form corrects it
    value: Any  # as published; None: the letter does not say
    shown: tuple[str, ...]  # lines
    confidence: float | None
    spots: tuple[Spot, ...]
    settled: bool
    open: str | None  # why a person has to look at it
    candidates: tuple[tuple[str, tuple[Spot, ...]], ...]
    pending: bool  # decided on, and not worked in yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A group of criteria, or one of them."""

    number: str
    text: str  # the policy's own words
    rule: str | None = None  # "all of these"; None: a criterion
    status: str = ""
    below: tuple["Branch", ...] = ()
    criterion: Mapping[str, Any] | None = None
    spots: tuple[Spot, ...] = ()
    source: Spot | None = None  # where the policy says it
    pending: bool = False
    spare: bool = False  # not met, and not needed: another way of its group is


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page of a file."""

    file: int
    name: str
    page: int
    kind: str  # type of the document it belongs to
    aside: Mapping[str, Any] | None = None  # why it is left out
    doubt: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Findings:
    """A case document with the files it speaks of."""

    case: Mapping[str, Any]  # of `show_case`
    found: Mapping[str, Any]  # the case document
    pending: Sequence[Mapping[str, Any]] = ()  # decisions that are not worked in yet
    _places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._places = {file["name"]: at for at, file in enumerate(self.case["files"])}

    def groups(self) -> list[tuple[str, list[Row]]]:
        """Return the fields of the denial."""
        told = words()
        found = []
        for group in told["fields"]:
            rows = [self._row(name, *label) for name, label in group["fields"].items()]
            rows = [row for row in rows if row.value is not None or row.name not in told["if_read"]]
            found.append((group["group"], rows))
        return found

    def open_points(self) -> list[dict[str, Any]]:
        """Return what a person has to look at before the packet is final."""
        points = []
        for point in self.found["review"]["open"]:
            where = list(point["where"])
            name, _, page = point["target"].rpartition(":")
            if point["what"] == "page" and not where:
                where = [{"document": name, "page": int(page), "bbox": [], "text": ""}]
            points.append({**point, "spots": self.spots(where)})
        return points

    def criteria(self) -> list[Branch]:
        """Return the criteria as the payer orders and nests them."""
        answered = {at["number"]: at for at in self.found["criteria"]}
        tree = self._tree(list(answered))
        if tree:
            top = self._branch(tree, answered)
            return list(top.below) if top.below and not top.text else [top]
        found = self._of_logic(self.found["logic"], answered) if self.found["logic"] else None
        return [found] if found else [self._leaf(at) for at in self.found["criteria"]]

    def sheets(self) -> list[tuple[str, int, list[Sheet]]]:
        """Return the pages of each file: name, place, pages."""
        kinds = {(d["document"], page): d["document_type"] for d in self.found["documents"] for page in d["pages"]}
        aside = {(at["document"], at["page"]): at for at in self.found["excluded_pages"]}
        doubts = {(at["document"], at["page"]): at for at in self.found.get("doubtful_pages", [])}
        files = []
        for file in self.case["files"]:
            name = file["name"]
            pages = [
                Sheet(
                    file=self._places[name],
                    name=name,
                    page=page,
                    kind=kinds.get((name, page), "other"),
                    aside=aside.get((name, page)),
                    doubt=doubts.get((name, page)),
                )
                for page in range(1, (file["pages"] or 0) + 1)
            ]
            files.append((name, self._places[name], pages))
        return files

    def spots(self, evidence: Iterable[Mapping[str, Any]]) -> tuple[Spot, ...]:
        """Return the places of evidence, those of one page as one."""
        pages: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
        for at in evidence:
            if at["document"] in self._places:
                pages.setdefault((at["document"], at["page"]), []).append(at)
        return tuple(
            Spot(
                file=self._places[name],
                name=name,
                page=page,
                boxes=";".join(",".join(f"{edge:g}" for edge in at["bbox"]) for at in held if at["bbox"]),
                text=" … ".join(dict.fromkeys(at["text"] for at in held)),
                date=next((at["date"] for at in held if at.get("date")), None),
            )
            for (name, page), held in pages.items()
        )

    def _row(self, name: str, label: str, form: str) -> Row:
        found = self.found["denial"].get(name)
        value = found and found["value"]
        why = next((p["why"] for p in self.found["review"]["open"] if p["target"] == name), None)
        others = self.found.get("candidates", {}).get(name, [])
        return Row(
            name=name,
            label=label,
            form=form,
            value=value,
            shown=tuple(shown(name, value)),
            confidence=found and found["confidence"],
            spots=self.spots(found["evidence"]) if found else (),
            settled=bool(found and found.get("settled_by")),
            open=why,
            candidates=tuple(("; ".join(shown(name, at["value"])), self.spots(at["evidence"])) for at in others),
            pending=self._is_pending(name, "correct_value", "choose_candidate", "confirm_value"),
        )

    def _is_pending(self, target: str, *kinds: str) -> bool:
        return any(at["target"] == target and at["kind"] in kinds for at in self.pending)

    def _tree(self, numbers: list[str]) -> Mapping[str, Any] | None:
        """Return the policy's own tree, where its leaves are the criteria that were answered."""
        for document in self.found["documents"]:
            for indication in (document.get("policy") or {}).get("indications", []):
                if numbers and _leaf_numbers(indication["tree"]) == numbers:
                    return {**indication["tree"], "document": document["document"]}
        return None

    def _branch(self, node: Mapping[str, Any], answered: Mapping[str, Any]) -> Branch:
        if node["op"] == "leaf":
            return self._leaf(answered[node["number"]], node)
        below = tuple(self._branch({**child, "document": node["document"]}, answered) for child in node["children"])
        rule = words()["groups"][node["op"]].format(node.get("n") or 1)
        status = _joined(node["op"], node.get("n") or 1, [at.status for at in below])
        if node.get("unsure") and len({at.status for at in below}) > 1:
            status = "unclear"
        return Branch(
            number=node.get("number") or "",
            text=node.get("text") or "",
            rule=rule,
            status=status,
            below=_spared(node["op"], status, below),
        )

    def _of_logic(self, logic: Any, answered: Mapping[str, Any]) -> Branch | None:
        if isinstance(logic, str):
            return self._leaf(answered[logic]) if logic in answered else None
        op, *rest = logic
        count = rest.pop(0) if op == "at_least" else 1
        below = tuple(at for at in (self._of_logic(one, answered) for one in rest) if at)
        status = _joined(op, count, [at.status for at in below])
        return Branch(
            number="",
            text="",
            rule=words()["groups"][op].format(count),
            status=status,
            below=_spared(op, status, below),
        )

    def _leaf(self, criterion: Mapping[str, Any], node: Mapping[str, Any] | None = None) -> Branch:
        source = None
        if node and node.get("bbox"):
            place = {name: node[name] for name in ("document", "page", "bbox")}
            source = next(iter(self.spots([{**place, "text": criterion["text"]}])), None)
        return Branch(
            number=criterion["number"],
            text=criterion["text"],
            status=criterion["status"],
            criterion=criterion,
            spots=self.spots(criterion["evidence"]),
            source=source,
            pending=self._is_pending(criterion["number"], "overrule"),
        )


def field_labels() -> dict[str, str]:
    """Return what each field is called."""
    return {name: told[0] for group in words()["fields"] for name, told in group["fields"].items()}


def shown(name: str, value: Any) -> list[str]:
    """Return a published value as lines for a person."""
    if value is None:
        return []
    if name in _SHOWN:
        return _SHOWN[name](value)
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, list):
        return [str(item) for item in value]
    named = words()["values"].get(name, {})
    return [named.get(value, str(value)) if isinstance(value, str) else str(value)]


def _reasons(value: Sequence[Mapping[str, str]]) -> list[str]:
    named = words()["values"]["reasons"]
    return [f"{named.get(at['category'], at['category'])}: “{at['quote']}”" for at in value]


def _codes(value: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"{label} {', '.join(value[key])}" for key, label in words()["values"]["codes"].items() if value.get(key)]


def _deadline(value: Mapping[str, Any]) -> list[str]:
    for unit in ("hours", "business_days", "days", "months"):
        if count := value.get(unit):
            from_what = f" from the {value['anchor'].replace('_', ' ')}" if value.get("anchor") else ""
            return [f"{count} {unit.replace('_', ' ')}{from_what}"]
    return [f"until {day(value.get('date'))}"] if value.get("date") else []


def _level(value: Mapping[str, Any]) -> list[str]:
    told = words()["values"]
    step = told["next_step"].get(value.get("next_step"))
    return [told["level"].get(value["stage"], value["stage"]) + (f"; next: {step}" if step else "")]


_SHOWN = {
    "reasons": _reasons,
    "codes": _codes,
    "internal_appeal_deadline": _deadline,
    "level": _level,
    "denial_date": lambda value: [day(value)],
    "patient_dob": lambda value: [day(value)],
    "request_received": lambda value: [day(value)],
}


def _spared(op: str, status: str, below: Sequence[Branch]) -> tuple[Branch, ...]:
    """Mark the ways that a group does without."""
    if op == "all" or status != "met":
        return tuple(below)
    return tuple(at if at.status == "met" else replace(at, spare=True) for at in below)


def _leaf_numbers(node: Mapping[str, Any]) -> list[str]:
    if node["op"] == "leaf":
        return [node["number"]]
    return [number for child in node["children"] for number in _leaf_numbers(child)]


def _joined(op: str, count: int, below: Sequence[str]) -> str:
    """Return the verdict of a group as `pipeline.matching.logic` decides it."""
    met, unclear = below.count("met"), below.count("unclear")
    needed = {"all": len(below), "any": 1}.get(op, count)
    return "met" if met >= needed else "unclear" if met + unclear >= needed else "not_met"
